"""Requests come back as they were asked; new ones get keys that nobody else has."""

from __future__ import annotations

from contextlib import suppress

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.requests import ClassroomRequest, RequestKind, RequestState, parse_window
from scheduler.domain.volunteers import Format
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import TEACHER, a_request
from tests.storage.district import OTHER_TEACHER

FULL = ClassroomRequest(
    key="mentors",
    teacher_email=TEACHER,
    school="maple",
    title="Mentors for the science fair — “Étincelles”",
    topic="a topic that nobody lists",
    kind=RequestKind.MENTORING,
    windows=tuple(
        parse_window(text)
        for text in (
            "2026-12-10 P3-P5",
            "2026-12-08 10:40-11:30",
            "2026-12-07/2026-12-18",
            "2026-12-08 P3",
        )
    ),
    classroom="maple-5a",
    format=Format.VIRTUAL,
    language="fr",
    duration_minutes=45,
    speakers=3,
    sessions=4,
    every_days=14,
    priority=3,
    preferred=("b@x.example", "a@x.example"),
    excluded=("c@x.example",),
    goal="Finish",
    note="No flash photography",
    meeting_url="https://meet.example/1",
    state=RequestState.WITHDRAWN,
)
BARE = a_request(key="bare", classroom="", windows=())


@pytest.mark.parametrize("request_", [FULL, BARE], ids=["full", "bare"])
def test_request_comes_back_whole(store: SqlStore, request_: ClassroomRequest) -> None:
    with store.write() as work:
        work.requests.put((request_,))
    with store.read() as work:
        assert work.requests.get(request_.key) == request_


def test_put_replaces_a_request(store: SqlStore) -> None:
    moved = a_request("2027-01-12 P1", teacher_email=OTHER_TEACHER, classroom="")
    with store.write() as work:
        work.requests.put((moved,))
        assert work.requests.get(moved.key) == moved


def test_requests_are_found_by_state_teacher_and_key(store: SqlStore) -> None:
    with store.write() as work:
        work.requests.put((FULL,))
        assert list(work.requests.all()) == ["bridges", "mentors", "robots"]
        assert list(work.requests.all(states=(RequestState.OPEN,))) == ["bridges", "robots"]
        assert dict(work.requests.all(states=(RequestState.WITHDRAWN,))) == {"mentors": FULL}
        assert list(work.requests.of_teacher(TEACHER)) == ["mentors", "robots"]
        assert list(work.requests.many(("robots", "nothing", "bridges"))) == ["bridges", "robots"]
        assert work.requests.get("nothing") is None


def test_request_of_an_unknown_class_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown, match="no class “maple-9z”"), store.write() as work:
        work.requests.put((a_request(classroom="maple-9z"),))


def test_new_keys_are_all_different_and_pass_over_keys_in_use(store: SqlStore) -> None:
    with store.write() as work:
        work.requests.put((a_request(key="R2"),))
    keys = []
    for _ in range(3):
        with store.write() as work:
            keys.append(work.requests.new_key())
    assert keys == ["R1", "R3", "R4"]


def test_new_key_is_found_behind_a_thousand_keys_in_use(store: SqlStore) -> None:
    with store.write() as work:
        work.requests.put(a_request(key=f"R{n}") for n in range(1, 1_001))
        assert work.requests.new_key() == "R1001"


def test_key_that_was_not_kept_is_given_again(store: SqlStore) -> None:
    with suppress(LookupError), store.write() as work:
        assert work.requests.new_key() == "R1"
        raise LookupError
    with store.write() as work:
        assert work.requests.new_key() == "R1"
