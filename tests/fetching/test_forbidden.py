"""No way of writing an address, and no change of mind of a name, reaches a private computer.

Two witnesses: a listener on this machine that must never be connected to, and the dialler,
which must never be asked to connect anywhere.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_network
from itertools import product

import pytest

from scheduler.fetching.connections import Resolve, dial
from scheduler.fetching.fetcher import CalendarFetcher
from scheduler.fetching.networks import Address
from scheduler.services.ports.fetching import Fetched, FetchFailed
from tests.fetching.conftest import HOST, Certificate, Site
from tests.fetching.servers import CALENDAR, Listener, listening, moved, names

PUBLIC = "93.184.216.34"
# Hosts that name this machine or a private one, however they are written.
HOSTS = """
127.0.0.1 127.1 127.0.1 127.0.0.1. 127.255.255.254 2130706433 017700000001 0x7f000001 0x7f.1
0177.0.0.1 0x7f.0x0.0x0.0x1 127.0.0.01 00000177.0.0.1 0 0.0.0.0 localhost LOCALHOST localhost.
localhost.localdomain ip6-localhost
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::ffff:0:127.0.0.1]
[64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:7f00:1::1]
[2001:0:4136:e378:8000:63bf:80ff:fffe] [fe80::1] [fe80::1%25eth0] [fe80::1%eth0] [::1%25lo]
[fc00::1] [fd00:ec2::254] [ff02::1] [2001:db8::1] [3fff::1] [5f00::1] [100::1] [fec0::1]
10.0.0.1 172.16.0.1 172.31.255.254 192.168.0.1 169.254.169.254 100.64.0.1 100.100.100.200
168.63.129.16 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255
240.0.0.1 255.255.255.255 192.88.99.1
１２７.０.０.１ 127。0。0。1 ①②⑦.⓪.⓪.① ⓛocalhost
127.0.0.1%00.example.com 127.0.0.1%2f.example.com
0x7F000001 0177.1 0251.0376.0251.0376 0xa9fea9fe 169.254.43518 3232235521 2852039166
4294967296 256.256.256.256 1.1.1.1.1 [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [::ffff:0.0.0.0]
[::ffff:0:0] [64:ff9b::169.254.169.254] [64:ff9b::100.64.0.1] [64:ff9b::] [64:ff9b::c612:1]
[2002:a9fe:a9fe::1] [2002:a00:1::] [2001::1] [2001:2::1] [2001:20::1] [ff0e::1] [ff02::1%25eth0]
[fe80::1%250] [::ffff:127.0.0.1%25eth0] [v1.127.0.0.1] [0000:0000::0001] [::1]. [::1 ::1] []
192.31.196.1 192.52.193.1 192.175.48.1 [2620:4f:8000::1] 0.255.255.255 100.127.255.255
198.19.255.255 %31%32%37.0.0.1 127%2e0%2e0%2e1 ١٢٧.٠.٠.١ ｌｏｃａｌｈｏｓｔ
local\u00adhost 127.0.0.1\u200b 127．1 ⑩.0.0.1 app.localhost 127.0.0.1.nip.example loop.example.
metadata.example nat64.example linked.example
inside.example sneaky.example mixed.example mapped.example short.example
"""
# Whole addresses that readers take apart differently.
WRITTEN = """
https://user@127.0.0.1:{port}/ https://93.184.216.34@127.0.0.1:{port}/
https://127.0.0.1:{port}@93.184.216.34/ https://127.0.0.1:{port}\\@93.184.216.34/
https://93.184.216.34\\@127.0.0.1:{port}/ https:\\\\127.0.0.1:{port}\\ https:///127.0.0.1:{port}/
https:127.0.0.1:{port} //127.0.0.1:{port}/ http://127.0.0.1:{port}/ webcal://127.0.0.1:{port}/
webcals://127.0.0.1:{port}/ file:///etc/passwd gopher://127.0.0.1:{port}/ ftp://127.0.0.1:{port}/
dict://127.0.0.1:{port}/ ldap://127.0.0.1:{port}/ jar:https://127.0.0.1:{port}!/ javascript:alert(1)
data:text/calendar,BEGIN:VCALENDAR https://[127.0.0.1]:{port}/ https://[::1:{port}/
https://127.0.0.1:{port}#@93.184.216.34/ https://127.0.0.1:{port}?@93.184.216.34/
https://127.0.0.1:0/ https://127.0.0.1:99999/ https://127.0.0.1:-1/ https://.:{port}/ https://:{port}/
"""
SPACED = (
    "https://127.0.0.1\t:{port}/",
    "https://93.184.216.34\n.127.0.0.1:{port}/",
    "ht\ntps://127.0.0.1:{port}/",
    "https://127.0.0.1 :{port}/",
    "https://127.0.0.1:{port}/\r\nHost: inside",
    "https://127.0.0.1:{port}/\0",
)
KNOWN = {
    "localhost": ("127.0.0.1",),
    "localhost.localdomain": ("127.0.0.1",),
    "ip6-localhost": ("::1",),
    "inside.example": ("10.1.2.3",),
    "sneaky.example": ("127.0.0.1",),
    "mixed.example": (PUBLIC, "127.0.0.1"),
    "mapped.example": ("::ffff:127.0.0.1",),
    "short.example": ("0.0.0.0",),
    "app.localhost": ("127.0.0.1", "::1"),
    "127.0.0.1.nip.example": ("127.0.0.1",),
    "loop.example": ("127.0.0.1",),
    "metadata.example": ("169.254.169.254",),
    "nat64.example": ("64:ff9b::a9fe:a9fe", PUBLIC),
    "linked.example": ("fe80::1%lo",),
}


class Dialler:
    """A dialler that notes whom it was asked for before it dials."""

    def __init__(self, instead: str = "") -> None:
        self.asked: list[str] = []
        self.instead = instead

    def __call__(self, address: Address, port: int, seconds: float) -> socket.socket:
        """Connect, or to the other place it was told of."""
        self.asked.append(str(address))
        if self.instead:
            return socket.create_connection((self.instead, port), timeout=seconds)
        return dial(address, port, seconds)


def refused(fetcher: CalendarFetcher, address: str) -> str:
    with pytest.raises(FetchFailed) as failure:
        fetcher(address)
    return failure.value.sentence


def test_there_are_at_least_sixty_forms() -> None:
    assert len(set(HOSTS.split())) + len(set(WRITTEN.split())) + len(SPACED) >= 60


@pytest.mark.parametrize("host", HOSTS.split())
def test_private_host_is_never_dialled(bystander: Listener, host: str) -> None:
    dialler = Dialler()
    fetcher = CalendarFetcher(resolve=names(KNOWN), dial=dialler, total_seconds=5)
    for scheme, port in product(("https", "http", "webcal"), (f":{bystander.port}", "", ":443")):
        refused(fetcher, f"{scheme}://{host}{port}/cal.ics")
    assert (dialler.asked, bystander.connections) == ([], 0)


@pytest.mark.parametrize("form", [*WRITTEN.split(), *SPACED])
def test_address_that_can_be_taken_two_ways_is_never_dialled(
    bystander: Listener, form: str
) -> None:
    dialler = Dialler()
    fetcher = CalendarFetcher(resolve=names(KNOWN), dial=dialler, total_seconds=5)
    refused(fetcher, form.replace("{port}", str(bystander.port)))
    assert (dialler.asked, bystander.connections) == ([], 0)


@pytest.mark.parametrize("port", [22, 25, 80, 3306, 5432, 6379, 8080, 11211])
def test_public_host_is_asked_at_the_webs_own_ports_alone(port: int) -> None:
    dialler = Dialler()
    fetcher = CalendarFetcher(resolve=names({HOST: (PUBLIC,)}), dial=dialler)
    assert "port" in refused(fetcher, f"https://{HOST}:{port}/")
    assert dialler.asked == []


def test_bystander_would_notice(site: Site) -> None:
    assert site.fetcher()(site.address()) == Fetched(CALENDAR)
    assert site.listener.connections == 1


def test_allowed_network_lets_nobody_else_in(bystander: Listener) -> None:
    fetcher = CalendarFetcher(allow=(ip_network("10.0.0.0/8"),), total_seconds=5)
    refused(fetcher, f"https://127.0.0.1:{bystander.port}/")
    refused(fetcher, f"http://127.0.0.1:{bystander.port}/")
    assert bystander.connections == 0


@pytest.fixture
def friend(certificate: Certificate) -> Iterator[Site]:
    """Yield a site at 127.0.0.2, which alone may be asked; 127.0.0.1 may not."""
    with listening(certificate.server, host="127.0.0.2") as listener:
        yield Site(listener, certificate)


def changing(*answers: tuple[str, ...]) -> Resolve:
    """Return a look-up that answers for ``HOST`` with one after the other, then the last."""
    left = list(answers)

    def look_up(host: str, port: int) -> tuple[str, ...]:
        assert host == HOST
        return left.pop(0) if len(left) > 1 else left[0]

    return look_up


FRIEND_ALONE = (ip_network("127.0.0.2/32"),)
FRIENDLY, PRIVATE = ("127.0.0.2",), ("127.0.0.1",)


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1:{port}/",
        "http://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "https://inside.example:{port}/",
        "https://mixed.example:{port}/",
        "webcal://[::ffff:127.0.0.1]:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "https://user:secret@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}\\@calendar.example/",
        "https://127.0.0.1\t:{port}/",
    ],
)
def test_redirect_is_checked_like_an_address(
    friend: Site, bystander: Listener, location: str
) -> None:
    friend.listener.says(moved(location.replace("{port}", str(bystander.port))))
    dialler = Dialler()
    fetcher = friend.fetcher(
        allow=FRIEND_ALONE, resolve=names({**KNOWN, HOST: FRIENDLY}), dial=dialler
    )
    refused(fetcher, friend.address())
    assert (dialler.asked, bystander.connections) == (["127.0.0.2"], 0)


def test_name_that_changes_after_the_check_is_not_asked_again(
    friend: Site, bystander: Listener
) -> None:
    resolve = changing(FRIENDLY, PRIVATE)
    dialler = Dialler()
    fetcher = friend.fetcher(allow=FRIEND_ALONE, resolve=resolve, dial=dialler)
    assert fetcher(friend.address()) == Fetched(CALENDAR)
    assert (dialler.asked, bystander.connections) == (["127.0.0.2"], 0)


def test_name_that_changes_before_the_next_fetch_is_refused_then(
    friend: Site, bystander: Listener
) -> None:
    dialler = Dialler()
    resolve = changing(FRIENDLY, PRIVATE)
    fetcher = friend.fetcher(allow=FRIEND_ALONE, resolve=resolve, dial=dialler)
    fetcher(friend.address())
    refused(fetcher, friend.address())
    assert (dialler.asked, bystander.connections) == (["127.0.0.2"], 0)


def test_name_that_changes_while_it_redirects_to_itself_is_refused(
    friend: Site, bystander: Listener
) -> None:
    friend.listener.says(moved(f"https://{HOST}:{bystander.port}/"))
    resolve = changing(FRIENDLY, PRIVATE)
    fetcher = friend.fetcher(allow=FRIEND_ALONE, resolve=resolve)
    refused(fetcher, friend.address())
    assert (friend.listener.connections, bystander.connections) == (1, 0)


@pytest.mark.parametrize("answer", [(*FRIENDLY, *PRIVATE), (*PRIVATE, *FRIENDLY), (PUBLIC, "::1")])
def test_name_that_is_private_among_others_is_refused_whole(
    friend: Site, bystander: Listener, answer: tuple[str, ...]
) -> None:
    dialler = Dialler()
    fetcher = friend.fetcher(allow=FRIEND_ALONE, resolve=changing(answer), dial=dialler)
    refused(fetcher, f"https://{HOST}:{bystander.port}/")
    assert (dialler.asked, bystander.connections) == ([], 0)


def test_friend_that_is_deaf_does_not_make_the_name_be_looked_up_again(
    bystander: Listener, certificate: Certificate
) -> None:
    dialler = Dialler()
    resolve = changing(("127.0.0.2",), PRIVATE)
    fetcher = CalendarFetcher(
        allow=FRIEND_ALONE, resolve=resolve, dial=dialler, context=certificate.client
    )
    refused(fetcher, f"https://{HOST}:{bystander.port}/")
    assert (dialler.asked, bystander.connections) == (["127.0.0.2"], 0)


def test_whoever_answers_in_place_of_the_one_checked_is_told_nothing(
    bystander: Listener, certificate: Certificate
) -> None:
    bystander.says(b"HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR")
    led_astray = CalendarFetcher(
        allow=FRIEND_ALONE,
        resolve=changing(FRIENDLY),
        dial=Dialler(instead="127.0.0.1"),
        context=certificate.client,
    )
    sentence = refused(led_astray, f"http://{HOST}:{bystander.port}/")
    assert sentence == "The site did not answer."
    assert bystander.requests == []
