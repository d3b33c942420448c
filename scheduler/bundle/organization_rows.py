"""The sites and contacts of organizations as rows, in the order in which they were given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Generic, TypeVar

from scheduler.bundle.place_rows import coordinate_cells, read_coordinates
from scheduler.bundle.rows import Row
from scheduler.bundle.tables import Cells
from scheduler.bundle.words import parse_address, parse_key
from scheduler.domain.districts import Contact, Organization, Site

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Belonging(Generic[T]):
    """Something with the organization that it belongs to."""

    organization: str
    value: T


def laid_over(
    known: Mapping[str, Organization],
    named: Iterable[Organization],
    *,
    sites: Iterable[Belonging[Site]],
    contacts: Iterable[Belonging[Contact]],
) -> dict[str, Organization]:
    """Return the organizations as they would be; what no row names keeps what it has."""
    found = dict(known)
    for each in named:
        was = found.get(each.key, each)
        found[each.key] = replace(each, sites=was.sites, contacts=was.contacts)
    sites_by_key, contacts_by_key = _by_owner(sites), _by_owner(contacts)
    return {
        key: replace(
            each,
            sites=sites_by_key.get(key, each.sites),
            contacts=contacts_by_key.get(key, each.contacts),
        )
        for key, each in sorted(found.items())
    }


def read_site(row: Row) -> Belonging[Site]:
    """Return the site of a row."""
    site = Site(
        name=row.text("name"),
        address=row.text("address"),
        postal_code=row.word("postal_code"),
        coordinates=read_coordinates(row),
    )
    return Belonging(row.read("organization", parse_key, default=""), site)


def site_cells(organization: Organization) -> Iterator[Cells]:
    """Yield the rows of an organization's sites."""
    for site in organization.sites:
        yield {
            "organization": organization.key,
            "name": site.name,
            "address": site.address,
            "postal_code": site.postal_code,
            **coordinate_cells(site.coordinates),
        }


def read_contact(row: Row) -> Belonging[Contact]:
    """Return the contact of a row."""
    contact = Contact(
        name=row.text("name"),
        role=row.text("role"),
        email=row.read("email", parse_address, default=""),
        phone=row.text("phone"),
    )
    return Belonging(row.read("organization", parse_key, default=""), contact)


def contact_cells(organization: Organization) -> Iterator[Cells]:
    """Yield the rows of an organization's contacts."""
    for contact in organization.contacts:
        yield {"organization": organization.key, **asdict(contact)}


def _by_owner(found: Iterable[Belonging[T]]) -> dict[str, tuple[T, ...]]:
    # A row that is there twice says the same once.
    groups: defaultdict[str, dict[T, None]] = defaultdict(dict)
    for each in found:
        groups[each.organization][each.value] = None
    return {key: tuple(values) for key, values in groups.items()}
