"""Feed addresses and sign-in links, handed out by the operator."""

from __future__ import annotations

import re

import pytest

from scheduler.domain.people import Role, RoleName
from scheduler.services.sign_in import redeem, signed_in
from scheduler.services.tokens import token_hash
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER
from tests.cli.command_line import CommandLine
from tests.services.world import World

ADDRESS = re.compile(r"(\w+)\thttps://visits\.example/cal/([\w-]{43})\.ics")
LINK = re.compile(r"https://visits\.example/login/([\w-]{22,})")


@pytest.fixture
def site(line: CommandLine) -> CommandLine:
    """Return the command line of a district that people reach at an address of its own."""
    return line.having(BASE_URL="https://visits.example")


def addresses(lines: list[str]) -> dict[str, str]:
    found = [ADDRESS.fullmatch(each) for each in lines]
    return {each[1]: each[2] for each in found if each}


@pytest.mark.each_engine
def test_feeds_lists_one_address_for_each_role(site: CommandLine) -> None:
    assert set(addresses(site.done("feeds", VOLUNTEER))) == {"volunteer"}
    assert set(addresses(site.done("feeds", TEACHER.upper()))) == {"teacher"}
    assert set(addresses(site.done("feeds", "--school", "maple"))) == {"school"}


def test_an_address_stays_what_it_is(site: CommandLine) -> None:
    assert site.done("feeds", VOLUNTEER) == site.done("feeds", VOLUNTEER)


def test_rotate_replaces_the_address(site: CommandLine) -> None:
    before = addresses(site.done("feeds", VOLUNTEER))
    renewed = addresses(site.done("feeds", VOLUNTEER, "--rotate"))
    assert before.keys() == renewed.keys()
    assert before != renewed
    assert addresses(site.done("feeds", VOLUNTEER)) == renewed


def test_a_school_has_its_address_replaced_too(site: CommandLine) -> None:
    before = site.done("feeds", "--school", "maple")
    renewed = site.done("feeds", "--school", "maple", "--rotate")
    assert site.done("feeds", "--school", "maple") == renewed != before


def test_end_ends_the_address_for_good(site: CommandLine, world: World) -> None:
    (token,) = addresses(site.done("feeds", VOLUNTEER)).values()
    assert site.done("feeds", VOLUNTEER, "--end") == ["volunteer\tended"]
    with world.store.read() as work:
        assert work.feeds.door(token_hash(token), client="") is None
    assert addresses(site.done("feeds", VOLUNTEER)) != {"volunteer": token}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("who@schools.example",), "There is no person “who@schools.example”."),
        (("--school", "elm"), "There is no school “elm”."),
        ((COORDINATOR,), "No feed: this account has no role with visits."),
    ],
)
def test_whoever_has_no_feed_is_refused(
    words: tuple[str, ...], sentence: str, site: CommandLine
) -> None:
    assert site.refused("feeds", *words) == [sentence]


def test_sign_in_prints_a_link_that_works_once(site: CommandLine, world: World) -> None:
    (printed,) = site.done("sign-in", TEACHER.upper())
    link = LINK.fullmatch(printed)
    assert link is not None
    session = redeem(world.store, link[1], now=world.now)
    assert session is not None
    person = signed_in(world.store, session, now=world.now)
    assert person is not None
    assert person.email == TEACHER
    assert redeem(world.store, link[1], now=world.now) is None


def test_a_link_lasts_a_quarter_of_an_hour(site: CommandLine, world: World) -> None:
    (printed,) = site.done("sign-in", TEACHER)
    world.wait(minutes=16)
    assert redeem(world.store, printed.rpartition("/")[2], now=world.now) is None


def test_the_database_keeps_no_token(site: CommandLine) -> None:
    token = site.done("sign-in", TEACHER)[0].rpartition("/")[2]
    (address,) = addresses(site.done("feeds", VOLUNTEER)).values()
    kept = str(site.dump())
    assert TEACHER in kept
    assert token not in kept
    assert address not in kept


def test_an_unknown_account_gets_no_link(site: CommandLine) -> None:
    assert site.refused("sign-in", "who@schools.example") == [
        "There is no account “who@schools.example”."
    ]


@pytest.mark.each_engine
def test_create_makes_the_first_account_of_an_empty_system(empty: CommandLine) -> None:
    empty.done("sign-in", "Carla@Schools.example", "--create", "coordinator")
    with empty.work() as work:
        (person,) = work.people.all().values()
    assert (person.email, person.roles) == (COORDINATOR, (Role(RoleName.COORDINATOR),))


def test_create_twice_makes_one_account(empty: CommandLine) -> None:
    for _ in range(2):
        empty.done("sign-in", COORDINATOR, "--create", "coordinator")
    with empty.work() as work:
        assert list(work.people.all()) == [COORDINATOR]


def test_no_account_is_made_for_what_is_no_address(empty: CommandLine) -> None:
    assert empty.refused("sign-in", "carla", "--create", "coordinator") == [
        "“carla” is not an e-mail address."
    ]
