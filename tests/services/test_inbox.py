"""Mail that needs a person: kept once and without secrets, dealt with once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.incoming import Incoming, IncomingState, Why
from scheduler.domain.visits import Partstat, VisitState
from scheduler.services import inbox
from scheduler.services.ports import Store
from scheduler.services.tokens import token_hash
from tests.actors import CARLA, VERA
from tests.builders import NOW, VOLUNTEER, a_visit

TEXT = """Hi,
yes, I will be there!   See https://visits.example/r/abc.def?a=yes

On Fri, 20 November 2026, School visits wrote:
> Robots around us
"""


def take_in(store: Store, **changes: object) -> Incoming:
    letter: dict[str, object] = {
        "message_id": "<1@mail.example>",
        "sender": VOLUNTEER.upper(),
        "sender_name": "Amara  O.",
        "subject": "Re: Robots\r\naround us",
        "text": TEXT,
        "why": Why.WORDS,
        "received_at": NOW,
        "visit": a_visit().uid,
    }
    with store.write() as work:
        return inbox.take_in(work, **letter | changes)  # type: ignore[arg-type]


def test_mail_is_kept_without_its_quotes_links_and_sender_address(small_district: Store) -> None:
    mail = take_in(small_district)
    assert mail == Incoming(
        key=token_hash("<1@mail.example>")[:32],
        received_at=NOW,
        sender_sha256=token_hash(VOLUNTEER),
        sender_name="Amara O.",
        subject="Re: Robots around us",
        excerpt="Hi,\nyes, I will be there! See …",
        why=Why.WORDS,
        email=VOLUNTEER,
        visit=a_visit().uid,
    )


def test_same_mail_is_kept_once_and_stays_done(small_district: Store) -> None:
    first = take_in(small_district)
    done = inbox.mark_done(small_district, first.key, actor=CARLA, now=NOW)
    assert take_in(small_district, text="Again") == done


def test_mail_without_a_message_id_is_known_by_what_it_says(small_district: Store) -> None:
    one, same = take_in(small_district, message_id=""), take_in(small_district, message_id=" ")
    assert one == same
    assert take_in(small_district, message_id="", text="No").key != one.key


def test_stranger_and_unknown_visit_are_kept_as_such(small_district: Store) -> None:
    mail = take_in(small_district, sender="x@elsewhere.example", visit="none")
    assert (mail.email, mail.visit, mail.sender_name) == ("", "", "Amara O.")
    assert inbox.opened(small_district, mail.key, actor=VERA, now=NOW).coming == ()


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("x" * 2000, "x" * 799 + "…"),
        ("> all of it\n> quoted", ""),
        ("Non.\n\n\n\nLe lundi, Ana a écrit :\nrest", "Non."),
        ("Oui.\nLe lun. 7 déc., Ana <ana@x.example>\na écrit\N{NO-BREAK SPACE}:\n\nrest", "Oui."),
        ("Ja.\nAm Mo., 7. Dez. schrieb Ana <ana@x.example>:\nrest", "Ja."),
        ("Yes.\nFrom: Ana <ana@x.example>\nSent: Monday\nrest", "Yes."),
        (
            "From: the bus stop I walk.\nOn the way, I said so.",
            "From: the bus stop I walk.\nOn the way, I said so.",
        ),
        ("WWW.example.org/a webcal://b/c", "… …"),
    ],
)
def test_excerpt_is_the_beginning_of_ones_own_words(text: str, excerpt: str) -> None:
    assert inbox.excerpt_of(text) == excerpt


def test_inbox_lists_the_latest_first_with_name_and_visit(small_district: Store) -> None:
    take_in(small_district)
    later = take_in(small_district, message_id="2", visit="", received_at=NOW.replace(hour=20))
    page = inbox.inbox(small_district, actor=VERA)
    assert page.lines[0] == inbox.InboxLine(later, "Amara Okafor")
    assert (len(page.lines), page.waiting, page.has_next) == (2, 2, False)
    assert page.lines[1].sheet
    assert page.lines[1].sheet.title == "Robots around us"


def test_done_mail_is_off_the_list_until_it_is_put_back(small_district: Store) -> None:
    mail = take_in(small_district)
    done = inbox.mark_done(small_district, mail.key, actor=CARLA, now=NOW)
    assert done == replace(mail, state=IncomingState.DONE, done_by="Carla Diaz", done_at=NOW)
    assert inbox.inbox(small_district, actor=CARLA).lines == ()
    finished = inbox.inbox(small_district, actor=CARLA, state=IncomingState.DONE)
    assert [line.mail for line in finished.lines] == [done]
    with pytest.raises(IllegalTransition):
        inbox.mark_done(small_district, mail.key, actor=CARLA, now=NOW)
    assert inbox.mark_open(small_district, mail.key, actor=CARLA) == mail


@pytest.mark.parametrize(
    ("says_yes", "state", "partstat"),
    [
        (True, VisitState.CONFIRMED, Partstat.ACCEPTED),
        (False, VisitState.CANCELLED, Partstat.DECLINED),
    ],
)
def test_answer_in_words_is_entered_and_the_mail_is_done(
    small_district: Store, says_yes: bool, state: VisitState, partstat: Partstat
) -> None:
    mail = take_in(small_district)
    (visit,) = inbox.enter_answer(
        small_district, mail.key, visit=mail.visit, says_yes=says_yes, actor=CARLA, now=NOW
    )
    assert (visit.state, visit.bookings[0].partstat) == (state, partstat)
    with small_district.read() as work:
        kept = work.inbox.get(mail.key)
    assert kept
    assert kept.state is IncomingState.DONE
    with pytest.raises(IllegalTransition):
        inbox.enter_answer(
            small_district, mail.key, visit=mail.visit, says_yes=True, actor=CARLA, now=NOW
        )


def test_answer_of_a_stranger_or_to_another_visit_is_entered_nowhere(small_district: Store) -> None:
    for mail, visit in (
        (take_in(small_district, sender="x@elsewhere.example"), a_visit().uid),
        (take_in(small_district, message_id="2"), "none"),
    ):
        with pytest.raises(Unknown):
            inbox.enter_answer(
                small_district, mail.key, visit=visit, says_yes=True, actor=CARLA, now=NOW
            )
    with small_district.read() as work:
        assert work.visits.get(a_visit().uid) == a_visit()


def test_what_is_not_there_is_unknown(small_district: Store) -> None:

    with pytest.raises(Unknown):
        inbox.opened(small_district, "none", actor=CARLA, now=NOW)
