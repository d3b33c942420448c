"""Which addresses are public: the edges of every network that is not."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.fetching.networks import is_public, is_within, networks

PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    168.63.129.15 168.63.129.17 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255
    198.20.0.0 223.255.255.255 2000:: 2606:4700::1111 2a00:1450:4001::1 2001:200:: 2003::
    64:ff9b::101:101
    """
OTHERS = """
    10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.255.255.255 172.16.0.0
    172.31.255.255 169.254.0.0 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 224.0.0.0
    255.255.255.255 0.0.0.0 168.63.129.16 :: ::1 ::ffff:8.8.8.8 64:ff9b::a00:1 64:ff9b:1::1 100::
    1fff:: 2001:: 2001:1ff:: 2001:db8:: 2002:: 2002:808:808:: 3fff:: 4000:: 5f00:: fc00:: fdff::
    fe80:: fec0:: ff00:: 2606:4700::1111%eth0
    """


@pytest.mark.parametrize("text", PUBLIC.split())
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", OTHERS.split())
def test_other_addresses_are_not(text: str) -> None:
    assert not is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_nothing_python_knows_as_private_is_public(address: IPv4Address) -> None:
    is_special = address.is_private or address.is_multicast or address.is_reserved
    assert not (is_public(address) and is_special)


def test_networks_are_written_with_spaces_or_commas() -> None:
    found = networks("10.0.0.0/8, fd00::/8 192.168.1.7")
    assert found == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("192.168.1.7"))


@pytest.mark.parametrize("text", ["10.0.0.1/8", "inside.example", "10.0.0.0/33"])
def test_network_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text.partition("/")[0]):
        networks(text)


def test_address_is_within_networks_of_its_own_kind() -> None:
    inside = networks("10.0.0.0/8 ::/0")
    assert is_within(ip_address("10.1.2.3"), inside)
    assert is_within(ip_address("fe80::1"), inside)
    assert not is_within(ip_address("11.1.2.3"), inside)
