"""The settings: read once from the environment, refused loudly, then plain values.

Keys that nobody set are made on first start and kept in the instance folder, readable by the
owner alone.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "VISITBELL_"
KEY_BYTES = 32


class WrongSetting(Exception):
    """Say which setting is wrong, and how to write it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, with its defaults filled in.

    ``now`` is the moment a rehearsal begins at, None outside of rehearsals.
    """

    instance: Path
    database_url: str
    secret_key: bytes
    feed_key: bytes
    base_url: str = "http://127.0.0.1:5000"
    mail_url: str = "maildir:"
    mail_from_name: str = "School visits"
    mail_from_email: str = "visits@localhost"
    reply_address: str = ""
    is_rehearsal: bool = False
    now: datetime | None = None

    @property
    def is_https(self) -> bool:
        """Tell whether people reach the site by https."""
        return self.base_url.startswith("https://")


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this environment; the instance folder is made if it is missing.

    Raises:
        WrongSetting: naming the variable and what it should look like.
    """
    given = _given(os.environ if environment is None else environment)
    instance = Path(given.get("INSTANCE") or default_instance()).absolute()
    instance.mkdir(parents=True, exist_ok=True)
    name, email = _mailbox(given.get("MAIL_FROM", "School visits <visits@localhost>"))
    rehearses = given.get("REHEARSAL") == "1"
    return Settings(
        instance=instance,
        database_url=given.get("DATABASE_URL") or f"sqlite:///{instance / 'visitbell.sqlite3'}",
        secret_key=_key("SECRET_KEY", given=given, instance=instance),
        feed_key=_key("FEED_KEY", given=given, instance=instance),
        base_url=_base_url(given.get("BASE_URL", "http://127.0.0.1:5000")),
        mail_url=given.get("MAIL_URL", "maildir:"),
        mail_from_name=name,
        mail_from_email=email,
        reply_address=given.get("REPLY_ADDRESS", ""),
        is_rehearsal=rehearses,
        now=parse_moment(given["NOW"], name="VISITBELL_NOW") if _has_now(given) else None,
    )


def parse_moment(text: str, *, name: str) -> datetime:
    """Return a moment with its offset.

    Raises:
        WrongSetting: if it is not one.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongSetting(f"{name}: write a moment such as 2026-11-21T09:00:00-06:00.") from error
    if moment.tzinfo is None:
        raise WrongSetting(f"{name}: add the offset, as in 2026-11-21T09:00:00-06:00.")
    return moment


def default_instance() -> Path:
    """Return the folder ``instance`` beside a checkout, or the one of an installation."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "setup.cfg").exists():
        return checkout / "instance"
    return Path(sys.prefix) / "var" / "scheduler-instance"


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX): value.strip()
        for name, value in environment.items()
        if name.startswith(PREFIX) and value.strip()
    }


def _has_now(given: Mapping[str, str]) -> bool:
    if "NOW" in given and given.get("REHEARSAL") != "1":
        raise WrongSetting("VISITBELL_NOW is only for rehearsals: set VISITBELL_REHEARSAL=1 too.")
    return "NOW" in given


def _mailbox(text: str) -> tuple[str, str]:
    name, email = parseaddr(text)
    if "@" not in email:
        raise WrongSetting("VISITBELL_MAIL_FROM: write it as School visits <visits@example.org>.")
    return name or email, email


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
        raise WrongSetting("VISITBELL_BASE_URL: write it as https://visits.example.org.")
    return text.rstrip("/")


def _key(name: str, *, given: Mapping[str, str], instance: Path) -> bytes:
    if name in given:
        if len(given[name]) < KEY_BYTES:
            raise WrongSetting(f"VISITBELL_{name}: at least {KEY_BYTES} characters.")
        return given[name].encode()
    path = instance / name.lower()
    try:
        # Made in one step, so that two processes that start together share one key.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES))
    except FileExistsError:
        pass
    return path.read_text().strip().encode()
