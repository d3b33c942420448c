"""Every mail with made-up people, ready to be rendered: the contexts that delivery would pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Booking, Partstat, VisitState
from scheduler.domain.volunteers import Format
from scheduler.factory import mail_renderer
from scheduler.mail.pauses import at_once
from scheduler.mail.words import WITHOUT_VISIT, Words, write_words
from scheduler.services.digests import Headline
from tests.builders import TEACHER, VOLUNTEER, a_sheet, a_visit, moment, period

SITE = "https://visits.example.org"
READERS = MappingProxyType(
    {
        "volunteer": {"name": "Amara Okafor", "email": VOLUNTEER, "role": "volunteer"},
        "teacher": {"name": "Lena Fischer", "email": TEACHER, "role": "teacher"},
        "coordinator": {
            "name": "Carla Ruiz",
            "email": "carla@schools.example",
            "role": "coordinator",
        },
        "office": {"name": "Olga Wirth", "email": "olga@schools.example", "role": "office"},
    }
)
ANSWERS = {
    "answer": f"{SITE}/r/kVq3?a=yes",
    "answer_no": f"{SITE}/r/kVq3?a=no",
    "page": f"{SITE}/v/kVq3",
    "cant": f"{SITE}/v/kVq3/cant",
    "feed": f"{SITE}/cal/hT9x.ics",
    "choices": f"{SITE}/m/zP4w",
}
REQUEST_PAGE = {"page": f"{SITE}/requests/robots", "feed": f"{SITE}/cal/mN2b.ics"}
WEEK = {"availability": f"{SITE}/availability", "choices": ANSWERS["choices"]}
WEEK_PAGE = {"page": f"{SITE}/calendar?on=2026-12-07", "choices": ANSWERS["choices"]}
SIGN_IN = {"sign_in": f"{SITE}/login/uW7c"}


def render(name: str, context: Mapping[str, object]) -> str:
    """Fill a template with the product's own renderer, which refuses names that nobody passed."""
    return mail_renderer()(name, context)


def words_of(message: str, **changes: Any) -> Words:
    """Return a mail's words; ``changes`` replace parts of its ordinary context."""
    return at_once(write_words(message, context_of(message, **changes), render=render))


def context_of(message: str, *, role: str = "", **changes: Any) -> dict[str, Any]:
    """Return what delivery passes for that mail, to its usual reader unless a role is named."""
    role = role or ROLE_BY_MESSAGE[message]
    sheets = () if message in WITHOUT_VISIT else (certain_sheet(),)
    context = {
        "reader": READERS[role],
        "site_name": "Lakeshore District",
        "sheets": sheets,
        "links": dict(LINKS_BY_MESSAGE.get(message, ANSWERS)),
        "old": None,
        "reason": "",
        "facts": {},
        **CONTEXT_BY_MESSAGE.get(message, {}),
        **changes,
    }
    return {**context, "sheet": next(iter(context["sheets"]), None)}


def certain_sheet(**changes: Any) -> VisitSheet:
    """Return the sheet of a confirmed visit of Amara Okafor, with a note from the teacher."""
    visit = a_visit(state=VisitState.CONFIRMED, bookings=(Booking(VOLUNTEER, Partstat.ACCEPTED),))
    sheet = a_sheet(visit, note="They have just built a line follower.\nShow them a real arm!")
    return replace(_named(sheet), **changes)


def open_sheet(**changes: Any) -> VisitSheet:
    """Return the sheet of a visit that nobody has answered yet."""
    return replace(_named(a_sheet(a_visit())), **changes)


def declined_sheet() -> VisitSheet:
    """Return the sheet of a visit whose only guest has said no."""
    return _named(a_sheet(a_visit(bookings=(Booking(VOLUNTEER, Partstat.DECLINED),))))


def series() -> tuple[VisitSheet, ...]:
    """Return the sheets of three visits a week apart, the last one in another room."""
    sheet = open_sheet()
    starts = (period(f"2026-12-{day:02} 10:40-11:30") for day in (8, 15, 22))
    first, second, third = (
        replace(sheet, visit=replace(sheet.visit, period=span, session=number), sessions=3)
        for number, span in enumerate(starts, start=1)
    )
    return first, second, replace(third, visit=replace(third.visit, room="Library"))


def week() -> tuple[VisitSheet, ...]:
    """Return the sheets of a certain visit, one that is not, and one by video call."""
    later, last = period("2026-12-10 09:30-10:20"), period("2026-12-11 10:40-11:30")
    waits, call = open_sheet(class_name="6B"), online_sheet()
    return (
        certain_sheet(),
        replace(waits, visit=replace(waits.visit, period=later, room="Library")),
        replace(call, visit=replace(call.visit, period=last)),
    )


def panel() -> VisitSheet:
    """Return the sheet of a visit by two people, one by video call; a third has said no."""
    bookings = (
        Booking(VOLUNTEER, Partstat.ACCEPTED),
        Booking("ben@robots.example", Partstat.ACCEPTED, Format.VIRTUAL),
        Booking("cleo@robots.example", Partstat.DECLINED, removed=True),
    )
    sheet = _named(a_sheet(a_visit(state=VisitState.CONFIRMED, bookings=bookings)))
    amara, ben, cleo = sheet.speakers
    ben = replace(ben, format=Format.VIRTUAL)
    return replace(sheet, speakers=(amara, ben, cleo), meeting_url="https://meet.example/maple")


def lacking() -> VisitSheet:
    """Return the sheet of the panel, which is one short of the three that were asked for."""
    return replace(panel(), speakers_wanted=3)


def online_sheet(**changes: Any) -> VisitSheet:
    """Return the sheet of a confirmed visit by video call, in French."""
    sheet = certain_sheet()
    visit = replace(sheet.visit, format=Format.VIRTUAL, room="")
    call = replace(sheet, visit=visit, meeting_url="https://meet.example/maple", language="fr")
    return replace(call, **changes)


def _named(sheet: VisitSheet) -> VisitSheet:
    amara, *others = sheet.speakers
    return replace(sheet, speakers=(replace(amara, name="Amara Okafor"), *others))


ROLE_BY_MESSAGE = MappingProxyType(
    {
        "sign_in": "coordinator",
        "invitation": "volunteer",
        "announcement": "teacher",
        "confirmation": "volunteer",
        "confirmation_teacher": "teacher",
        "change": "volunteer",
        "cancellation": "volunteer",
        "reminder": "volunteer",
        "declined": "coordinator",
        "reopened": "teacher",
        "taken_out": "volunteer",
        "ask_availability": "volunteer",
        "other_time": "teacher",
        "feedback": "teacher",
        "message": "volunteer",
        "hand_over": "teacher",
        "handed_over": "teacher",
        "new_host": "volunteer",
        "join_confirm": "volunteer",
        "join_waiting": "coordinator",
        "join_accepted": "volunteer",
        "join_declined": "volunteer",
        "still_right": "volunteer",
        "times_offered": "coordinator",
        "time_kept": "volunteer",
        "arranged": "teacher",
        "stand_in_ask": "volunteer",
        "stand_in_looking": "teacher",
        "stand_in_found": "teacher",
        "stand_in_arrives": "office",
        "stand_in_plan_b": "teacher",
        "renew_clearance": "volunteer",
        "address_changed": "volunteer",
        "still_coming": "volunteer",
        "no_answer_yet": "volunteer",
        "lapsed": "volunteer",
        "let_go": "coordinator",
        "thanks": "volunteer",
        "roster": "office",
        "approved": "coordinator",
        "proposed": "coordinator",
        "digest": "teacher",
    }
)
LINKS_BY_MESSAGE = MappingProxyType(
    {
        "sign_in": SIGN_IN,
        "announcement": REQUEST_PAGE,
        "confirmation_teacher": REQUEST_PAGE,
        "cancellation": {"feed": ANSWERS["feed"]},
        "declined": {"page": f"{SITE}/proposals/robots"},
        "reopened": REQUEST_PAGE,
        "taken_out": {"feed": ANSWERS["feed"]},
        "ask_availability": SIGN_IN,
        "other_time": REQUEST_PAGE,
        "feedback": {"feedback": f"{SITE}/f/qL8e", "feed": REQUEST_PAGE["feed"]},
        "message": {"page": f"{SITE}/requests/robots/messages"},
        "hand_over": {"page": f"{SITE}/classes/offers/nC5d"},
        "handed_over": {"page": f"{SITE}/classes"},
        "arranged": {"page": f"{SITE}/requests/robots"},
        "renew_clearance": {"page": f"{SITE}/profile", "choices": ANSWERS["choices"]},
        "address_changed": {"page": f"{SITE}/login"},
        "join_confirm": {"join": f"{SITE}/join/jN4q"},
        "join_waiting": {"joinings": f"{SITE}/joining", "choices": ANSWERS["choices"]},
        "join_accepted": WEEK,
        "join_declined": {},
        "stand_in_ask": ANSWERS | {"answer": f"{SITE}/s/sT6n", "page": f"{SITE}/s/sT6n"},
        "stand_in_looking": REQUEST_PAGE,
        "stand_in_found": REQUEST_PAGE,
        "stand_in_arrives": {"page": f"{SITE}/day?day=2026-12-08"},
        "stand_in_plan_b": REQUEST_PAGE,
        "still_right": WEEK | {"keep": f"{SITE}/keep/kP7t"},
        "times_offered": {"offers": f"{SITE}/other-times", "choices": ANSWERS["choices"]},
        "lapsed": ANSWERS | {"page": f"{SITE}/r/kVq3"},
        "let_go": {"page": f"{SITE}/proposals/robots", "choices": ANSWERS["choices"]},
        "thanks": WEEK,
        "roster": WEEK_PAGE,
        "approved": WEEK_PAGE,
        "proposed": {"page": f"{SITE}/proposals", "choices": ANSWERS["choices"]},
        "digest": {"home": f"{SITE}/", "choices": ANSWERS["choices"]},
    }
)
CONTEXT_BY_MESSAGE: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "sign_in": {"facts": {"minutes": 15}},
        "invitation": {
            "sheets": (open_sheet(),),
            "facts": {"has_calendar": True},
        },
        "announcement": {"sheets": (open_sheet(),)},
        "confirmation": {"facts": {"has_calendar": True}},
        "change": {
            "sheets": (open_sheet(),),
            "old": {"period": period("2026-12-07 09:30-10:20"), "room": "Library"},
            "facts": {"has_calendar": True},
        },
        "cancellation": {
            "reason": "The class is on a trip that day.",
            "facts": {"by": "Lena Fischer", "has_calendar": True},
        },
        "reminder": {"facts": {"days": 1}},
        "join_declined": {"reason": "There are no schools near you yet."},
        "times_offered": {
            "sheets": (open_sheet(),),
            "facts": {
                "speaker_name": "Amara Okafor",
                "starts": (moment("2026-12-10 10:40"), moment("2026-12-15 12:30")),
                "words": "Or any Friday.",
            },
        },
        "time_kept": {"sheets": (open_sheet(),)},
        "still_coming": {"facts": {"days": 4}},
        "no_answer_yet": {
            "sheets": (open_sheet(),),
            "facts": {"kept_until": date(2026, 12, 1)},
        },
        "lapsed": {"sheets": (declined_sheet(),), "facts": {"has_calendar": True}},
        "let_go": {"sheets": (declined_sheet(),), "facts": {"speaker_name": "Amara Okafor"}},
        "roster": {"sheets": week(), "facts": {"monday": date(2026, 12, 7)}},
        "approved": {
            "facts": {
                "weeks": ((date(2026, 12, 7), 12), (date(2026, 12, 14), 1)),
                "schools": ("Birch School", "Maple School"),
            }
        },
        "proposed": {
            "facts": {"waiting": 12, "clear": 10, "nobody": 3, "first_day": date(2026, 12, 8)}
        },
        "stand_in_ask": {"sheets": (open_sheet(),)},
        "stand_in_looking": {
            "sheets": (declined_sheet(),),
            "facts": {"speaker_name": "Amara Okafor", "is_sought": True},
        },
        "stand_in_found": {"facts": {"speaker_name": "Amara Okafor", "has_calendar": True}},
        "stand_in_arrives": {"facts": {"speaker_name": "Amara Okafor"}},
        "stand_in_plan_b": {
            "sheets": (declined_sheet(),),
            "facts": {
                "speaker_name": "Amara Okafor",
                "plan_b": "Robots at home: https://lessons.example/robots",
                "is_sought": True,
            },
        },
        "declined": {
            "sheets": (declined_sheet(),),
            "reason": "I am abroad.",
            "facts": {"speaker_name": "Amara Okafor"},
        },
        "reopened": {
            "sheets": (declined_sheet(),),
            "facts": {"speaker_name": "Amara Okafor"},
        },
        "other_time": {"sheets": (open_sheet(),)},
        "message": {
            "facts": {
                "author": "Lena Fischer",
                "title": "Robots around us",
                "words": "Could you bring the arm?\nWe have two tables.",
            }
        },
        "arranged": {"facts": {"title": "Robots around us", "changed": ["virtual"]}},
        "renew_clearance": {
            "facts": {
                "clearance": "police_check",
                "last_day": date(2027, 1, 15),
                "has_ended": False,
            }
        },
        "address_changed": {"facts": {"new_address": VOLUNTEER}},
        "digest": {
            "facts": {
                "headlines": (
                    Headline("How was the visit of Amara Okafor?", f"{SITE}/f/qL8e"),
                    Headline("We asked Ben Ito to visit class 5A", f"{SITE}/requests/bridges"),
                    Headline(
                        "1 visit in the week of Mon 14 December",
                        WEEK_PAGE["page"],
                        ("Mon 14 December: 10:40–11:30 · Ben Ito · 5A · Room 12",),
                    ),
                )
            }
        },
        "hand_over": {
            "facts": {
                "author": "Omar Haddad",
                "class_name": "5A",
                "school_name": "Maple School",
            }
        },
        "handed_over": {
            "facts": {
                "author": "Omar Haddad",
                "class_name": "5A",
                "school_name": "Maple School",
                "accepted": True,
            }
        },
        "new_host": {
            "sheets": (certain_sheet(teacher_name="Omar Haddad", note=""),),
            "facts": {"host": "Omar Haddad", "former_host": "Lena Fischer"},
        },
        "taken_out": {
            "sheets": (declined_sheet(),),
            "facts": {"speaker_name": "Amara Okafor", "has_calendar": True},
        },
    }
)
