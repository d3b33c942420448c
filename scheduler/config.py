"""The settings: read once from the environment, refused loudly, then plain values.

Keys that nobody set are made on first start and kept in the instance folder, readable by the
owner alone.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import getaddresses
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

PREFIX = "VISITBELL_"
KEY_BYTES = 32
# Four threads answer in each process, and an answer may read and write at once.
DATABASE_CONNECTIONS = 10
DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")
MAILBOXES = ("imaps://", "imap://")
MAIL_WAYS = ("maildir:", "eml:", "console:", "smtp://", "smtps://")
# Far from the first and the last day that a computer counts, so that nothing overflows.
FIRST_YEAR, LAST_YEAR = 1970, 2999
_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")
_ADDRESS = re.compile(r"[^@\s<>,;:]+@[^@\s<>,;:]+")


class _Dkim(TypedDict):
    dkim_key: Path | None
    dkim_selector: str
    dkim_domain: str


class WrongSetting(Exception):
    """Say which setting is wrong, and how to write it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, with its defaults filled in.

    ``now`` is the moment a rehearsal begins at, None outside of rehearsals. ``fetch_allow`` are
    networks from which busy calendars may be fetched although they are private.
    ``database_connections`` is how many each process may have open at once. ``imap_url`` is empty
    where no mailbox is read, and ``dkim_key`` None where mail is not signed. ``metrics_token`` is
    empty where figures are told to the machine itself alone.
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
    fetch_allow: tuple[IPv4Network | IPv6Network, ...] = ()
    database_connections: int = DATABASE_CONNECTIONS
    imap_url: str = ""
    dkim_key: Path | None = None
    dkim_selector: str = ""
    dkim_domain: str = ""
    metrics_token: str = ""

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
    instance = _instance(given)
    name, email = _mailbox(given.get("MAIL_FROM", "School visits <visits@localhost>"))
    own_database = f"sqlite:///{instance / 'visitbell.sqlite3'}"
    return Settings(
        instance=instance,
        database_url=_url("DATABASE_URL", given.get("DATABASE_URL", own_database), DATABASES),
        base_url=_base_url(given.get("BASE_URL", "http://127.0.0.1:5000")),
        mail_url=_url("MAIL_URL", given.get("MAIL_URL", "maildir:"), MAIL_WAYS),
        mail_from_name=name,
        mail_from_email=email,
        reply_address=_reply_address(given.get("REPLY_ADDRESS", "")),
        is_rehearsal=_is_rehearsal(given),
        now=parse_moment(given["NOW"], name="VISITBELL_NOW") if _has_now(given) else None,
        secret_key=_key("SECRET_KEY", given=given, instance=instance),
        feed_key=_key("FEED_KEY", given=given, instance=instance),
        fetch_allow=_networks(given.get("FETCH_ALLOW", "")),
        database_connections=_connections(given.get("DATABASE_CONNECTIONS", "")),
        metrics_token=_metrics_token(given.get("METRICS_TOKEN", "")),
        imap_url=_url("IMAP_URL", given["IMAP_URL"], MAILBOXES) if "IMAP_URL" in given else "",
        **_dkim(given, sender=email),
    )


def parse_moment(text: str, *, name: str) -> datetime:
    """Return a moment with its offset.

    Raises:
        WrongSetting: if it is not one.
    """
    try:
        moment = read_moment(text)
    except ValueError as error:
        raise WrongSetting(f"{name}: write a moment such as 2026-11-21T09:00:00-06:00.") from error
    if moment.tzinfo is None:
        raise WrongSetting(f"{name}: add the offset, as in 2026-11-21T09:00:00-06:00.")
    return moment


def read_moment(text: str) -> datetime:
    """Return a moment as it is written, with its offset if it has one.

    Raises:
        ValueError: if it is none, or lies centuries away.
    """
    moment = datetime.fromisoformat(text)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"{text} lies centuries away.")
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


def _instance(given: Mapping[str, str]) -> Path:
    folder = Path(given.get("INSTANCE") or default_instance()).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting("VISITBELL_INSTANCE: name a folder that can be written.") from error
    return folder


def _is_rehearsal(given: Mapping[str, str]) -> bool:
    if given.get("REHEARSAL", "0") not in {"0", "1"}:
        raise WrongSetting("VISITBELL_REHEARSAL: set it to 1, or leave it out.")
    return given.get("REHEARSAL") == "1"


def _has_now(given: Mapping[str, str]) -> bool:
    if "NOW" in given and not _is_rehearsal(given):
        raise WrongSetting("VISITBELL_NOW is only for rehearsals: set VISITBELL_REHEARSAL=1 too.")
    return "NOW" in given


def _mailbox(text: str) -> tuple[str, str]:
    found = getaddresses([text])
    name, email = found[0] if len(found) == 1 else ("", "")
    if not _ADDRESS.fullmatch(email):
        raise WrongSetting("VISITBELL_MAIL_FROM: write it as School visits <visits@example.org>.")
    return name or email, email


def _reply_address(text: str) -> str:
    if text and not _ADDRESS.fullmatch(text):
        raise WrongSetting("VISITBELL_REPLY_ADDRESS: write it as visits@example.org.")
    return text


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(each) for each in text.replace(",", " ").split())
    except ValueError as error:
        raise WrongSetting(
            "VISITBELL_FETCH_ALLOW: list networks such as 10.20.0.0/16 or fd12::/32."
        ) from error


def _connections(text: str) -> int:
    if not text:
        return DATABASE_CONNECTIONS
    if not text.isdecimal() or not 2 <= int(text) <= 1_000:
        raise WrongSetting("VISITBELL_DATABASE_CONNECTIONS: write a number from 2 to 1000.")
    return int(text)


def _metrics_token(text: str) -> str:
    if text and not _TOKEN.fullmatch(text):
        raise WrongSetting(
            "VISITBELL_METRICS_TOKEN: at least 16 letters, digits or any of -._~+/=."
        )
    return text


def _dkim(given: Mapping[str, str], *, sender: str) -> _Dkim:
    names = ("DKIM_KEY", "DKIM_SELECTOR")
    if not any(name in given for name in (*names, "DKIM_DOMAIN")):
        return _Dkim(dkim_key=None, dkim_selector="", dkim_domain="")
    if not all(name in given for name in names):
        raise WrongSetting(
            "VISITBELL_DKIM_KEY and VISITBELL_DKIM_SELECTOR: set both, or neither to sign no mail."
        )
    key = Path(given["DKIM_KEY"])
    if not key.is_file():
        raise WrongSetting("VISITBELL_DKIM_KEY: name a file that holds a private key.")
    domain = given.get("DKIM_DOMAIN", sender.rpartition("@")[2])
    if not all(_DOMAIN.fullmatch(name) for name in (domain, given["DKIM_SELECTOR"])):
        raise WrongSetting("VISITBELL_DKIM_SELECTOR and _DOMAIN: write them as in the DNS.")
    return _Dkim(dkim_key=key, dkim_selector=given["DKIM_SELECTOR"], dkim_domain=domain)


def _url(name: str, text: str, beginnings: tuple[str, ...]) -> str:
    # The address is never repeated: it may hold a password.
    if not text.startswith(beginnings):
        choice = ", ".join(beginnings[:-1])
        raise WrongSetting(f"VISITBELL_{name}: begin it with {choice} or {beginnings[-1]}.")
    return text


def _base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or parts.scheme not in {"http", "https"} or re.search(r"[\s?#@]", text):
        raise WrongSetting("VISITBELL_BASE_URL: write it as https://visits.example.org.")
    return text.rstrip("/")


def _key(name: str, *, given: Mapping[str, str], instance: Path) -> bytes:
    if name in given:
        if len(given[name]) < KEY_BYTES:
            raise WrongSetting(f"VISITBELL_{name}: at least {KEY_BYTES} characters.")
        return given[name].encode()
    path = instance / name.lower()
    if not path.exists():
        _make_key(path)
    key = path.read_text().strip().encode()
    if len(key) < KEY_BYTES:
        raise WrongSetting(
            f"The key in {path} is cut short: put its copy back, or remove it for a new one."
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new key, whole from the first moment; one that is there meanwhile stays.

    Of two processes that start together both read the same key.
    """
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES))
        os.link(written, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(written)
