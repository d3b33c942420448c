"""People who sign in, and what each may do; one e-mail address is one account."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

REFERENCE_LENGTH = 16


class RoleName(StrEnum):
    """What a person is to the district."""

    TEACHER = "teacher"
    VOLUNTEER = "volunteer"
    COORDINATOR = "coordinator"
    OFFICE = "office"
    APPROVER = "approver"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True, order=True)
class Role:
    """One role of a person; ``title`` tells approvers apart (``approver:principal``)."""

    name: RoleName
    title: str = ""

    def __str__(self) -> str:
        """Return the role as a bundle writes it."""
        return f"{self.name}:{self.title}" if self.title else str(self.name)


def parse_role(text: str) -> Role:
    """Return the role that a bundle's staff file names.

    Raises:
        ValueError: if there is no such role, or an approver has no title.
    """
    name, _, title = text.strip().partition(":")
    if name not in set(RoleName) - {RoleName.VOLUNTEER}:
        raise ValueError(f"“{text}” is not a role.")
    if (name == RoleName.APPROVER) != bool(title):
        raise ValueError(f"“{text}”: an approver, and no one else, has a title after the colon.")
    return Role(RoleName(name), title)


@dataclass(frozen=True, slots=True)
class Person:
    """An account: an address in lower case, a name, roles and the schools they are held at.

    ``link_generation`` counts how often the links in their mails were ended. Who writes an
    account from what a file or a form says leaves it as it is, so that it makes no difference.
    """

    email: str
    name: str
    roles: tuple[Role, ...] = ()
    schools: tuple[str, ...] = ()
    locale: str = ""
    is_active: bool = True
    link_generation: int = field(default=0, compare=False)

    @property
    def is_staff(self) -> bool:
        """Tell whether the person holds any role besides that of a volunteer."""
        return any(role.name is not RoleName.VOLUNTEER for role in self.roles)

    def has_role(self, *names: RoleName) -> bool:
        """Tell whether the person holds any of these roles."""
        return any(role.name in names for role in self.roles)


def normal_email(text: str) -> str:
    """Return an address as it is compared and kept: trimmed, in lower case."""
    return text.strip().lower()


def reference_of(email: str) -> str:
    """Return what stands for a person's address in pages and web addresses."""
    return sha256(email.encode()).hexdigest()[:REFERENCE_LENGTH]
