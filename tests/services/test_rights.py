"""Every use case that somebody asks for, held against everybody who could ask.

The table names whom each lets in, to things that are theirs or not: Lena asked for the visit that
Amara gives, Omar and Ben have nothing to do with it, and Olive keeps the school's office. A use
case that is missing here fails the test.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import time
from importlib import import_module
from inspect import isfunction, signature
from pathlib import Path
from pkgutil import iter_modules

import pytest

import scheduler.services
from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.batches import WhatIf, WhatIfKind
from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.domain.closings import Afterwards
from scheduler.domain.districts import Contact, Site
from scheduler.domain.errors import NotAllowed, SchedulerError, Unknown
from scheduler.domain.handovers import Handover
from scheduler.domain.mail_rules import MailRules
from scheduler.domain.people import Person, Role, RoleName
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import parse_window
from scheduler.domain.schooldays import Closure
from scheduler.domain.volunteers import Clearance
from scheduler.services.access import Actor
from scheduler.services.asking import reference_of
from scheduler.services.calendar_links import FeedChoices
from scheduler.services.calendar_spans import CalendarAsked
from scheduler.services.directory import VolunteerFilter
from scheduler.services.exports import Year
from scheduler.services.feed_records import CalendarMode
from scheduler.services.feedback import Said
from scheduler.services.feeds import FeedSettings
from scheduler.services.mail_log import MailAsked
from scheduler.services.ports import Store
from scheduler.services.profiles import Offer
from scheduler.services.queue_rows import Wanted
from scheduler.services.records import Feed, FeedKind
from scheduler.services.requests import Answers
from scheduler.services.running import Worker
from scheduler.services.tokens import feed_token, token_hash
from scheduler.services.warm import Warm
from scheduler.services.within import Within
from tests.actors import AMARA, BEN, CARLA, LENA, OLIVE, OMAR, VERA
from tests.builders import DAY, NOW, TEACHER, VOLUNTEER, a_classroom, a_visit
from tests.databases import engine_on, filled
from tests.services.world import KEY, NoGazetteer, SmallWeb, solve_quickly
from tests.small_district import OTHER_TEACHER, fill

NOBODY = Actor("gone@schools.example", "Somebody who has left")
EVERYBODY = (CARLA, VERA, LENA, OMAR, AMARA, BEN, OLIVE, NOBODY)

BY_COORDINATORS = """
    accounts.add_account accounts.change_address accounts.deactivate accounts.give_role
    accounts.reactivate accounts.set_schools accounts.take_role merging_accounts.merge
    applying.apply_remedy approvals.approve approvals.approve_ready approvals.undo
    batch_pages.choices batch_pages.named batches.approve batches.drop board.undo_at
    bundles.export_bundle bundles.export_zip bundles.import_bundle
    by_hand_pages.book_by_hand by_hand_pages.by_hand
    booking_by_hand.book deciding_otherwise.choose deciding_otherwise.override
    clearances.add_clearance clearances.approve_clearance clearances.ask_to_renew
    clearances.withdraw_clearance ended_links.end_links_of
    closing_days.close_day closing_days.undo closing_pages.choices closing_pages.preview
    import_pages.import_desk import_pages.look
    imports.bring imports.give_up imports.look_again imports.say_yes
    inbox.enter_answer inbox.mark_done inbox.mark_open mail_log.send_again moves.move_sheet
    onboarding.accept onboarding.decline organization_changes.add_contact
    organization_changes.add_site organization_changes.change_organization
    organization_changes.remove_contact organization_changes.remove_site
    other_times.keep other_times.take proposals.propose proposals.reject
    public_visits.choose_public public_visits.public_choices repairs.try_out
    running.propose_at_once runs.ask runs.stop
    school_pages.add_closure school_pages.change_contact school_pages.make_feed
    school_pages.remove_closure school_pages.renew_feed
    school_time.preview school_time.read_file school_time.use
    settings.change_day_parts settings.change_mail_rules
    settings.change_weights settings.change_words
    stand_in_answers.enter_yes
    stand_ins.ask_further stand_ins.keep_rules stand_ins.stop_search
    trusted_addresses.trust_address unapplying.take_remedy_back visits.move
    who_could_come.book_suggested
"""
BY_OVERSEERS = """
    about.about approvals.decided batch_pages.show batch_pages.waiting clearances.clearances
    conflicts.conflicts conflicts.every_conflict deeds.every_deed deeds.recent
    directory.all_volunteers directory.volunteers
    explanations.why following.all_requests following.every_request
    inbox.every_incoming inbox.inbox inbox.opened mail_log.every_mail mail_log.mail_log
    onboarding.newcomers opened.review
    organizations.organizations other_times.offers
    people_pages.account people_pages.accounts people_pages.accounts_named
    people_pages.all_accounts proposals.board runs.history runs.latest runs.look
    school_pages.school school_pages.schools school_time.school_time settings.settings
    stand_ins.stand_ins suggestions.for_request today.today volunteer_pages.volunteer
    who_could_come.who_could_come whole_queue.every_row
"""
BY_TEACHERS = "asking.ask_sheet drafts.keep_draft own_classes.own_classes requests.submit"
BY_VOLUNTEERS = """
    availability.add_time availability.come_back availability.go_away availability.keep_as_it_is
    availability.my_week availability.remove_time availability.save_week
    busy_calendars.add_address busy_calendars.add_file profiles.my_profile profiles.save_profile
"""
# Each shows or changes what is the asker's own, which may be nothing.
BY_EVERYBODY = """
    agenda.my_visits busy_calendars.my_calendars busy_calendars.my_old_calendars
    busy_calendars.remove calendar_links.calendar_links calendar_modes.choose
    calendar_modes.my_mode calendar_views.calendar drafts.discard_draft drafts.find_draft
    ended_links.end_own_links
    exports.year_file exports.year_of following.own_requests mail_choices.choose
    mail_choices.my_mail searching.search
"""
LENAS = "handing_over.offer_class handing_over.offering handing_over.take_back"
OMARS = "handing_over.take_over handing_over.turn_down"
AMARAS = """
    agenda.answer_own busy_calendars.check_now calendar_links.change_link calendar_links.end_link
    calendar_links.feed_of_key calendar_links.make_link calendar_links.own_feed
    calendar_links.renew_link calendar_links.write_ahead
"""
LET_IN_BY_NAMES = {
    BY_COORDINATORS: (CARLA,),
    BY_OVERSEERS: (CARLA, VERA),
    BY_TEACHERS: (LENA, OMAR),
    BY_VOLUNTEERS: (AMARA, BEN),
    BY_EVERYBODY: EVERYBODY,
    LENAS: (LENA,),
    OMARS: (OMAR,),
    AMARAS: (AMARA,),
    "handing_over.offered_class": (LENA, OMAR),
    "visits.answer": (CARLA, AMARA),
    """
    changing.change changing.offer_other_times changing.say_yes feedback.say requests.reopen
    requests.withdraw visits.cancel
    """: (CARLA, LENA),
    "organizations.organization": (CARLA, VERA),
    "feedback.feedback_on following.follow following.follow_with_messages": (CARLA, VERA, LENA),
    "messages.write_message": (CARLA, LENA, AMARA),
    "exports.visit_file messages.thread": (CARLA, VERA, LENA, AMARA),
    "visit_pages.visit_page": (CARLA, VERA, LENA, AMARA, OLIVE),
    "day_sheets.day_sheet": (CARLA, VERA, OLIVE),
}
LET_IN = [name for names in LET_IN_BY_NAMES for name in names.split()]

VISIT = a_visit()
OFFERED = Handover("offer", "maple-5a", TEACHER, OTHER_TEACHER, NOW)
LENT = BusyCalendar("lent", VOLUNTEER, NOW, (), DAY, NOW, address="https://calendars.example/a.ics")
FEED = Feed("feed", FeedKind.VOLUNTEER, VOLUNTEER)
DAYS = DateRange(DAY, DAY)
WINDOW = parse_window("2026-12-09 P3")
ANSWERS = Answers("Robots", "robotics", "", (WINDOW,))
# Whatever is looked for under another key is not there: who may look at all is asked first.
KEY_BY_MODULE = {
    **dict.fromkeys(("changing", "following", "messages", "requests"), "robots"),
    "handing_over": "offer",
    "busy_calendars": "lent",
    "calendar_links": "feed",
}
GIVEN: dict[str, object] = {
    "address": "",
    "afterwards": Afterwards.CANCEL,
    "answers": ANSWERS,
    "arrival_note": "",
    "asked": CalendarAsked(),
    "at": NOW,
    "at_a_time": 3,
    "base_url": "https://visits.example",
    "block": WeeklyAvailability(0, time(9), time(10)),
    "boxes": (),
    "choices": FeedChoices(),
    "classroom": "maple-5a",
    "clearance": Clearance("police check"),
    "closure": Closure("birch", DAYS, "Snow"),
    "colleague": reference_of(OTHER_TEACHER),
    "contact": Contact("Nia", email="nia@robots.example"),
    "day": DAY,
    "days": DAYS,
    "email": VOLUNTEER,
    "fetch": SmallWeb(),
    "files": (),
    "folder": Path("nowhere"),
    "gazetteer": NoGazetteer(),
    "gone": "none",
    "into": "none",
    "key": "none",
    "is_main": False,
    "kind": "volunteer",
    "language": "en",
    "lease_now": NOW,
    "lines": (),
    "mode": CalendarMode.FEED,
    "moment": NOW,
    "name": "Snow",
    "new": "new@schools.example",
    "now": NOW,
    "octets": b"",
    "offer": Offer(),
    "owner": VOLUNTEER,
    "pace_by_kind": {},
    "prunes": False,
    "parts": (),
    "phone": "",
    "place": 0,
    "plan_b": "",
    "reason": "",
    "reference": "none",
    "references": (),
    "request": "robots",
    "requests": (),
    "role": RoleName.TEACHER,
    "rules": MailRules(),
    "said": Said(happened=True),
    "says_yes": True,
    "schools": (),
    "seconds": 0.0,
    "seen": "",
    "session": 1,
    "settings": FeedSettings(KEY, "https://visits.example"),
    "shown": (),
    "site": Site("Works"),
    "site_name": "",
    "solve": solve_quickly,
    "start": NOW,
    "team": (),
    "text": "Lena",
    "ticked": (),
    "uid": VISIT.uid,
    "uids": (VISIT.uid,),
    "visit": VISIT.uid,
    "visits_per_term": None,
    "volunteers": (),
    "weights": {},
    "what_if": WhatIf(WhatIfKind.AWAY, DAY, email="nobody"),
    "windows": (WINDOW,),
    "words": "Hello",
    "worker": Worker("a test", lambda: NOW, lambda: NOW, NoGazetteer(), solve_quickly),
    "year": Year(DAYS, (), ()),
}
GIVEN_BY_NAME: dict[str, dict[str, object]] = {
    "agenda.my_visits": {"key": KEY},
    "accounts.give_role": {"name": RoleName.TEACHER},
    "accounts.take_role": {"role": Role(RoleName.TEACHER)},
    "busy_calendars.add_address": {"text": LENT.address},
    "directory.all_volunteers": {"asked": VolunteerFilter()},
    "drafts.keep_draft": {"answers": {}},
    "handing_over.offer_class": {"classroom": "maple-5b"},
    "organizations.organization": {"key": "robots"},
    "mail_log.every_mail": {"asked": MailAsked()},
    "mail_log.mail_log": {"asked": MailAsked()},
    "whole_queue.every_row": {"wanted": Wanted()},
    "requests.submit": {"answers": ANSWERS},
}


class Over(Exception):
    """End a transaction without a trace."""


@pytest.fixture
def store(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return a small district with an offer of a class, a lent calendar and a feed in it.

    What a use case writes into a folder goes to one that is thrown away.
    """
    monkeypatch.chdir(tmp_path)
    return filled(engine_on(sqlite_url), _fill)


def test_every_use_case_is_in_the_table() -> None:
    assert sorted(LET_IN) == sorted(_use_cases())


@pytest.mark.parametrize("names", LET_IN_BY_NAMES, ids=lambda names: names.split()[0])
def test_use_case_lets_in_whom_the_table_names(store: Store, names: str) -> None:
    actors = [actor.name for actor in LET_IN_BY_NAMES[names]]
    use_cases = _use_cases()
    found = {
        name: [each.name for each in EVERYBODY if _is_let_in(store, use_cases[name], name, each)]
        for name in names.split()
    }
    assert found == dict.fromkeys(names.split(), actors)


def _use_cases() -> dict[str, Callable[..., object]]:
    found = {}
    for entry in iter_modules(scheduler.services.__path__):
        module = import_module(f"{scheduler.services.__name__}.{entry.name}")
        for name, value in vars(module).items():
            if isfunction(value) and value.__module__ == module.__name__ and name[0] != "_":
                asked = tuple(signature(value).parameters)
                if asked[:1] == ("store",) and "actor" in asked:
                    found[f"{entry.name}.{name}"] = value
    return found


def _is_let_in(store: Store, use_case: Callable[..., object], name: str, actor: Actor) -> bool:
    """Tell whether the use case gets beyond its question of who asks; it leaves no trace."""
    asks_for_role = name in (BY_COORDINATORS + BY_OVERSEERS).split()
    refusals = (NotAllowed,) if asks_for_role else (NotAllowed, Unknown)
    is_let_in = True
    with suppress(Over), store.write() as work:
        try:
            use_case(**_given(use_case, name), store=Within(work), actor=actor)
        except refusals:
            is_let_in = False
        except (SchedulerError, ValueError):
            pass
        raise Over
    return is_let_in


def _given(use_case: Callable[..., object], name: str) -> dict[str, object]:
    """Return an argument for each parameter that needs one, besides the store and the asker."""
    module = name.partition(".")[0]
    known = {**GIVEN, "key": KEY_BY_MODULE.get(module, "none"), "warm": Warm()}
    known |= GIVEN_BY_NAME.get(name, {})
    wanted = (
        each for each in signature(use_case).parameters.values() if each.default is each.empty
    )
    return {each.name: known[each.name] for each in wanted if each.name not in ("store", "actor")}


def _fill(store: Store) -> None:
    fill(store)
    with store.write() as work:
        work.districts.put_classes((a_classroom(key="maple-5b", name="5B", room="13"),))
        work.people.put((Person(NOBODY.email, NOBODY.name),))
        work.handovers.put(OFFERED)
        work.busy_calendars.add(LENT)
        work.feeds.add(FEED, token_sha256=token_hash(feed_token(FEED, key=KEY)))
