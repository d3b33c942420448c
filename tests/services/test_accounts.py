"""Accounts: another address, two that are one person, leaving, and roles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.districts import Contact
from scheduler.domain.errors import ChangedMeanwhile, DoubleBooked, IllegalTransition, Unknown
from scheduler.domain.people import Role, RoleName
from scheduler.domain.proposals import ProposalState, ProposedSpeaker
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Partstat, VisitState
from scheduler.domain.volunteers import Format
from scheduler.services import accounts, merging_accounts
from scheduler.services.access import Actor
from scheduler.services.asking import reference_of
from scheduler.services.deeds import recent
from scheduler.services.delivery import deliver_due
from scheduler.services.feed_answers import answer
from scheduler.services.feeds import feed_for
from scheduler.services.people_pages import account, accounts_named
from scheduler.services.people_pages import accounts as page_of_accounts
from scheduler.services.records import FeedKind, OutboxState
from scheduler.services.sign_in import link_for, redeem, signed_in
from scheduler.services.tokens import feed_token
from scheduler.services.versions import version_of
from tests.actors import VERA
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_person,
    a_proposal,
    a_visit,
    an_organization,
    some_bookings,
)
from tests.services.world import BRUNO, OTHER_TEACHER, World, elsewhere, two_more_volunteers

NEW = "amara.okafor@new.example"


def change(world: World, email: str, new: str) -> str:
    return accounts.change_address(
        world.store, reference_of(email), new, actor=world.coordinator, now=world.now
    )


def merge(world: World, gone: str, into: str) -> str:
    return merging_accounts.merge(
        world.store,
        reference_of(gone),
        into=reference_of(into),
        actor=world.coordinator,
        now=world.now,
        settings=world.feeds,
    )


def leave(world: World, email: str) -> accounts.Leaving:
    return accounts.deactivate(
        world.store, reference_of(email), actor=world.coordinator, now=world.now
    )


def test_another_address_keeps_visits_and_what_waits_goes_there(world: World) -> None:
    world.put_requests(replace(world.request(), preferred=(VOLUNTEER,)))
    world.propose()
    world.approve("robots")
    (visit,) = world.visits_of()
    assert change(world, VOLUNTEER, f" {NEW.upper()} ") == reference_of(NEW)
    shown = account(world.store, reference_of(NEW), actor=world.coordinator, now=world.now)
    assert (shown.person.email, shown.gives) == (NEW, 1)
    with pytest.raises(Unknown):
        account(world.store, reference_of(VOLUNTEER), actor=world.coordinator, now=world.now)
    (same,) = world.visits_of()
    assert (same.uid, same.volunteers) == (visit.uid, (NEW,))
    assert world.request().preferred == (NEW,)
    world.release()
    invited = [row for row in world.mail_of(visit) if row.purpose == "invitation"]
    assert [(row.recipient, row.state) for row in invited] == [(NEW, OutboxState.DUE)]
    world.answer(same, NEW, True)
    (confirmed,) = world.visits_of()
    assert confirmed.state is VisitState.CONFIRMED


def test_what_somebody_did_stays_theirs_under_another_address(world: World) -> None:
    world.put_requests(world.request())
    world.propose()
    world.approve("robots")
    world.release()
    world.answer(world.visits_of()[0], VOLUNTEER, True)
    change(world, VOLUNTEER, NEW)
    done = recent(world.store, actor=world.coordinator, now=world.now, by=NEW).lines
    assert [(deed.actor, deed.entry.deed) for deed in done] == [("Amara Okafor", "accepted")]
    change(world, COORDINATOR, "carla@new.example")
    done = recent(world.store, actor=world.coordinator, now=world.now).lines
    assert {deed.actor for deed in done} == {"Amara Okafor", "Carla Meyer"}


def test_both_addresses_are_told_of_the_change(world: World) -> None:
    change(world, VOLUNTEER, NEW)
    deliver_due(world.store, now=world.now, transport=world.transport, head=world.letterhead)
    assert {mail.recipient for mail in world.transport.sent} == {VOLUNTEER, NEW}


def test_contact_of_an_organization_stays_one_under_another_address(world: World) -> None:
    amara, bo = Contact("Amara", email=VOLUNTEER), Contact("Bo", email="bo@robots.example")
    with world.store.write() as work:
        known = an_organization(contact_email=VOLUNTEER, contacts=(amara, bo))
        work.districts.put_organizations((known,))
    change(world, VOLUNTEER, NEW)
    with world.store.read() as work:
        after = work.districts.organizations()["robots"]
    assert (after.contact_email, after.contacts) == (NEW, (replace(amara, email=NEW), bo))


def test_address_of_somebody_else_is_refused(world: World) -> None:
    with pytest.raises(IllegalTransition):
        change(world, VOLUNTEER, TEACHER)
    with pytest.raises(Unknown):
        change(world, "nobody@x.example", NEW)


def test_teacher_with_another_address_keeps_requests_and_class(world: World) -> None:
    world.invite()
    change(world, TEACHER, "lena@new.example")
    with world.store.read() as work:
        assert work.requests.of_teacher("lena@new.example").keys() == {"robots"}
        (visit,) = work.visits.of_requests(("robots",))
        assert "teacher:lena@new.example" in visit.hosts


def test_merging_moves_everything_and_keeps_uids(world: World) -> None:
    bruno, _ = two_more_volunteers()
    world.put_volunteers(replace(bruno, level_by_topic={"engineering": 1}))
    world.invite()
    (visit,) = world.visits_of()
    assert visit.volunteers == (VOLUNTEER,)
    assert merge(world, VOLUNTEER, BRUNO) == "Bruno Silva"
    (same,) = world.visits_of()
    moved = tuple(replace(each, volunteer_email=BRUNO) for each in visit.bookings)
    assert same == replace(visit, bookings=moved)
    with world.store.read() as work:
        assert work.people.get(VOLUNTEER) is None
        kept = work.volunteers.get(BRUNO)
        assert kept is not None
        assert kept.level_by_topic == {"engineering": 1, "robotics": 3}


def test_merged_account_need_not_have_volunteered_before(world: World) -> None:
    world.invite()
    merge(world, VOLUNTEER, OTHER_TEACHER)
    with world.store.read() as work:
        kept = work.people.get(OTHER_TEACHER)
        assert kept is not None
        assert kept.has_role(RoleName.VOLUNTEER)
        assert kept.has_role(RoleName.TEACHER)
    assert world.visits_of()[0].volunteers == (OTHER_TEACHER,)


def test_teachers_are_merged_with_their_requests_and_classes(world: World) -> None:
    world.put_requests(elsewhere())
    merge(world, OTHER_TEACHER, TEACHER)
    with world.store.read() as work:
        assert sorted(work.requests.of_teacher(TEACHER)) == ["bridges", "robots"]
        teachers = {each.teacher_email for each in work.districts.classes().values()}
        kept = work.people.get(TEACHER)
        assert kept is not None
    assert (teachers, kept.schools) == ({TEACHER}, ("maple", "birch"))


def test_calendar_of_the_merged_one_says_that_it_was_replaced(world: World) -> None:
    bruno, _ = two_more_volunteers()
    world.put_volunteers(bruno)
    old = feed_for(world.store, kind=FeedKind.VOLUNTEER, owner=VOLUNTEER, settings=world.feeds)
    token = feed_token(old, key=world.feeds.key)
    merge(world, VOLUNTEER, BRUNO)
    told = answer(world.store, token, settings=world.feeds, now=world.now)
    assert b"replaced" in (told.octets or b"").lower()
    mine = feed_for(world.store, kind=FeedKind.VOLUNTEER, owner=BRUNO, settings=world.feeds)
    fresh = answer(
        world.store, feed_token(mine, key=world.feeds.key), settings=world.feeds, now=world.now
    )
    assert b"replaced" not in (fresh.octets or b"").lower()


def test_two_who_are_needed_at_once_are_not_one(world: World) -> None:
    bruno, _ = two_more_volunteers()
    world.put_volunteers(bruno)
    world.put_requests(elsewhere())
    other = a_visit(
        uid="1c5b1f0e-7d0a-4d0e-9a63-3f6f6c1f2b10",
        request="bridges",
        school="birch",
        bookings=some_bookings(BRUNO),
        hosts=(f"teacher:{OTHER_TEACHER}",),
    )
    with world.store.write() as work:
        work.visits.add((a_visit(), other))
    with pytest.raises(DoubleBooked):
        merge(world, BRUNO, VOLUNTEER)
    with world.store.read() as work:
        assert work.people.get(BRUNO) is not None
        assert work.visits.get(other.uid) == other


def test_team_that_turns_out_to_be_one_person_is_looked_at_anew(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    team = tuple(ProposedSpeaker(email, Format.IN_PERSON) for email in (VOLUNTEER, BRUNO))
    world.put_proposals(a_proposal(speakers=team))
    merge(world, VOLUNTEER, BRUNO)
    proposal = world.proposal()
    assert proposal is not None
    assert proposal.state is ProposalState.STALE


def test_nobody_is_merged_with_themselves(world: World) -> None:
    with pytest.raises(IllegalTransition):
        merge(world, VOLUNTEER, VOLUNTEER)


def test_leaving_ends_sessions_calendars_and_visits_and_tells_coordinators(world: World) -> None:
    world.invite()
    (visit,) = world.visits_of()
    token = redeem(world.store, link_for(world.store, VOLUNTEER, now=world.now), now=world.now)
    assert token is not None
    feed = feed_for(world.store, kind=FeedKind.VOLUNTEER, owner=VOLUNTEER, settings=world.feeds)
    assert leave(world, VOLUNTEER) == accounts.Leaving("Amara Okafor", ("robots",))
    assert signed_in(world.store, token, now=world.now) is None
    with pytest.raises(Unknown):
        answer(
            world.store,
            feed_token(feed, key=world.feeds.key),
            settings=world.feeds,
            now=world.now,
        )
    (off,) = world.visits_of()
    assert off.bookings[0].partstat is Partstat.DECLINED
    assert world.request().state is RequestState.OPEN
    assert ("declined", COORDINATOR, "due") in world.told(visit)


def test_held_visit_of_somebody_who_leaves_is_looked_for_again(world: World) -> None:
    world.propose()
    world.approve("robots")
    leave(world, VOLUNTEER)
    (visit,) = world.visits_of()
    assert (visit.state, world.request().state) == (VisitState.CANCELLED, RequestState.OPEN)


def test_somebody_can_come_back(world: World) -> None:
    leave(world, VOLUNTEER)
    accounts.reactivate(
        world.store, reference_of(VOLUNTEER), actor=world.coordinator, now=world.now
    )
    with world.store.read() as work:
        person, volunteer = work.people.get(VOLUNTEER), work.volunteers.get(VOLUNTEER)
        assert person is not None
        assert volunteer is not None
        assert (person.is_active, volunteer.is_active) == (True, True)


def test_last_coordinator_stays(world: World) -> None:
    role = Role(RoleName.COORDINATOR)
    carla = reference_of(COORDINATOR)
    with pytest.raises(IllegalTransition):
        leave(world, COORDINATOR)
    with pytest.raises(IllegalTransition):
        accounts.take_role(world.store, carla, role, actor=world.coordinator, now=world.now)
    accounts.give_role(
        world.store,
        reference_of(TEACHER),
        RoleName.COORDINATOR,
        actor=world.coordinator,
        now=world.now,
    )
    accounts.take_role(world.store, carla, role, actor=world.coordinator, now=world.now)
    with world.store.read() as work:
        assert work.people.with_role(RoleName.COORDINATOR) == (TEACHER,)


def test_merging_the_last_coordinator_keeps_the_role(world: World) -> None:
    merge(world, COORDINATOR, TEACHER)
    with world.store.read() as work:
        assert work.people.with_role(RoleName.COORDINATOR) == (TEACHER,)


def test_new_account_is_found_and_shown(world: World) -> None:
    reference = accounts.add_account(
        world.store,
        "Zoé@Schools.example",
        name="Zoé Núñez",
        role=RoleName.OFFICE,
        actor=world.coordinator,
        now=world.now,
    )
    accounts.set_schools(world.store, reference, ("birch",), actor=world.coordinator, now=world.now)
    profile = account(world.store, reference, actor=VERA, now=world.now)
    assert profile.person == a_person(
        RoleName.OFFICE, email="zoé@schools.example", name="Zoé Núñez", schools=("birch",)
    )
    (line,) = accounts_named(world.store, "nunez", actor=VERA)
    assert line.reference == reference
    page = page_of_accounts(world.store, actor=VERA, role="office")
    assert [each.name for each in page.lines] == ["Zoé Núñez"]


@pytest.mark.parametrize("role", [RoleName.VOLUNTEER, RoleName.APPROVER])
def test_role_that_comes_with_more_than_a_name_is_not_given_by_hand(
    world: World, role: RoleName
) -> None:
    with pytest.raises(Unknown, match="role"):
        accounts.add_account(
            world.store, NEW, name="New", role=role, actor=world.coordinator, now=world.now
        )
    with pytest.raises(Unknown, match="role"):
        accounts.give_role(
            world.store, reference_of(TEACHER), role, actor=world.coordinator, now=world.now
        )


@pytest.mark.each_engine
def test_form_of_before_somebody_elses_change_changes_nothing(world: World) -> None:
    reference = reference_of(TEACHER)
    with world.store.read() as work:
        before = version_of(work.people.many((TEACHER,))[TEACHER].schools)

    def save(*schools: str, by: Actor, version: str) -> None:
        accounts.set_schools(
            world.store, reference, schools, actor=by, now=world.now, version=version
        )

    save("birch", by=world.coordinator, version=before)
    with pytest.raises(ChangedMeanwhile) as told:
        save("maple", by=replace(world.coordinator, email="sam@river.example"), version=before)
    assert (told.value.by, told.value.at) == (world.coordinator.name, world.now)
    save("maple", "birch", by=world.coordinator, version=version_of(("birch",)))
    with world.store.read() as work:
        assert work.people.many((TEACHER,))[TEACHER].schools == ("maple", "birch")
