"""An IMAP server on this machine: one account, one folder, and just the words that we use."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scheduler.mail.mailboxes import ImapMailbox
from tests.mail.servers import HOST

ACCOUNT = ("visits", 'secret with "quotes" and \\')


@dataclass
class PostBox:
    """Messages by number, those marked as read, and what was said to the server.

    ``hangs_up_at`` is a word at which it leaves instead of answering, once.
    """

    messages: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    hangs_up_at: str = ""

    def put(self, *messages: bytes) -> None:
        """Deliver messages."""
        for octets in messages:
            self.messages[max(self.messages, default=0) + 1] = octets


@contextmanager
def an_imap_server(box: PostBox) -> Iterator[ImapMailbox]:
    """Run a server and yield the mailbox with our account."""
    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, box), daemon=True)
        thread.start()
        try:
            yield ImapMailbox(
                HOST,
                listener.getsockname()[1],
                *ACCOUNT,
                folder="School visits",
                is_private=False,
                timeout_seconds=10,
            )
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket, box: PostBox) -> None:
    while True:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        with line, line.makefile("rwb") as talk:
            _Talk(box, talk).hold()


@dataclass
class _Talk:
    box: PostBox
    talk: object

    def hold(self) -> None:
        self._say(b"* OK here")
        for heard in self.talk:
            tag, _, words = heard.decode().strip().partition(" ")
            self.box.said.append(words)
            if self.box.hangs_up_at and self.box.hangs_up_at in words:
                self.box.hangs_up_at = ""
                return
            verdict = self._answer(words)
            self._say(f"{tag} {verdict}".encode())
            if words == "LOGOUT":
                return

    def _answer(self, words: str) -> str:
        if words == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif words.startswith("LOGIN"):
            name, password = ACCOUNT
            quoted = password.replace("\\", "\\\\").replace('"', '\\"')
            return "OK in" if words == f'LOGIN {name} "{quoted}"' else "NO who are you"
        elif words.startswith("SELECT"):
            if words != 'SELECT "School visits"':
                return "NO no such folder"
            self._say(f"* {len(self.box.messages)} EXISTS".encode())
        elif words == "UID SEARCH UNSEEN UNDELETED":
            new = sorted(self.box.messages.keys() - self.box.seen)
            self._say(" ".join(("* SEARCH", *map(str, new))).encode())
        elif fetch := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", words):
            self._hand_out(int(fetch[1]), longest=int(fetch[2]))
        elif store := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", words):
            self.box.seen.add(int(store[1]))
        elif words != "LOGOUT":
            return "BAD what"
        return "OK done"

    def _hand_out(self, number: int, *, longest: int) -> None:
        octets = self.box.messages.get(number, b"")[:longest]
        if octets:
            head = f"* 1 FETCH (UID {number} BODY[]<0> {{{len(octets)}}}"
            self._say(head.encode() + b"\r\n" + octets + b")")

    def _say(self, octets: bytes) -> None:
        self.talk.write(octets + b"\r\n")
        self.talk.flush()
