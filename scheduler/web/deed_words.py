"""What was done, in words that follow a name: "Carla Diaz approved a proposal"."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

_WORDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "asked": _("asked for a speaker"),
        "asked for proposals": _("asked for a search"),
        "withdrew": _("took a request back"),
        "reopened": _("asked again"),
        "approved": _("approved a proposal"),
        "undid approval": _("took an approval back"),
        "rejected": _("said no to a proposal"),
        "overrode": _("set a rule aside"),
        "cancelled": _("called a visit off"),
        "moved": _("moved a visit"),
        "accepted": _("said yes"),
        "declined": _("said no"),
        "did not answer": _("did not answer in time"),
        "still comes": _("said yes once more"),
        "signed in": _("signed in"),
        "changed availability": _("changed when they can visit"),
        "lent a busy calendar": _("lent us a calendar"),
        "took a busy calendar back": _("took a calendar back"),
        "imported": _("brought the district’s files in"),
        "created account": _("made an account"),
        "made an account": _("made an account"),
        "tried out a change": _("tried a change out"),
        "carried out a change": _("carried a change out"),
        "dropped a change": _("dropped a change"),
        "came too late for a change": _("came too late for a change"),
        "closed a day": _("closed a day"),
        "opened a day": _("opened a day again"),
        "changed an address": _("changed an address"),
        "trusted an address": _("kept an address that mail came back from"),
        "ended mail links": _("ended links in e-mails"),
        "merged accounts": _("merged two accounts"),
        "deactivated": _("deactivated an account"),
        "reactivated": _("made an account active again"),
        "gave a role": _("gave a role"),
        "took a role": _("took a role away"),
        "changed schools": _("changed somebody’s schools"),
        "added a clearance": _("entered a clearance"),
        "approved a clearance": _("approved a clearance"),
        "withdrew a clearance": _("withdrew a clearance"),
        "asked to renew": _("asked somebody to renew"),
        "changed a school": _("changed a school"),
        "added a closure": _("added closed days"),
        "removed a closure": _("removed closed days"),
        "changed an organization": _("changed an organization"),
        "changed settings": _("changed the settings"),
        "changed weights": _("changed what counts how much"),
        "changed": _("changed a request"),
        "changed a request": _("changed a request"),
        "took a change back": _("took a change back"),
        "agreed": _("agreed to a time"),
        "offered other times": _("offered other times"),
        "kept the time": _("kept the time of a visit"),
        "said maybe": _("said maybe"),
        "made public": _("said who may know of a visit"),
        "hid": _("took a visit off the public page"),
        "asked to join": _("asked to join"),
        "changed profile": _("changed what they offer"),
        "kept availability": _("said that the times are still right"),
        "chose mails": _("chose their e-mails"),
        "came back": _("came back"),
        "offered": _("offered a class to somebody"),
        "took over": _("took a class over"),
        "turned down": _("did not take a class over"),
        "changed school time": _("changed bells or closed days"),
        "asked stand-ins": _("asked others to step in"),
        "asked for more stand-ins": _("asked more people to step in"),
        "stepped in": _("stepped in for somebody"),
        "stopped looking for a stand-in": _("stopped looking for a stand-in"),
        "said it happened": _("said that a visit took place"),
        "said it did not happen": _("said that a visit did not happen"),
        "sent a mail again": _("sent an e-mail again"),
        "dealt with a mail": _("dealt with an e-mail"),
    }
)


def deed_words(deed: str) -> str:
    """Return what was done, in the reader's language; a deed that nobody named as it is kept."""
    return str(_WORDS.get(deed, deed))
