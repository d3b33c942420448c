"""Commands about accounts: feed addresses and sign-in links."""

from __future__ import annotations

import click

from scheduler.bundle.words import parse_address
from scheduler.cli.ground import wired
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.domain.people import RoleName, normal_email
from scheduler.factory import Wiring
from scheduler.services import feeds as calendars
from scheduler.services.feed_answers import write_feed
from scheduler.services.records import Feed, FeedKind
from scheduler.services.sign_in import link_for

CREATABLE = sorted(
    str(role) for role in RoleName if role not in (RoleName.VOLUNTEER, RoleName.APPROVER)
)


@click.command(cls=PlainCommand)
@click.argument("email", required=False)
@click.option("--school", help="A school's key instead of a person.")
@click.option("--rotate", is_flag=True, help="Replace the addresses; old ones say so for 30 days.")
@click.option("--end", is_flag=True, help="End the addresses at once, for good.")
@wired
def feeds(wiring: Wiring, email: str | None, school: str | None, rotate: bool, end: bool) -> None:
    """List the feed addresses of a person or a school."""
    if bool(email) == bool(school):
        raise click.UsageError("Give an e-mail address, or --school ID.")
    if rotate and end:
        raise click.UsageError("Either --rotate or --end.")
    found = _feeds(wiring, normal_email(email or ""), school=school)
    for feed in found:
        if end:
            calendars.revoke(wiring.store, feed)
            click.echo(f"{feed.kind}\tended")
            continue
        if rotate:
            feed = calendars.rotate(wiring.store, feed, settings=wiring.feeds, now=wiring.clock())
        write_feed(wiring.store, feed, settings=wiring.feeds, now=wiring.clock())
        click.echo(f"{feed.kind}\t{wiring.feeds.address_of(feed)}")
    if not found:
        refuse("No feed: this account has no role with visits.")


@click.command("sign-in", cls=PlainCommand)
@click.argument("email")
@click.option("--create", type=click.Choice(CREATABLE), help="Make the account with this role.")
@wired
def sign_in(wiring: Wiring, email: str, create: str | None) -> None:
    """Print a one-time sign-in link; it lasts 15 minutes."""
    if create:
        _require_address(email)
    token = link_for(wiring.store, email, now=wiring.clock(), create=create or "")
    click.echo(f"{wiring.settings.base_url}/login/{token}")


def _require_address(email: str) -> None:
    try:
        parse_address(email)
    except ValueError as error:
        refuse(str(error))


def _feeds(wiring: Wiring, email: str, *, school: str | None) -> tuple[Feed, ...]:
    if school:
        feed = calendars.feed_for(
            wiring.store, kind=FeedKind.SCHOOL, owner=school, settings=wiring.feeds
        )
        return (feed,)
    return calendars.feeds_of_person(wiring.store, email, settings=wiring.feeds)
