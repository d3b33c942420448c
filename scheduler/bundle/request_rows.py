"""Teachers' requests as rows."""

from __future__ import annotations

from scheduler.bundle.problems import quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.tables import STATE_COLUMN, Cells
from scheduler.bundle.words import (
    list_text,
    number_text,
    one_of,
    parse_address,
    parse_day,
    parse_key,
    parse_link,
    parse_tag,
    whole,
)
from scheduler.domain.requests import (
    ClassroomRequest,
    RangeWindow,
    RequestKind,
    RequestState,
    Window,
    parse_window,
)
from scheduler.domain.volunteers import Format

LONGEST_RANGE_DAYS = 366


def read_request(row: Row) -> ClassroomRequest:
    """Return the request of a row; its school, and a language left out, are settled later."""
    return ClassroomRequest(
        key=row.read("request", parse_key, default=""),
        teacher_email=row.read("teacher_email", parse_address, default=""),
        school="",
        title=row.text("title"),
        topic=row.word("topic"),
        kind=row.read("kind", one_of(RequestKind), default=RequestKind.TALK),
        windows=row.read_each("windows", parse_near_window),
        classroom=row.read("class", parse_key, default=""),
        format=row.read("format", one_of(Format), default=Format.EITHER),
        language=row.read("language", parse_tag, default=""),
        duration_minutes=row.read("duration_minutes", whole(1, 1440), default=None),
        speakers=row.read("speakers", whole(1, 100), default=1),
        sessions=row.read("sessions", whole(1, 200), default=1),
        every_days=row.read("every_days", whole(1, 366), default=7),
        priority=row.read("priority", whole(1, 3), default=1),
        preferred=row.read_each("preferred", parse_address),
        excluded=row.read_each("excluded", parse_address),
        goal=row.text("goal"),
        note=row.text("note"),
        meeting_url=row.read("meeting_url", parse_link, default=""),
        state=_read_state(row),
    )


def request_cells(request: ClassroomRequest) -> Cells:
    """Return the row of a request."""
    state = {STATE_COLUMN: str(request.state)} if _is_withdrawn(request) else {}
    return {
        "request": request.key,
        "teacher_email": request.teacher_email,
        "class": request.classroom,
        "title": request.title,
        "topic": request.topic,
        "kind": request.kind,
        "format": request.format,
        "language": request.language,
        "duration_minutes": number_text(request.duration_minutes),
        "speakers": number_text(request.speakers),
        "sessions": number_text(request.sessions),
        "every_days": number_text(request.every_days),
        "windows": list_text(request.windows),
        "priority": number_text(request.priority),
        "preferred": list_text(request.preferred),
        "excluded": list_text(request.excluded),
        "goal": request.goal,
        "note": request.note,
        "meeting_url": request.meeting_url,
        **state,
    }


def parse_near_window(text: str) -> Window:
    """Return a window of days that can be meant: none centuries away, no range over a year.

    Raises:
        ValueError: if it is none of the four forms, or not of such days.
    """
    window = parse_window(text)
    if isinstance(window, RangeWindow):
        days = parse_day(str(window.days.first)), parse_day(str(window.days.last))
        if (days[1] - days[0]).days >= LONGEST_RANGE_DAYS:
            raise ValueError(f"{quoted(text)} is longer than a year.")
    else:
        parse_day(str(window.day))
    return window


def _read_state(row: Row) -> RequestState:
    state = row.word(STATE_COLUMN)
    if state not in {"", RequestState.WITHDRAWN}:
        row.note(STATE_COLUMN, f"{quoted(state)} must be empty or {RequestState.WITHDRAWN}.")
    return RequestState.WITHDRAWN if state else RequestState.OPEN


def _is_withdrawn(request: ClassroomRequest) -> bool:
    return request.state is RequestState.WITHDRAWN
