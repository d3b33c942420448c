"""Fetching a calendar: what is asked, what is taken, and what is refused in plain words."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterable, Iterator

import pytest

from scheduler.fetching.fetcher import CalendarFetcher
from scheduler.services.ports.fetching import Fetched, FetchFailed, Validators
from tests.fetching.conftest import HOST, Certificate, Site
from tests.fetching.servers import CALENDAR, an_answer, listening, moved, names, packed


def sentence_of(fetcher: CalendarFetcher, address: str) -> str:
    with pytest.raises(FetchFailed) as failure:
        fetcher(address)
    return failure.value.sentence


def test_calendar_comes_with_the_validators_of_its_version(site: Site) -> None:
    site.listener.says(an_answer(ETag='"v1"', Last_Modified="Sat, 21 Nov 2026 14:00:00 GMT"))
    validators = Validators('"v1"', "Sat, 21 Nov 2026 14:00:00 GMT")
    assert site.fetcher()(site.address()) == Fetched(CALENDAR, validators)


def test_question_says_who_asks_and_nothing_else(site: Site) -> None:
    site.fetcher()(site.address("/private-abc/basic.ics?x=1"))
    assert site.listener.paths == ["/private-abc/basic.ics?x=1"]
    assert site.listener.last_headers == {
        "Host": f"{HOST}:{site.listener.port}",
        "User-Agent": "Visitbell",
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


def test_version_that_is_known_is_asked_for_by_its_validators(site: Site) -> None:
    site.listener.says(an_answer(b"", status="304 Not Modified"))
    known = Validators('"v1"', "Sat, 21 Nov 2026 14:00:00 GMT")
    assert site.fetcher()(site.address(), known=known) is None
    headers = site.listener.last_headers
    assert headers["If-None-Match"] == '"v1"'
    assert headers["If-Modified-Since"] == "Sat, 21 Nov 2026 14:00:00 GMT"


def test_unchanged_is_no_answer_to_a_first_question(site: Site) -> None:
    site.listener.says(an_answer(b"", status="304 Not Modified"))
    assert "an answer that we can’t use" in sentence_of(site.fetcher(), site.address())


def test_validators_that_no_header_can_hold_are_forgotten(site: Site) -> None:
    site.listener.says(an_answer(ETag='"' + "x" * 600 + '"'))
    assert site.fetcher()(site.address()) == Fetched(CALENDAR)


def test_webcal_means_https(site: Site) -> None:
    address = site.address(scheme="webcal")
    assert site.fetcher()(address) == Fetched(CALENDAR)


def test_http_is_spoken_inside_an_allowed_network_alone(certificate: Certificate) -> None:
    with listening() as plain:
        inside = Site(plain, certificate)
        assert inside.fetcher()(inside.address(scheme="http")) == Fetched(CALENDAR)
        public = inside.fetcher(allow=(), resolve=names({HOST: ("93.184.216.34",)}))
        sentence = sentence_of(public, inside.address(scheme="http"))
    assert sentence == "We only fetch from addresses that begin with https:// or webcal://."


def test_packed_answer_is_unpacked(site: Site) -> None:
    site.listener.says(packed(CALENDAR * 50))
    assert site.fetcher()(site.address()) == Fetched(CALENDAR * 50)


def test_answer_in_chunks_is_put_together(site: Site) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.listener.says(head, b"5\r\nBEGIN\r\n", b"4\r\n:VCA\r\n0\r\n\r\n")
    assert site.fetcher()(site.address()) == Fetched(b"BEGIN:VCA")


def test_answer_without_a_length_ends_with_the_connection(site: Site) -> None:
    site.listener.says(b"HTTP/1.0 200 OK\r\n\r\n", CALENDAR)
    assert site.fetcher()(site.address()) == Fetched(CALENDAR)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_followed(site: Site, status: int) -> None:
    def answer(request: bytes) -> Iterable[bytes]:
        is_there = request.startswith(b"GET /new ")
        return (an_answer() if is_there else moved("/new", f"{status} Moved"),)

    site.listener.answer = answer
    assert site.fetcher()(site.address("/old")) == Fetched(CALENDAR)
    assert site.listener.paths == ["/old", "/new"]


def test_fourth_redirect_is_not_followed(site: Site) -> None:
    site.listener.says(moved("/again"))
    sentence = sentence_of(site.fetcher(), site.address())
    assert sentence == "The address leads from one place to the next without end."
    assert site.listener.connections == 4


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("401 Unauthorized", "The calendar asks for a password."),
        ("403 Forbidden", "The calendar may not be read."),
        ("404 Not Found", "There is no calendar at this address any more."),
        ("410 Gone", "There is no calendar at this address any more."),
        ("429 Too Many Requests", "The site is busy or out of order."),
        ("500 Internal Server Error", "The site is busy or out of order."),
        ("206 Partial Content", "The site gave an answer that we can’t use."),
    ],
)
def test_other_answers_are_put_into_words(site: Site, status: str, sentence: str) -> None:
    site.listener.says(an_answer(b"SECRET of the inside", status=status))
    found = sentence_of(site.fetcher(), site.address())
    assert found.startswith(sentence)
    assert "SECRET" not in found


@pytest.mark.parametrize(
    "pieces",
    [
        (an_answer(CALENDAR, length=len(CALENDAR) + 9),),
        (an_answer(gzip.compress(CALENDAR)[:-9], Content_Encoding="gzip"),),
    ],
    ids=["short", "short-and-packed"],
)
def test_answer_that_is_cut_off_is_no_answer(site: Site, pieces: tuple[bytes, ...]) -> None:
    site.listener.says(*pieces)
    assert sentence_of(site.fetcher(), site.address()) == "The answer was cut off on its way."


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"nonsense\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nBEG"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",),
    ],
    ids=["silence", "no-http", "half-a-chunk", "many-headers", "long-header"],
)
def test_broken_answer_is_no_answer(site: Site, pieces: tuple[bytes, ...]) -> None:
    site.listener.says(*pieces)
    assert sentence_of(site.fetcher(), site.address()) == "The site did not answer."


@pytest.mark.parametrize(
    "pieces",
    [
        (an_answer(b"x" * 2000),),
        (an_answer(b"", length=2000),),
        (b"HTTP/1.0 200 OK\r\n\r\n", b"x" * 2000),
        (packed(b"x" * 1_000_000),),
    ],
    ids=["sent", "announced", "without-length", "bomb"],
)
def test_answer_larger_than_the_limit_is_refused(site: Site, pieces: tuple[bytes, ...]) -> None:
    site.listener.says(*pieces)
    sentence = sentence_of(site.fetcher(most_octets=1000), site.address())
    assert sentence.startswith("This calendar is larger than")


def test_packed_twice_is_unpacked_once(site: Site) -> None:
    site.listener.says(packed(gzip.compress(b"x" * 1_000_000)))
    found = site.fetcher(most_octets=2000)(site.address())
    assert found is not None
    assert gzip.decompress(found.octets) == b"x" * 1_000_000


@pytest.mark.parametrize("packing", ["br", "gzip, gzip", "deflate"])
def test_packing_that_was_not_asked_for_is_refused(site: Site, packing: str) -> None:
    site.listener.says(an_answer(Content_Encoding=packing))
    assert sentence_of(site.fetcher(), site.address()).startswith("The answer is packed")


def dripping(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        time.sleep(0.1)
        yield piece


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200 OK\r\n\r\n"],
    ids=["head", "names", "body"],
)
def test_answer_that_drips_ends_with_the_time_limit(site: Site, first: bytes) -> None:
    site.listener.answer = lambda request: dripping([first, *[b"x"] * 60])
    begun = time.monotonic()
    sentence = sentence_of(site.fetcher(total_seconds=1.0), site.address())
    assert sentence == "The site took too long to answer."
    assert time.monotonic() - begun < 4


def test_handshake_that_never_ends_is_cut_too(certificate: Certificate) -> None:
    with listening() as silent:
        silent.answer = lambda request: dripping([b"x"] * 60)
        mute = Site(silent, certificate)
        sentence = sentence_of(mute.fetcher(total_seconds=0.5), mute.address())
    assert sentence == "The site took too long to answer."


def test_look_up_that_never_ends_is_left_alone(site: Site) -> None:
    def slow(host: str, port: int) -> tuple[str, ...]:
        time.sleep(3)
        return ("127.0.0.1",)

    sentence = sentence_of(site.fetcher(resolve=slow, total_seconds=0.3), site.address())
    assert (sentence, site.listener.connections) == ("The site took too long to answer.", 0)


def test_certificate_has_to_be_the_names(site: Site) -> None:
    elsewhere = site.fetcher(resolve=names({"other.example": ("127.0.0.1",)}))
    sentence = sentence_of(elsewhere, site.address(host="other.example"))
    assert sentence == "The site can’t prove that it is the one the address names."
    assert site.listener.requests == []


def test_certificate_has_to_be_trusted(site: Site) -> None:
    stranger = CalendarFetcher(allow=site.fetcher().allow, resolve=site.fetcher().resolve)
    sentence = sentence_of(stranger, site.address())
    assert sentence == "The site can’t prove that it is the one the address names."


def test_name_that_nobody_knows_says_so(site: Site) -> None:
    nowhere = site.fetcher(resolve=names({HOST: ()}))
    sentence = sentence_of(nowhere, site.address())
    assert sentence == "We could not find this address. Look for a typing error."


def test_second_address_is_tried_when_the_first_is_deaf(site: Site) -> None:
    both = site.fetcher(resolve=names({HOST: ("127.0.0.9", "127.0.0.1")}))
    assert both(site.address()) == Fetched(CALENDAR)


def test_site_that_is_down_did_not_answer(site: Site) -> None:
    down = site.fetcher(resolve=names({HOST: ("127.0.0.9",)}))
    assert sentence_of(down, site.address()) == "The site did not answer."
