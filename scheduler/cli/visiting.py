"""Commands that change one visit; calendars and mails follow by themselves."""

from __future__ import annotations

from datetime import datetime

import click

from scheduler.cli.ground import local_moment, moment_of, operator, spoken, wired, zone_of
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.cli.words import proposal_line, rule_words, visit_line
from scheduler.domain.errors import ConstraintViolated
from scheduler.domain.people import normal_email
from scheduler.factory import Wiring
from scheduler.services import booking_by_hand, visits
from scheduler.services.booking_by_hand import OVERRIDABLE, Override


@click.command(cls=PlainCommand)
@click.argument("request")
@click.argument("volunteers", nargs=-1, required=True)
@click.option("--start", required=True, metavar="LOCAL_TIME", callback=moment_of)
@click.option(
    "--override",
    multiple=True,
    type=click.Choice(sorted(OVERRIDABLE)),
    help="A rule to set aside; needs --reason.",
)
@click.option("--reason", default="")
@wired
def book(
    wiring: Wiring,
    request: str,
    volunteers: tuple[str, ...],
    start: datetime,
    override: tuple[str, ...],
    reason: str,
) -> None:
    """Book VOLUNTEERS for REQUEST yourself, under the same rules."""
    if override and not reason.strip():
        raise click.UsageError("An override needs --reason.")
    zone = zone_of(wiring)
    try:
        proposal = booking_by_hand.book(
            wiring.store,
            request,
            volunteers=(normal_email(email) for email in volunteers),
            start=local_moment(wiring, start),
            actor=operator(),
            now=wiring.clock(),
            gazetteer=wiring.gazetteer,
            override=Override(override, reason),
        )
    except ConstraintViolated as broken:
        refuse(*(rule_words(finding, zone=zone) for finding in broken.findings))
    click.echo(f"Booked. {proposal_line(proposal, zone=zone)}")


@click.command(cls=PlainCommand)
@click.argument("visit")
@click.option("--reason", required=True, callback=spoken)
@wired
def cancel(wiring: Wiring, visit: str, reason: str) -> None:
    """Call VISIT off; everyone who knew of it is told at once."""
    found = visits.cancel(wiring.store, visit, reason=reason, actor=operator(), now=wiring.clock())
    click.echo(visit_line(found))


@click.command(cls=PlainCommand)
@click.argument("visit")
@click.option("--start", required=True, metavar="LOCAL_TIME", callback=moment_of)
@wired
def move(wiring: Wiring, visit: str, start: datetime) -> None:
    """Give VISIT another start."""
    try:
        found = visits.move(
            wiring.store,
            visit,
            start=local_moment(wiring, start),
            actor=operator(),
            now=wiring.clock(),
            gazetteer=wiring.gazetteer,
        )
    except ConstraintViolated as broken:
        refuse(*(rule_words(finding, zone=zone_of(wiring)) for finding in broken.findings))
    click.echo(visit_line(found))


@click.command(cls=PlainCommand)
@click.argument("visit")
@click.argument("email")
@click.argument("says", type=click.Choice(["yes", "no"]))
@click.option("--reason", default="")
@wired
def answer(wiring: Wiring, visit: str, email: str, says: str, reason: str) -> None:
    """Enter an answer that came by telephone."""
    found = visits.answer(
        wiring.store,
        (visit,),
        email=normal_email(email),
        says_yes=says == "yes",
        actor=operator(),
        now=wiring.clock(),
        reason=reason,
    )
    for each in found:
        click.echo(visit_line(each))
