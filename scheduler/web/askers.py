"""Who asked for a search or an import: a person by name, or what stands for nobody."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext

from scheduler.domain.imports import Import
from scheduler.domain.runs import Run
from scheduler.services.access import COMMAND_LINE
from scheduler.services.runs import NIGHTLY

_NOBODY: Mapping[str, str] = MappingProxyType(
    {
        COMMAND_LINE: lazy_gettext("the command line"),
        NIGHTLY: lazy_gettext("the nightly check"),
    }
)


def asker(asked: Run | Import, names: Mapping[str, str]) -> str:
    """Return who asked, as part of a sentence; ``names`` are people's by address."""
    by = asked.asked_by
    return str(_NOBODY.get(by, names.get(by, by)))
