"""Which computers may be asked for a calendar: those of the public internet, and those allowed.

Python's own ``is_global`` differs between releases, and what is global is not always outside:
some clouds answer secrets at an address that looks public. So the list is written out.
Source: the IANA special-purpose address registries (RFC 6890 and its successors).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC_V4 = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12
    192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16
    192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
"""
_PUBLIC_V6 = IPv6Network("2000::/3")
# Tunnels (Teredo and 6to4) carry an IPv4 address that only the tunnel's end would check.
_NOT_PUBLIC_V6 = "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
# A translator's own prefix: what it means is the IPv4 address in its last 32 bits.
_TRANSLATED = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Tell whether an address lies on the public internet."""
    if isinstance(address, IPv4Address):
        return not is_within(address, networks(_NOT_PUBLIC_V4))
    if address.scope_id is not None:
        return False
    if address in _TRANSLATED:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _PUBLIC_V6 and not is_within(address, networks(_NOT_PUBLIC_V6))


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Tell whether an address lies in one of these networks."""
    return any(address.version == network.version and address in network for network in networks)


@cache
def networks(text: str) -> tuple[Network, ...]:
    """Return the networks that a text lists, with spaces or commas between.

    Raises:
        ValueError: if one of them is none.
    """
    return tuple(ip_network(each) for each in text.replace(",", " ").split())
