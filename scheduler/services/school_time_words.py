"""What an entry of a district's calendar most likely means for school, told by its words.

A guess, shown to a person who decides. Words that say nothing of closed doors, a concert or an
early end, mean nothing here, and so does everything that we cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduler.domain.periods import DateRange

SHORTEST_TERM_DAYS = 14


class Meaning(StrEnum):
    """What a line means; ``NOTHING`` is passed over."""

    CLOSED = "closed"
    TERM = "term"
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"
    DAY_TYPE = "day_type"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Guess:
    """A meaning, and the day type's name where it is one."""

    meaning: Meaning
    day_type: str = ""


def guess(name: str, days: DateRange, *, day_types: Container[str]) -> Guess:
    """Return what an entry of that name and length most likely means.

    ``day_types`` are those the district's bells know; another letter names no day type.
    """
    words = " ".join(name.casefold().split())
    if _OPEN.search(words):
        return Guess(Meaning.NOTHING)
    day_type = _day_type(name, day_types)
    if day_type:
        return Guess(Meaning.DAY_TYPE, day_type)
    for meaning, pattern in _PATTERNS.items():
        if pattern.search(words):
            return Guess(meaning)
    is_long = (days.last - days.first).days + 1 >= SHORTEST_TERM_DAYS
    return Guess(Meaning.TERM if is_long and _TERM.search(words) else Meaning.NOTHING)


def _day_type(name: str, known: Container[str]) -> str:
    found = _DAY_TYPE.match(name.strip())
    if found is None:
        return ""
    letter = next(filter(None, found.groups()))
    named = (name.strip(), letter, letter.upper())
    return next((each for each in named if each in known), "")


def _any_of(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")


_SCHOOL = (
    r"(?:of |for |de |des |d')?(?:the )?(?:school|class(?:es)?|students|instruction|clases|cours)"
)
_DAY_TYPE = re.compile(
    r"(?:day|jour|día|dia)\s+(\w{1,2})$|(\w{1,2})[\s-]+(?:day|jour|día|dia)$", re.IGNORECASE
)
_OPEN = _any_of(
    *("early (?:dismissal|release|closing)", "half[ -]day", "late start", "delayed opening"),
    *("(?:school|schools|classes) (?:re-?open|reopens|resumes?|back)", "classes resume"),
    *("return to school", "back to school", "report cards?", "exams?", "concert", "photo day"),
    *("day before", "retour en classe", "regreso a clases"),
)
_TERM = _any_of(
    "terms?", "semesters?", "trimesters?", "quarters?", "étape", "semestre", "trimestre"
)
_PATTERNS: Mapping[Meaning, re.Pattern[str]] = {
    Meaning.FIRST_DAY: _any_of(
        rf"first (?:instructional )?day {_SCHOOL}",
        *(
            "(?:school|classes) (?:begins?|starts?)",
            "premi(?:er jour|ère journée) d(?:e classe|'école)",
        ),
        *("rentrée(?: scolaire)?", "primer día de clases", "inicio de clases"),
    ),
    Meaning.LAST_DAY: _any_of(
        rf"last (?:instructional )?day {_SCHOOL}",
        *("(?:school|classes) ends?", "derni(?:er jour|ère journée) d(?:e classe|'école)"),
        *("último día de clases", "fin de clases"),
    ),
    Meaning.CLOSED: _any_of(
        *(
            "no (?:school|classes|students)",
            "clos(?:ed|ure|ures)",
            "holidays?",
            "recess",
            "vacation",
        ),
        "(?:winter|spring|fall|march|christmas|summer|mid-?winter|february|reading) break",
        *(
            r"p\.?\s?[ad]\.? days?",
            "professional (?:development|activity|learning|growth)(?: days?)?",
        ),
        *("non-?\\s?instructional(?: days?)?", "in lieu", "teachers?'? convention", "work ?days?"),
        *("staff development(?: days?)?", "students off", "labou?r day", "thanksgiving(?: day)?"),
        *("christmas(?: day)?", "boxing day", "new year'?s?(?: day| eve)?", "family day"),
        *("good friday", "easter(?: monday| break)?", "victoria day", "canada day", "heritage day"),
        *("remembrance day", "truth and reconciliation", "martin luther king", "memorial day"),
        *("presidents'? day", "veterans'? day", "juneteenth", "independence day", "louis riel day"),
        *("columbus day", "indigenous peoples'? day", "congé", "férié", "vacances", "relâche"),
        *(
            "journées? pédagogiques?",
            "fermée?s?",
            "feriado",
            "vacaciones",
            "sin clases",
            "día festivo",
        ),
    ),
}
