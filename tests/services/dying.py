"""A worker that dies, as its store sees it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from scheduler.services.ports import Store, Work


@dataclass
class Dying:
    """A store out of reach once its worker is dead."""

    store: Store
    is_dead: bool = False

    def read(self) -> AbstractContextManager[Work]:
        return self.store.read()

    def write(self) -> AbstractContextManager[Work]:
        if self.is_dead:
            raise ConnectionError("The dead write nothing.")
        return self.store.write()

    def die(self) -> bool:
        """Die, and want nothing more."""
        self.is_dead = True
        return False
