"""The form in which a district cuts its days into parts: a name, from and to for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TimeField
from wtforms.validators import Length, Optional

from scheduler.domain.day_parts import FEWEST, MOST, STEP_MINUTES, DayPart, is_on_step
from scheduler.web.availability_forms import clock_field
from scheduler.web.week_grid import name_to_keep, part_name

ROWS = range(1, MOST + 1)


@dataclass(frozen=True, slots=True)
class PartFields:
    """The fields of one part."""

    name: StringField
    start: TimeField
    end: TimeField

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was written: the part is left out then."""
        return not (self.name.data or any(f.raw_data and f.raw_data[0] for f in self.clocks))

    @property
    def clocks(self) -> tuple[TimeField, TimeField]:
        """Return where it starts and ends."""
        return (self.start, self.end)

    @property
    def told(self) -> dict[str, Field]:
        """Return the fields by what they tell."""
        return {"name": self.name, "start": self.start, "end": self.end}


class DayPartsForm(FlaskForm):  # type: ignore[misc]
    """Two to six parts in order; its fields are added below, a row that is empty is none."""

    version = StringField()

    @classmethod
    def of(cls, parts: Iterable[DayPart]) -> DayPartsForm:
        """Return the form as it stands before anything is changed."""
        form = cls(formdata=None)
        for fields, part in zip(form.rows, parts, strict=False):
            fields.name.data = part_name(part)
            fields.start.data, fields.end.data = part.start, part.end
        return form

    @property
    def rows(self) -> tuple[PartFields, ...]:
        """Return the fields of each part."""
        return tuple(
            PartFields(*(self._fields[f"part_{told}_{n}"] for told in ("name", "start", "end")))
            for n in ROWS
        )

    @property
    def parts(self) -> tuple[DayPart, ...]:
        """Return the parts as written."""
        return tuple(self._written())

    def validate(self, extra_validators: object = None) -> bool:
        """Check each part, then that one follows the other."""
        return super().validate(extra_validators) and not any(self._found())

    def _written(self) -> Iterator[DayPart]:
        for row in self.rows:
            if not row.is_empty:
                start, end = row.start.data, row.end.data
                assert start is not None
                assert end is not None
                yield DayPart(name_to_keep(row.name.data or ""), start, end)

    def _found(self) -> list[str]:
        """Write at its field whatever is wrong, and return it."""
        kept = [row for row in self.rows if not row.is_empty]
        names = [name_to_keep(row.name.data or "") for row in kept]
        found = [words for row in kept for words in _missing(row) or _out_of_step(row)]
        before: time | None = None
        for number, row in enumerate(kept):
            if names[number] and names[number] in names[:number]:
                found.append(_say(row.name, _("Another part has this name")))
            if before and row.start.data and row.start.data < before:
                found.append(_say(row.start, _("This part starts before the one above it ends")))
            before = row.end.data or before
        if len(kept) < FEWEST:
            free = next(row for row in self.rows if row.is_empty)
            found.append(_say(free.name, _("Write down at least two parts of the day")))
        return found


for _n in ROWS:
    setattr(
        DayPartsForm,
        f"part_name_{_n}",
        StringField(
            filters=[lambda text: (text or "").strip()],
            validators=[Length(max=20, message=lazy_gettext("Use at most 20 letters"))],
        ),
    )
    for _told in ("start", "end"):
        setattr(DayPartsForm, f"part_{_told}_{_n}", clock_field(validators=[Optional()]))


def _missing(row: PartFields) -> list[str]:
    questions = {
        "name": _("Tell us what this part is called"),
        "start": _("Tell us when it starts"),
        "end": _("Tell us when it ends"),
    }
    return [
        _say(field, questions[told])
        for told, field in row.told.items()
        if not field.data and not field.errors
    ]


def _out_of_step(row: PartFields) -> list[str]:
    start, end = row.start.data, row.end.data
    if not start or not end:
        return []
    step = _("Use steps of %(minutes)s minutes, such as 8:00 or 8:05", minutes=STEP_MINUTES)
    found = [_say(field, step) for field in row.clocks if field.data and not is_on_step(field.data)]
    if end <= start:
        found.append(_say(row.end, _("The end must be after the start")))
    return found


def _say(field: Field, words: str) -> str:
    field.errors = (*field.errors, words)
    return words
