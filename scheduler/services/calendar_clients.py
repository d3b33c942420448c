"""Which program fetches a feed, told from what it says of itself, in a word and no more.

A word is enough to tell people that their phone has found the calendar; what a program says
in full would tell of devices and is kept nowhere.
"""

from __future__ import annotations

BROWSER = "browser"
OTHER = "other"

# In this order: some programs name another one first.
_MARKS = (
    ("google", ("google-calendar", "googlebot", "feedfetcher-google")),
    ("thunderbird", ("thunderbird", "lightning/")),
    ("outlook", ("outlook", "microsoft.exchange", "microsoft office", "owa")),
    ("davx5", ("davx5", "icsx5", "icsdroid")),
    ("nextcloud", ("nextcloud",)),
    ("evolution", ("evolution",)),
    ("vdirsyncer", ("vdirsyncer", "khal")),
    ("apple", ("dataaccessd", "calendaragent", "cfnetwork", "calendarstore", "remindd")),
    (BROWSER, ("mozilla/",)),
)


def client_of(user_agent: str) -> str:
    """Return the program's word: ``google``, ``apple``, ``browser`` … or ``other``."""
    said = user_agent.lower()
    for word, marks in _MARKS:
        if any(mark in said for mark in marks):
            return word
    return OTHER
