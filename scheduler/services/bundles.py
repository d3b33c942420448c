"""The district as one bundle: read a folder into it, or write it out.

All or nothing: everything is read and checked before the first row is written, and written in
one transaction. An import removes nothing unless it is asked to prune, and bookings that come
with it send no mail.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scheduler.bundle.changes import Change
from scheduler.bundle.counting import counts_of
from scheduler.bundle.files import BundleFiles, Folder
from scheduler.bundle.pruning import Prunable
from scheduler.bundle.writing import bundle_files, write_bundle
from scheduler.bundle.zips import packed
from scheduler.domain.imports import Import, ImportState
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.bundle_reading import Compared, as_bundle, compare, compare_anew
from scheduler.services.bundle_writing import prune as prune_what_lacks
from scheduler.services.bundle_writing import write_changes
from scheduler.services.ports import Progress, Store, Work
from scheduler.services.records import Activity


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed, or would change; ``pruned`` is empty unless it was asked for."""

    changes: tuple[Change, ...]
    pruned: Prunable

    @property
    def is_empty(self) -> bool:
        """Tell whether everything stays as it is."""
        return not (self.changes or self.pruned.requests or self.pruned.people)


def import_bundle(
    store: Store,
    folder: Path,
    *,
    actor: Actor,
    now: datetime,
    dry_run: bool = False,
    prune: bool = False,
    progress: Progress = lambda done, total: None,
) -> Imported:
    """Read a folder, check it whole, and write what differs.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        BadInput: with every mistake of the bundle; nothing is changed then.
        DoubleBooked: if a booking of the bundle meets one that was made meanwhile.
    """
    require_coordinator(actor, deed="import a district")
    files: BundleFiles = Folder(folder)
    with store.read() as work:
        existing = as_bundle(work)
    compared = compare(files, existing, now=now, progress=progress)
    if dry_run:
        return found_in(compared, prune=prune)
    with store.write() as work:
        compared = compare_anew(work, files, compared, now=now, progress=progress)
        found = bring(work, compared, now=now, prune=prune)
        if not found.is_empty:
            note_import(work, actor=actor.email, subject=folder.name, now=now)
            work.imports.add(_at_once(folder, compared, found, actor=actor, now=now))
    return found


def export_bundle(store: Store, folder: Path, *, actor: Actor) -> None:
    """Write the district as a bundle; importing it elsewhere gives the same district.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        BadInput: if the folder holds something else.
    """
    require_coordinator(actor, deed="export the district")
    with store.read() as work:
        bundle = as_bundle(work)
    write_bundle(bundle, folder)


def export_zip(store: Store, *, actor: Actor) -> bytes:
    """Return the district as a bundle in one archive; the same district gives the same octets.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="export the district")
    with store.read() as work:
        bundle = as_bundle(work)
    return packed(bundle_files(bundle))


def found_in(compared: Compared, *, prune: bool) -> Imported:
    """Return what would be changed, and what would go if that was asked for."""
    return Imported(compared.changes, compared.lacking if prune else Prunable((), ()))


def bring(
    work: Work,
    compared: Compared,
    *,
    now: datetime,
    prune: bool,
    progress: Progress = lambda done, total: None,
) -> Imported:
    """Write what differs, and withdraw what lacks if that was asked for; return what was done."""
    found = found_in(compared, prune=prune)
    write_changes(work, compared, now=now, progress=progress)
    prune_what_lacks(work, found.pruned)
    return found


def note_import(work: Work, *, actor: str, subject: str, now: datetime) -> None:
    """Keep who brought files in."""
    work.activities.add((Activity(now, actor, "imported", subject),))


def _at_once(
    folder: Path, compared: Compared, found: Imported, *, actor: Actor, now: datetime
) -> Import:
    """Return a command's import as the page tells of it."""
    return Import(
        key=uuid.uuid4().hex,
        asked_by=actor.email,
        asked_at=now,
        title=folder.name,
        state=ImportState.DONE,
        confirmed_by=actor.email,
        ended_at=now,
        counts=counts_of(compared.existing, compared.reading),
        withdrawn=len(found.pruned.requests),
        rested=len(found.pruned.people),
    )
