"""The words of every mail: as last read by a person, complete as text, safe as HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import html5lib
import pytest
from jinja2 import UndefinedError

from scheduler.domain.errors import Unknown
from scheduler.mail.pauses import at_once
from scheduler.mail.words import LINKS_BY_MESSAGE, MESSAGES, WITHOUT_VISIT, Words, write_words
from tests.architecture.source import CHECKOUT
from tests.builders import period
from tests.mail import letters
from tests.mail.golden import FOLDER, NAMES, golden_files, golden_text, golden_words, write_anew

LARGEST_HTML_BYTES = 20_000
TEMPLATES = CHECKOUT / "templates" / "mail"
COLD_WORDS = re.compile(r"\b(please|invalid|submit|user)", re.IGNORECASE)
NEEDED_ON_THE_DAY = (
    "Maple School",
    "12 Maple Street",
    "Room 12",
    "Ring at the front door.",
    "Tuesday 8 December 2026, 10:40–11:30, Toronto time (UTC−5)",
    "Lena Fischer",
    "class 5A",
    "Robots around us",
)
HOSTILE = 'Ann <a href="https://spy.example">x</a>\r\n\r\n<b>&amp;\u2028"\'{{ self }}\u202e'


@pytest.mark.parametrize("name", NAMES)
def test_mail_reads_as_it_was_last_read_by_a_person(name: str) -> None:
    words = golden_words(name)
    assert golden_text(words) == golden("txt", name)
    assert words.html == golden("html", name)


def test_every_golden_file_is_compared_and_written(tmp_path: Path) -> None:
    (tmp_path / "forgotten.txt").write_text("from a mail that is gone")
    write_anew(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == set(golden_files()) == {path.name for path in FOLDER.iterdir()}


def test_every_mail_has_its_three_templates_and_there_are_no_others() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
    assert folders == set(MESSAGES)
    for message in MESSAGES:
        files = {path.name for path in (TEMPLATES / message).iterdir()}
        assert files == {"subject.txt", "body.txt", "body.html"}


def test_unknown_mail_is_refused() -> None:
    with pytest.raises(Unknown):
        letters.words_of("greeting", role="volunteer")


@pytest.mark.parametrize("name", NAMES)
def test_html_is_one_small_well_formed_page(name: str) -> None:
    html = golden_words(name).html
    html5lib.HTMLParser(strict=True).parse(html)
    assert len(html.encode()) < LARGEST_HTML_BYTES
    assert not re.search(r"<(img|form|script|link|iframe|svg)\b", html)


@pytest.mark.parametrize("name", NAMES)
def test_subject_is_one_line_and_title_of_the_html(name: str) -> None:
    words = golden_words(name)
    assert words.subject == " ".join(words.subject.split())
    assert f"<title>{words.subject}</title>" in words.html.replace("&amp;", "&")


@pytest.mark.parametrize("name", NAMES)
def test_html_and_text_open_the_same_addresses(name: str) -> None:
    words = golden_words(name)
    linked = {link for link in links_in(words.html) if not link.startswith("tel:")}
    assert linked == set(re.findall(r"https://\S+", words.text))


@pytest.mark.parametrize("message", MESSAGES)
def test_mail_leads_to_every_link_it_asks_for(message: str) -> None:
    words = letters.words_of(message)
    links = letters.context_of(message)["links"]
    assert {links[name] for name in LINKS_BY_MESSAGE[message]} <= links_in(words.html)


@pytest.mark.parametrize(
    ("message", "link"), [(m, link) for m in MESSAGES for link in LINKS_BY_MESSAGE[m]]
)
def test_mail_without_a_link_it_asks_for_is_not_written(message: str, link: str) -> None:
    links = {**letters.context_of(message)["links"]}
    del links[link]
    with pytest.raises(UndefinedError):
        letters.words_of(message, links=links)


@pytest.mark.parametrize("message", MESSAGES)
def test_mail_is_written_with_only_the_links_it_asks_for(message: str) -> None:
    all_links = letters.context_of(message)["links"]
    asked = [*LINKS_BY_MESSAGE[message], *(["answer", "answer_no"] if message == "change" else [])]
    words = letters.words_of(message, links={name: all_links[name] for name in asked})
    assert not {"feed", "choices"} & {n for n, link in all_links.items() if link in words.text}


@pytest.mark.parametrize("message", sorted(set(MESSAGES) - {"join_confirm", "join_declined"}))
def test_mail_leads_its_reader_to_their_choices(message: str) -> None:
    choices = f"{letters.SITE}/m/own"
    links = {**letters.context_of(message)["links"], "choices": choices}
    words = letters.words_of(message, links=links)
    assert words.text.count(choices) == words.html.count(choices) == 1


@pytest.mark.parametrize("message", ["invitation", "confirmation", "reminder"])
@pytest.mark.parametrize("fact", NEEDED_ON_THE_DAY)
def test_guest_finds_everything_in_text_and_html(message: str, fact: str) -> None:
    words = letters.words_of(message)
    assert fact in words.text
    assert fact in words.html


@pytest.mark.parametrize("message", sorted(set(MESSAGES) - WITHOUT_VISIT - {"roster"}))
def test_subject_names_day_and_time(message: str) -> None:
    assert letters.words_of(message).subject.endswith("Tuesday 8 December, 10:40")


@pytest.mark.parametrize("name", NAMES)
def test_mail_says_why_it_came(name: str) -> None:
    words = golden_words(name)
    assert words.text.count("You get this because") == 1
    assert words.html.count("You get this because") == 1


@pytest.mark.parametrize("name", NAMES)
def test_words_are_warm(name: str) -> None:
    words = golden_words(name)
    assert COLD_WORDS.findall(words.subject + words.text) == []


def test_series_lists_every_date() -> None:
    text = letters.words_of("confirmation", sheets=letters.series()).text
    assert re.findall(r"^Visit \d: Tuesday (\d+) December 2026", text, re.MULTILINE) == [
        "8",
        "15",
        "22",
    ]


def test_online_visit_names_the_call_and_no_door() -> None:
    words = letters.words_of("confirmation", sheets=(letters.online_sheet(),))
    assert words.subject == "Confirmed: online with Maple School, Tuesday 8 December, 10:40"
    assert "https://meet.example/maple" in links_in(words.html)
    assert "Ring at the front door" not in words.text
    assert "Language: French" in words.text


def test_panel_tells_each_guest_their_own_place() -> None:
    sheet = letters.panel()
    ben = {"name": "Ben", "email": "ben@robots.example", "role": "volunteer"}
    words = letters.words_of("confirmation", sheets=(sheet,), reader=ben)
    assert "Join the video call here: https://meet.example/maple" in words.text
    assert "With you: Amara Okafor\n" in words.text
    assert "Cleo" not in words.text


def test_meeting_address_that_is_no_web_address_is_never_a_link() -> None:
    sheet = letters.online_sheet(meeting_url="javascript:alert(1)")
    words = letters.words_of("confirmation", sheets=(sheet,))
    assert "Online: javascript:alert(1)" in words.text
    assert not any(link.startswith("javascript") for link in links_in(words.html))


def test_new_time_asks_the_guest_again() -> None:
    words = letters.words_of("change")
    assert "Was: Monday 7 December 2026, 09:30–10:20" in words.text
    assert letters.ANSWERS["answer"] in links_in(words.html)


def test_new_room_alone_asks_nobody_again() -> None:
    sheet = letters.certain_sheet()
    old = {"period": sheet.visit.period, "room": "Library"}
    words = letters.words_of("change", sheets=(sheet,), old=old)
    assert "Room was: Library\nRoom is now: 12\n" in words.text
    assert "Was: " not in words.text
    assert not {letters.ANSWERS["answer"], letters.ANSWERS["answer_no"]} & links_in(words.html)


def test_change_of_one_date_in_a_series_lists_the_others() -> None:
    old = {"period": period("2026-12-07 09:30-10:20"), "room": "12"}
    text = letters.words_of("change", sheets=letters.series(), old=old).text
    assert "Was: Monday 7 December 2026" in text
    assert "Visit 3: Tuesday 22 December 2026" in text


def test_change_of_something_else_says_so_without_an_old_value() -> None:
    sheet = letters.online_sheet()
    old = {"period": sheet.visit.period, "room": ""}
    words = letters.words_of("change", sheets=(sheet,), old=old)
    assert "Your visit has changed" in words.text
    assert "was:" not in words.text.lower()


@pytest.mark.parametrize(
    ("by", "reason", "sentence"),
    [
        ("Lena Fischer", "A trip.", "Lena Fischer gave this reason: “A trip.”"),
        ("Lena Fischer", "", "Lena Fischer had to cancel."),
        ("", "A trip.", "The reason: “A trip.”"),
    ],
)
def test_cancellation_says_who_and_why_as_far_as_known(by: str, reason: str, sentence: str) -> None:
    words = letters.words_of("cancellation", reason=reason, facts={"by": by})
    assert sentence in words.text
    assert sentence in words.html


@pytest.mark.parametrize(
    ("days", "beginning"), [(0, "Today: "), (1, "Tomorrow: "), (7, "In 1 week: "), (3, "In 3 days")]
)
def test_reminder_counts_from_the_day_it_is_sent(days: int, beginning: str) -> None:
    assert letters.words_of("reminder", facts={"days": days}).subject.startswith(beginning)


def test_reminder_of_an_unanswered_invitation_asks_again() -> None:
    words = letters.words_of("reminder", sheets=(letters.open_sheet(),))
    assert "We have no answer from you yet. Can you come?" in words.text
    assert letters.ANSWERS["answer"] in links_in(words.html)


def test_teacher_is_not_told_why_the_guest_said_no() -> None:
    secret = "My mother is ill."
    told = letters.words_of("declined", reason=secret)
    untold = letters.words_of("reopened", reason=secret)
    assert secret in told.text
    assert secret not in untold.text + untold.html


def test_school_phone_is_for_the_guest_alone() -> None:
    phone = "416-555-0100"
    assert phone in letters.words_of("reminder").text
    for message, role in (("reminder", "teacher"), ("declined", "coordinator")):
        words = letters.words_of(message, role=role)
        assert phone not in words.text + words.html


@pytest.mark.parametrize("name", NAMES)
def test_nobodys_address_but_the_readers_own_stands_in_a_mail(name: str) -> None:
    words = golden_words(name)
    addresses = set(re.findall(r"[\w.]+@[\w.]+\w", words.text + words.html))
    assert addresses <= {"carla@schools.example"} if name == "sign_in" else not addresses


@pytest.mark.parametrize("message", MESSAGES)
def test_strangers_words_add_no_line_no_link_and_no_element(message: str) -> None:
    harmless, hostile = with_names(message, "Ann"), with_names(message, HOSTILE)
    assert hostile.text.count("\n") == harmless.text.count("\n")
    assert skeleton(hostile.html) == skeleton(harmless.html)
    assert links_in(hostile.html) == links_in(harmless.html)
    assert "\u202e" not in hostile.text + hostile.html + hostile.subject


def test_product_renders_mails_as_they_are_tested() -> None:
    from scheduler.factory import mail_renderer

    for message in MESSAGES:
        context = letters.context_of(message)
        product = at_once(write_words(message, context, render=mail_renderer()))
        assert product == letters.words_of(message)


def test_no_is_thanked_for_only_where_it_was_the_readers_own() -> None:
    own = letters.words_of("taken_out")
    others = letters.words_of("taken_out", facts={"speaker_name": "Ben"})
    assert "Thank you for telling us." in own.text
    assert "Thank you for telling us." not in others.text


def test_guest_whose_name_is_gone_is_still_spoken_of() -> None:
    words = letters.words_of("declined", facts={"speaker_name": ""})
    assert words.subject.startswith("Said no: The guest, ")


def test_blank_lines_never_pile_up() -> None:
    for before, after in pairwise(letters.words_of("cancellation", reason="").text.splitlines()):
        assert (before, after) != ("", "")


def golden(kind: str, name: str) -> str:
    return (FOLDER / f"{name}.{kind}").read_bytes().decode()


def links_in(html: str) -> set[str]:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return {element.get("href") for element in tree.iter("a")}


def skeleton(html: str) -> list[tuple[str, tuple[str, ...]]]:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return [(str(element.tag), tuple(element.keys())) for element in tree.iter()]


def with_names(message: str, name: str) -> Words:
    """Return the mail where every word that strangers chose is this one."""
    context = letters.context_of(message)
    sheets = tuple(
        replace(
            sheet,
            title=name,
            school_name=name,
            address=name,
            arrival_note=name,
            phone=f"{name} 555",
            teacher_name=name,
            class_name=name,
            grade=name,
            language=name,
            note=name,
            speakers=tuple(replace(s, name=name, organization=name) for s in sheet.speakers),
            visit=replace(sheet.visit, room=name),
        )
        for sheet in context["sheets"]
    )
    facts = {**context["facts"], "by": name, "speaker_name": name}
    return letters.words_of(
        message,
        sheets=sheets,
        facts=facts,
        reason=name,
        site_name=name,
        reader={**context["reader"], "name": name},
    )
