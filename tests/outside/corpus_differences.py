"""Which files we read otherwise than two other engines do, and why: file by file, engine by engine.

The files are those of the source distributions of icalendar 7.3.0, recurring-ical-events 3.8.2
and khal 0.14.1, and those of ``nasties``. The engines are icalendar with recurring-ical-events,
and ical.js 2.2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ICALENDAR, ICAL_JS = "icalendar", "ical.js"
_ONE, _OTHER, _BOTH = (ICALENDAR,), (ICAL_JS,), (ICALENDAR, ICAL_JS)

# A sentence, the engines that read otherwise, and the files.
_WHY = (
    (
        "VFREEBUSY blocks time, too (RFC 5545 3.6.4); both others read events alone.",
        _BOTH,
        "issue_1081_freebusy_comma_separated issue_27_multiple_periods_in_freebusy_one_freebusy "
        "issue_27_multiple_periods_in_freebusy_multiple_freebusies",
    ),
    (
        "VFREEBUSY blocks time, too; and of two events that share a UID we count both.",
        _BOTH,
        "example",
    ),
    (
        "ical.js does not know the zone behind a vendor's prefix.",
        _OTHER,
        "issue_313_globally_unique_tzid issue_466_convert_tzid_with_slash",
    ),
    (
        "The zone bears a Windows label, which only we know.",
        _OTHER,
        "issue_107_omitting_last_event issue_526_calendar_with_different_events "
        "issue_526_calendar_with_event_subset issue_526_calendar_with_events "
        "issue_526_calendar_with_shuffeled_events",
    ),
    (
        "The file's own block puts New Zealand beside Berlin; the Windows name wins.",
        _BOTH,
        "tz_windows_format",
    ),
    (
        "The file has no block for the zone, so ical.js takes UTC for the event's own clock.",
        _OTHER,
        "event_with_recurrence_exdates_on_different_lines event_invalid_exdate event_rrule_recuid "
        "event_rrule_recuid_cancelled mult_uids_and_recuid_no_order",
    ),
    (
        "Start and end are on two clocks, which ical.js takes for one.",
        _OTHER,
        "cal_lots_of_timezones part1",
    ),
    (
        "The start floats and EXDATE is in UTC: we compare the moments, they what clocks show.",
        _BOTH,
        "event_with_recurrence",
    ),
    (
        "Nobody knows the zone: we take the owner's, icalendar takes UTC.",
        _ONE,
        "event_dtr_no_tz_exdatez",
    ),
    (
        "One end floats, the other has both TZID and Z: Z wins.",
        _ONE,
        "event_dt_mixed_awareness",
    ),
    (
        "DTSTART is the first instance, whatever the rule says (RFC 5545 3.8.5.3).",
        _OTHER,
        "event_dt_rd event_dt_two_rd event_rrule_no_occurence rdate rule-22 rule-23 rule-24 "
        "rule-33",
    ),
    (
        "DTSTART is the first instance even of a rule that nobody can read.",
        _ONE,
        "rule-42 rule-46 rule-47",
    ),
    (
        "“Europe/lisbon” has a block with wrong onsets, and the zone of that name wins; of several "
        "events that share a UID icalendar keeps one.",
        _BOTH,
        "issue42",
    ),
    (
        "Of two versions of one event the higher SEQUENCE counts (RFC 5546 2.1.5).",
        _OTHER,
        "issue_148_edge_case_1 issue_148_exdate_and_rdate_updated issue_148_ignored_exdate "
        "issue_163_deleted_modification",
    ),
    ("An UNTIL that is a date includes that day.", _BOTH, "issue_75_range_parameter"),
    ("Several rules count together; ical.js follows the first.", _OTHER, "multiple_rrule"),
    ("EXDATE takes out an RDATE.", _OTHER, "rdate2"),
    ("An all-day event that ends on its own day lasts that day.", _BOTH, "event_d_same_start_end"),
    (
        "What ends before it starts is listed as unreadable; icalendar turns it round.",
        _ONE,
        "end_before_start_event issue_132_swapped_start_and_end start-08 start-11",
    ),
    (
        "A part that no rule has is passed over, so it ends nothing and adds nothing.",
        _ONE,
        "bad_rrule_missing_until_event rule-28 rule-48",
    ),
    (
        "Of a rule in another calendar than the Gregorian only the first time counts.",
        _ONE,
        "rfc_7529",
    ),
    (
        "Of a rule in another calendar than the Gregorian only the first time counts; ical.js "
        "takes it for Gregorian, icalendar leaves the event out.",
        _BOTH,
        "rule-39",
    ),
    ("RSCALE=GREGORIAN says nothing new; icalendar leaves the event out.", _ONE, "rule-40"),
    (
        "Nobody meets every second or minute: only the first time counts.",
        _OTHER,
        "rule-00 rule-04 rule-41",
    ),
    ("Nobody meets every second or minute: only the first time counts.", _BOTH, "rule-02"),
    (
        "More repetitions than we follow, or work out in time: only the first time counts.",
        _BOTH,
        "line-08 line-11 rule-05 rule-06 rule-08",
    ),
    (
        "More repetitions than we follow, or work out in time: only the first time counts.",
        _OTHER,
        "rule-20 rule-21",
    ),
    (
        "Steps of nothing, or backwards, lead nowhere: ical.js takes steps of one.",
        _OTHER,
        "rule-09 rule-10",
    ),
    (
        "A COUNT that is no count is taken by ical.js for no end.",
        _OTHER,
        "rule-12 rule-14",
    ),
    (
        "A day that is none rolls on into the next month in ical.js alone.",
        _OTHER,
        "rule-17 start-02",
    ),
    (
        "A rule whose parts exclude each other names no day; ical.js drops one of them.",
        _OTHER,
        "rule-25",
    ),
    (
        "No month has a day 0, so only the first time counts; icalendar takes every day, ical.js "
        "none.",
        _BOTH,
        "rule-31",
    ),
    (
        "A value that nobody can read makes the event unreadable; ical.js leaves the value out.",
        _OTHER,
        "line-03 line-06",
    ),
    (
        "EXDATE takes dates out of a series; an event without one takes place.",
        _ONE,
        "line-07",
    ),
    ("A period that runs backwards makes the event unreadable.", _ONE, "line-10"),
    ("Of two STATUS lines we take the last, ical.js the first.", _OTHER, "line-19"),
    ("icalendar reads no bare carriage returns.", _ONE, "octets-bare-cr"),
    ("icalendar reads nothing of a file whose last END is missing.", _ONE, "octets-no-end"),
    (
        "Names and values may be in lower case (RFC 5545 1.3, 3.3.5): icalendar then finds no "
        "start, ical.js takes “z” for no zone.",
        _BOTH,
        "octets-lower-case",
    ),
    ("A leap second is the last second of its minute.", _BOTH, "start-04"),
    (
        "A date beside a time means midnight by the owner's clock; icalendar takes UTC.",
        _ONE,
        "start-15 start-16",
    ),
    (
        "An hour is an hour across the change of the clocks (RFC 5545 3.3.6); they count on the "
        "clock's face.",
        _BOTH,
        "start-18 start-19",
    ),
    (
        "A block that changes its clock all the time, or has no offset, makes its events "
        "unreadable.",
        _BOTH,
        "block-1 block-2 block-3 block-empty block-nested block-onsets",
    ),
    ("The same; ical.js found no answer in time.", _ONE, "block-0"),
    ("The same; icalendar found no answer.", _OTHER, "block-many block-offsets"),
)


def _why_by_file() -> Mapping[str, tuple[str, frozenset[str]]]:
    named = [
        (f"{file}.ics", (why, frozenset(engines)))
        for why, engines, files in _WHY
        for file in files.split()
    ]
    found = dict(named)
    assert len(found) == len(named), "a file is explained twice"
    return MappingProxyType(found)


WHY_BY_FILE = _why_by_file()


def known_to_differ(name: str) -> frozenset[str]:
    """Return the engines that read a file otherwise than we do."""
    return WHY_BY_FILE[name][1] if name in WHY_BY_FILE else frozenset()
