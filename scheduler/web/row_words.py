"""What is wrong with a row of somebody's spreadsheet, in the reader's language.

The rows are read far from any page and say it in English, with the cell in it. Here each such
sentence is known by its shape; one of no known shape is shown as it came.
"""

from __future__ import annotations

import re
from functools import cache

from flask_babel import force_locale
from flask_babel import gettext as _

from scheduler.web.languages import ENGLISH, in_their_language

_PLACE = re.compile(r"%\\\((\w+)\\\)s")


def row_in_their_language(sentence: str) -> str:
    """Return what was said of a row, or of where it stands, to whoever reads the page."""
    for shape, words in zip(_shapes(), _sentences(), strict=True):
        if found := shape.fullmatch(sentence):
            return words % found.groupdict()
    return in_their_language(sentence)


@cache
def _shapes() -> tuple[re.Pattern[str], ...]:
    with force_locale(ENGLISH):
        sentences = _sentences()
    shapes = (_PLACE.sub(r"(?P<\1>.*)", re.escape(sentence)) for sentence in sentences)
    return tuple(re.compile(shape, re.DOTALL) for shape in shapes)


def _sentences() -> tuple[str, ...]:
    """Return every sentence with its places left open; the more particular come first."""
    return (
        _("Row %(number)s"),
        _("%(kind)s, line %(number)s"),
        _("There is no day %(value)s."),
        _("%(value)s is not a date such as 2026-12-08."),
        _("%(value)s must be one short word such as P3 or A."),
        _("%(value)s must not contain “;”, “|” or a line break."),
        _("%(value)s is a weekday, so it cannot name a day type."),
        _("%(value)s is before the first day, %(first)s."),
        _("%(value)s is in row %(number)s already."),
        _("%(value)s is not UTF-8: save the file as “CSV UTF-8”."),
        _("%(value)s has no day type %(day_type)s."),
        _("There is no school %(value)s here."),
        _("There is no bell schedule %(value)s here."),
        _("There is no column %(value)s here; a column of your own begins with x_."),
        _("This is not UTF-8: save it as “CSV UTF-8”."),
        _("The quotation marks of this row do not match, or a cell is far too long."),
        _("There is a NUL character here."),
        _("A column has no name."),
        _("The first row must name the columns: %(columns)s."),
        _("The column %(value)s is there twice."),
        _("The column %(value)s is missing."),
        _("The %(column)s is missing."),
        _("This row has 1 cell, but there are %(columns)s columns."),
        _("This row has %(cells)s cells, but there are %(columns)s columns."),
        *_sentences_of_bundles(),
        *_sentences_of_archives(),
    )


def _sentences_of_bundles() -> tuple[str, ...]:
    return (
        _("There is no volunteer %(value)s in volunteers.csv."),
        _("There is no %(noun)s %(value)s in %(file)s."),
        _("There are two calendars of %(value)s."),
        _("A bundle has no file of this name. Is it %(file)s?"),
        _("A bundle has no file of this name."),
        _("The first bundle of a district needs this file."),
        _("Save this sheet as “CSV UTF-8” under the name %(file)s."),
        _("This line is not UTF-8: save the file as UTF-8."),
        _("This is not TOML: %(why)s."),
        _("There is no key %(value)s here."),
        _("There is a %(other)s but no %(column)s."),
        _("%(value)s is not after the start, %(start)s."),
        _("%(value)s is before it was issued, %(issued)s."),
        _("%(value)s is not a country’s two letters, such as CA."),
        _("%(value)s is not a time zone name such as America/Edmonton."),
        _("%(value)s is not an e-mail address."),
        _("%(value)s is not a time such as 10:40."),
        _("%(value)s is not a moment such as 2026-12-08T10:40-06:00."),
        _("%(value)s is not a weekday: use %(weekdays)s."),
        _("%(value)s must be yes or no."),
        _("%(value)s is not a language tag such as en or fr-CA."),
        _("%(value)s is not a link such as https://meet.example.org/8b."),
        _("%(value)s is not a whole number from %(lowest)s to %(highest)s."),
        _("%(value)s is not a number from %(lowest)s to %(highest)s."),
        _("%(value)s must be one of: %(choices)s."),
        _("%(value)s must be empty or %(word)s."),
        _("%(value)s is not a role."),
        _("%(value)s is not a grade: use pre-K, K or 1 to 13."),
        _("%(value)s runs backwards."),
        _("%(value)s is not a lesson such as “Mon P3” or “A P2”."),
        _("%(value)s names no period or time."),
        _("%(value)s needs two times such as 10:40-11:30."),
        _("%(value)s must end after it starts."),
        _("%(value)s is shorter than the visit."),
        _("%(value)s is longer than a year."),
        _("%(value)s: %(schedule)s has no period %(period)s."),
        _("%(value)s is not a topic with a level from 1 to 3."),
        _("The topic %(value)s is named twice."),
        _("There is no topic %(value)s in topics.csv."),
        _("Neither a class nor the teacher’s school says where this is."),
        _("The %(kind)s %(value)s is in the visit %(visit)s then."),
        _("One address has two names: %(names)s."),
    )


def _sentences_of_archives() -> tuple[str, ...]:
    return (
        _("This is no sound .zip file. Pack it again."),
        _("This file is damaged in the .zip. Pack it again."),
        _("Choose one .zip alone, or files without a .zip."),
        _("This file is there twice."),
        _("None of the files is one we know, such as %(file)s."),
        _("%(value)s leads out of the .zip."),
        _("%(value)s is a link, not a file."),
        _("%(value)s is in the .zip twice."),
        _("The .zip has a password. Pack it without one."),
        _("The .zip is packed in a way we do not read. Pack it as a plain .zip."),
        _("There are more than %(number)s files in it."),
        _("Unpacked it is larger than %(number)s MB."),
        _("This file is larger than %(number)s MB."),
        _("It swells too much when it is unpacked."),
    )
