"""The district's own words and weights, as far as they are kept with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.day_parts import DayPart, make_a_day
from scheduler.domain.districts import WEIGHT_NAMES, District
from scheduler.domain.errors import Unknown
from scheduler.domain.mail_rules import MailRules
from scheduler.domain.visits import APPROVAL_HOLD, EDIT_HOLD
from scheduler.matching.problem import Weights
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.locking import SETTINGS
from scheduler.services.picture import load_district
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity
from scheduler.services.versions import require_unchanged

# What a change is noted under: who changes one form says nothing about the others.
WORDS, MAIL, DAY_PARTS, WEIGHTS = (
    *("settings:words", "settings:mail"),
    *("settings:day-parts", "settings:weights"),
)
LANGUAGES = ("en", "fr", "es")
MOST_WEIGHT = 10_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What the district decided, and what holds where it did not; times in minutes."""

    district: District
    weights: Mapping[str, int]
    usual_weights: Mapping[str, int]
    mail_rules: MailRules
    day_parts: tuple[DayPart, ...]
    hold_minutes: int
    edit_hold_minutes: int


def settings(store: Store, *, actor: Actor) -> Settings:
    """Return the settings.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read settings")
    with store.read() as work:
        district = load_district(work)
        mail_rules = work.mail_doors.rules()
        day_parts = work.own_weeks.day_parts()
    usual = usual_weights()
    return Settings(
        district=district,
        weights={**usual, **district.weights},
        usual_weights=usual,
        mail_rules=mail_rules,
        day_parts=day_parts,
        hold_minutes=int(APPROVAL_HOLD.total_seconds() // 60),
        edit_hold_minutes=int(EDIT_HOLD.total_seconds() // 60),
    )


def usual_weights() -> dict[str, int]:
    """Return how much each wish counts where the district decided nothing."""
    return {name: int(getattr(Weights(), name)) for name in WEIGHT_NAMES}


def change_words(
    store: Store, *, site_name: str, language: str, actor: Actor, now: datetime, version: str = ""
) -> None:
    """Keep what the site is called and which language it speaks first.

    ``version`` is that of the two that the form was filled from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such language.
        ChangedMeanwhile: if they are others by now; nothing was changed.
    """
    require_coordinator(actor, deed="change settings")
    if language not in LANGUAGES:
        raise Unknown("language", language)
    with store.write() as work:
        work.visits.lock((SETTINGS,))
        district = load_district(work)
        require_unchanged(work, version, district.site_name, district.language, subject=WORDS)
        name = " ".join(site_name.split())
        work.districts.put(replace(district, site_name=name, language=language))
        _note(work, WORDS, actor=actor, now=now)


def change_mail_rules(
    store: Store, rules: MailRules, *, actor: Actor, now: datetime, version: str = ""
) -> None:
    """Keep when mail about visits goes; what was written already stays as it is.

    ``version`` is that of the rules that the form was filled from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        ChangedMeanwhile: if they are others by now; nothing was changed.
    """
    require_coordinator(actor, deed="change settings")
    with store.write() as work:
        work.visits.lock((SETTINGS,))
        load_district(work)
        require_unchanged(work, version, work.mail_doors.rules(), subject=MAIL)
        work.mail_doors.put_rules(rules)
        _note(work, MAIL, actor=actor, now=now)


def change_day_parts(
    store: Store, parts: Iterable[DayPart], *, actor: Actor, now: datetime, version: str = ""
) -> None:
    """Keep in which parts of a day volunteers are asked for their week; no week changes.

    ``version`` is that of the parts that the form was filled from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if such parts make no day.
        ChangedMeanwhile: if they are others by now; nothing was changed.
    """
    require_coordinator(actor, deed="change settings")
    parts = tuple(parts)
    if not make_a_day(parts):
        raise Unknown("day", ", ".join(part.key for part in parts))
    with store.write() as work:
        work.visits.lock((SETTINGS,))
        require_unchanged(work, version, work.own_weeks.day_parts(), subject=DAY_PARTS)
        work.own_weeks.put_day_parts(parts)
        _note(work, DAY_PARTS, actor=actor, now=now)


def change_weights(
    store: Store, weights: Mapping[str, int], *, actor: Actor, now: datetime, version: str = ""
) -> None:
    """Keep how much each wish counts; what is as usual is not kept.

    ``version`` is that of all weights, by wish, that the form was filled from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such wish, or the number is out of range.
        ChangedMeanwhile: if they are others by now; nothing was changed.
    """
    require_coordinator(actor, deed="change settings")
    for name, value in weights.items():
        if name not in WEIGHT_NAMES or not 0 <= value <= MOST_WEIGHT:
            raise Unknown("weight", name)
    usual = usual_weights()
    with store.write() as work:
        work.visits.lock((SETTINGS,))
        district = load_district(work)
        present = {**usual, **district.weights}
        require_unchanged(work, version, present, subject=WEIGHTS)
        chosen = {**present, **weights}
        own = {name: value for name, value in chosen.items() if value != usual[name]}
        work.districts.put(replace(district, weights=own))
        facts = {"weights": dict(weights)}
        work.activities.add((Activity(now, actor.email, "changed weights", WEIGHTS, facts),))


def _note(work: Work, subject: str, *, actor: Actor, now: datetime) -> None:
    work.activities.add((Activity(now, actor.email, "changed settings", subject),))
