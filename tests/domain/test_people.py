"""Accounts and roles: who is what, and how a staff file writes it."""

from __future__ import annotations

import pytest

from scheduler.domain.people import Role, RoleName, normal_email, parse_role
from tests.builders import a_person


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("teacher", Role(RoleName.TEACHER)),
        ("office", Role(RoleName.OFFICE)),
        ("coordinator", Role(RoleName.COORDINATOR)),
        ("viewer", Role(RoleName.VIEWER)),
        ("approver:principal", Role(RoleName.APPROVER, "principal")),
    ],
)
def test_role_is_read_and_written_as_the_staff_file_has_it(text: str, role: Role) -> None:
    assert parse_role(f" {text} ") == role
    assert str(role) == text


@pytest.mark.parametrize(
    "text", ["", "volunteer", "admin", "Teacher", "approver", "approver:", "teacher:maths", ":x"]
)
def test_anything_else_is_no_role(text: str) -> None:
    with pytest.raises(ValueError, match=f"“{text}”"):
        parse_role(text)


def test_person_holds_any_of_several_roles() -> None:
    person = a_person(RoleName.TEACHER, RoleName.OFFICE)
    assert person.has_role(RoleName.OFFICE) is True
    assert person.has_role(RoleName.COORDINATOR, RoleName.TEACHER) is True
    assert person.has_role(RoleName.COORDINATOR, RoleName.VIEWER) is False
    assert person.has_role() is False


def test_person_without_roles_holds_none() -> None:
    nobody = a_person(roles=())
    assert [name for name in RoleName if nobody.has_role(name)] == []


@pytest.mark.parametrize(
    "text", ["lena@schools.example", " Lena@Schools.Example ", "LENA@SCHOOLS.EXAMPLE\n"]
)
def test_addresses_are_compared_trimmed_and_in_lower_case(text: str) -> None:
    assert normal_email(text) == "lena@schools.example"


@pytest.mark.parametrize(
    ("roles", "is_staff"),
    [
        ((), False),
        ((Role(RoleName.VOLUNTEER),), False),
        ((Role(RoleName.TEACHER),), True),
        ((Role(RoleName.VOLUNTEER), Role(RoleName.COORDINATOR)), True),
    ],
)
def test_staff_hold_a_role_besides_that_of_a_volunteer(
    roles: tuple[Role, ...], is_staff: bool
) -> None:
    assert a_person(roles=roles).is_staff is is_staff
