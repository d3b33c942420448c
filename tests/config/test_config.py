"""Settings: every default, every refusal in one sentence, and keys that are made once."""

from __future__ import annotations

import os
import stat
import threading
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta, timezone
from ipaddress import ip_network
from pathlib import Path

import pytest

from scheduler import config
from scheduler.config import Settings, WrongSetting, parse_moment, read_settings
from tests.processes import quick_processes

KEY = "k" * 32


def read(instance: Path, **given: str) -> Settings:
    """Read settings as if these variables were set, their prefix left out."""
    named = {f"VISITBELL_{name}": text for name, text in given.items()}
    return read_settings({"VISITBELL_INSTANCE": str(instance), **named})


def keys_of(instance: str) -> tuple[bytes, bytes]:
    """Return both keys, as a process of its own reads them."""
    settings = read(Path(instance))
    return settings.secret_key, settings.feed_key


class TestValues:
    def test_every_setting_has_a_default_but_the_keys(self, tmp_path: Path) -> None:
        assert read(tmp_path, SECRET_KEY="s" * 32, FEED_KEY="f" * 32) == Settings(
            instance=tmp_path,
            database_url=f"sqlite:///{tmp_path}/visitbell.sqlite3",
            secret_key=b"s" * 32,
            feed_key=b"f" * 32,
            base_url="http://127.0.0.1:5000",
            mail_url="maildir:",
            mail_from_name="School visits",
            mail_from_email="visits@localhost",
            reply_address="",
            is_rehearsal=False,
            now=None,
            fetch_allow=(),
        )

    def test_every_setting_can_be_given(self, tmp_path: Path) -> None:
        given = read(
            tmp_path / "new" / "folder",
            DATABASE_URL="postgres://visits@db/visits",
            SECRET_KEY="s" * 40,
            FEED_KEY="f" * 40,
            BASE_URL="https://visits.example.org/",
            MAIL_URL="smtp://me:secret@mail.example.org:587?tls=starttls",
            MAIL_FROM="Harbour visits <hello@example.org>",
            REPLY_ADDRESS="reply@example.org",
            FETCH_ALLOW="10.20.0.0/16, fd12::/32 192.168.1.7",
            IMAP_URL="imaps://visits:secret@mail.example.org/INBOX",
            DKIM_KEY=__file__,
            DKIM_SELECTOR="visits2026",
            REHEARSAL="1",
            NOW="2026-11-21T09:00:00-06:00",
        )
        assert given == Settings(
            instance=tmp_path / "new" / "folder",
            database_url="postgres://visits@db/visits",
            secret_key=b"s" * 40,
            feed_key=b"f" * 40,
            base_url="https://visits.example.org",
            mail_url="smtp://me:secret@mail.example.org:587?tls=starttls",
            mail_from_name="Harbour visits",
            mail_from_email="hello@example.org",
            reply_address="reply@example.org",
            is_rehearsal=True,
            now=datetime(2026, 11, 21, 9, tzinfo=timezone(timedelta(hours=-6))),
            fetch_allow=tuple(map(ip_network, ("10.20.0.0/16", "fd12::/32", "192.168.1.7"))),
            imap_url="imaps://visits:secret@mail.example.org/INBOX",
            dkim_key=Path(__file__),
            dkim_selector="visits2026",
            dkim_domain="example.org",
        )
        assert given.instance.is_dir()

    def test_empty_variable_is_one_that_is_not_set(self, tmp_path: Path) -> None:
        assert read(tmp_path, BASE_URL=" ", MAIL_URL="").base_url == "http://127.0.0.1:5000"

    def test_address_without_a_name_is_its_own_name(self, tmp_path: Path) -> None:
        settings = read(tmp_path, MAIL_FROM="visits@example.org")
        assert (settings.mail_from_name, settings.mail_from_email) == ("visits@example.org",) * 2

    @pytest.mark.parametrize(
        ("url", "is_https"),
        [("https://visits.example.org", True), ("http://localhost:5000", False)],
    )
    def test_scheme_says_how_people_reach_the_site(
        self, tmp_path: Path, url: str, is_https: bool
    ) -> None:
        assert read(tmp_path, BASE_URL=url).is_https is is_https

    def test_environment_of_the_process_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VISITBELL_INSTANCE", str(tmp_path))
        monkeypatch.setenv("VISITBELL_BASE_URL", "https://visits.example.org")
        assert read_settings().base_url == "https://visits.example.org"

    def test_instance_lies_beside_a_checkout(self) -> None:
        beside = Path(config.__file__).parent.parent / "instance"
        assert config.default_instance() == beside


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (
            "DATABASE_URL",
            "mysql://visits:secret@db",
            "VISITBELL_DATABASE_URL: begin it with sqlite:///, postgresql://, "
            "postgresql+psycopg:// or postgres://.",
        ),
        (
            "MAIL_URL",
            "mail.example.org:secret",
            "VISITBELL_MAIL_URL: begin it with maildir:, eml:, console:, smtp:// or smtps://.",
        ),
        ("SECRET_KEY", "k" * 31, "VISITBELL_SECRET_KEY: at least 32 characters."),
        ("FEED_KEY", "k" * 31, "VISITBELL_FEED_KEY: at least 32 characters."),
        *(
            ("BASE_URL", text, "VISITBELL_BASE_URL: write it as https://visits.example.org.")
            for text in (
                "visits.example.org",
                "ftp://visits.example.org",
                "https://",
                "https://visits.example.org?a=b",
                "https://visits.example.org#top",
                "https://me:secret@visits.example.org",
                "https://visits.example.org and more",
                "https://visits.example.org:high",
                "http://[::1",
            )
        ),
        *(
            (
                "MAIL_FROM",
                text,
                "VISITBELL_MAIL_FROM: write it as School visits <visits@example.org>.",
            )
            for text in ("School visits", "visits@", "@example.org", "a@b, c@d", "<a b@c>")
        ),
        *(
            ("REPLY_ADDRESS", text, "VISITBELL_REPLY_ADDRESS: write it as visits@example.org.")
            for text in ("reply", "Visits <visits@example.org>", "visits@")
        ),
        (
            "IMAP_URL",
            "mail.example.org:secret",
            "VISITBELL_IMAP_URL: begin it with imaps:// or imap://.",
        ),
        *(
            (
                name,
                "visits2026",
                "VISITBELL_DKIM_KEY and VISITBELL_DKIM_SELECTOR: set both, or neither to sign no "
                "mail.",
            )
            for name in ("DKIM_KEY", "DKIM_SELECTOR", "DKIM_DOMAIN")
        ),
        ("REHEARSAL", "yes", "VISITBELL_REHEARSAL: set it to 1, or leave it out."),
        (
            "NOW",
            "2026-11-21T09:00:00-06:00",
            "VISITBELL_NOW is only for rehearsals: set VISITBELL_REHEARSAL=1 too.",
        ),
    ],
)
def test_wrong_setting_is_refused_in_a_sentence(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    with pytest.raises(WrongSetting) as refusal:
        read(tmp_path, **{name: text})
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (
            "DKIM_KEY",
            "/no/such/file",
            "VISITBELL_DKIM_KEY: name a file that holds a private key.",
        ),
        (
            "DKIM_DOMAIN",
            "example org",
            "VISITBELL_DKIM_SELECTOR and _DOMAIN: write them as in the DNS.",
        ),
    ],
)
def test_wrong_signing_is_refused_in_a_sentence(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    given = {"DKIM_KEY": __file__, "DKIM_SELECTOR": "visits2026", name: text}
    with pytest.raises(WrongSetting) as refusal:
        read(tmp_path, **given)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tomorrow", "--now: write a moment such as 2026-11-21T09:00:00-06:00."),
        ("0001-01-01T00:00+14:00", "--now: write a moment such as 2026-11-21T09:00:00-06:00."),
        ("2026-11-21T09:00", "--now: add the offset, as in 2026-11-21T09:00:00-06:00."),
    ],
)
def test_moment_that_is_none_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(WrongSetting) as refusal:
        parse_moment(text, name="--now")
    assert str(refusal.value) == sentence


def test_moment_of_a_rehearsal_needs_its_offset(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="VISITBELL_NOW: add the offset"):
        read(tmp_path, REHEARSAL="1", NOW="2026-11-21T09:00")


def test_instance_that_is_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WrongSetting) as refusal:
        read(tmp_path / "file")
    assert str(refusal.value) == "VISITBELL_INSTANCE: name a folder that can be written."


class TestKeys:
    def test_keys_are_made_once_and_differ(self, tmp_path: Path) -> None:
        first, second = read(tmp_path), read(tmp_path)
        assert (first.secret_key, first.feed_key) == (second.secret_key, second.feed_key)
        assert first.secret_key != first.feed_key
        assert min(len(first.secret_key), len(first.feed_key)) >= 32

    def test_two_places_have_different_keys(self, tmp_path: Path) -> None:
        assert keys_of(str(tmp_path / "a")) != keys_of(str(tmp_path / "b"))

    def test_keys_are_their_owners_alone_and_nothing_else_is_left(self, tmp_path: Path) -> None:
        mask = os.umask(0)
        try:
            read(tmp_path)
        finally:
            os.umask(mask)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        assert modes == {"secret_key": 0o600, "feed_key": 0o600}

    def test_key_that_is_given_is_not_written_down(self, tmp_path: Path) -> None:
        assert read(tmp_path, SECRET_KEY=KEY, FEED_KEY=KEY).secret_key == KEY.encode()
        assert list(tmp_path.iterdir()) == []

    def test_wrong_setting_makes_no_key(self, tmp_path: Path) -> None:
        with pytest.raises(WrongSetting):
            read(tmp_path, BASE_URL="nowhere")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("content", ["", "short"])
    def test_key_that_was_cut_short_is_refused(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "feed_key").write_text(content)
        with pytest.raises(WrongSetting, match=r"feed_key is cut short: put its copy back"):
            read(tmp_path)

    def test_processes_that_start_together_share_the_keys(self, tmp_path: Path) -> None:
        with ProcessPoolExecutor(4, mp_context=quick_processes()) as pool:
            found = set(pool.map(keys_of, [str(tmp_path)] * 16))
        assert found == {keys_of(str(tmp_path))}

    def test_reader_never_sees_half_a_key(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The slow one has opened its file and not written yet when the quick one comes."""
        quick: list[tuple[bytes, bytes]] = []
        make, is_first = config.secrets.token_urlsafe, threading.Event()

        def make_slowly(octets: int) -> str:
            if not is_first.is_set():
                is_first.set()
                quick.append(keys_of(str(tmp_path)))
            return make(octets)

        monkeypatch.setattr(config.secrets, "token_urlsafe", make_slowly)
        slow = keys_of(str(tmp_path))
        assert quick == [slow] == [keys_of(str(tmp_path))]
