"""More than a hundred calendar files that nobody should have to read, made on the spot.

Each has a name that says what is wrong with it. Some are bombs, some broken, some only odd; all
have to be answered in words, within the limits of time and memory.
``python -m tests.outside.nasties FOLDER`` writes them as files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.calendars.files import a_file, an_event, at

HOUR = at("20261208T154000Z", "20261208T163000Z")
LOCAL = at("20261208T104000", "20261208T113000", zone="America/Toronto")
ALL_SECONDS = ",".join(map(str, range(60)))
ALL_HOURS = ",".join(map(str, range(24)))
EVERYTHING = (
    f"BYSECOND={ALL_SECONDS};BYMINUTE={ALL_SECONDS};BYHOUR={ALL_HOURS}"
    ";BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12"
)

RULES = (
    "FREQ=SECONDLY",
    "FREQ=SECONDLY;COUNT=1",
    "FREQ=SECONDLY;UNTIL=20261208T154001Z",
    "FREQ=SECONDLY;BYMONTHDAY=30;BYMONTH=2",
    "FREQ=MINUTELY",
    "FREQ=MINUTELY;INTERVAL=525600",
    "FREQ=HOURLY",
    "FREQ=HOURLY;BYYEARDAY=366;BYMONTH=1",
    "FREQ=HOURLY;INTERVAL=1;BYMINUTE=0,15,30,45",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;INTERVAL=99999999999999999999",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;COUNT=-5",
    "FREQ=DAILY;COUNT=99999999999999999999",
    "FREQ=DAILY;COUNT=1;UNTIL=20300101",
    "FREQ=DAILY;UNTIL=00000000",
    "FREQ=DAILY;UNTIL=20261301T000000Z",
    "FREQ=DAILY;UNTIL=99991231T235959Z",
    "FREQ=DAILY;UNTIL=20200101T000000Z",
    f"FREQ=DAILY;{EVERYTHING}",
    f"FREQ=YEARLY;{EVERYTHING}",
    f"FREQ=YEARLY;COUNT=1;{EVERYTHING}",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;INTERVAL=3",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6",
    "FREQ=YEARLY;BYYEARDAY=-366;BYMONTH=12",
    "FREQ=YEARLY;BYSETPOS=400;BYDAY=MO",
    "FREQ=YEARLY;BYEASTER=0",
    "FREQ=MONTHLY;BYDAY=6MO",
    "FREQ=MONTHLY;BYDAY=99MO",
    "FREQ=MONTHLY;BYMONTHDAY=0",
    "FREQ=MONTHLY;BYMONTHDAY=32",
    "FREQ=MONTHLY;BYMONTHDAY=-31;BYMONTH=2,4",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=WEEKLY;BYDAY=",
    "FREQ=WEEKLY;WKST=99",
    "FREQ=WEEKLY;BYHOUR=25",
    "FREQ=WEEKLY;BYMINUTE=61;BYSECOND=99",
    "FREQ=WEEKLY;RSCALE=CHINESE",
    "FREQ=WEEKLY;RSCALE=GREGORIAN;SKIP=FORWARD",
    "FREQ=WEEKLY;FREQ=SECONDLY",
    "FREQ=",
    "FREQ",
    "INTERVAL=1",
    ";;;;",
    "=",
    "FREQ=NEVERLY",
    "FREQ=DAILY;" + "X" * 100_000 + "=1",
    "FREQ=DAILY;BYDAY=" + ",".join(["MO"] * 50_000),
)
ZONES = (
    "America/Toronto" * 7000,
    "../../../../etc/passwd",
    "/etc/localtime",
    "\0",
    "Nowhere/City",
    "America/Toronto\\, no",
    "(UTC-05:00) Eastern Time (US & Canada)",
    "Eastern Standard Time 1",
    "Customized Time Zone",
    "tzone://Microsoft/Custom",
    "/freeassociation.sourceforge.net/America/Toronto",
    "posixrules",
    "Etc/GMT+99",
)
STARTS = (
    "DTSTART:",
    "DTSTART",
    "DTSTART;VALUE=DATE:20261399",
    "DTSTART:20261208T256199Z",
    "DTSTART:20261208T235960Z\nDURATION:PT1S",
    "DTSTART:00010101T000000Z\nDTEND:99991231T235959Z",
    "DTSTART;TZID=America/Toronto:00010101T000000\nDTEND;TZID=America/Toronto:00010102T000000",
    "DTSTART;VALUE=DATE:99991231",
    "DTSTART:20261208T154000Z\nDTEND:20261208T144000Z",
    "DTSTART:20261208T154000Z\nDURATION:P999999999D",
    "DTSTART:20261208T154000Z\nDURATION:P99999999999999999999999D",
    "DTSTART:20261208T154000Z\nDURATION:-PT1H",
    "DTSTART:20261208T154000Z\nDURATION:P",
    "DTSTART:20261208T154000Z\nDURATION:PT",
    "DTSTART:20261208T154000Z\nDTSTART:20261209T154000Z",
    "DTSTART;VALUE=DATE:20261208\nDTEND:20261208T163000Z",
    "DTSTART:20261208T154000Z\nDTEND;VALUE=DATE:20261209",
    "DTSTART;VALUE=PERIOD:20261208T154000Z/PT1H",
    "DTSTART;TZID=America/Toronto:20260308T023000\nDURATION:PT1H",
    "DTSTART;TZID=America/Toronto:20261101T013000\nDURATION:PT1H",
    "DTSTART:２０２６1208T154000Z",
    "DTSTART:+20261208T154000Z",
)
LINES = (
    "UID:a\nUID:b",
    "SEQUENCE:99999999999999999999999",
    "SEQUENCE:-1",
    "RECURRENCE-ID:never",
    "RECURRENCE-ID;RANGE=THISANDFUTURE:20261208T154000Z",
    "RECURRENCE-ID;RANGE=THISANDPRIOR:20261208T154000Z",
    "EXDATE:never",
    "EXDATE:" + ",".join(["20261208T154000Z"] * 30_000),
    "RDATE:" + ",".join(["20261209T154000Z"] * 30_000),
    "RDATE;VALUE=PERIOD:20261209T154000Z/P99999D",
    "RDATE;VALUE=PERIOD:20261209T154000Z/20261201T154000Z",
    "\n".join(["RRULE:FREQ=DAILY"] * 500),
    "RRULE:FREQ=DAILY\nEXRULE:FREQ=DAILY",
    "ATTACH:" + "A" * 3_000_000,
    "DESCRIPTION:" + "\\n" * 1_000_000,
    "X-" + "A" * 200_000 + ":1",
    "X-A;" + ";".join(f"P{n}=1" for n in range(20_000)) + ":1",
    'X-A;P="' + "a" * 200_000 + ":1",
    "X-A;P=" + '"' * 100_001 + ":1",
    "STATUS:CANCELLED\nSTATUS:CONFIRMED",
    "TRANSP:" + "T" * 100_000,
)


def nasties() -> Mapping[str, bytes]:
    """Return every nasty file by name."""
    return dict(_all())


def _all() -> Iterator[tuple[str, bytes]]:
    for number, rule in enumerate(RULES):
        yield f"rule-{number:02}", a_file(an_event(f"{LOCAL}\nRRULE:{rule}", uid="x"))
    for number, name in enumerate(ZONES):
        times = at("20261208T104000", "20261208T113000", zone=f'"{name}"')
        yield f"zone-{number:02}", a_file(an_event(times), head=[f"X-WR-TIMEZONE:{name}"])
    for number, start in enumerate(STARTS):
        yield f"start-{number:02}", a_file(an_event(start))
    for number, line in enumerate(LINES):
        yield f"line-{number:02}", a_file(an_event(f"{HOUR}\n{line}"))
    yield from _blocks()
    yield from _heaps()
    yield from _octets()


def _blocks() -> Iterator[tuple[str, bytes]]:
    times = at("20261208T104000", "20261208T113000", zone="Own")
    rules = ("FREQ=SECONDLY", "FREQ=DAILY", "FREQ=YEARLY;INTERVAL=0", f"FREQ=YEARLY;{EVERYTHING}")
    for number, rule in enumerate(rules):
        onset = f"DTSTART:19700101T000000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nRRULE:{rule}"
        yield f"block-{number}", a_file(_zone("Own", _standard(onset)), an_event(times))
    for name, part in (
        ("empty", ""),
        ("offsets", _standard("DTSTART:19700101T000000\nTZOFFSETFROM:+9999\nTZOFFSETTO:-9999")),
        ("onsets", "\n".join([_standard("DTSTART:19700101T000000\nTZOFFSETTO:+0100")] * 5_000)),
        ("nested", _zone("Own", _zone("Own", ""))),
    ):
        yield f"block-{name}", a_file(_zone("Own", part), an_event(times))
    many = [_zone(f"Own{n}", _standard("DTSTART:19700101T000000")) for n in range(5_000)]
    used = [an_event(at("20261208T104000", "20261208T113000", zone=f"Own{n}")) for n in range(100)]
    yield "block-many", a_file(*many, *used)


def _heaps() -> Iterator[tuple[str, bytes]]:
    yield "heap-events", a_file(*(an_event(HOUR, uid=str(n)) for n in range(6_000)))
    yield "heap-same", a_file(*[an_event(HOUR, uid="x")] * 4_000)
    yield "heap-daily", a_file(*[an_event(f"{LOCAL}\nRRULE:FREQ=DAILY") for _ in range(1_000)])
    endless = an_event(f"{LOCAL}\nRRULE:FREQ=HOURLY;BYYEARDAY=366;BYMONTH=1")
    yield "heap-endless", a_file(*[endless] * 50)
    changed = (
        an_event(f"RECURRENCE-ID:202612{1 + n % 28:02}T{n % 24:02}0000Z\n{HOUR}", uid="x")
        for n in range(4_000)
    )
    yield "heap-changes", a_file(an_event(f"{HOUR}\nRRULE:FREQ=DAILY", uid="x"), *changed)
    yield "heap-old", a_file(*[an_event(at("20101208T154000Z", "20101208T163000Z"))] * 40_000)
    yield "heap-lines", a_file("\n".join(["X-A:1"] * 900_000))
    yield "heap-deep", b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 100_000
    yield "heap-calendars", a_file(an_event(HOUR)) * 3_000
    yield "heap-alarms", a_file(an_event(HOUR + "\nBEGIN:VALARM\nEND:VALARM" * 30_000))


def _octets() -> Iterator[tuple[str, bytes]]:
    plain = a_file(an_event(HOUR, "SUMMARY:Ünïcödé"))
    yield "octets-none", b""
    yield "octets-nul", plain.replace(b"SUMMARY", b"\0SUMMARY\0")
    yield "octets-all-nul", b"\0" * 1_000_000
    yield "octets-bom", b"\xef\xbb\xbf" + plain
    yield "octets-utf16", plain.decode().encode("utf-16")
    yield "octets-utf32", plain.decode().encode("utf-32")
    yield "octets-latin1", plain.decode().encode("latin-1")
    yield "octets-broken", plain.replace("ü".encode(), b"\xff\xfe\xc3\x28")
    yield "octets-bare-cr", plain.replace(b"\r\n", b"\r")
    yield "octets-bare-lf", plain.replace(b"\r\n", b"\n")
    yield "octets-lower-case", plain.lower()
    yield "octets-folded", plain.replace(b"DTSTART", b"DT\r\n ST\r\n\tART")
    yield "octets-folded-only", b"BEGIN:VCALENDAR\r\n" + b" \r\n" * 300_000
    yield "octets-cut", plain[: len(plain) // 2]
    yield "octets-no-end", plain[:-15]
    yield "octets-ends-only", b"END:VEVENT\r\n" * 100_000
    yield "octets-html", b"<!doctype html><html><body>BEGIN:VCALENDAR</body></html>"
    yield "octets-json", b'["vcalendar",[],[]]'
    yield "octets-gzip", b"\x1f\x8b\x08\x00" + bytes(range(256)) * 40
    yield "octets-random", bytes((n * n * 7919 + n) % 256 for n in range(100_000))
    yield "octets-large", b"X" * (21 * 1024 * 1024)
    yield "octets-one-line", b"BEGIN:VCALENDAR\r\nX:" + b"x" * (19 * 1024 * 1024)
    yield "octets-colons", b"BEGIN:VCALENDAR\r\n" + b":" * 1_000_000
    yield "octets-tasks", a_file("BEGIN:VTODO\nDUE:20261208T154000Z\nEND:VTODO")
    yield "octets-chinese", a_file(an_event(HOUR), head=["CALSCALE:CHINESE"])


def _zone(name: str, part: str) -> str:
    return "\n".join(filter(None, ("BEGIN:VTIMEZONE", f"TZID:{name}", part, "END:VTIMEZONE")))


def _standard(lines: str) -> str:
    return f"BEGIN:STANDARD\n{lines}\nEND:STANDARD"


def main(folder: str) -> None:
    """Write every nasty file into the folder."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, octets in nasties().items():
        (Path(folder) / f"{name}.ics").write_bytes(octets)


if __name__ == "__main__":
    main(sys.argv[1])
