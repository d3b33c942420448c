"""The district's own words and weights, as far as they are kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.districts import WEIGHT_NAMES, District
from scheduler.domain.errors import Unknown
from scheduler.domain.mail_rules import MailRules
from scheduler.domain.visits import APPROVAL_HOLD, EDIT_HOLD
from scheduler.matching.problem import Weights
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.picture import load_district
from scheduler.services.ports import Store
from scheduler.services.records import Activity

LANGUAGES = ("en", "fr", "es")
MOST_WEIGHT = 10_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What the district decided, and what holds where it did not; times in minutes."""

    district: District
    weights: Mapping[str, int]
    usual_weights: Mapping[str, int]
    mail_rules: MailRules
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
    usual = {name: int(getattr(Weights(), name)) for name in WEIGHT_NAMES}
    return Settings(
        district=district,
        weights={**usual, **district.weights},
        usual_weights=usual,
        mail_rules=mail_rules,
        hold_minutes=int(APPROVAL_HOLD.total_seconds() // 60),
        edit_hold_minutes=int(EDIT_HOLD.total_seconds() // 60),
    )


def change_words(
    store: Store, *, site_name: str, language: str, actor: Actor, now: datetime
) -> None:
    """Keep what the site is called and which language it speaks first.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such language.
    """
    require_coordinator(actor, deed="change settings")
    if language not in LANGUAGES:
        raise Unknown("language", language)
    with store.write() as work:
        district = load_district(work)
        name = " ".join(site_name.split())
        work.districts.put(replace(district, site_name=name, language=language))
        work.activities.add((Activity(now, actor.email, "changed settings", "settings"),))


def change_mail_rules(store: Store, rules: MailRules, *, actor: Actor, now: datetime) -> None:
    """Keep when mail about visits goes; what was written already stays as it is.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="change settings")
    with store.write() as work:
        load_district(work)
        work.mail_doors.put_rules(rules)
        work.activities.add((Activity(now, actor.email, "changed settings", "settings"),))


def change_weights(
    store: Store, weights: Mapping[str, int], *, actor: Actor, now: datetime
) -> None:
    """Keep how much each wish counts; what is as usual is not kept.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such wish, or the number is out of range.
    """
    require_coordinator(actor, deed="change settings")
    usual = Weights()
    for name, value in weights.items():
        if name not in WEIGHT_NAMES or not 0 <= value <= MOST_WEIGHT:
            raise Unknown("weight", name)
    with store.write() as work:
        district = load_district(work)
        chosen = {**district.weights, **weights}
        own = {name: v for name, v in chosen.items() if v != getattr(usual, name)}
        work.districts.put(replace(district, weights=own))
        facts = {"weights": dict(weights)}
        work.activities.add((Activity(now, actor.email, "changed weights", "settings", facts),))
