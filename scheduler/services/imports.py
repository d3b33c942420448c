"""Imports as people act on them: bring files, say yes to what they would change, give up.

Nothing is read or written into the district here. Whoever has the time works on it: see
``importing``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import IO

from scheduler.bundle.blank import new_district_text
from scheduler.bundle.files import BundleFiles
from scheduler.bundle.tables import DISTRICT_FILE
from scheduler.bundle.zips import chosen, packed
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.imports import Import, ImportState, asked_again, ended
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.ports import Store, Work

LONGEST_TITLE = 120


def bring(
    store: Store,
    files: Iterable[tuple[str, IO[bytes]]],
    *,
    actor: Actor,
    now: datetime,
    about_district: Mapping[str, str] | None = None,
) -> Import:
    """Keep somebody's files until they are looked over, and return the import.

    ``about_district`` is what ``district.toml`` says by key, where the files lack it.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        BadInput: if the files cannot be taken at all.
        IllegalTransition: while another import waits or is worked on.
    """
    require_coordinator(actor, deed="import a district")
    given = tuple(files)
    parcel = _packed(chosen(given), about_district or {})
    found = Import(key=uuid.uuid4().hex, asked_by=actor.email, asked_at=now, title=_title(given))
    with store.write() as work:
        if not work.imports.add(found, parcel=parcel):
            raise _one_at_a_time()
    return found


def say_yes(store: Store, key: str, *, seen: str, prunes: bool, actor: Actor) -> Import:
    """Have the list carried out that somebody saw; with ``prunes`` what lacks goes as well.

    ``seen`` stands for that list: while another one waits nothing is asked for.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such import.
        IllegalTransition: if no list waits, or another import is worked on.
    """
    require_coordinator(actor, deed="import a district")
    return _step(
        store,
        key,
        lambda found: (
            asked_again(found, confirmed_by=actor.email, prunes=prunes)
            if found.seen == seen
            else found
        ),
    )


def look_again(store: Store, key: str, *, actor: Actor) -> Import:
    """Have the files looked over once more.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such import, or its files are forgotten.
        IllegalTransition: if it is open or over, or another import is.
    """
    require_coordinator(actor, deed="import a district")
    return _step(store, key, asked_again)


def give_up(store: Store, key: str, *, actor: Actor, now: datetime) -> Import:
    """Drop an import and forget its files; one that is over is returned as it is.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such import.
    """
    require_coordinator(actor, deed="import a district")
    with store.write() as work:
        found = existing_import(work, key)
        if found.is_over:
            return found
        dropped = ended(found, ImportState.DROPPED, at=now)
        work.imports.save(dropped, was=found)
        work.imports.forget(key)
        return dropped


def existing_import(work: Work, key: str) -> Import:
    """Return one import.

    Raises:
        Unknown: if there is no such import.
    """
    found = work.imports.get(key)
    if found is None:
        raise Unknown("import", key)
    return found


def _step(store: Store, key: str, step: Callable[[Import], Import]) -> Import:
    with store.write() as work:
        found = existing_import(work, key)
        following = step(found)
        if following == found:
            return found
        if not work.imports.has_parcel(key):
            raise Unknown("import", key)
        if not work.imports.save(following, was=found):
            raise _one_at_a_time()
        return following


def _packed(files: BundleFiles, about_district: Mapping[str, str]) -> bytes:
    whole = {**files}
    if DISTRICT_FILE not in whole and any(about_district.values()):
        whole[DISTRICT_FILE] = new_district_text(about_district).encode()
    return packed(whole.items())


def _title(files: tuple[tuple[str, IO[bytes]], ...]) -> str:
    names = ", ".join(name for name, _ in files)
    return names if len(names) <= LONGEST_TITLE else names[: LONGEST_TITLE - 1] + "…"


def _one_at_a_time() -> IllegalTransition:
    return IllegalTransition(subject="import", state="waiting", step="asked for twice")
