"""The look: sheets that turn with the script, pages and macros that stay plain."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from playwright.sync_api import Browser

from scheduler.web.assets import slim

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
MACRO_FILES = sorted((TEMPLATES / "ui").glob("*.html"))
# Mail programs drop style sheets, so mails alone may carry styles in line.
PAGE_TEMPLATES = sorted(
    file for file in TEMPLATES.rglob("*.html") if file.relative_to(TEMPLATES).parts[0] != "mail"
)

PHYSICAL = re.compile(
    r"(?<![-\w])(?:"
    r"(?:margin|padding|border|inset|scroll-(?:margin|padding))-(?:left|right|top|bottom)[-\w]*"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height)"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    r")\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
)


def environment(*flashed: tuple[str, object]) -> Environment:
    """Return Jinja as strict as it can be, with stand-ins for what Flask adds."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        csrf_token=lambda: "token",
        url_for=lambda endpoint, filename: f"/{endpoint}/{filename}",
        get_flashed_messages=lambda with_categories: list(flashed),
    )
    return made


def parsed(markup: str) -> Element:
    """Return a whole HTML document as a tree; fail where it is malformed."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(markup)
    return tree


def drawn(macro: str, call: str, **values: object) -> Element:
    """Return the tree of one macro call; the values are names the call may use."""
    source = f'{{% from "ui/{macro}.html" import {call.partition("(")[0]} %}}{{{{ {call} }}}}'
    body = environment().from_string(source).render(**values)
    return parsed(f"<!doctype html><html><head><title>t</title></head><body>{body}</body></html>")


def text_of(element: Element | None) -> str:
    """Return the words of an element, with single spaces."""
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def page(**values: object) -> Element:
    """Return the tree of the error page, the plainest page that uses the layout."""
    shown = {"code": 404, "title": "This page is not here", "sentence": "The link may be old."}
    return parsed(environment().get_template("error.html").render(shown | values))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_sheet_has_logical_properties_only(sheet: Path) -> None:
    rules = re.sub(r"/\*.*?\*/|@media[^{]*", "", sheet.read_text(encoding="utf-8"), flags=re.S)
    assert PHYSICAL.findall(rules) == []


@pytest.mark.parametrize(
    "rule", ["margin-left: 0", "a { left: 0", "text-align:right", "max-width: 3rem", "top: 0"]
)
def test_physical_rule_would_be_found(rule: str) -> None:
    assert PHYSICAL.search(rule)


def test_colours_are_named_in_tokens_only() -> None:
    others = [sheet for sheet in SHEETS if sheet.name != "tokens.css"]
    found = [re.findall(r":[^;{]*(#[0-9a-fA-F]{3,8})\b", file.read_text()) for file in others]
    assert found == [[] for _ in others]


def test_sheets_use_no_token_that_is_missing() -> None:
    text = "".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)
    named = set(re.findall(r"--([\w-]+)\s*:", text))
    assert set(re.findall(r"var\(--([\w-]+)", text)) - named == set()


def test_every_class_of_the_sheets_stands_in_a_page_or_a_script() -> None:
    files = (*PAGE_TEMPLATES, *(ROOT / "static").glob("*.js"))
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    rules = re.sub(r"/\*.*?\*/", "", "".join(file.read_text() for file in SHEETS), flags=re.S)
    named = set(re.findall(r"\.([a-z][\w-]*)(?=[^{}]*\{)", rules))
    # The end of a name may be put in: class="tag tag-{{ tone }}".
    stems = set(re.findall(r"([a-z][\w-]*-)\{[{%]", text))
    whole = {name for name in named if re.search(rf"(?<![\w-]){name}(?![\w-])", text)}
    assert {n for n in named - whole if f"{n.rpartition('-')[0]}-" not in stems} == set()


@pytest.mark.parametrize("file", PAGE_TEMPLATES, ids=lambda file: file.stem)
def test_template_obeys_the_content_policy(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.findall(r"\sstyle\s*=|<style|<script(?![^>]*\ssrc=)|\son\w+\s*=\s*\"", text) == []
    assert PHYSICAL.findall(text) == []


@pytest.mark.parametrize("file", MACRO_FILES, ids=lambda file: file.stem)
def test_macro_file_opens_by_explaining_every_argument(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    head = re.match(r"\{#-? (\w+): (.*?)-?#\}", text, re.S)
    assert head
    assert head[1] == file.stem
    public = [
        macro
        for macro in environment().parse(text).find_all(nodes.Macro)
        if re.search(rf"\b{macro.name}\b", head[0])
    ]
    arguments = {argument.name for macro in public for argument in macro.args}
    assert {name for name in arguments if not re.search(rf"\b{name}\b", head[2])} == set()


def test_first_view_is_small_and_takes_four_requests() -> None:
    tree = page()
    sheets = [link.get("href") for link in tree.iter("link") if link.get("rel") == "stylesheet"]
    scripts = list(tree.iter("script"))
    assert 1 + len(sheets) + len(scripts) <= 4
    sheet = slim("\n".join(file.read_text(encoding="utf-8") for file in SHEETS)).encode()
    script = (ROOT / "static" / "visitbell.js").read_bytes()
    assert sum(len(gzip.compress(each)) for each in (sheet, script)) < 16_000


def test_script_is_loaded_only_where_a_page_asks_for_it() -> None:
    (script,) = page(enhanced=True).iter("script")
    assert (script.get("src"), "defer" in script.attrib) == ("/static/site.js", True)


def test_page_names_its_place_and_signs_out_by_post() -> None:
    nav = [{"label": "Today", "href": "/today", "current": True}, {"label": "Help", "href": "/h"}]
    account = {"name": "Jo Hart", "initials": "JH", "sign_out": "/out"}
    tree = page(site_name="River visits", nav=nav, account=account)
    assert text_of(tree.find(".//title")) == "This page is not here – River visits"
    assert [a.get("href") for a in tree.iter("a") if a.get("aria-current")] == ["/today"]
    (form,) = tree.iter("form")
    assert (form.get("method"), form.get("action")) == ("post", "/out")
    assert [field.get("value") for field in form.iter("input")] == ["token"]


def test_page_turns_and_says_so() -> None:
    root = page(lang="ar", dir="rtl", theme="dark")
    assert (root.get("lang"), root.get("dir"), root.get("data-theme")) == ("ar", "rtl", "dark")


def test_title_begins_with_error_when_the_page_has_one() -> None:
    assert text_of(page(has_errors=True).find(".//title")).startswith("Error: This page")


def test_rehearsal_is_announced_on_every_page() -> None:
    (banner,) = page(rehearsal_now="Tue 8 December, 09:00").iter("aside")
    assert text_of(banner) == "Rehearsal: it is Tue 8 December, 09:00"
    assert list(page().iter("aside")) == []


def test_message_is_read_out_and_can_be_taken_back() -> None:
    undo = {"words": "Removed 14 December.", "action": "/undo/7"}
    html = environment(("done", undo), ("note", "<b>Hi</b>")).get_template("error.html")
    tree = parsed(html.render(code=404, title="t", sentence="s"))
    (region,) = (part for part in tree.iter("div") if part.get("role") == "status")
    assert text_of(region) == "Removed 14 December. Undo <b>Hi</b>"
    assert [form.get("action") for form in region.iter("form")] == ["/undo/7"]


def test_field_points_at_its_hint_and_its_error() -> None:
    tree = drawn("field", "field('topic', 'Topic', hint='Your words', error='Tell us')")
    (control,) = tree.iter("input")
    ids = (control.get("aria-describedby") or "").split()
    assert [text_of(tree.find(f".//*[@id='{name}']")) for name in ids] == ["Your words", "Tell us"]
    assert control.get("aria-invalid") == "true"
    assert [label.get("for") for label in tree.iter("label")] == ["topic"]


def test_field_without_remarks_points_at_nothing() -> None:
    (control,) = drawn("field", "field('topic', 'Topic', min=0)").iter("input")
    assert (control.get("aria-describedby"), control.get("min")) == (None, "0")


def test_error_summary_links_each_field_and_vanishes_without_errors() -> None:
    errors = [{"field": "topic", "message": "Tell us what the visit should be about"}]
    tree = drawn("error_summary", "error_summary(errors)", errors=errors)
    assert [(a.get("href"), text_of(a)) for a in tree.iter("a")] == [
        ("#topic", "Tell us what the visit should be about")
    ]
    assert list(drawn("error_summary", "error_summary([])").iter("div")) == []


def test_box_of_the_week_says_day_part_hours_and_booking() -> None:
    tree = drawn(
        "week_grid",
        "week_grid('free', 'My week', days, parts, free=['tue-am'], booked=booked)",
        days=[{"key": "tue", "short": "Tue", "label": "Tuesday"}],
        parts=[{"key": "am", "label": "Morning", "hours": "10–12", "said": "10 to 12"}],
        booked={"tue-am": {"day": 8, "month": "Dec", "said": "visit booked on 8 December"}},
    )
    (box,) = tree.iter("input")
    assert box.get("aria-label") == "Tuesday, Morning, 10 to 12, visit booked on 8 December"
    assert (box.get("value"), "checked" in box.attrib) == ("tue-am", True)
    assert [(b.get("name"), b.get("value")) for b in tree.iter("button")] == [
        ("fill", "tue"),
        ("fill", "am"),
    ]


@pytest.mark.parametrize(
    ("state", "said"),
    [("kept", "Way there: 18 min"), ("missed", "Way there: Missed. 18 min")],
)
def test_reason_is_told_in_words(state: str, said: str) -> None:
    reason = {"label": "Way there", "fact": "18 min", "state": state}
    tree = drawn("reason_list", "reason_list('Wishes', [reason])", reason=reason)
    assert text_of(tree.find(".//li")) == said
    assert [svg.get("aria-label") for svg in tree.iter() if svg.tag.endswith("svg")] == [
        "Kept" if state == "kept" else None
    ]


def test_day_strip_keeps_the_scale_and_cuts_what_lies_outside() -> None:
    spans = [
        {"start_minutes": start * 60, "end_minutes": end * 60, "kind": kind}
        for start, end, kind in ((6, 10, "busy"), (10, 11, "visit"), (17, 18, "busy"))
    ]
    lane = {"label": "Maya", "said": "", "spans": spans}
    tree = drawn("day_strip", "day_strip([lane])", lane=lane)
    bars = [svg for svg in tree.iter() if svg.get("class") in {"day-busy", "day-visit"}]
    assert [(bar.get("x"), bar.get("width")) for bar in bars] == [
        ("0.0%", "25.0%"),
        ("25.0%", "12.5%"),
    ]


def test_sieve_draws_what_is_left_of_everybody() -> None:
    step = {"label": "Topic", "left": 7, "out": 35, "left_words": "7 left", "out_words": "35 out"}
    tree = drawn("sieve", "sieve([step], 42)", step=step)
    kept = [bar.get("width") for bar in tree.iter() if bar.get("class") == "sieve-kept"]
    assert (kept, text_of(tree.find(".//li"))) == (["16.67%"], "Topic 7 left 35 out")


def test_closed_lesson_cannot_be_picked() -> None:
    shut = {"weekday": "Fri", "day": 18, "month": "Dec", "closed": "Staff day", "note": "No class"}
    weeks = [{"label": "14–18 Dec", "note": "in 3 weeks", "lessons": [shut]}]
    tree = drawn("lesson_tiles", "lesson_tiles('lesson', weeks)", weeks=weeks)
    assert list(tree.iter("input")) == []
    assert "Fri 18 Dec Staff day No class" in text_of(tree)


def test_mail_is_one_small_table_with_nothing_to_fetch() -> None:
    template = environment().get_template("mail/_layout.html")
    markup = template.render(
        subject="Confirmed: Lakeside",
        heading="Your visit <is> confirmed",
        date={"weekday": "Tue", "day": 8, "month": "Dec"},
        button={"href": "https://visits.example/v/1", "words": "See the plan"},
        lines=[{"label": "Where", "fact": "12 Lake Road"}],
    )
    tree = parsed(markup)
    assert len(markup.encode()) < 20_000
    assert [part.tag for part in tree.iter() if part.tag in {"img", "form", "script", "link"}] == []
    assert re.findall(r"url\(|@import|@font-face", markup) == []
    assert text_of(tree.find(".//h1")) == "Your visit <is> confirmed"
    assert "12 Lake Road" in text_of(tree)
    assert [a.get("href") for a in tree.iter("a")] == ["https://visits.example/v/1"]


@pytest.mark.browser
def test_script_steps_and_counts_what_is_ticked(browser: Browser) -> None:
    source = """{% from "ui/queue.html" import queue_group %}
    {% from "ui/stepper.html" import stepper %}
    {% from "ui/bulk_bar.html" import bulk_bar %}{{ stepper("most", "Most visits", 2, max=3) }}
    <form id="queue">{{ queue_group("Ready", rows, key="ready", select_all="Select all") }}</form>
    {{ bulk_bar("queue", "Approve {count}", clear="Clear") }}"""
    row = {"href": "#", "title": "Bridges", "meta": "8B", "who": "Maya", "weekday": "Tue", "day": 8}
    rows = [row | {"value": f"{number}", "select": f"Select {number}"} for number in (1, 2)]
    with browser.new_context() as context:
        sheet = context.new_page()
        sheet.set_content(environment().from_string(source).render(rows=rows))
        assert sheet.get_by_role("button", name="One more").count() == 0
        sheet.add_script_tag(path=ROOT / "static" / "visitbell.js")
        for _ in range(2):
            sheet.get_by_role("button", name="One more").click()
        assert sheet.get_by_label("Most visits").input_value() == "3"
        assert sheet.get_by_role("button", name="Approve 0").is_disabled()
        sheet.get_by_label("Select all").check()
        assert sheet.get_by_role("button", name="Approve 2").is_enabled()
        sheet.get_by_label("Select 1", exact=True).uncheck()
        assert sheet.get_by_role("button", name="Approve 1").is_enabled()
        sheet.get_by_role("button", name="Clear").click()
        assert sheet.get_by_role("button", name="Approve 0").is_disabled()
