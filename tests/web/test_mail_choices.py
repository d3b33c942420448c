"""Choose your e-mails: signed in, by link, and by one click of a mail program."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.domain.mail_choices import MailChoices, MailKind, Pace
from scheduler.services.own_links import ENDING_DOOR, MAIL_DOOR
from scheduler.services.ports import Store
from scheduler.services.tokens import door_token, token_hash
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER
from tests.small_district import OFFICE
from tests.web.conftest import SECRET_KEY, Visitor, main_text, parsed

TOKEN = door_token(MAIL_DOOR, VOLUNTEER, key=SECRET_KEY)
LINK = f"/m/{TOKEN}"
ENDING_TOKEN = door_token(ENDING_DOOR, VOLUNTEER, key=SECRET_KEY)
ENDING = f"/m/{ENDING_TOKEN}"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def with_link(small_district: Store) -> Store:
    """Return the store once a mail with both links was sent."""
    with small_district.write() as work:
        for door, token in ((MAIL_DOOR, TOKEN), (ENDING_DOOR, ENDING_TOKEN)):
            work.mail_doors.open(door, {token_hash(token): VOLUNTEER})
    return small_district


def choices(store: Store, email: str = VOLUNTEER) -> MailChoices | None:
    with store.read() as work:
        return work.mail_doors.choices((email,)).get(email)


def test_booking_by_hand_are_kept_and_shown_to_who_is_signed_in(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    lena = signed_in_as(TEACHER)
    lena.send("/mail-choices", {"reminder": "daily", "change": "never", "invitation": "never"})
    kept = choices(small_district, TEACHER)
    assert kept == MailChoices(TEACHER, {MailKind.REMINDER: Pace.DAILY})
    page = lena.page("/mail-choices")
    ticked = {
        (box.get("name"), box.get("value")) for box in page.iter("input") if "checked" in box.attrib
    }
    assert ("reminder", "daily") in ticked
    assert "Saved. Undo" in main_text(page)


@pytest.mark.usefixtures("small_district")
def test_only_volunteers_choose_about_invitations(signed_in_as: Callable[[str], Visitor]) -> None:
    named = {
        email: {box.get("name") for box in signed_in_as(email).page("/mail-choices").iter("input")}
        for email in (TEACHER, OFFICE, VOLUNTEER)
    }
    assert [email for email, names in named.items() if "invitation" in names] == [VOLUNTEER]


@pytest.mark.usefixtures("small_district")
def test_only_coordinators_choose_about_decisions(signed_in_as: Callable[[str], Visitor]) -> None:
    named = {
        email: {box.get("name") for box in signed_in_as(email).page("/mail-choices").iter("input")}
        for email in (COORDINATOR, TEACHER, OFFICE, VOLUNTEER)
    }
    assert [email for email, names in named.items() if "task" in names] == [COORDINATOR]


def test_link_shows_the_choices_and_changes_nothing(with_link: Store, client: Visitor) -> None:
    said = main_text(client.page(LINK))
    assert "Hello Amara Okafor." in said
    assert VOLUNTEER not in said
    assert choices(with_link) is None


def test_link_keeps_choices_without_signing_in(with_link: Store, client: Visitor) -> None:
    assert client.send(LINK, {"reminder": "never"}).status_code == 303
    assert choices(with_link) == MailChoices(VOLUNTEER, {MailKind.REMINDER: Pace.NEVER})


def test_one_click_ends_reminders_and_nothing_else_without_a_redirect(
    with_link: Store, client: Visitor
) -> None:
    assert client.get(f"{ENDING}/reminder").status_code == 200
    assert choices(with_link) is None
    for _ in range(2):
        assert client.post(f"{ENDING}/reminder", data=ONE_CLICK).status_code == 200
    assert choices(with_link) == MailChoices(VOLUNTEER, {MailKind.REMINDER: Pace.NEVER})
    assert "These e-mails have ended" in main_text(client.page(f"{ENDING}/reminder"))


def test_each_link_opens_its_own_page_and_no_other(with_link: Store, client: Visitor) -> None:
    assert client.get(f"{LINK}/reminder").status_code == 404
    assert client.post(f"{LINK}/reminder", data=ONE_CLICK).status_code == 404
    assert client.get(ENDING).status_code == 404
    assert choices(with_link) is None


@pytest.mark.parametrize("kind", ["invitation", "change", "task", "confirmation", "all", "ENDED"])
def test_what_matters_cannot_be_ended_by_one_click(
    with_link: Store, client: Visitor, kind: str
) -> None:
    assert client.post(f"{ENDING}/{kind}", data=ONE_CLICK).status_code == 404
    assert choices(with_link) is None


@pytest.mark.parametrize("path", [LINK, f"{ENDING}/reminder"])
def test_form_without_its_token_is_refused(with_link: Store, client: Visitor, path: str) -> None:
    assert client.post(path, data={"reminder": "never"}).status_code == 400
    assert choices(with_link) is None


def test_button_of_the_page_ends_them_too(with_link: Store, client: Visitor) -> None:
    assert client.send(f"{ENDING}/reminder").status_code == 303
    assert choices(with_link) == MailChoices(VOLUNTEER, {MailKind.REMINDER: Pace.NEVER})


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    "path", [LINK, "/m/abc", "/m/abc/reminder", f"{LINK}x", f"{ENDING}/roster"]
)
def test_link_that_no_mail_carried_opens_nothing(client: Visitor, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "This link has ended" in main_text(parsed(answer.text))
