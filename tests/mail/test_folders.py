"""Mail kept in folders is what any mail program can read, and its owner's alone."""

from __future__ import annotations

import stat
from email import message_from_bytes
from email.policy import SMTP
from mailbox import Maildir
from pathlib import Path

import pytest

from scheduler.mail.folders import EmlFolderTransport, MaildirTransport
from scheduler.mail.refusals import MailRefused
from tests.mail.envelopes import RECIPIENT, SENDER, a_mail
from tests.mail.golden import CALENDAR

AnyFolder = MaildirTransport | EmlFolderTransport
EVERY_FOLDER = pytest.mark.parametrize("kind", [MaildirTransport, EmlFolderTransport])


def test_maildir_is_read_by_the_standard_library(tmp_path: Path) -> None:
    transport = MaildirTransport(tmp_path / "instance" / "mail")
    with transport.open() as same:
        same.send(a_mail(calendar=CALENDAR), sender=SENDER, recipient=RECIPIENT)
        same.send(a_mail(subject="Tschüß"), sender=SENDER, recipient=RECIPIENT)
    kept = [message_from_bytes(m.as_bytes(), policy=SMTP) for m in Maildir(transport.folder, None)]
    assert sorted(mail["Subject"] for mail in kept) == ["Invitation: Maple School", "Tschüß"]
    (attachment,) = (part for mail in kept for part in mail.iter_attachments())
    assert attachment.get_payload(decode=True) == CALENDAR.octets


def test_maildir_gets_new_mail_with_line_ends_as_files_have_them(tmp_path: Path) -> None:
    MaildirTransport(tmp_path).send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    (file,) = (tmp_path / "new").iterdir()
    assert file.read_bytes() == a_mail().octets.replace(b"\r\n", b"\n")
    assert list((tmp_path / "tmp").iterdir()) == list((tmp_path / "cur").iterdir()) == []


def test_files_are_numbered_in_order_and_named_by_subject(tmp_path: Path) -> None:
    subjects = ("Invitation: Łódź School, Tuesday 8 December, 10:40", "日本", "x" * 200)
    for subject in subjects:
        EmlFolderTransport(tmp_path).send(
            a_mail(subject=subject), sender=SENDER, recipient=RECIPIENT
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "0001-invitation-odz-school-tuesday-8-december-10-40.eml",
        "0002-mail.eml",
        f"0003-{'x' * 80}.eml",
    ]


def test_file_is_the_mail_as_it_would_go_over_the_wire(tmp_path: Path) -> None:
    EmlFolderTransport(tmp_path).send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == a_mail().octets


def test_numbers_go_on_after_the_highest_and_skip_other_files(tmp_path: Path) -> None:
    for name in ("0007-old.eml", "notes.txt", "saved-by-hand.eml"):
        (tmp_path / name).touch()
    with EmlFolderTransport(tmp_path).open() as same:
        same.send(a_mail(subject="New"), sender=SENDER, recipient=RECIPIENT)
    assert (tmp_path / "0008-new.eml").exists()


@EVERY_FOLDER
def test_folder_is_its_owners_alone(kind: type[AnyFolder], tmp_path: Path) -> None:
    kind(tmp_path / "a" / "b").send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@EVERY_FOLDER
def test_folder_that_cannot_be_written_is_temporary(kind: type[AnyFolder], tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(MailRefused) as refusal:
        kind(tmp_path / "taken" / "mail").send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    assert (refusal.value.code, refusal.value.is_permanent) == (0, False)
    assert "cannot be written" in refusal.value.text
