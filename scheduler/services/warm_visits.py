"""The visits that count, filed by whom and what they concern, and changed one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scheduler.domain.visits import VOLUNTEER_PREFIX, Visit

REQUEST_PREFIX = "request:"


class KnownVisits:
    """Visits by UID; each is found by its people, its request and what it keeps free."""

    def __init__(self, visits: Iterable[Visit] = ()) -> None:
        self._visit_by_uid: dict[str, Visit] = {}
        self._uids_by_key: dict[str, set[str]] = {}
        for visit in visits:
            self.put(visit)

    def put(self, visit: Visit) -> frozenset[str]:
        """Add or replace a visit; return the volunteers who had or have a part in it."""
        former = self.drop(visit.uid)
        self._visit_by_uid[visit.uid] = visit
        for key in _keys_of(visit):
            self._uids_by_key.setdefault(key, set()).add(visit.uid)
        return former | frozenset(visit.volunteers)

    def drop(self, uid: str) -> frozenset[str]:
        """Forget a visit, if it was known; return the volunteers who had a part in it."""
        visit = self._visit_by_uid.pop(uid, None)
        if visit is None:
            return frozenset()
        for key in _keys_of(visit):
            self._uids_by_key[key].discard(uid)
        return frozenset(visit.volunteers)

    def become(self, visits: Iterable[Visit]) -> frozenset[str]:
        """Be exactly these visits; return the volunteers of those that differ."""
        wanted: Mapping[str, Visit] = {visit.uid: visit for visit in visits}
        gone = [uid for uid in self._visit_by_uid if uid not in wanted]
        changed = [v for uid, v in wanted.items() if self._visit_by_uid.get(uid) != v]
        return frozenset().union(*map(self.drop, gone), *map(self.put, changed))

    def every(self) -> tuple[Visit, ...]:
        """Return all visits that count, by start."""
        return _by_start(self._visit_by_uid.values())

    def of_volunteers(self, emails: Iterable[str]) -> tuple[Visit, ...]:
        """Return the visits in which any of these has a part, by start."""
        return self.keeping(VOLUNTEER_PREFIX + email for email in emails)

    def of_request(self, key: str) -> tuple[Visit, ...]:
        """Return a request's visits, by start."""
        return self.keeping((REQUEST_PREFIX + key,))

    def keeping(self, keys: Iterable[str]) -> tuple[Visit, ...]:
        """Return the visits for which any of these teachers, classes or rooms is kept."""
        uids = {uid for key in keys for uid in self._uids_by_key.get(key, ())}
        return _by_start(self._visit_by_uid[uid] for uid in uids)


def _by_start(visits: Iterable[Visit]) -> tuple[Visit, ...]:
    return tuple(sorted(visits, key=lambda visit: (visit.period.start, visit.uid)))


def _keys_of(visit: Visit) -> frozenset[str]:
    people = (VOLUNTEER_PREFIX + email for email in visit.volunteers)
    kept = (key for key, _ in visit.occupied)
    return frozenset((*people, *kept, REQUEST_PREFIX + visit.request))
