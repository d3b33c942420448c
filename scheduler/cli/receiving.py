"""Take in mail, one message on standard input: what a mail server's pipe calls."""

from __future__ import annotations

import sys

import click

from scheduler.cli.ground import wired
from scheduler.cli.refusals import PlainCommand
from scheduler.factory import Wiring
from scheduler.mail.incoming import MOST_OCTETS
from scheduler.services.receiving import Became
from scheduler.services.receiving import receive as take_in

WORDS = {
    Became.ENTERED: "The answer is entered.",
    Became.MARKED: "The address is marked: mail to it comes back.",
    Became.KEPT: "Kept in the inbox for a coordinator.",
    Became.IGNORED: "Nothing to do.",
}


@click.command(cls=PlainCommand)
@wired
def receive(wiring: Wiring) -> None:
    """Take in one mail from standard input: a calendar's reply, a bounce, or words."""
    octets = sys.stdin.buffer.read(MOST_OCTETS + 1)
    became = take_in(wiring.store, octets, head=wiring.letterhead, now=wiring.clock())
    click.echo(WORDS[became])
