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
    )
