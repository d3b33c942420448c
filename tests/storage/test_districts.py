"""The district's own things come back as they were given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from scheduler.domain.classes import Lesson
from scheduler.domain.districts import (
    Contact,
    Coordinates,
    District,
    Organization,
    School,
    Site,
    Term,
)
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import BellPeriod, BellSchedule, Closure
from scheduler.domain.topics import Topic, TopicTree
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import (
    DAY,
    YEAR,
    a_bell_schedule,
    a_classroom,
    a_district,
    a_person,
    a_school,
    an_organization,
)

FULL_DISTRICT = District(
    name="Conseil scolaire des Rives",
    timezone="America/Toronto",
    country="CA",
    locale="fr-CA",
    language="fr",
    year=YEAR,
    site_name="Visites",
    terms=(
        Term("Fall", DateRange(date(2026, 9, 8), date(2026, 12, 18))),
        Term("Winter", DateRange(date(2027, 1, 4), date(2027, 3, 26))),
    ),
    road_factor=1.25,
    speed_kmh=37.5,
    weights={"travel": 3, "fairness": 0},
    policy={
        "version": 2,
        "starts": date(2026, 9, 1),
        "quiet": time(12, 5),
        "made": datetime(2026, 8, 1, 9, tzinfo=UTC),
        "rules": [{"kind": "police_check", "grades": [-1, 0], "share": 0.5, "on": True}],
        "$date": "a name that looks like a mark of ours",
    },
)
BARE_DISTRICT = District(name="Lakeshore", timezone="America/Toronto")


@pytest.mark.parametrize("district", [FULL_DISTRICT, BARE_DISTRICT], ids=["full", "bare"])
def test_district_comes_back_whole(empty_store: SqlStore, district: District) -> None:
    with empty_store.write() as work:
        work.districts.put(district)
    with empty_store.read() as work:
        assert work.districts.get() == district


def test_there_is_no_district_before_one_is_put(empty_store: SqlStore) -> None:
    with empty_store.read() as work:
        assert work.districts.get() is None


def test_second_district_replaces_the_first(empty_store: SqlStore) -> None:
    with empty_store.write() as work:
        work.districts.put(FULL_DISTRICT)
        work.districts.put(a_district(year=None))
        assert work.districts.get() == a_district(year=None)


def test_topics_keep_their_order_and_lose_what_is_left_out(empty_store: SqlStore) -> None:
    robotics = Topic("robotics", "science", "Robots", "Robots", "Robots", is_sensitive=True)
    science, art = Topic("science"), Topic("art", label="Art & craft")
    with empty_store.write() as work:
        work.districts.put_topics(TopicTree((robotics, science, art)))
        assert work.districts.topics() == TopicTree((robotics, science, art))
        work.districts.put_topics(TopicTree((science, robotics)))
        assert work.districts.topics() == TopicTree((science, robotics))


def test_bell_schedules_come_back_by_key(empty_store: SqlStore) -> None:
    rotating = BellSchedule(
        key="rotating",
        periods=(
            BellPeriod("B", "P1", time(8, 45), time(9, 30)),
            BellPeriod("A", "P1", time(8, 30), time(9, 20)),
        ),
        day_type_by_date={date(2026, 12, 8): "A", date(2026, 12, 7): "B"},
    )
    with empty_store.write() as work:
        work.districts.put_bell_schedules((rotating, a_bell_schedule()))
        assert dict(work.districts.bell_schedules()) == {
            "regular": a_bell_schedule(),
            "rotating": rotating,
        }


def test_replaced_bell_schedule_leaves_the_others_alone(empty_store: SqlStore) -> None:
    short = a_bell_schedule(periods=a_bell_schedule().periods[:1], day_type_by_date={DAY: "A"})
    other = a_bell_schedule(key="other")
    with empty_store.write() as work:
        work.districts.put_bell_schedules((a_bell_schedule(), other))
        work.districts.put_bell_schedules((short,))
        assert dict(work.districts.bell_schedules()) == {"other": other, "regular": short}


def test_closures_are_sorted_and_lose_what_is_left_out(store: SqlStore) -> None:
    everywhere = Closure("", DateRange(date(2026, 12, 21), date(2027, 1, 1)), "Winter break")
    at_maple = Closure("maple", DateRange(DAY, DAY), "Burst pipe")
    with store.write() as work:
        work.districts.put_closures((at_maple, everywhere))
        assert work.districts.closures() == (everywhere, at_maple)
        work.districts.put_closures((at_maple,))
        assert work.districts.closures() == (at_maple,)


FULL_SCHOOL = School(
    key="zeder",
    name="École des Cèdres",
    coordinates=Coordinates(51.0447123456, -114.0718999),
    address="1 Rue des Cèdres",
    postal_code="T2P 1J9",
    timezone="America/Edmonton",
    bell_schedule="regular",
    grades=frozenset({-1, 0, 13}),
    enrolment=412,
    need_weight=3,
    zone="north",
    arrival_note="Ring.",
    phone="403-555-0100",
)
BARE_SCHOOL = School(key="ash", name="Ash", coordinates=Coordinates(0.0, 0.0))


def test_schools_come_back_by_key_in_order(empty_store: SqlStore) -> None:
    with empty_store.write() as work:
        work.districts.put_bell_schedules((a_bell_schedule(),))
        work.districts.put_schools((FULL_SCHOOL, BARE_SCHOOL))
        assert list(work.districts.schools().items()) == [
            ("ash", BARE_SCHOOL),
            ("zeder", FULL_SCHOOL),
        ]


def test_put_changes_a_school_that_is_there(store: SqlStore) -> None:
    changed = a_school(bell_schedule="", enrolment=None, grades=frozenset({9}))
    with store.write() as work:
        work.districts.put_schools((changed,))
        assert work.districts.schools()["maple"] == changed


def test_classes_come_back_by_key(store: SqlStore) -> None:
    full = a_classroom(lessons=(Lesson("Wed", "P3"), Lesson("A", "P2"), Lesson("Mon", "P1")))
    bare = replace(full, key="a-bare", students=None, subject="", room="", lessons=())
    with store.write() as work:
        work.districts.put_classes((full, bare))
        found = work.districts.classes()
    assert list(found) == ["a-bare", "birch-7b", "maple-5a"]
    assert (found["maple-5a"], found["a-bare"]) == (full, bare)


def test_organizations_come_back_by_key(empty_store: SqlStore) -> None:
    full = an_organization(
        contact_email="desk@robots.example",
        visits_per_term=0,
        address="1 Bay Street",
        coordinates=Coordinates(43.6, -79.4),
        sites=(Site("Works", "2 Bay Street", "M5V 2T6", Coordinates(43.5, -79.3)), Site("Yard")),
        contacts=(Contact("Nia", "People", "nia@robots.example", "555 0100"), Contact("Bo")),
    )
    bare = Organization("acme", "Acme")
    with empty_store.write() as work:
        work.districts.put_organizations((full, bare))
        assert list(work.districts.organizations().items()) == [("acme", bare), ("robots", full)]


def test_extras_are_exactly_what_was_put_last(empty_store: SqlStore) -> None:
    with empty_store.write() as work:
        work.districts.put_extras({"policies/a.toml": "x = 1\n", "schools.csv x_note": "é"})
        work.districts.put_extras({"schools.csv x_note": "ü", "a": ""})
        assert list(work.districts.extras().items()) == [("a", ""), ("schools.csv x_note", "ü")]


def test_school_with_an_unknown_bell_schedule_is_refused(empty_store: SqlStore) -> None:
    with pytest.raises(Unknown, match="no bell schedule “regular”"), empty_store.write() as work:
        work.districts.put_schools((a_school(),))


def test_class_of_an_unknown_teacher_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown, match=r"no person “x@y\.example”"), store.write() as work:
        work.districts.put_classes((a_classroom(teacher_email="x@y.example"),))


def test_school_of_a_person_may_be_read_with_its_name_changed(store: SqlStore) -> None:
    with store.write() as work:
        work.districts.put_schools((a_school(name="Maple Academy"),))
        assert work.people.get(a_person().email) == a_person()
