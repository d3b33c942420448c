"""Mail kept in folders instead of sent: a maildir to be read, or numbered files to be shown.

Mails hold signed links, so the folders are their owner's alone.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from mailbox import Maildir
from pathlib import Path

from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Meanwhile, rest
from scheduler.mail.refusals import NO_ANSWER, MailRefused

OWNER_ALONE = 0o700
LONGEST_FILE_NAME = 80


@dataclass(frozen=True, slots=True)
class MaildirTransport:
    """A maildir that any mail program can open; every mail arrives as new."""

    folder: Path

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[MaildirTransport]:
        """Return this transport; there is no connection to keep."""
        return nullcontext(self)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Store one mail, whole or not at all.

        Raises:
            MailRefused: for now, if the folder cannot be written.
        """
        octets = mail.octets.replace(b"\r\n", b"\n")
        try:
            for name in ("tmp", "new", "cur"):
                _make_folder(self.folder / name)
            Maildir(self.folder).add(octets)
        except OSError as failure:
            raise _unwritable(self.folder, failure) from failure


@dataclass(frozen=True, slots=True)
class EmlFolderTransport:
    """A folder of ``.eml`` files, numbered in the order of sending and named by subject."""

    folder: Path

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[EmlFolderTransport]:
        """Return this transport; there is no connection to keep."""
        return nullcontext(self)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Store one mail as ``0001-invitation-lakeside-middle.eml``.

        Cost: linear in the mails already there.

        Raises:
            MailRefused: for now, if the folder cannot be written.
        """
        octets, name = mail.octets, _file_name(mail.subject)
        try:
            _make_folder(self.folder)
            self._store(octets, name)
        except OSError as failure:
            raise _unwritable(self.folder, failure) from failure

    def _store(self, octets: bytes, name: str) -> None:
        numbers = (path.name.partition("-")[0] for path in self.folder.glob("*.eml"))
        number = max((int(n) for n in numbers if n.isdecimal()), default=0)
        while True:
            number += 1
            try:
                with (self.folder / f"{number:04}-{name}.eml").open("xb") as file:
                    file.write(octets)
                return
            except FileExistsError:
                continue


def _file_name(subject: str) -> str:
    plain = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower())
    return words[:LONGEST_FILE_NAME].strip("-") or "mail"


def _make_folder(folder: Path) -> None:
    for missing in reversed((folder, *folder.parents)):
        if not missing.exists():
            missing.mkdir(mode=OWNER_ALONE, exist_ok=True)


def _unwritable(folder: Path, failure: OSError) -> MailRefused:
    text = f"The folder {folder} cannot be written: {failure.strerror}."
    return MailRefused(NO_ANSWER, text, is_permanent=False)
