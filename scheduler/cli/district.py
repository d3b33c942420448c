"""Commands for the district as a whole: set up, read in, write out, look after."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.bundle.changes import Change
from scheduler.cli.ground import operator, settings_at, wired, wired_as_it_is
from scheduler.cli.health import examine
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.cli.terminal import progress_bar
from scheduler.factory import Wiring
from scheduler.services.bundles import Imported, export_bundle, import_bundle
from scheduler.storage import database


@click.command(cls=PlainCommand)
def init() -> None:
    """Create the database, or bring it up to date; safe to repeat."""
    settings = settings_at(None)
    database.upgrade(settings.database_url)
    click.echo(f"The database is ready. Instance folder: {settings.instance}")


@click.command("import", cls=PlainCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--prune", is_flag=True, help="Withdraw and deactivate what the bundle lacks.")
@wired
def import_(wiring: Wiring, folder: Path, dry_run: bool, prune: bool) -> None:
    """Read a district bundle from FOLDER; all or nothing."""
    with progress_bar("Reading the bundle") as progress:
        found = import_bundle(
            wiring.store,
            folder,
            actor=operator(),
            now=wiring.clock(),
            dry_run=dry_run,
            prune=prune,
            progress=progress,
        )
    if dry_run:
        for change in found.changes:
            click.echo(sentence_of(change))
        for key in found.pruned.requests:
            click.echo(f"withdraw request {key}")
        for email in found.pruned.people:
            click.echo(f"deactivate {email}")
    click.echo(summary_of(found, dry_run=dry_run))


@click.command(cls=PlainCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@wired
def export(wiring: Wiring, folder: Path) -> None:
    """Write the district as a bundle into FOLDER."""
    export_bundle(wiring.store, folder, actor=operator())
    click.echo(f"Written to {folder}.")


@click.command(cls=PlainCommand)
@wired_as_it_is
def doctor(wiring: Wiring) -> None:
    """Look everything over: each ok, or what to do."""
    findings = examine(wiring)
    for finding in findings:
        click.echo(f"{'ok ' if finding.is_well else '!! '} {finding.name}: {finding.words}")
    if not all(finding.is_well for finding in findings):
        refuse("Something needs attention.")


def sentence_of(change: Change) -> str:
    """Return one line that tells of a change."""
    if change.is_addition:
        return f"add {change.kind} {change.key}"
    sign = "overwrite" if change.is_overwrite else "set"
    return f"{sign} {change.kind} {change.key} {change.field}: “{change.old}” → “{change.new}”"


def summary_of(found: Imported, *, dry_run: bool) -> str:
    """Return how much an import changed, or would."""
    added = sum(change.is_addition for change in found.changes)
    changed = len({(c.kind, c.key) for c in found.changes if not c.is_addition})
    withdrawn, left = len(found.pruned.requests), len(found.pruned.people)
    words = f"{added} added, {changed} changed"
    if withdrawn or left:
        words += (
            f", {withdrawn} request{'' if withdrawn == 1 else 's'} withdrawn"
            f", {left} {'person' if left == 1 else 'people'} deactivated"
        )
    return f"Would be: {words}. Nothing was changed." if dry_run else f"{words}."
