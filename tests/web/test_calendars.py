"""Calendar links on the page: right for each program, private, and replaced only by their owner."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import segno

from scheduler.services.ports import Store
from scheduler.services.tokens import answer_token
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_visit
from tests.outside.ics_checker import feed_faults
from tests.small_district import OFFICE, OTHER_VOLUNTEER, VIEWER
from tests.web.conftest import SECRET_KEY, StoppedClock, Visitor, main_text

PAGE = "/calendars"
MINE = {"kind": "volunteer", "owner": VOLUNTEER}


@pytest.fixture
def amara(small_district: Store, signed_in_as: Callable[[str], Visitor]) -> Visitor:
    assert small_district
    return signed_in_as(VOLUNTEER)


def address(visitor: Visitor) -> str:
    (field,) = visitor.page(PAGE).findall(".//input[@id='feed-1-address']")
    return field.get("value") or ""


def test_link_is_made_by_a_button_and_opens_the_feed(amara: Visitor) -> None:
    assert amara.page(PAGE).findall(".//input[@readonly]") == []
    assert amara.send(PAGE, MINE).status_code == 303
    feed = amara.get(urlsplit(address(amara)).path)
    assert (feed.status_code, feed.mimetype) == (200, "text/calendar")


def test_each_program_gets_the_form_it_understands(amara: Visitor) -> None:
    amara.send(PAGE, MINE)
    https = address(amara)
    webcal = https.replace("http:", "webcal:", 1)
    apple, google, letter, outlook, at_work = (
        a.get("href") or "" for a in amara.page(PAGE).findall(".//ul[@class='feed-apps']//a")
    )
    assert apple == webcal
    assert google.startswith("https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Flocalhost")
    assert parse_qs(urlsplit(google).query) == {"cid": [webcal]}
    assert urlsplit(letter)[:3] == ("mailto", "", VOLUNTEER)
    assert parse_qs(urlsplit(letter).query)["body"] == [google]
    for subscribe in (outlook, at_work):
        assert urlsplit(subscribe).path == "/calendar/0/addfromweb"
        assert parse_qs(urlsplit(subscribe).query) == {"url": [https]}


def test_new_link_stops_the_old_one(amara: Visitor) -> None:
    amara.send(PAGE, MINE)
    old = address(amara)
    assert amara.send(f"{PAGE}/new-link", MINE, on=PAGE).status_code == 303
    assert address(amara) != old
    assert "Robots around us" not in amara.get(urlsplit(old).path).text
    assert "Robots around us" in amara.get(urlsplit(address(amara)).path).text


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/new-link"])
@pytest.mark.parametrize(
    "fields", [{"kind": "teacher", "owner": TEACHER}, {"kind": "school", "owner": "maple"}, {}]
)
def test_link_of_somebody_else_is_not_found(
    amara: Visitor, path: str, fields: dict[str, str]
) -> None:
    assert amara.send(path, fields, on=PAGE).status_code == 404


@pytest.mark.usefixtures("small_district")
def test_office_sees_its_schools(signed_in_as: Callable[[str], Visitor]) -> None:
    olive = signed_in_as(OFFICE)
    olive.send(PAGE, {"kind": "school", "owner": "maple"})
    assert "Visits at Maple School" in main_text(olive.page(PAGE))
    assert "Robots around us" in olive.get(urlsplit(address(olive)).path).text


@pytest.mark.parametrize(
    ("email", "kind", "owner", "words"),
    [
        (VOLUNTEER, "volunteer", VOLUNTEER, "we also write to you at once. Keep this link to"),
        (VOLUNTEER, "busy", VOLUNTEER, "can see when you are busy, and nothing else"),
        (OFFICE, "office", "maple", "Keep this link within your team"),
        (COORDINATOR, "public", "", "Everyone may have this link"),
    ],
)
def test_link_says_who_may_have_it(
    small_district: Store,
    signed_in_as: Callable[[str], Visitor],
    email: str,
    kind: str,
    owner: str,
    words: str,
) -> None:
    assert small_district
    visitor = signed_in_as(email)
    visitor.send(PAGE, {"kind": kind, "owner": owner})
    assert words in main_text(visitor.page(PAGE))


@pytest.mark.usefixtures("small_district")
def test_whoever_has_no_calendar_is_told(signed_in_as: Callable[[str], Visitor]) -> None:
    assert "You have no calendar here" in main_text(signed_in_as(VIEWER).page(PAGE))


class TestOneCalendar:
    def page_of(self, visitor: Visitor) -> str:
        visitor.send(PAGE, MINE)
        hrefs = [a.get("href") or "" for a in visitor.page(PAGE).findall(".//main//p/a")]
        return next(href for href in hrefs if href.startswith(f"{PAGE}/") and "year" not in href)

    def test_test_of_the_subscription_says_when_the_first_fetch_arrives(
        self, amara: Visitor, client: Visitor, clock: StoppedClock
    ) -> None:
        page = self.page_of(amara)
        assert "No calendar program has looked at it yet." in main_text(amara.page(page))
        google = {"User-Agent": "Google-Calendar-Importer"}
        assert client.get(urlsplit(address(amara)).path, headers=google).status_code == 200
        clock.now += timedelta(minutes=3)
        assert "Last looked at by Google Calendar, 3 minutes ago." in main_text(amara.page(page))
        assert "Last looked at by Google Calendar" in main_text(amara.page(PAGE))

    def test_page_follows_what_comes_until_the_first_fetch(self, amara: Visitor) -> None:
        one = self.page_of(amara)
        followed = ".//*[@data-follows]"
        assert len(amara.page(one).findall(followed)) == 1
        amara.get(urlsplit(address(amara)).path, headers={"User-Agent": "iOS/18 dataaccessd/1.0"})
        assert amara.page(one).findall(followed) == []

    def test_code_to_scan_is_a_picture_of_its_own_without_styles(self, amara: Visitor) -> None:
        page = self.page_of(amara)
        (picture,) = amara.page(page).findall(".//main//img")
        drawn = amara.get(picture.get("src") or "")
        assert (drawn.mimetype, picture.get("alt")) == (
            "image/svg+xml",
            "Code with your private calendar link",
        )
        assert drawn.headers["Cache-Control"] == "no-store"
        assert b"style" not in drawn.data
        webcal = address(amara).replace("http:", "webcal:", 1)
        expected = io.BytesIO()
        made = segno.make(webcal, error="m", micro=False)
        made.save(
            expected, kind="svg", scale=4, border=4, light="#fff", svgclass=None, lineclass=None
        )
        assert drawn.data == expected.getvalue()

    def test_booking_by_hand_are_kept_and_shown_again(self, amara: Visitor) -> None:
        page = self.page_of(amara)
        fields = {**MINE, "language": "fr", "alarm": "60", "certain_only": "y"}
        assert amara.send(f"{PAGE}/choices", fields, on=page).status_code == 303
        tree = amara.page(page)
        chosen = [
            o.get("value") for o in tree.findall(".//option") if o.get("selected") is not None
        ]
        assert chosen == ["fr", "60"]
        (box,) = tree.findall(".//input[@name='certain_only']")
        assert box.get("checked") is not None

    @pytest.mark.parametrize("fields", [{"alarm": "soon"}, {"alarm": "7"}, {"language": "tlh"}])
    def test_what_is_not_offered_is_refused(self, amara: Visitor, fields: dict[str, str]) -> None:
        page = self.page_of(amara)
        answer = amara.send(f"{PAGE}/choices", {**MINE, **fields}, on=page)
        assert answer.status_code in {400, 404}

    def test_ended_calendar_leads_nowhere(self, amara: Visitor, client: Visitor) -> None:
        page = self.page_of(amara)
        feed = urlsplit(address(amara)).path
        assert amara.send(f"{PAGE}/end", MINE, on=page).status_code == 303
        ended, never = client.get(feed), client.get(f"/cal/{'x' * 43}.ics")
        assert (ended.status_code, ended.data) == (404, never.data)
        assert amara.get(page).status_code == 404

    def test_page_and_code_are_their_holders_alone(
        self, amara: Visitor, signed_in_as: Callable[[str], Visitor]
    ) -> None:
        page = self.page_of(amara)
        for path in (page, f"{page}/code.svg"):
            assert signed_in_as(COORDINATOR).get(path).status_code == 404


class TestWay:
    def test_page_says_which_way_and_why(
        self, amara: Visitor, client: Visitor, clock: StoppedClock
    ) -> None:
        assert "By invitations in our e-mails, because no calendar program follows" in main_text(
            amara.page(PAGE)
        )
        amara.send(PAGE, MINE)
        for _ in range(3):
            phone = {"User-Agent": "iOS/18.1 (22B83) dataaccessd/1.0"}
            client.get(urlsplit(address(amara)).path, headers=phone)
            clock.now += timedelta(hours=12)
        assert (
            "By your calendar link. Apple Calendar has followed it since Saturday 21 November"
            in (main_text(amara.page(PAGE)))
        )
        assert amara.send(f"{PAGE}/way", {"mode": "mail"}, on=PAGE).status_code == 303
        assert "You chose: plain e-mail." in main_text(amara.page(PAGE))
        amara.send(f"{PAGE}/way", {"mode": ""}, on=PAGE)
        assert "By your calendar link." in main_text(amara.page(PAGE))

    def test_way_that_is_not_offered_is_refused(self, amara: Visitor) -> None:
        assert amara.send(f"{PAGE}/way", {"mode": "pigeon"}, on=PAGE).status_code == 400


class TestFiles:
    def test_visit_is_handed_out_as_a_file(self, amara: Visitor) -> None:
        answer = amara.get(f"/visits/{a_visit().uid}.ics")
        assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename=\"visit-2026-12-08.ics\"; filename*=UTF-8''visit-2026-12-08.ics"
        )
        assert feed_faults(answer.data) == ()

    def test_link_from_a_mail_hands_it_out_without_signing_in(
        self, amara: Visitor, client: Visitor
    ) -> None:
        token = answer_token(a_visit().uid, VOLUNTEER, key=SECRET_KEY)
        answer = client.get(f"/r/{token}/visit.ics")
        assert answer.data == amara.get(f"/visits/{a_visit().uid}.ics").data
        assert client.get(f"/r/{token[:-2]}/visit.ics").status_code == 404

    def test_strangers_get_no_file(
        self, amara: Visitor, client: Visitor, signed_in_as: Callable[[str], Visitor]
    ) -> None:
        assert amara
        path = f"/visits/{a_visit().uid}.ics"
        assert signed_in_as(OTHER_VOLUNTEER).get(path).status_code == 404
        assert client.get(path).status_code == 303

    def test_year_is_a_page_to_print_and_a_file(self, amara: Visitor) -> None:
        page = main_text(amara.page(f"{PAGE}/year"))
        assert "My visits from Tue 8 September 2026 to Tue 7 September 2027" in page
        assert "Tue 8 December 2026" in page
        answer = amara.get(f"{PAGE}/year.ics?on=2026-12-31")
        assert "visits-2026-2027.ics" in answer.headers["Content-Disposition"]
        assert feed_faults(answer.data) == ()
        assert b"Robots around us" in answer.data
        for elsewhere in ("2025-12-31", "2027-12-31"):
            assert b"VEVENT" not in amara.get(f"{PAGE}/year.ics?on={elsewhere}").data

    def test_year_of_nonsense_is_this_year(self, amara: Visitor) -> None:
        assert "Tue 8 December 2026" in main_text(amara.page(f"{PAGE}/year?on=soon"))
