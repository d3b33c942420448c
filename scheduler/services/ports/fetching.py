"""What the services need of the web: a calendar's octets from its address, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from scheduler.domain.errors import SchedulerError


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of a version, to be asked with: "has it changed since?"."""

    etag: str = ""
    last_modified: str = ""


NOTHING_KNOWN = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer, unpacked, with the validators of this version."""

    octets: bytes
    validators: Validators = NOTHING_KNOWN


class FetchFailed(SchedulerError):
    """Say in plain words why nothing could be fetched; never a word of the answer itself."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Fetch(Protocol):
    """A way to fetch calendars."""

    def __call__(self, address: str, *, known: Validators = NOTHING_KNOWN) -> Fetched | None:
        """Return what is at the address, None if it is the version known already.

        Raises:
            FetchFailed: if there is no whole answer, or the address may not be asked.
        """
