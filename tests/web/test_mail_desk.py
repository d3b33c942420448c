"""The mail log and the inbox, each opened and used."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.domain.incoming import Why
from scheduler.domain.visits import Partstat
from scheduler.services.announcements import INVITATION, REMINDER, announce
from scheduler.services.inbox import take_in
from scheduler.services.ports import PostStore, Store
from scheduler.services.records import OutboxState, Outcome
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER, a_visit, period
from tests.small_district import OFFICE, VIEWER
from tests.web.conftest import Visitor, main_text

SignIn = Callable[[str], Visitor]
PROBLEM = "550 5.1.1 no such user"
UID = a_visit().uid
LATER = "2026-12-15 10:40-11:30"


@pytest.fixture
def failed(small_district: PostStore) -> str:
    """Return the key of an invitation that the server refused."""
    (row,) = announce((a_visit(),), purpose=INVITATION, recipients=(VOLUNTEER,), at=NOW)
    with small_district.write() as work:
        work.outbox.add((row,))
        work.outbox.claim(now=NOW, until=NOW.replace(hour=23), limit=1)
    small_district.settle((Outcome(row.key, 1, OutboxState.FAILED, NOW, problem=PROBLEM),))
    return row.key


@pytest.fixture
def letter(small_district: Store) -> str:
    """Return the key of a mail in words by the volunteer of the visit."""
    with small_district.write() as work:
        return take_in(
            work,
            message_id="1",
            sender=VOLUNTEER,
            sender_name="Amara",
            subject="Re: <b>Robots</b>",
            text="Sure thing!",
            why=Why.WORDS,
            received_at=NOW,
            visit=UID,
        ).key


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("path", ["/mail", "/inbox"])
def test_mail_is_for_those_who_oversee(signed_in_as: SignIn, path: str) -> None:
    assert [signed_in_as(email).get(path).status_code for email in (COORDINATOR, VIEWER)] == [
        200
    ] * 2
    for email in (TEACHER, VOLUNTEER, OFFICE):
        assert signed_in_as(email).get(path).status_code == 404


@pytest.mark.parametrize("why", Why)
def test_page_says_why_a_mail_is_here_and_asks_for_no_answer_that_is_entered(
    small_district: Store, signed_in_as: SignIn, why: Why
) -> None:
    with small_district.write() as work:
        mail = take_in(
            work,
            message_id=why,
            sender=VOLUNTEER,
            sender_name="Amara",
            subject="Re: Robots",
            text="I bring a robot.",
            why=why,
            received_at=NOW,
            visit=UID,
        )
    said = main_text(signed_in_as(COORDINATOR).page(f"/inbox/{mail.key}"))
    assert "Why it is here:" in said
    assert ("Is it an answer?" in said) is (why is not Why.WITH_WORDS)


def test_log_tells_whom_what_and_what_the_server_said(signed_in_as: SignIn, failed: str) -> None:
    told = main_text(signed_in_as(VIEWER).page("/mail"))
    assert "Invitation Amara Okafor Sat 21 November, 09:00 Did not arrive" in told
    assert f"The server said: {PROBLEM}" in told
    assert "Check the address with the person, or call them. Then send it again." in told
    assert "Robots around us Tue 8 December, 10:40" in told
    assert "Send again" not in told


def test_mail_can_be_taken_along(signed_in_as: SignIn, failed: str, letter: str) -> None:
    assert failed != letter
    vera = signed_in_as(VIEWER)
    sent = '"Invitation","Amara Okafor","2026-11-21 09:00","Did not arrive","1","Robots around us"'
    assert vera.get("/mail.csv?state=failed").text.splitlines()[1:] == [sent]
    assert vera.get("/mail.csv?state=sent").text.splitlines()[1:] == []
    why = "It is written in words. We can’t tell whether it is a yes or a no."
    line = f'"Re: <b>Robots</b>","Amara Okafor","2026-11-21 09:00","{why}","Robots around us",""'
    assert vera.get("/inbox.csv").text.splitlines()[1:] == [line]
    assert vera.get("/inbox.csv?state=done").text.splitlines()[1:] == []


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("state=failed", True),
        ("state=sent", False),
        ("text=okafor", True),
        ("text=omar", False),
        (f"visit={UID}", True),
        (f"visit={UID}&state=waiting", False),
        ("text=%25", False),
        ("state=odd", True),
    ],
)
def test_log_is_filtered_by_its_address(
    signed_in_as: SignIn, failed: str, query: str, is_there: bool
) -> None:
    told = main_text(signed_in_as(VIEWER).page(f"/mail?{query}"))
    assert (PROBLEM in told) is is_there


def test_failed_mail_is_sent_again_once(
    small_district: Store, signed_in_as: SignIn, failed: str
) -> None:
    visitor = signed_in_as(COORDINATOR)
    path = "/mail/send-again?state=failed"
    answer = visitor.send(path, {"key": failed}, on="/mail")
    assert (answer.status_code, answer.location) == (303, "/mail?state=failed")
    with small_district.read() as work:
        (row,) = work.outbox.of_subjects((UID,))
    assert (row.state, row.due_at) == (OutboxState.DUE, NOW)
    visitor.send(path, {"key": failed}, on="/mail")
    assert "did not fail" in main_text(visitor.page("/mail"))
    assert visitor.send(path, {"key": "none"}, on="/mail").status_code == 404
    assert "Carla Diaz sent an e-mail again" in main_text(visitor.page(f"/visits/{UID}"))


def test_mail_of_a_visit_stands_on_its_page(signed_in_as: SignIn, failed: str) -> None:
    assert PROBLEM in main_text(signed_in_as(COORDINATOR).page(f"/visits/{UID}"))
    assert PROBLEM not in signed_in_as(TEACHER).get(f"/visits/{UID}").text
    assert signed_in_as(COORDINATOR).get("/mail?visit=none").status_code == 404


def test_mail_of_a_series_stands_under_each_visit_that_it_tells_of(
    small_district: Store, signed_in_as: SignIn
) -> None:
    first, second = a_visit(), a_visit(uid="second", session=2, period=period(LATER))
    told = {INVITATION: (first, second), REMINDER: (first,)}
    with small_district.write() as work:
        work.visits.add((second,))
        for purpose, visits in told.items():
            work.outbox.add(announce(visits, purpose=purpose, recipients=(VOLUNTEER,), at=NOW))
    vera = signed_in_as(VIEWER)
    shown = {
        visit.uid: vera.get(f"/mail.csv?visit={visit.uid}").text.splitlines()[1:]
        for visit in (first, second)
    }
    assert [len(shown[visit.uid]) for visit in (first, second)] == [2, 1]
    assert '"Invitation"' in shown[second.uid][0]


def test_inbox_shows_what_waits_and_says_why(signed_in_as: SignIn, letter: str) -> None:
    visitor = signed_in_as(VIEWER)
    told = main_text(visitor.page("/inbox"))
    assert "1 e-mail waits for a person." in told
    assert "Re: <b>Robots</b> It is written in words." in told
    opened = main_text(visitor.page(f"/inbox/{letter}"))
    assert "Sure thing!" in opened
    assert "They say yes" not in opened


def test_mail_is_done_and_put_back(signed_in_as: SignIn, letter: str) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = f"/inbox/{letter}"
    assert visitor.send(f"{page}/done", on=page).location == "/inbox"
    assert "All done" in main_text(visitor.page("/inbox"))
    assert "By Carla Diaz" in main_text(visitor.page("/inbox?state=done"))
    visitor.send(f"{page}/done", on=page)
    assert "Somebody dealt with this" in main_text(visitor.page("/inbox"))
    visitor.send(f"{page}/back", on=page)
    assert "1 e-mail waits" in main_text(visitor.page("/inbox"))


def test_yes_in_words_is_entered_for_the_visit(
    small_district: Store, signed_in_as: SignIn, letter: str
) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = f"/inbox/{letter}"
    assert visitor.send(f"{page}/answer", {"answer": "yes"}, on=page).status_code == 422
    answer = visitor.send(f"{page}/answer", {"answer": "yes", "visit": UID}, on=page)
    assert (answer.status_code, answer.location) == (303, f"/visits/{UID}")
    with small_district.read() as work:
        visit = work.visits.get(UID)
    assert visit
    assert visit.bookings[0].partstat is Partstat.ACCEPTED


@pytest.mark.usefixtures("small_district")
def test_unknown_mail_is_not_found_and_viewers_change_nothing(
    signed_in_as: SignIn, letter: str
) -> None:
    visitor = signed_in_as(VIEWER)
    assert visitor.get("/inbox/none").status_code == 404
    for deed in ("done", "back", "answer"):
        assert visitor.send(f"/inbox/{letter}/{deed}", on="/inbox").status_code == 404
