"""Several things to do in a row, where one that fails holds up none of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from scheduler.domain.errors import LeaseLost, OutOfReach

Result = TypeVar("Result")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Steps:
    """What was tried in one go; ``failed`` names the steps that raised, in order."""

    failed: list[str] = field(default_factory=list)

    def attempt(self, name: str, step: Callable[[], Result], *, otherwise: Result) -> Result:
        """Return what the step returns, or ``otherwise`` if it fails, which is logged by its name.

        Raises:
            OutOfReach: at once, since without a database nothing else would go on either.
            LeaseLost: at once, since the rest is another process's too.
        """
        try:
            return step()
        except (OutOfReach, LeaseLost):
            raise
        except Exception:
            log.exception("The step “%s” failed; the others go on.", name)
            self.failed.append(name)
            return otherwise
