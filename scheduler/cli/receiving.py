"""Take in mail, one message on standard input: what a mail server's pipe calls.

What cannot be taken in now ends with status 75, on which mail servers try again later; on every
other status but 0 they send the mail back to its writer. Source: sysexits(3), EX_TEMPFAIL.
"""

from __future__ import annotations

import logging
import sys

import click

from scheduler.cli.ground import wired
from scheduler.cli.refusals import REFUSED, PlainCommand
from scheduler.factory import Wiring
from scheduler.mail.incoming import MOST_OCTETS, MailUnreadable
from scheduler.services.receiving import Became
from scheduler.services.receiving import receive as take_in

WORDS = {
    Became.ENTERED: "The answer is entered.",
    Became.MARKED: "The address is marked: mail to it comes back.",
    Became.KEPT: "Kept in the inbox for a coordinator.",
    Became.IGNORED: "Nothing to do.",
}
TRY_LATER = 75
CHUNK_OCTETS = 1024 * 1024

log = logging.getLogger(__name__)


class MailServersCommand(PlainCommand):
    """A command that a mail server calls: whatever keeps us from working now, it tries later."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; only what is wrong with the mail itself is refused for good."""
        try:
            return super().invoke(ctx)
        except SystemExit:
            sys.exit(TRY_LATER)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception:
            log.exception("This mail could not be taken in.")
            sys.exit(TRY_LATER)


@click.command(cls=MailServersCommand)
@wired
def receive(wiring: Wiring) -> None:
    """Take in one mail from standard input: a calendar's reply, a bounce, or words."""
    octets = _message()
    try:
        became = take_in(wiring.store, octets, head=wiring.letterhead, now=wiring.clock())
    except MailUnreadable as refusal:
        click.echo(str(refusal), err=True)
        raise click.exceptions.Exit(REFUSED) from None
    click.echo(WORDS[became])


def _message() -> bytes:
    """All that is read of the message; a mail server wants to see the rest taken as well."""
    octets = sys.stdin.buffer.read(MOST_OCTETS + 1)
    while sys.stdin.buffer.read(CHUNK_OCTETS):
        pass
    return octets
