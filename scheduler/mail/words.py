"""The words of a mail: which mails there are, and how their three templates become one.

The templates in ``mail/<message>/`` own every word. The plain text is complete by itself.
Whoever calls brings the renderer and what the templates speak of:

- ``reader``: ``name``, ``email`` and ``role`` (volunteer, teacher or coordinator);
- ``sheets``: every visit the mail tells of, in order of time, and ``sheet``, the first of them;
  none and ``None`` in the mails of ``WITHOUT_VISIT``;
- ``links``: absolute addresses by name, at least those of ``LINKS_BY_MESSAGE``; ``feed``,
  ``page`` and ``choices`` are shown wherever they are given;
- ``old``: for a change, the former ``period`` and ``room``, else ``None``;
- ``reason``: in the words of whoever gave it, or empty; and ``site_name``;
- ``facts``: ``minutes`` a sign-in link is valid; ``speaker_name``, who said no, or empty;
  ``answer_by``, the moment until which an invitation is held; ``days`` until a reminded visit,
  counted when the mail is sent; ``by``, who cancelled; ``has_calendar``, whether a calendar
  file is attached. The first two are required by the mails that tell of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scheduler.domain.errors import Unknown

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
    }
)
MESSAGES = tuple(LINKS_BY_MESSAGE)
WITHOUT_VISIT = frozenset({"sign_in", "ask_availability"})

Render = Callable[[str, Mapping[str, object]], str]


@dataclass(frozen=True, slots=True)
class Words:
    """A subject on one line, the plain text, and the same as HTML."""

    subject: str
    text: str
    html: str


def write_words(message: str, context: Mapping[str, object], *, render: Render) -> Words:
    """Return the words of one of ``MESSAGES``; ``context`` is all that the templates speak of.

    Raises:
        Unknown: if there is no such mail.
    """
    if message not in LINKS_BY_MESSAGE:
        raise Unknown("mail", message)
    subject = " ".join(render(f"mail/{message}/subject.txt", context).split())
    told = {**context, "subject": subject}
    return Words(
        subject=subject,
        text=_tidy(render(f"mail/{message}/body.txt", told)),
        html=_tidy(render(f"mail/{message}/body.html", told)),
    )


def _tidy(text: str) -> str:
    """Return the text without blanks at line ends, and never two empty lines in a row."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
