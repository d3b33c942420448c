"""Why we read some third-party files otherwise than another engine, file by file.

The files are those of the source distributions of icalendar 7.3.0, recurring-ical-events 3.8.2
and khal 0.14.1; the other engines are icalendar with recurring-ical-events, and ical.js 2.2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_FREE_BUSY = "both others read events alone; VFREEBUSY blocks time, too (RFC 5545 3.6.4)"
_NO_BLOCK = "ical.js has no block for the zone, so it cannot tell UTC from the event's own clock"
_PREFIX = "ical.js does not know the zone behind the vendor's prefix"
_LABEL = "a Windows label; only we know it"
_FIRST = "DTSTART is the first instance, whatever the rule says (RFC 5545 3.8.5.3)"
_NEWEST = "two versions of one event: the higher SEQUENCE counts (RFC 5546 2.1.5)"
_OWN_ZONES = "the end is on another clock than the start; ical.js takes the clocks for one"
_BACKWARDS = "it ends before it starts; we list it as unreadable"

EXPLANATION_BY_FILE: Mapping[str, str] = MappingProxyType(
    {
        "example.ics": f"{_FREE_BUSY}; or two events share a UID, and we count both",
        "issue_1081_freebusy_comma_separated.ics": _FREE_BUSY,
        "issue_27_multiple_periods_in_freebusy_multiple_freebusies.ics": _FREE_BUSY,
        "issue_27_multiple_periods_in_freebusy_one_freebusy.ics": _FREE_BUSY,
        "issue_313_globally_unique_tzid.ics": _PREFIX,
        "issue_466_convert_tzid_with_slash.ics": _PREFIX,
        "issue_526_calendar_with_different_events.ics": _LABEL,
        "issue_526_calendar_with_event_subset.ics": _LABEL,
        "issue_526_calendar_with_events.ics": _LABEL,
        "issue_526_calendar_with_shuffeled_events.ics": _LABEL,
        "event_with_recurrence.ics": (
            "floating start, EXDATE in UTC: others compare what the clocks show, we the moments"
        ),
        "event_with_recurrence_exdates_on_different_lines.ics": _NO_BLOCK,
        "cal_lots_of_timezones.ics": _OWN_ZONES,
        "part1.ics": _OWN_ZONES,
        "event_d_same_start_end.ics": "an all-day event that ends on its own day lasts that day",
        "event_dt_mixed_awareness.ics": "one end floats, the other has both TZID and Z: Z wins",
        "event_dt_rd.ics": _FIRST,
        "event_dt_two_rd.ics": _FIRST,
        "event_rrule_no_occurence.ics": _FIRST,
        "event_dtr_no_tz_exdatez.ics": (
            "nobody knows the zone: we take the owner's, icalendar takes UTC"
        ),
        "event_invalid_exdate.ics": _NO_BLOCK,
        "event_rrule_recuid.ics": _NO_BLOCK,
        "event_rrule_recuid_cancelled.ics": _NO_BLOCK,
        "mult_uids_and_recuid_no_order.ics": _NO_BLOCK,
        "tz_windows_format.ics": (
            "the file's own block puts New Zealand beside Berlin; the Windows name wins"
        ),
        "issue42.ics": (
            "“Europe/lisbon” has a block with wrong onsets: the zone of that name wins; "
            f"icalendar keeps one of several events that share a UID; {_FIRST}"
        ),
        "bad_rrule_missing_until_event.ics": (
            "UNTL is no part of a rule: passed over, so the series goes on"
        ),
        "end_before_start_event.ics": _BACKWARDS,
        "issue_132_swapped_start_and_end.ics": _BACKWARDS,
        "issue_107_omitting_last_event.ics": _LABEL,
        "issue_148_edge_case_1.ics": _NEWEST,
        "issue_148_exdate_and_rdate_updated.ics": _NEWEST,
        "issue_148_ignored_exdate.ics": _NEWEST,
        "issue_163_deleted_modification.ics": _NEWEST,
        "issue_75_range_parameter.ics": "an UNTIL that is a date includes that day",
        "multiple_rrule.ics": "several rules count together; ical.js follows the first",
        "rdate.ics": "EXDATE takes out an RDATE; and " + _FIRST,
        "rdate2.ics": "EXDATE takes out an RDATE",
    }
)
