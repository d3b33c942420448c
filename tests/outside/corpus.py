"""Try our reading of busy calendars on a folder full of calendar files.

``python -m tests.outside.corpus FOLDER [ENGINES]`` reads every ``.ics`` below the folder in the
child process that production uses, and says how each was answered: each has to be, in words,
within the limits of time and memory. With the folder of an npm project that has ical.js in it,
the busy spans are compared with those of two other engines. Exit status 1 if a file broke a
limit, or if the files that differ are not exactly those that ``corpus_differences`` explains.
"""

from __future__ import annotations

import json
import re
import resource
import select
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from scheduler.calendars.busy import HORIZON_DAYS, BusyReading
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.isolation import CalendarFile, read_busy_apart
from scheduler.domain.periods import DateRange, Period, merge
from scheduler.domain.zones import day_period
from tests.outside.corpus_differences import known_to_differ
from tests.outside.second_opinion import ICAL_JS, spans

HOME = "America/Toronto"
MOST_CPU_SECONDS = 2.0
MOST_MEGABYTES = 256
SLOW, DIFFERENT = "slow", "different"
PATIENCE_SECONDS = 90
_STARTS = re.compile(rb"^DTSTART[^\r\n]*:(\d{4})(\d\d)(\d\d)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Read:
    """How a file was answered, and what that cost in a child of its own."""

    answer: BusyReading | CalendarUnreadable
    cpu_seconds: float


def windows_of(octets: bytes) -> tuple[DateRange, ...]:
    """Return the two years from a file's first start, and those up to its last where others."""
    days = []
    for year, month, day in _STARTS.findall(octets):
        if 1971 <= int(year) <= 2090 and 1 <= int(month) <= 12 and 1 <= int(day) <= 28:
            days.append(date(int(year), int(month), int(day)))
    first, last = min(days, default=date(2026, 12, 1)), max(days, default=date(2026, 12, 1))
    years = timedelta(days=HORIZON_DAYS - 1)
    early = DateRange(first - timedelta(days=2), first - timedelta(days=2) + years)
    late = DateRange(last + timedelta(days=40) - years, last + timedelta(days=40))
    return (early,) if last in early else (early, late)


def read_apart(octets: bytes, window: DateRange) -> Read:
    """Read a file as production does, in a child of its own."""
    before = _children_cpu()
    (answer,) = read_busy_apart((CalendarFile(octets, HOME, "CA"),), window=window)
    return Read(answer, _children_cpu() - before)


def most_megabytes() -> float:
    """Return the most memory that any child of this process has taken so far."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main(folder: str, engines: str = "") -> int:
    """Print what became of each file and return the exit status."""
    paths = sorted(Path(folder).rglob("*.ics"))
    reads = [
        (path, window, read_apart(path.read_bytes(), window))
        for path in paths
        for window in windows_of(path.read_bytes())
    ]
    # Before another engine is a child of ours as well.
    megabytes = most_megabytes()
    tally: Counter[str] = Counter()
    differing: dict[str, set[str]] = {}
    with engines_in(engines) as ask:
        for path, window, read in reads:
            outcome, words = _judged(read, path, window, ask)
            tally[outcome] += 1
            if outcome == DIFFERENT:
                differing.setdefault(path.name, set()).update(words)
            for name, told in words.items():
                print(f"{outcome}: {path.relative_to(folder)}: {name} {told}")
        surprises = _surprises(differing, {path.name for path in paths}) if ask else ()
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(tally.items())))
    print(f"most processor time: {max((read.cpu_seconds for *_, read in reads), default=0):.2f} s")
    print(f"most memory of a child: {megabytes:.0f} MB")
    print("\n".join(surprises) or "no difference that is not explained")
    return int(bool(tally[SLOW] or surprises) or megabytes > MOST_MEGABYTES)


class Engine:
    """Another program that reads calendars, started anew when it dies or falls silent."""

    def __init__(self, *words: str) -> None:
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None

    def busy(self, path: Path, span: Period) -> tuple[Period, ...] | None:
        """Return what it makes of a file, None if it has no answer."""
        begins, ends = span.start.timestamp(), span.end.timestamp()
        asked = {"path": str(path.resolve()), "first": begins, "last": ends, "home": HOME}
        answer = json.loads(self._ask(json.dumps(asked).encode() + b"\n") or "{}")
        return merge(spans(answer["busy"], span)) if "busy" in answer else None

    def end(self) -> None:
        """End the program."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, question: bytes) -> bytes:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._process = self._process or subprocess.Popen(self._words, **pipes)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question)
        self._process.stdin.flush()
        is_ready = select.select([self._process.stdout], [], [], PATIENCE_SECONDS)[0]
        if is_ready and (answer := self._process.stdout.readline()):
            return answer
        self.end()
        return b""


Engines = Mapping[str, Engine]


def _judged(
    read: Read, path: Path, window: DateRange, ask: Engines
) -> tuple[str, Mapping[str, str]]:
    """Return the outcome, and in words what is to be said of it, by engine."""
    if read.cpu_seconds > MOST_CPU_SECONDS:
        return SLOW, {"": f"{read.cpu_seconds:.1f} s"}
    if isinstance(read.answer, CalendarUnreadable):
        return "refused", {"": read.answer.sentence}
    ours = read.answer.busy
    span = Period(day_period(window.first, HOME).start, day_period(window.last, HOME).end)
    opinions = {name: engine.busy(path, span) for name, engine in ask.items()}
    others = {name: busy for name, busy in opinions.items() if busy is not None}
    differing = {name: _difference(ours, busy) for name, busy in others.items() if busy != ours}
    return (DIFFERENT, differing) if differing else (f"as {len(others)} others read it", {})


def _surprises(differing: Mapping[str, Iterable[str]], names: Iterable[str]) -> tuple[str, ...]:
    """Return where the differences found are not those that are explained."""
    return tuple(
        f"{name}: {sorted(found)} read it otherwise, {sorted(known)} are known to"
        for name in sorted(names)
        if (found := set(differing.get(name, ()))) != (known := known_to_differ(name))
    )


def _difference(ours: Iterable[Period], theirs: Iterable[Period]) -> str:
    mine, other = set(ours), set(theirs)
    told = [
        f"{sign}{one.start:%Y-%m-%d %H:%M}/{one.end:%m-%d %H:%M}"
        for sign, found in (("we +", mine - other), ("they +", other - mine))
        for one in sorted(found)[:2]
    ]
    return f"({len(mine)} of ours, {len(other)} of theirs) " + ", ".join(told)


@contextmanager
def engines_in(folder: str) -> Iterator[Engines]:
    if not folder:
        yield {}
        return
    script = Path(folder) / "second-opinion.mjs"
    shutil.copyfile(ICAL_JS, script)
    found = {
        "icalendar": Engine(sys.executable, "-m", "tests.outside.second_opinion"),
        "ical.js": Engine("node", str(script)),
    }
    try:
        yield found
    finally:
        for engine in found.values():
            engine.end()


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
