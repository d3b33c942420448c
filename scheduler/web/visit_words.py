"""How the state of a visit, an answer and a mail are called, and in which colour, on every page."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext, lazy_pgettext
from flask_babel.speaklater import LazyString

from scheduler.domain.visits import Partstat, VisitState
from scheduler.services.records import OutboxState

_PURPOSES: Mapping[str, LazyString] = MappingProxyType(
    {
        "invitation": lazy_gettext("Invitation"),
        "announcement": lazy_gettext("A name is found"),
        "arranged": lazy_gettext("Visit arranged"),
        "confirmation": lazy_gettext("Confirmation"),
        "confirmation_teacher": lazy_gettext("Confirmation for the teacher"),
        "change": lazy_pgettext("e-mail", "Change"),
        "cancellation": lazy_gettext("Cancellation"),
        "reminder": lazy_gettext("Reminder"),
        "declined": lazy_gettext("Somebody said no"),
        "reopened": lazy_gettext("We look again"),
        "taken_out": lazy_gettext("Off the visit"),
        "other_time": lazy_gettext("Another time"),
        "times_offered": lazy_gettext("Other times offered"),
        "time_kept": lazy_gettext("The time stays"),
        "feedback": lazy_gettext("Question for feedback"),
        "message": lazy_gettext("Message"),
        "ask_availability": lazy_gettext("Question for free times"),
        "still_right": lazy_gettext("Are your times still right?"),
        "renew_clearance": lazy_gettext("Clearance ends"),
        "address_changed": lazy_gettext("Address changed"),
        "sign_in": lazy_gettext("Sign-in link"),
        "hand_over": lazy_gettext("Class offered to a colleague"),
        "handed_over": lazy_gettext("Class handed over"),
        "new_host": lazy_gettext("New teacher"),
        "join_confirm": lazy_gettext("Proof of an address"),
        "join_waiting": lazy_gettext("Somebody wants to join"),
        "join_accepted": lazy_gettext("Welcome"),
        "join_declined": lazy_gettext("No to joining"),
        "stand_in_ask": lazy_gettext("Question to step in"),
        "stand_in_looking": lazy_gettext("A stand-in is looked for"),
        "stand_in_found": lazy_gettext("A stand-in is found"),
        "stand_in_arrives": lazy_gettext("Another guest comes"),
        "stand_in_plan_b": lazy_gettext("Plan B"),
        "still_coming": lazy_gettext("Still coming?"),
        "no_answer_yet": lazy_gettext("Invitation, once more"),
        "lapsed": lazy_gettext("No answer in time"),
        "let_go": lazy_gettext("Somebody did not answer"),
        "thanks": lazy_gettext("Thanks"),
        "roster": lazy_gettext("The week’s visits"),
        "approved": lazy_gettext("What was approved"),
        "proposed": lazy_gettext("Decisions that wait"),
    }
)


class Called(NamedTuple):
    """A word with its tone: ``ok``, ``wait``, ``stop`` or none."""

    words: str
    tone: str = ""


def state_words() -> Mapping[str, Called]:
    """Return what each state of a visit is called, wherever anybody reads of it."""
    return {
        VisitState.HELD: Called(_("Not sent out yet"), "wait"),
        VisitState.INVITED: Called(_("Waiting for a yes"), "wait"),
        VisitState.CONFIRMED: Called(_("Both said yes"), "ok"),
        VisitState.CANCELLED: Called(_("Called off"), "stop"),
        VisitState.HAPPENED: Called(_("Visited"), "ok"),
        VisitState.MISSED: Called(_("Did not happen"), "stop"),
    }


def state_tag(state: VisitState) -> dict[str, str]:
    """Return what a state of a visit is called, as a tag shows it."""
    return state_words()[state]._asdict()


def answer_words() -> Mapping[str, Called]:
    """Return what each answer is called."""
    return {
        Partstat.NEEDS_ACTION: Called(_("No answer yet"), "wait"),
        Partstat.ACCEPTED: Called(_("Said yes"), "ok"),
        Partstat.DECLINED: Called(_("Said no"), "stop"),
        Partstat.TENTATIVE: Called(_("Said maybe"), "wait"),
    }


def mail_state_words() -> Mapping[str, Called]:
    """Return what each state of a mail is called."""
    return {
        OutboxState.HELD: Called(_("Held back"), "wait"),
        OutboxState.DUE: Called(_("Waiting to go out"), "wait"),
        OutboxState.SENDING: Called(_("Going out now"), "wait"),
        OutboxState.SENT: Called(_("Sent"), "ok"),
        OutboxState.FAILED: Called(_("Did not arrive"), "stop"),
        OutboxState.SUPERSEDED: Called(_("Not needed any more")),
        OutboxState.EXPIRED: Called(_("Came too late to send"), "wait"),
    }


def purpose_words() -> Mapping[str, str]:
    """Return what each kind of mail is called, in the reader's language."""
    return {purpose: str(words) for purpose, words in _PURPOSES.items()}
