"""Commands that answer a question and change nothing."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.exc import DatabaseError

from scheduler.calendars.isolation import read_one_apart
from scheduler.cli.database_words import is_out_of_reach
from scheduler.cli.ground import operator, settings_at, wired
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.cli.terminal import print_json
from scheduler.cli.words import about_lines, why_lines
from scheduler.domain.errors import OutOfReach
from scheduler.domain.periods import DateRange
from scheduler.factory import Wiring, wire
from scheduler.services import explanations
from scheduler.services.about import About, about
from scheduler.services.explanations import Why
from scheduler.services.picture import find_district

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(cls=PlainCommand)
@click.argument("request")
@click.option("--person", metavar="EMAIL", help="Ask about one volunteer alone.")
@click.option("--json", "as_json", is_flag=True)
@wired
def why(wiring: Wiring, request: str, person: str | None, as_json: bool) -> None:
    """Say who could come for REQUEST and why; or who is left after each rule."""
    told = _asked(wiring, request, person)
    if as_json:
        print_json(explanations.as_json(told))
        return
    for line in about_lines(told) if isinstance(told, About) else why_lines(told):
        click.echo(line)


@click.command(cls=PlainCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "first", type=DAY, required=True)
@click.option("--until", "last", type=DAY, required=True)
@click.option("--tz", "timezone", help="The owner's zone (default: the district's).")
@click.option("--json", "as_json", is_flag=True)
def busy(file: Path, first: datetime, last: datetime, timezone: str | None, as_json: bool) -> None:
    """Say what a calendar FILE means: when its owner is busy, and what was passed over."""
    try:
        octets = file.read_bytes()
    except OSError as failure:
        refuse(f"{file}: it cannot be read ({failure.strerror}).")
    zone, country = _zone_and_country(timezone)
    reading = read_one_apart(
        octets, window=DateRange(first.date(), last.date()), timezone=zone, country=country
    )
    if as_json:
        print_json(
            {
                "busy": [{"start": _utc(p.start), "end": _utc(p.end)} for p in reading.busy],
                "passed_over": [
                    {"component": each.component, "reason": each.reason}
                    for each in reading.passed_over
                ],
                "known_until": reading.known_until.isoformat(),
            }
        )
        return
    for period in reading.busy:
        click.echo(f"busy {_utc(period.start)} {_utc(period.end)}")
    for each in reading.passed_over:
        click.echo(f"passed over {each.component}: {each.reason}")


def _asked(wiring: Wiring, request: str, person: str | None) -> About | Why:
    now, who = wiring.clock(), operator()
    if person:
        return about(
            wiring.store, request, email=person, now=now, gazetteer=wiring.gazetteer, actor=who
        )
    return explanations.why(wiring.store, request, now=now, gazetteer=wiring.gazetteer, actor=who)


def _zone_and_country(timezone: str | None) -> tuple[str, str]:
    """Return whose clock it is; the command works without a database where that is given."""
    try:
        with closing(wire(settings_at(None))) as wiring, wiring.store.read() as work:
            district = find_district(work)
    except (DatabaseError, OutOfReach) as failure:
        if isinstance(failure, DatabaseError) and not is_out_of_reach(failure):
            raise
        district = None
    if district:
        return timezone or district.timezone, district.country
    if not timezone:
        refuse("There is no district yet: say whose clock it is with --tz.")
    return timezone, ""


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
