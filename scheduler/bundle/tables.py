"""The spreadsheets of a bundle: their names, columns and keys, as the file format fixes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Cells = dict[str, str]

# What the named columns cannot say: a request that was withdrawn, an account that is at rest.
STATE_COLUMN = "x_visitbell_state"
FREE_PREFIX = "x_"
ADDRESS_COLUMNS = frozenset({"email", "volunteer_email"})


@dataclass(frozen=True, slots=True)
class Table:
    """One spreadsheet; ``key`` names the columns that tell its rows apart."""

    file: str
    columns: tuple[str, ...]
    required: frozenset[str]
    key: tuple[str, ...]

    def key_of(self, cells: Cells) -> tuple[str, ...]:
        """Return what tells a row apart; addresses count in lower case."""
        return tuple(
            cells.get(column, "").strip().lower()
            if column in ADDRESS_COLUMNS
            else cells.get(column, "").strip()
            for column in self.key
        )


def _table(file: str, columns: str, *, key: Iterable[str] = ()) -> Table:
    # A star marks a required column; without a key of its own a row is all its columns.
    names = tuple(name.lstrip("*") for name in columns.split())
    required = frozenset(name[1:] for name in columns.split() if name.startswith("*"))
    return Table(file, names, required, tuple(key) or names)


TOPICS = _table("topics.csv", "*topic parent label label_fr label_es sensitive", key=["topic"])
BELL_SCHEDULES = _table(
    "bell_schedules.csv",
    "*bell_schedule day_type *period *start *end",
    key=["bell_schedule", "day_type", "period"],
)
DAY_TYPES = _table("day_types.csv", "*bell_schedule *date *day_type", key=["bell_schedule", "date"])
CLOSURES = _table("closures.csv", "school *first_date *last_date *name")
SCHOOLS = _table(
    "schools.csv",
    "*school *name address postal_code *latitude *longitude timezone bell_schedule grades"
    " enrolment need_weight zone arrival_note phone",
    key=["school"],
)
STAFF = _table("staff.csv", "*email *name *roles school locale", key=["email"])
CLASSES = _table(
    "classes.csv",
    "*class *school *teacher_email *name *grade students subject room lessons",
    key=["class"],
)
ORGANIZATIONS = _table(
    "organizations.csv",
    "*organization *name kind contact_email visits_per_term address latitude longitude",
    key=["organization"],
)
# Written only where there is something to say: an organization may have neither.
ORGANIZATION_SITES = _table(
    "organization_sites.csv", "*organization *name address postal_code latitude longitude"
)
ORGANIZATION_CONTACTS = _table("organization_contacts.csv", "*organization *name role email phone")
VOLUNTEERS = _table(
    "volunteers.csv",
    "*email *name organization kind *topics *grades *languages *formats postal_code latitude"
    " longitude max_km max_per_day max_per_week max_per_month buffer_minutes notice_days"
    " min_minutes needs protocol locale timezone adult adult_checked_on",
    key=["email"],
)
AVAILABILITY = _table(
    "availability.csv", "*volunteer_email *weekday *start *end first_date last_date"
)
DAYS_AWAY = _table("days_away.csv", "*volunteer_email *first_date *last_date")
CLEARANCES = _table(
    "clearances.csv",
    "*volunteer_email *kind issued approved expires holder school state",
)
REQUESTS = _table(
    "requests.csv",
    "*request *teacher_email class *title *topic *kind format language duration_minutes speakers"
    " sessions every_days *windows priority preferred excluded goal note meeting_url",
    key=["request"],
)
BOOKINGS = _table(
    "bookings.csv",
    "*visit *request *volunteer_email *start *end *status session format room sequence partstat",
    key=["visit", "volunteer_email"],
)

TABLES = (
    TOPICS,
    BELL_SCHEDULES,
    DAY_TYPES,
    CLOSURES,
    SCHOOLS,
    STAFF,
    CLASSES,
    ORGANIZATIONS,
    ORGANIZATION_SITES,
    ORGANIZATION_CONTACTS,
    VOLUNTEERS,
    AVAILABILITY,
    DAYS_AWAY,
    CLEARANCES,
    REQUESTS,
    BOOKINGS,
)
DISTRICT_FILE = "district.toml"
CLOSURES_CALENDAR = "closures.ics"
BUSY_FOLDER = "busy"
POLICY_FOLDER = "policies"
FILES = (DISTRICT_FILE, CLOSURES_CALENDAR, *(table.file for table in TABLES))
FOLDERS = (BUSY_FOLDER, POLICY_FOLDER)
ENDINGS = frozenset({".csv", ".toml", ".ics"})
# What spreadsheet programs keep for themselves, which nobody else reads.
WORKBOOKS = frozenset({".xlsx", ".xls", ".ods", ".numbers"})
