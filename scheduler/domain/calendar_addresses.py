"""The address of somebody's calendar on the web: what it may look like, whoever wrote it.

One reading of an address holds for the form, the store and the connection, so nothing can mean
one host to the check and another to the socket. Whether a host may be reached at all is not
decided here: that depends on what its name resolves to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urlsplit

from scheduler.domain.errors import SchedulerError

LONGEST = 2000
PORT_BY_SCHEME = {"https": 443, "http": 80}

_SCHEME_BY_ALIAS = {"webcal": "https", "webcals": "https"}
_STRANGE = re.compile(r"[\x00-\x20\x7f-\xa0\\<>^`{|}\"]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SAFE = "%/?:@!$&'()*+,;=-._~[]"


class AddressRefused(SchedulerError):
    """Say why a text is no address of a calendar; the sentence is for whoever wrote it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class CalendarAddress:
    """An address taken apart: ``host`` is in ASCII and lower case, ``target`` path and query.

    An IPv6 host has no brackets.
    """

    scheme: str
    host: str
    port: int
    target: str

    def __str__(self) -> str:
        """Return the address in its one written form."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORT_BY_SCHEME[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


def read_address(text: str) -> CalendarAddress:
    """Return what an address says; ``webcal`` means ``https``.

    Raises:
        AddressRefused: if it is none, names a way other than the web, brings a password along,
            or writes its host in a form that readers take differently.
    """
    text = text.strip()
    if not text:
        raise AddressRefused("Paste the address of your calendar.")
    if len(text) > LONGEST or _STRANGE.search(text):
        raise AddressRefused("This address has characters that no address has.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("This is not a web address.") from error
    scheme = _SCHEME_BY_ALIAS.get(parts.scheme, parts.scheme)
    if scheme not in PORT_BY_SCHEME or not parts.netloc:
        raise AddressRefused("The address has to begin with https:// or webcal://.")
    if "@" in parts.netloc:
        raise AddressRefused("We keep no passwords. Use the calendar’s private address instead.")
    if port == 0:
        raise AddressRefused("This is not a web address.")
    return CalendarAddress(
        scheme=scheme,
        host=_host(parts),
        port=port or PORT_BY_SCHEME[scheme],
        target=_target(parts),
    )


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        return _ipv6(host)
    name = _in_ascii(host).removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise AddressRefused("This is not a web address.")
    if _NUMBER.fullmatch(labels[-1]) and not _is_plain_ipv4(name):
        raise AddressRefused("The address names its computer by a number. Use its name.")
    return name


def _in_ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise AddressRefused("This is not a web address.") from error


def _is_plain_ipv4(name: str) -> bool:
    try:
        return str(IPv4Address(name)) == name
    except AddressValueError:
        return False


def _ipv6(host: str) -> str:
    try:
        found = IPv6Address(host)
    except AddressValueError as error:
        raise AddressRefused("This is not a web address.") from error
    if found.scope_id is not None:
        raise AddressRefused("This is not a web address.")
    return found.compressed


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_SAFE)
    return f"{path}?{quote(parts.query, safe=_SAFE)}" if parts.query else path
