"""Visit a school: a stranger joins, proves the address, and a coordinator says yes or no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from scheduler.domain.joining import Joining, JoiningState
from scheduler.domain.people import RoleName
from scheduler.domain.volunteers import Format
from scheduler.services.announcements import (
    JOIN_ACCEPTED,
    JOIN_CONFIRM,
    JOIN_DECLINED,
    JOIN_WAITING,
    SIGN_IN,
)
from scheduler.services.joining import MOST_AN_HOUR
from scheduler.services.ports import Store
from scheduler.services.records import OutboxRow
from scheduler.services.tokens import joining_token
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER
from tests.small_district import VIEWER
from tests.web.conftest import SECRET_KEY, StoppedClock, Visitor, main_text, parsed, text_of

NEW = "noor@example.org"
FORM: dict[str, object] = {
    "name": "Noor Ali",
    "email": " Noor@Example.org ",
    "topics": ["robotics", "no such topic"],
    "grades": ["3", "4"],
    "languages": ["en", "fr"],
    "formats": ["in_person"],
    "postal_code": "M5V 2T6",
    "organization": "Robots & Co",
    "about": "Bridges, mostly.",
}

pytestmark = pytest.mark.usefixtures("small_district")


def sent(store: Store, email: str = NEW) -> tuple[Joining, ...]:
    with store.read() as work:
        return work.joinings.of_email(email)


def mails(store: Store) -> list[tuple[str, str]]:
    with store.write() as work:
        rows: tuple[OutboxRow, ...] = work.outbox.claim(
            now=NOW + timedelta(days=1), until=NOW + timedelta(days=2), limit=99
        )
    return sorted((row.purpose, row.recipient) for row in rows)


def link(store: Store, email: str = NEW) -> str:
    joining = sent(store, email)[-1]
    return f"/join/{joining_token(joining.key, joining.email, key=SECRET_KEY)}"


@pytest.fixture
def waiting(store: Store, client: Visitor) -> Joining:
    """Return somebody who has proven the address and waits for a word."""
    client.send("/join", FORM)
    client.send(link(store))
    (joining,) = sent(store)
    return joining


def test_form_is_kept_and_the_address_asked_for(store: Store, client: Visitor) -> None:
    answer = client.send("/join", FORM)
    assert (answer.status_code, answer.location) == (303, "/join/sent")
    (joining,) = sent(store)
    assert joining.state is JoiningState.UNCONFIRMED
    assert (joining.name, joining.level_by_topic) == ("Noor Ali", {"robotics": 2})
    assert (joining.grades, joining.formats) == (frozenset({3, 4}), {Format.IN_PERSON})
    assert "127.0.0.1" not in joining.asked_from
    assert mails(store) == [(JOIN_CONFIRM, NEW)]


def test_answer_is_the_same_for_an_address_we_know(store: Store, client: Visitor) -> None:
    stranger = client.send("/join", FORM)
    known = client.send("/join", FORM | {"email": VOLUNTEER})
    assert (known.status_code, known.location) == (stranger.status_code, stranger.location)
    assert sent(store, VOLUNTEER) == ()
    assert mails(store) == [(JOIN_CONFIRM, NEW), (SIGN_IN, VOLUNTEER)]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Tell us your name"),
        ("email", "noor", "Write an address such as name@example.org"),
        ("topics", [], "Pick at least one topic"),
        ("grades", [], "Pick at least one grade"),
        ("languages", [], "Pick at least one language"),
        ("formats", [], "Pick at least one way to visit"),
        ("about", "x" * 601, "Use at most 600 letters"),
    ],
)
def test_form_that_lacks_something_says_what(
    store: Store, client: Visitor, field: str, value: object, message: str
) -> None:
    answer = client.send("/join", FORM | {field: value})
    page = parsed(answer.text)
    assert answer.status_code == 422
    assert [(a.get("href"), text_of(a)) for a in page.findall(".//*[@role='alert']//a")] == [
        (f"#{field}", message)
    ]
    assert page.find(f".//*[@id='{field}']") is not None
    assert sent(store) == ()


def test_one_sender_cannot_send_forms_without_end(store: Store, client: Visitor) -> None:
    codes = [
        client.send("/join", FORM | {"email": f"n{number}@example.org"}).status_code
        for number in range(MOST_AN_HOUR + 1)
    ]
    assert codes == [303] * MOST_AN_HOUR + [429]


def test_nobodys_mailbox_can_be_filled(store: Store, client: Visitor) -> None:
    for _ in range(5):
        assert client.send("/join", FORM).location == "/join/sent"
    assert mails(store) == [(JOIN_CONFIRM, NEW)] * 3


def test_opening_the_link_changes_nothing_and_one_tap_proves_the_address(
    store: Store, client: Visitor
) -> None:
    client.send("/join", FORM)
    page = client.page(link(store))
    assert "Noor Ali would like to visit a school." in main_text(page)
    assert sent(store)[0].state is JoiningState.UNCONFIRMED
    assert client.send(link(store)).status_code == 303
    assert sent(store)[0].state is JoiningState.WAITING
    assert "Thank you, Noor Ali" in main_text(client.page(link(store)))
    assert (JOIN_WAITING, COORDINATOR) in mails(store)


def test_proven_form_takes_the_place_of_what_others_sent(store: Store, client: Visitor) -> None:
    client.send("/join", FORM | {"name": "Not Noor"})
    client.send("/join", FORM)
    client.send(link(store))
    assert [joining.name for joining in sent(store)] == ["Noor Ali"]


def test_wrong_link_has_ended(store: Store, client: Visitor) -> None:
    client.send("/join", FORM)
    for path in (f"{link(store)}x", "/join/abc", "/join/é.é", link(store).replace(".", "x.")):
        assert client.get(path).status_code == 410


def test_nobody_is_a_volunteer_before_they_are_accepted(store: Store, waiting: Joining) -> None:
    assert waiting.state is JoiningState.WAITING
    with store.read() as work:
        assert (work.volunteers.get(NEW), work.people.get(NEW)) == (None, None)


def test_coordinator_accepts_and_a_volunteer_is_made(
    store: Store, waiting: Joining, signed_in_as: Callable[[str], Visitor]
) -> None:
    carla = signed_in_as(COORDINATOR)
    said = main_text(carla.page("/joining"))
    assert "Waiting since today" in said
    assert "“Bridges, mostly.”" in said
    carla.send(f"/joining/{waiting.key}/accept", {"organization": "robots"}, on="/joining")
    with store.read() as work:
        made, person = work.volunteers.get(NEW), work.people.get(NEW)
    assert made is not None
    assert person is not None
    assert (made.organization, made.weekly, made.clearances) == ("robots", (), ())
    assert (made.languages, made.postal_code) == (("en", "fr"), "M5V 2T6")
    assert person.has_role(RoleName.VOLUNTEER)
    said = main_text(carla.page("/joining"))
    assert "Next: Ask for the clearance and note it" in said
    assert (JOIN_ACCEPTED, NEW) in mails(store)


def test_declined_gets_a_kind_mail_and_is_no_volunteer(
    store: Store, waiting: Joining, signed_in_as: Callable[[str], Visitor]
) -> None:
    carla = signed_in_as(COORDINATOR)
    path = f"/joining/{waiting.key}/decline"
    carla.send(path, {"reason": "We have no classes near you."}, on="/joining")
    again = carla.send(path, {"reason": "Twice"}, on="/joining")
    assert again.status_code == 303
    (joining,) = sent(store)
    assert (joining.state, joining.reason) == (
        JoiningState.DECLINED,
        "We have no classes near you.",
    )
    assert (JOIN_DECLINED, NEW) in mails(store)
    with store.read() as work:
        assert work.volunteers.get(NEW) is None


def test_teacher_who_joins_keeps_name_and_roles(
    store: Store, client: Visitor, signed_in_as: Callable[[str], Visitor]
) -> None:
    client.send("/join", FORM | {"email": TEACHER, "name": "Somebody Else"})
    client.send(link(store, TEACHER))
    key = sent(store, TEACHER)[0].key
    signed_in_as(COORDINATOR).send(f"/joining/{key}/accept", on="/joining")
    with store.read() as work:
        person = work.people.get(TEACHER)
    assert person is not None
    assert person.name == "Lena Fischer"
    assert person.has_role(RoleName.TEACHER)
    assert person.has_role(RoleName.VOLUNTEER)


def test_viewer_reads_and_decides_nothing(
    waiting: Joining, signed_in_as: Callable[[str], Visitor]
) -> None:
    vera = signed_in_as(VIEWER)
    page = vera.page("/joining")
    main = page.find(".//main")
    assert main is not None
    assert list(main.iter("form")) == []
    assert vera.send(f"/joining/{waiting.key}/accept", on="/joining").status_code == 404


@pytest.mark.parametrize("who", [VOLUNTEER, TEACHER])
def test_others_do_not_read_who_joins(who: str, signed_in_as: Callable[[str], Visitor]) -> None:
    assert signed_in_as(who).get("/joining").status_code == 404


def test_unproven_address_cannot_be_accepted(
    store: Store, client: Visitor, signed_in_as: Callable[[str], Visitor]
) -> None:
    client.send("/join", FORM)
    key = sent(store)[0].key
    carla = signed_in_as(COORDINATOR)
    assert "Noor" not in main_text(carla.page("/joining"))
    assert carla.send(f"/joining/{key}/accept", on="/joining").status_code == 404


def test_list_can_be_taken_along(
    waiting: Joining, clock: StoppedClock, signed_in_as: Callable[[str], Visitor]
) -> None:
    assert waiting
    clock.now += timedelta(days=3)
    lines = signed_in_as(COORDINATOR).get("/joining.csv").text.splitlines()
    assert lines[1].startswith('"Noor Ali","noor@example.org","Robots & Co"')
    assert lines[1].endswith('"3"')
