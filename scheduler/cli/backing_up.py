"""Commands that keep a copy of everything, and take it back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import click

from scheduler.cli.ground import settings_at
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.cli.terminal import progress_bar
from scheduler.config import PREFIX, Settings
from scheduler.storage import backups

OWNER_ALONE = 0o600


@click.command(cls=PlainCommand)
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database and the keys into FILE, while the site runs on."""
    settings = settings_at(None)
    with progress_bar("Copying") as progress:
        made = backups.write_backup(
            settings.database_url,
            file,
            keys=_keys_of(settings),
            made_at=datetime.now(UTC),
            progress=progress,
        )
    click.echo(f"{file}: {made.rows} rows and the keys. Keep it as safe as a password.")


@click.command(cls=PlainCommand)
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty database from FILE, and put the keys back."""
    settings = settings_at(None)
    keys = backups.read_manifest(file).keys
    _refuse_other_keys(settings, keys)
    if not backups.is_empty(settings.database_url):
        refuse("The database is not empty, and restoring would mix two districts: name a new one.")
    with (
        progress_bar("Restoring") as progress,
        backups.restored(settings.database_url, file, progress=progress) as made,
    ):
        told = tuple(_put_keys_back(settings, keys))
    for line in told:
        click.echo(line)
    click.echo(f"{made.rows} rows as they were on {made.made_at:%Y-%m-%d at %H:%M} UTC.")


def _keys_of(settings: Settings) -> dict[str, str]:
    return {
        "secret_key": settings.secret_key.decode(),
        "feed_key": settings.feed_key.decode(),
    }


def _refuse_other_keys(settings: Settings, keys: Mapping[str, str]) -> None:
    present = _keys_of(settings)
    wrong = [
        f"{name} is another key than the backup's: leave it out, then restore."
        for key in present
        if present[key] != keys.get(key) and (name := f"{PREFIX}{key.upper()}") in os.environ
    ]
    if wrong:
        refuse(*wrong)


def _put_keys_back(settings: Settings, keys: Mapping[str, str]) -> Iterator[str]:
    """Write the keys where they are read from, and tell of each that was another before."""
    for name, present in _keys_of(settings).items():
        path = settings.instance / name
        if keys[name] == present:
            continue
        # The instance folder may serve another database, whose feeds depend on this key.
        former = path.with_name(f"{name}.former-{sha256(present.encode()).hexdigest()[:8]}")
        path.replace(former)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE)
        with os.fdopen(descriptor, "w") as file:
            file.write(keys[name])
        yield f"The {name.replace('_', ' ')} that was there before is now in {former}."
