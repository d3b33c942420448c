"""A mailbox hands out what is new, marks only what was taken, and says plainly what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.mail.mailboxes import ImapMailbox, MailboxAway, mailbox_of
from tests.mail.imap_servers import PostBox, an_imap_server

FIRST, SECOND = b"Subject: one\r\n\r\nYes\r\n", b"Subject: two\r\n\r\n)\r\na1 OK \xff\r\n"


def test_new_messages_are_read_whole_and_stay_new_until_they_are_marked() -> None:
    box = PostBox()
    box.put(FIRST, SECOND)
    with an_imap_server(box) as mailbox:
        with mailbox.open() as mails:
            assert mails.new() == ("1", "2")
            assert [mails.read(number) for number in mails.new()] == [FIRST, SECOND]
            assert mails.new() == ("1", "2")
            mails.mark_taken("1")
            assert mails.new() == ("2",)
        with mailbox.open() as mails:
            assert mails.new() == ("2",)


def test_message_that_is_gone_is_empty() -> None:
    with an_imap_server(PostBox()) as mailbox, mailbox.open() as mails:
        assert mails.new() == ()
        assert mails.read("7") == b""


def test_ten_messages_come_in_the_order_they_arrived() -> None:
    box = PostBox()
    box.put(*[FIRST] * 11)
    with an_imap_server(box) as mailbox, mailbox.open() as mails:
        assert mails.new() == tuple(str(number) for number in range(1, 12))


@pytest.mark.parametrize("word", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
def test_server_that_leaves_is_told_of_in_a_sentence(word: str) -> None:
    box = PostBox(hangs_up_at=word)
    box.put(FIRST)
    with an_imap_server(box) as mailbox:
        with pytest.raises(MailboxAway, match="cannot be read"), mailbox.open() as mails:
            mails.mark_taken(next(n for n in mails.new() if mails.read(n)))
        assert box.seen == set()


def test_wrong_password_and_unknown_folder_are_told_without_the_password() -> None:
    with an_imap_server(PostBox()) as mailbox:
        for wrong in (replace(mailbox, password="hunter2"), replace(mailbox, folder="Elsewhere")):
            with pytest.raises(MailboxAway) as refused, wrong.open():
                raise AssertionError
            assert "hunter2" not in str(refused.value)
        assert "secret" not in repr(mailbox)


def test_nobody_answers() -> None:
    with an_imap_server(PostBox()) as mailbox:
        pass
    with pytest.raises(MailboxAway), mailbox.open():
        raise AssertionError


@pytest.mark.parametrize(
    ("url", "mailbox"),
    [
        (
            "imaps://visits:p%40ss%2Fword@mail.example.org",
            ImapMailbox("mail.example.org", 993, "visits", "p@ss/word"),
        ),
        (
            "imaps://visits%40example.org:x@mail.example.org:1993/School%20visits",
            ImapMailbox("mail.example.org", 1993, "visits@example.org", "x", "School visits"),
        ),
        (
            "imap://visits:x@localhost/Archive/2026",
            ImapMailbox("localhost", 143, "visits", "x", "Archive/2026", is_private=False),
        ),
    ],
)
def test_address_names_a_mailbox(url: str, mailbox: ImapMailbox) -> None:
    assert mailbox_of(url) == mailbox


@pytest.mark.parametrize(
    "url",
    [
        "imaps://mail.example.org/INBOX",
        "imaps://visits@mail.example.org/INBOX",
        "imaps://:secret@mail.example.org",
        "imap://visits:secret@mail.example.org",
        "imaps://visits:secret@mail.example.org:many",
        "imaps://visits:secret@mail.example.org/a%22b",
        "imaps://visits:secret@mail.example.org/a%0D%0Ab",
        "imaps://visits:secret%0D%0A@mail.example.org/",
        "https://visits:secret@mail.example.org/",
    ],
)
def test_address_that_names_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="VISITBELL_IMAP_URL") as refused:
        mailbox_of(url)
    assert "secret" not in str(refused.value)
