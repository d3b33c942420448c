"""How the state of a visit, an answer and a mail are called, and in which colour, on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import pgettext

from scheduler.domain.visits import Partstat, VisitState
from scheduler.services.records import OutboxState


class Called(NamedTuple):
    """A word with its tone: ``ok``, ``wait``, ``stop`` or none."""

    words: str
    tone: str = ""


def state_words() -> Mapping[str, Called]:
    """Return what each state of a visit is called."""
    return {
        VisitState.HELD: Called(_("Not sent out yet"), "wait"),
        VisitState.INVITED: Called(_("Waiting for answers"), "wait"),
        VisitState.CONFIRMED: Called(_("Confirmed"), "ok"),
        VisitState.CANCELLED: Called(_("Called off"), "stop"),
        VisitState.HAPPENED: Called(_("Took place")),
        VisitState.MISSED: Called(_("Did not take place"), "stop"),
    }


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
    """Return what each kind of mail is called."""
    return {
        "invitation": _("Invitation"),
        "announcement": _("A name is found"),
        "arranged": _("Visit arranged"),
        "confirmation": _("Confirmation"),
        "confirmation_teacher": _("Confirmation for the teacher"),
        "change": pgettext("e-mail", "Change"),
        "cancellation": _("Cancellation"),
        "reminder": _("Reminder"),
        "declined": _("Somebody said no"),
        "reopened": _("We look again"),
        "taken_out": _("Not needed after all"),
        "other_time": _("Another time"),
        "times_offered": _("Other times offered"),
        "time_kept": _("The time stays"),
        "feedback": _("Question for feedback"),
        "message": _("Message"),
        "ask_availability": _("Question for free times"),
        "still_right": _("Are your times still right?"),
        "renew_clearance": _("Clearance ends"),
        "address_changed": _("Address changed"),
        "sign_in": _("Sign-in link"),
        "hand_over": _("Class offered to a colleague"),
        "handed_over": _("Class handed over"),
        "new_host": _("New teacher"),
        "join_confirm": _("Proof of an address"),
        "join_waiting": _("Somebody wants to join"),
        "join_accepted": _("Welcome"),
        "join_declined": _("No to joining"),
        "stand_in_ask": _("Question to step in"),
        "stand_in_looking": _("A stand-in is looked for"),
        "stand_in_found": _("A stand-in is found"),
        "stand_in_arrives": _("Another guest comes"),
        "stand_in_plan_b": _("Plan B"),
        "still_coming": _("Still coming?"),
        "no_answer_yet": _("Invitation, once more"),
        "lapsed": _("No answer in time"),
        "let_go": _("Somebody did not answer"),
        "thanks": _("Thanks"),
        "roster": _("The week’s visits"),
        "approved": _("What was approved"),
    }
