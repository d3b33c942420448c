"""Random visits for feeds: any text, any zone, any time, any state that was released."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from scheduler.domain.periods import Period
from scheduler.domain.topics import Topic
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Booking, Partstat, Visit, VisitState
from scheduler.domain.volunteers import Format
from tests.builders import NOW, VOLUNTEER, a_sheet, a_visit

HOSTILE = st.text(
    st.one_of(
        st.sampled_from('\\;,:"^\r\n\t\x00\x0b\x85\u2028nN é中😀'),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=80,
)
ZONES = st.sampled_from(
    ["America/Toronto", "America/Edmonton", "America/St_Johns", "Africa/Cairo", "Etc/UTC"]
)
# Near the changes of October 2026 to March 2027 half of the time.
STARTS = st.one_of(
    st.integers(0, 500 * 96).map(lambda n: datetime(2026, 9, 1, tzinfo=UTC) + n * QUARTER),
    st.integers(0, 96).map(lambda n: datetime(2026, 11, 1, tzinfo=UTC) + n * QUARTER),
    st.integers(0, 96).map(lambda n: datetime(2027, 3, 14, tzinfo=UTC) + n * QUARTER),
)
QUARTER = timedelta(minutes=15)


@st.composite
def visits(draw: st.DrawFn) -> Visit:
    """Return a released visit of the volunteer, alone or with somebody."""
    start = draw(STARTS)
    state = draw(st.sampled_from([s for s in VisitState if s is not VisitState.HELD]))
    partstat = draw(st.sampled_from(Partstat))
    own = Booking(VOLUNTEER, partstat, removed=partstat is Partstat.DECLINED)
    other = draw(st.sampled_from([(), (Booking("ben@bridges.example", Partstat.ACCEPTED),)]))
    return a_visit(
        uid=str(draw(st.uuids())),
        period=Period(start, start + draw(st.integers(1, 20)) * QUARTER),
        timezone=draw(ZONES),
        format=draw(st.sampled_from([Format.IN_PERSON, Format.VIRTUAL])),
        state=state,
        bookings=(own, *other),
        room=draw(HOSTILE),
        sequence=draw(st.integers(0, 9)),
        revised_at=NOW + timedelta(seconds=draw(st.integers(0, 10**6))),
    )


@st.composite
def sheets(draw: st.DrawFn) -> VisitSheet:
    """Return the sheet of a random visit, hostile in every text."""
    names = (
        *("title", "school_name", "address", "arrival_note", "phone", "teacher_name"),
        *("class_name", "grade", "note", "meeting_url"),
    )
    texts = {name: draw(HOSTILE) for name in names}
    topic = Topic("hostile", label=draw(HOSTILE), label_fr=draw(HOSTILE))
    students = draw(st.none() | st.integers(0, 99))
    return a_sheet(draw(visits()), **texts, topic=topic, students=students)
