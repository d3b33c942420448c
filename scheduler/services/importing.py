"""Work on imports: look the files over, or carry out the list that somebody said yes to.

Whatever kills a worker, the district holds all of an import together with its end, or nothing of
it. An import whose worker fell silent is taken over, three times at most.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from traceback import format_tb

from scheduler.bundle.counting import counts_of
from scheduler.bundle.zips import Unpacked
from scheduler.domain.errors import BadInput, IllegalTransition, OutOfReach, trouble_of
from scheduler.domain.imports import (
    ATTEMPTS,
    KEPT,
    Import,
    ImportState,
    ended,
    given_back,
    shown,
    taken,
)
from scheduler.services.bundle_reading import Compared, as_bundle, compare, compare_anew
from scheduler.services.bundles import bring, note_import
from scheduler.services.heartbeat import ALIVE_LASTS
from scheduler.services.import_lists import (
    Listed,
    facts_of,
    listed_of,
    mark_of,
    mark_of_lacking,
)
from scheduler.services.import_watch import ImportWatch, Interrupted
from scheduler.services.ports import Clock, Store, Work

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ImportWorker:
    """Who works on imports; ``is_leaving`` says that the process is to end.

    ``lease_clock`` gives real time, also while the district rehearses another day.
    """

    owner: str
    clock: Clock
    lease_clock: Clock
    is_leaving: Callable[[], bool] = lambda: False


def work_one(store: Store, *, worker: ImportWorker) -> Import | None:
    """Work on the import that waits, to the next stage; None if there is none.

    Files that are a day old are forgotten on the way. A worker that has to leave gives the
    import back to wait for another.
    """
    found = _claimed(store, worker)
    return _worked(store, found, worker=worker) if found else None


def forget_old_files(work: Work, *, worker: ImportWorker) -> int:
    """Forget files and lists that are a day old; return of how many imports."""
    now = worker.clock()
    old = work.imports.kept_since_before(now - KEPT)
    for found in old:
        if found.is_open or found.state is ImportState.READY:
            work.imports.save(ended(found, ImportState.DROPPED, at=now), was=found)
        work.imports.forget(found.key)
    return len(old)


def _claimed(store: Store, worker: ImportWorker) -> Import | None:
    # Reading first keeps an idle worker from taking turns with those who write.
    with store.read() as work:
        found = work.imports.open()
        has_old = bool(work.imports.kept_since_before(worker.clock() - KEPT))
    if not has_old and (found is None or not found.can_be_had(worker.lease_clock())):
        return None
    with store.write() as work:
        if has_old:
            forget_old_files(work, worker=worker)
        found = work.imports.open()
        return _taken(work, found, worker) if found else None


def _taken(work: Work, found: Import, worker: ImportWorker) -> Import | None:
    until = worker.lease_clock() + ALIVE_LASTS
    if not found.can_be_had(worker.lease_clock()):
        return None
    ours = taken(found, owner=worker.owner, alive_until=until)
    if ours.attempt > ATTEMPTS:
        failed = ended(found, ImportState.FAILED, at=worker.clock())
        work.imports.save(replace(failed, trouble={"error": "Died", "sentence": ""}), was=found)
        return None
    return ours if work.imports.save(ours, was=found) else None


def _worked(store: Store, found: Import, *, worker: ImportWorker) -> Import:
    watch = ImportWatch(store, found, lease_clock=worker.lease_clock, is_leaving=worker.is_leaving)
    try:
        with watch:
            files, compared = _read(store, found, worker=worker, watch=watch)
            with store.write() as work:
                if not found.confirmed_by:
                    return _shown(work, found, compared, worker=worker)
                watch.progress("writing")(0, 0)
                compared = compare_anew(
                    work, files, compared, now=worker.clock(), progress=watch.progress("reading")
                )
                if _is_another(found, compared):
                    return _shown(work, found, compared, worker=worker)
                return _carried_out(work, found, compared, worker=worker, watch=watch)
    except Interrupted:
        return _kept(store, given_back(found), was=found)
    except BadInput as error:
        return _refused(store, found, error, worker=worker)
    except OutOfReach:
        # Who looks next finds it silent, and takes it over.
        raise
    except Exception as error:
        return _failed(store, found, error, worker=worker)
    except BaseException:
        _kept(store, given_back(found), was=found)
        raise


def _read(
    store: Store, found: Import, *, worker: ImportWorker, watch: ImportWatch
) -> tuple[Unpacked, Compared]:
    with store.read() as work:
        octets, existing = work.imports.parcel(found.key), as_bundle(work)
    files = Unpacked(io.BytesIO(octets), name=found.title)
    compared = compare(files, existing, now=worker.clock(), progress=watch.progress("reading"))
    watch.progress("comparing")(0, 0)
    return files, compared


def _shown(work: Work, found: Import, compared: Compared, *, worker: ImportWorker) -> Import:
    listed = listed_of(compared)
    ready = shown(
        found,
        counts=counts_of(compared.existing, compared.reading),
        seen=mark_of(compared.changes),
        lacking=mark_of_lacking(compared.lacking),
    )
    if listed.is_empty:
        # There is nothing to say yes to.
        ready = ended(replace(found, counts=ready.counts), ImportState.DONE, at=worker.clock())
        work.imports.forget(found.key)
    else:
        work.imports.list(found.key, facts_of(listed))
    return _saved(work, ready, was=found)


def _carried_out(
    work: Work, found: Import, compared: Compared, *, worker: ImportWorker, watch: ImportWatch
) -> Import:
    now = worker.clock()
    done = bring(work, compared, now=now, prune=found.prunes, progress=watch.progress("writing"))
    note_import(work, actor=found.confirmed_by, subject=found.title, now=now)
    work.imports.forget(found.key)
    over = replace(
        ended(found, ImportState.DONE, at=now),
        counts=counts_of(compared.existing, compared.reading),
        withdrawn=len(done.pruned.requests),
        rested=len(done.pruned.people),
    )
    return _saved(work, over, was=found)


def _is_another(found: Import, compared: Compared) -> bool:
    """Tell whether what would be done is not what somebody said yes to."""
    is_other = mark_of(compared.changes) != found.seen
    return is_other or (found.prunes and mark_of_lacking(compared.lacking) != found.seen_lacking)


def _refused(store: Store, found: Import, error: BadInput, *, worker: ImportWorker) -> Import:
    refused = ended(found, ImportState.REFUSED, at=worker.clock())
    with store.write() as work:
        work.imports.list(found.key, facts_of(Listed(problems=error.problems)))
        work.imports.forget_parcel(found.key)
        return _saved(work, refused, was=found)


def _saved(work: Work, found: Import, *, was: Import) -> Import:
    if not work.imports.save(found, was=was):
        # Raised inside, so that nothing of an import that was taken over or dropped is kept.
        raise IllegalTransition(subject="import", state="dropped", step=str(found.state))
    return found


def _kept(store: Store, found: Import, *, was: Import) -> Import:
    with store.write() as work:
        work.imports.save(found, was=was)
        return work.imports.get(found.key) or found


def _failed(store: Store, found: Import, error: Exception, *, worker: ImportWorker) -> Import:
    # Where it went wrong and no more: a sentence of the database may hold people's addresses.
    places = "".join(format_tb(error.__traceback__))
    log.error("The import %s failed: %s\n%s", found.key, type(error).__name__, places)
    failed = ended(found, ImportState.FAILED, at=worker.clock())
    return _kept(store, replace(failed, trouble=trouble_of(error)), was=found)
