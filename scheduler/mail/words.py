"""The words of a mail: which mails there are, and how their three templates become one.

The templates in ``mail/<message>/`` own every word. The plain text is complete by itself.
Whoever calls brings the renderer and what the templates speak of:

- ``reader``: ``name``, ``email`` and ``role`` (volunteer, teacher or coordinator);
- ``sheets``: every visit the mail tells of, in order of time, and ``sheet``, the first of them;
  none and ``None`` in the mails of ``WITHOUT_VISIT``;
- ``links``: absolute addresses by name, at least those of ``LINKS_BY_MESSAGE``; ``feed``,
  ``page`` and ``choices`` are shown wherever they are given;
- ``locale``: the tag of the language and region the reader is spoken to in; English without;
- ``old``: for a change, the former ``period`` and ``room``, else ``None``;
- ``reason``: in the words of whoever gave it, or empty; and ``site_name``;
- ``facts``: ``minutes`` a sign-in link is valid; ``speaker_name``, who said no, or empty;
  ``days`` until a reminded visit, counted when the mail is sent; ``by``, who cancelled;
  ``has_calendar``, whether a calendar file is attached; ``author`` and ``words`` of a message
  with the request's ``title``;
  ``class_name``, ``school_name`` and ``author`` of a class that is handed over, ``accepted``
  once that is decided; ``host`` and ``former_host`` of a visit; ``changed``, the kinds of what
  a coordinator arranged; ``headlines`` of a digest, with ``words`` and ``href``;
  ``plan_b``, what a class does without a guest; ``kept_until``, the last day that an invitation
  waits for an answer; ``monday`` of a week that is listed, ``weeks`` and ``schools`` of visits
  that were approved; how many proposals are ``waiting``, and maybe how many of them are
  ``clear``, for how many requests there is ``nobody``, and the ``first_day`` of a visit. What a
  mail tells of is required by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scheduler.domain.errors import Unknown
from scheduler.mail.pauses import Steps

LINKS_BY_MESSAGE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sign_in": ("sign_in",),
        "invitation": ("answer", "answer_no"),
        "announcement": ("page",),
        "confirmation": ("page", "cant"),
        "confirmation_teacher": ("page",),
        "change": ("page",),
        "cancellation": (),
        "reminder": ("page",),
        "declined": ("page",),
        "reopened": ("page",),
        "taken_out": (),
        "ask_availability": ("sign_in",),
        "other_time": ("page",),
        "feedback": ("feedback",),
        "message": ("page",),
        "hand_over": ("page",),
        "handed_over": ("page",),
        "new_host": ("page",),
        "join_confirm": ("join",),
        "join_waiting": ("joinings",),
        "join_accepted": ("availability",),
        "join_declined": (),
        "still_right": ("keep", "availability"),
        "times_offered": ("offers",),
        "time_kept": ("answer",),
        "arranged": ("page",),
        "renew_clearance": ("page",),
        "address_changed": ("page",),
        "stand_in_ask": ("answer",),
        "stand_in_looking": ("page",),
        "stand_in_found": ("page",),
        "stand_in_arrives": ("page",),
        "stand_in_plan_b": ("page",),
        "still_coming": ("answer", "cant"),
        "no_answer_yet": ("answer", "answer_no"),
        "lapsed": ("page",),
        "let_go": ("page",),
        "thanks": ("availability",),
        "roster": ("page",),
        "approved": ("page",),
        "proposed": ("page",),
        "digest": ("home",),
    }
)
MESSAGES = tuple(LINKS_BY_MESSAGE)
WITHOUT_VISIT = frozenset(
    {
        *("sign_in", "ask_availability", "message", "hand_over", "handed_over"),
        *("join_confirm", "join_waiting", "join_accepted", "join_declined", "still_right"),
        "arranged",
        *("renew_clearance", "address_changed", "digest", "approved", "proposed"),
    }
)

Render = Callable[[str, Mapping[str, object]], str]


@dataclass(frozen=True, slots=True)
class Words:
    """A subject on one line, the plain text, and the same as HTML."""

    subject: str
    text: str
    html: str


def write_words(message: str, context: Mapping[str, object], *, render: Render) -> Steps[Words]:
    """Write the words of one of ``MESSAGES``; ``context`` is all that the templates speak of.

    Raises:
        Unknown: if there is no such mail.
    """
    if message not in LINKS_BY_MESSAGE:
        raise Unknown("mail", message)
    # The three share what they are about to say: a renderer may keep here what it worked out.
    shared = {**context, "once": {}}
    subject = " ".join(render(f"mail/{message}/subject.txt", shared).split())
    yield
    told = {**shared, "subject": subject}
    text = _tidy(render(f"mail/{message}/body.txt", told))
    yield
    return Words(subject, text, html=_tidy(render(f"mail/{message}/body.html", told)))


def _tidy(text: str) -> str:
    """Return the text without blanks at line ends, and never two empty lines in a row."""
    lines = "\n".join(map(str.rstrip, text.splitlines()))
    while "\n\n\n" in lines:
        lines = lines.replace("\n\n\n", "\n\n")
    return lines.strip() + "\n"
