"""When mail goes: the settings, the volunteer who is asked again, and the coordinator's list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduler.domain.mail_rules import MailRules
from scheduler.domain.visits import Booking, Partstat, Visit, VisitState
from scheduler.services import reminders
from scheduler.services.ports import Store
from scheduler.services.records import OutboxState
from scheduler.services.tokens import answer_token
from scheduler.services.visits import let_go
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER, a_visit, moment
from tests.small_district import VIEWER
from tests.web.conftest import SECRET_KEY, StoppedClock, Visitor, main_text

SignedInAs = Callable[[str], Visitor]
ASKED, ASKED_AGAIN = moment("2026-12-03 15:00"), moment("2026-12-04 15:00")
LINK = f"/r/{answer_token(a_visit().uid, VOLUNTEER, key=SECRET_KEY)}"
FIELDS = {
    "reminder_days": "2",
    "earlier_reminder_days": "14",
    "asks_still_coming": "y",
    "still_coming_days": "4",
    "ask_again_days": "3",
    "let_go_days": "0",
}


def rules(store: Store) -> MailRules:
    with store.read() as work:
        return work.mail_doors.rules()


def the_visit(store: Store) -> Visit:
    with store.read() as work:
        visit = work.visits.get(a_visit().uid)
    assert visit is not None
    return visit


@pytest.fixture
def asked(small_district: Store, clock: StoppedClock) -> Store:
    """A certain visit whose volunteer was sent the question twice, seen the day after."""
    yes = (Booking(VOLUNTEER, Partstat.ACCEPTED, answered_at=NOW),)
    with small_district.write() as work:
        work.visits.save((a_visit(state=VisitState.CONFIRMED, bookings=yes),))
    for now in (ASKED, ASKED_AGAIN):
        reminders.write_due(small_district, now=now)
    with small_district.write() as work:
        rows = work.outbox.of_subjects((a_visit().uid,))
        work.outbox.set_state((row.key for row in rows), state=OutboxState.SENT)
    clock.now = moment("2026-12-07 09:00")
    return small_district


class TestSettings:
    def test_rules_are_kept_and_read_back_as_sentences(
        self, small_district: Store, signed_in_as: SignedInAs
    ) -> None:
        visitor = signed_in_as(COORDINATOR)
        before = main_text(visitor.page("/settings"))
        assert "7 days and 1 day before a visit, at 15:00." in before
        assert "We ask volunteers 3 school days before, and once more the day after." in before
        sent = visitor.send("/settings/mail", FIELDS, on="/settings")
        assert (sent.status_code, sent.location) == (303, "/settings")
        assert rules(small_district) == MailRules(2, 14, True, 4, 3, 0)
        after = main_text(visitor.page("/settings"))
        assert "14 days and 2 days before a visit, at 15:00." in after
        assert "We ask again after 3 days. Then we wait until the visit." in after

    def test_what_is_switched_off_is_off(
        self, small_district: Store, signed_in_as: SignedInAs
    ) -> None:
        visitor = signed_in_as(COORDINATOR)
        fields = {**FIELDS, "earlier_reminder_days": "0"}
        del fields["asks_still_coming"]
        visitor.send("/settings/mail", fields, on="/settings")
        kept = rules(small_district)
        assert (kept.reminders, kept.asks_still_coming) == ((2,), False)
        assert "We do not ask." in main_text(visitor.page("/settings"))

    @pytest.mark.parametrize(
        ("field", "value", "says"),
        [
            ("reminder_days", "", "Reminder, days before: write a number from 1 to 14"),
            ("reminder_days", "15", "Reminder, days before: write a number from 1 to 14"),
            ("earlier_reminder_days", "2", "The earlier reminder goes on more days before"),
            ("still_coming_days", "1", "School days before: write a number from 2 to 10"),
            ("let_go_days", "soon", "Then wait days: write a number from 0 to 30"),
        ],
    )
    def test_mistake_is_told_and_nothing_is_kept(
        self,
        small_district: Store,
        signed_in_as: SignedInAs,
        field: str,
        value: str,
        says: str,
    ) -> None:
        visitor = signed_in_as(COORDINATOR)
        sent = visitor.send("/settings/mail", {**FIELDS, field: value}, on="/settings")
        assert sent.status_code == 422
        assert says in sent.text
        assert rules(small_district) == MailRules()

    def test_only_coordinators_change_them(
        self, small_district: Store, signed_in_as: SignedInAs
    ) -> None:
        for email in (VIEWER, TEACHER):
            visitor = signed_in_as(email)
            assert visitor.send("/settings/mail", FIELDS, on="/mail-choices").status_code == 404
        assert rules(small_district) == MailRules()
        assert 'id="mail-form"' not in signed_in_as(VIEWER).get("/settings").text


class TestStillComing:
    def test_link_asks_and_one_tap_keeps_the_yes(self, asked: Store, client: Visitor) -> None:
        before = the_visit(asked)
        for _ in range(3):
            said = main_text(client.page(f"{LINK}?a=yes"))
            client.head(LINK)
        assert "Are you still coming?" in said
        assert "Yes, I’m still coming" in said
        assert the_visit(asked) == before
        assert client.send(LINK, {"answer": "yes"}).status_code == 303
        (booking,) = before.bookings
        again = replace(booking, answered_at=moment("2026-12-07 09:00"))
        assert the_visit(asked) == replace(before, bookings=(again,))
        said = main_text(client.page(LINK))
        assert "You are coming" in said
        assert "Yes, I’m still coming" not in said

    def test_coordinator_sees_who_said_nothing_until_they_do(
        self, asked: Store, signed_in_as: SignedInAs, client: Visitor
    ) -> None:
        heading = "Still coming? Asked twice, no answer"
        visitor = signed_in_as(COORDINATOR)
        assert heading in main_text(visitor.page("/today"))
        client.send(LINK, {"answer": "yes"})
        assert heading not in main_text(visitor.page("/today"))
        assert the_visit(asked).state is VisitState.CONFIRMED


def test_who_was_let_go_reads_why_and_may_come_after_all(
    small_district: Store, client: Visitor, signed_in_as: SignedInAs
) -> None:
    with small_district.write() as work:
        assert let_go(work, (a_visit().uid,), email=VOLUNTEER, now=NOW) == 1
    said = main_text(client.page(LINK))
    assert "We had no answer from you, so we are asking somebody else." in said
    assert "You said no" not in said
    visit = main_text(signed_in_as(COORDINATOR).page(f"/visits/{a_visit().uid}"))
    assert "Did not answer" in visit
    client.send(LINK, {"answer": "yes"})
    assert the_visit(small_district).state is VisitState.CONFIRMED
