"""Which mail a change writes, to whom, and under which key it exists once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.visits import Partstat, answer, cancel
from scheduler.services import announcements as news
from scheduler.services.announcements import announce, outbox_key
from scheduler.services.records import OutboxRow, OutboxState
from tests.builders import (
    COORDINATOR,
    NOW,
    TEACHER,
    VOLUNTEER,
    a_request,
    a_visit,
    some_bookings,
)
from tests.services.world import World

BRUNO = "bruno@robots.example"
UNTIL = NOW + timedelta(minutes=10)
FIRST, SECOND = a_visit(uid="u1"), a_visit(uid="u2", session=2)
PANEL = a_visit(uid="u1", bookings=some_bookings(VOLUNTEER, BRUNO))


def told(rows: tuple[OutboxRow, ...]) -> list[tuple[str, str, list[str]]]:
    """Return purpose, recipient and visits of each row."""
    return [(row.purpose, row.recipient, list(row.facts["visits"])) for row in rows]


class TestKey:
    def test_names_subject_purpose_revision_and_recipient(self) -> None:
        key = outbox_key(subject="u1", purpose="change", revision=3, recipient=VOLUNTEER)
        assert key == f"u1/change/3/{VOLUNTEER}"

    def test_offset_goes_with_the_purpose(self) -> None:
        key = outbox_key(
            subject="u1", purpose="reminder", offset="7d", revision=0, recipient=VOLUNTEER
        )
        assert key == f"u1/reminder:7d/0/{VOLUNTEER}"

    @given(
        st.lists(
            st.tuples(
                st.uuids().map(str),
                st.sampled_from(["change", "reminder"]),
                st.integers(0, 9),
                st.sampled_from([VOLUNTEER, TEACHER]),
            ),
            unique=True,
        )
    )
    def test_different_news_have_different_keys(
        self, facts: list[tuple[str, str, int, str]]
    ) -> None:
        keys = {
            outbox_key(subject=uid, purpose=purpose, revision=revision, recipient=email)
            for uid, purpose, revision, email in facts
        }
        assert len(keys) == len(facts)


class TestAnnounce:
    def test_row_is_due_at_once(self) -> None:
        (row,) = announce((FIRST,), purpose="change", recipients=(VOLUNTEER,), at=NOW, revision=2)
        assert row == OutboxRow(
            key=f"u1/change/2/{VOLUNTEER}",
            subject="u1",
            purpose="change",
            recipient=VOLUNTEER,
            created_at=NOW,
            due_at=NOW,
            state=OutboxState.DUE,
            revision=2,
            facts={"visits": ["u1"]},
        )

    def test_row_waits_for_the_end_of_the_hold_back(self) -> None:
        (row,) = announce(
            (FIRST,), purpose="invitation", recipients=(VOLUNTEER,), at=NOW, held_until=UNTIL
        )
        assert (row.state, row.created_at, row.due_at) == (OutboxState.HELD, NOW, UNTIL)

    def test_person_named_twice_is_told_once(self) -> None:
        rows = announce(
            (FIRST,), purpose="change", recipients=(TEACHER, VOLUNTEER, TEACHER), at=NOW
        )
        assert [row.recipient for row in rows] == [TEACHER, VOLUNTEER]

    def test_writing_it_again_adds_nothing(self, world: World) -> None:
        rows = announce((FIRST,), purpose="change", recipients=(VOLUNTEER, TEACHER), at=NOW)
        later = announce(
            (FIRST,), purpose="change", recipients=(VOLUNTEER, TEACHER), at=NOW + timedelta(1)
        )
        with world.store.write() as work:
            assert (work.outbox.add(rows), work.outbox.add(later)) == (2, 0)
            assert work.outbox.of_subjects(("u1",)) == rows


class TestNews:
    def test_series_is_announced_in_one_mail_each(self) -> None:
        rows = news.invitations((FIRST, SECOND), a_request(), at=NOW, held_until=UNTIL)
        assert told(rows) == [
            ("invitation", VOLUNTEER, ["u1", "u2"]),
            ("announcement", TEACHER, ["u1", "u2"]),
        ]
        assert {row.state for row in rows} == {OutboxState.HELD}

    def test_guest_hears_only_of_the_visits_they_are_asked_to(self) -> None:
        rows = news.invitations((PANEL, SECOND), a_request(), at=NOW, held_until=None)
        assert told(rows) == [
            ("invitation", VOLUNTEER, ["u1", "u2"]),
            ("invitation", BRUNO, ["u1"]),
            ("announcement", TEACHER, ["u1", "u2"]),
        ]
        assert {row.state for row in rows} == {OutboxState.DUE}

    def test_confirmation_goes_to_every_guest_and_the_teacher(self) -> None:
        rows = news.confirmations((PANEL,), a_request(), at=NOW)
        assert told(rows) == [
            ("confirmation", VOLUNTEER, ["u1"]),
            ("confirmation", BRUNO, ["u1"]),
            ("confirmation_teacher", TEACHER, ["u1"]),
        ]

    def test_second_confirmation_after_a_move_is_another_mail(self) -> None:
        keys = {
            row.key
            for sequence in (1, 3)
            for row in news.confirmations((a_visit(sequence=sequence),), a_request(), at=NOW)
        }
        assert len(keys) == 4

    def test_cancellation_tells_why_and_by_whom(self) -> None:
        off = cancel(PANEL, reason="Snow", at=NOW)
        rows = news.cancellations((off,), a_request(), at=NOW, reason="Snow", by="Carla")
        assert told(rows) == [
            ("cancellation", email, ["u1"]) for email in (VOLUNTEER, BRUNO, TEACHER)
        ]
        assert {(row.facts["reason"], row.facts["by"]) for row in rows} == {("Snow", "Carla")}

    def test_no_is_told_to_coordinators_teacher_and_whoever_said_it(self) -> None:
        left = answer(PANEL, BRUNO, partstat=Partstat.DECLINED, at=NOW, reason="I am ill")
        rows = news.refusals((left,), a_request(), email=BRUNO, coordinators=(COORDINATOR,), at=NOW)
        assert told(rows) == [
            ("declined", COORDINATOR, ["u1"]),
            ("reopened", TEACHER, ["u1"]),
            ("taken_out", BRUNO, ["u1"]),
        ]
        assert {(row.facts["volunteer"], row.facts["reason"]) for row in rows} == {
            (BRUNO, "I am ill")
        }

    def test_second_no_of_a_visit_is_another_mail(self) -> None:
        keys = []
        visit = PANEL
        for email in (VOLUNTEER, BRUNO):
            visit = answer(visit, email, partstat=Partstat.DECLINED, at=NOW)
            rows = news.refusals(
                (visit,), a_request(), email=email, coordinators=(COORDINATOR,), at=NOW
            )
            keys += [row.key for row in rows]
        assert len(set(keys)) == 6

    @pytest.mark.parametrize("secret", ["http", "token", "/r/", "/login"])
    def test_no_row_holds_a_link(self, secret: str) -> None:
        rows = (
            *news.invitations((PANEL,), a_request(), at=NOW, held_until=None),
            *news.confirmations((PANEL,), a_request(), at=NOW),
            *news.cancellations((PANEL,), a_request(), at=NOW, reason="Snow", by="Carla"),
        )
        assert secret not in repr(rows)
