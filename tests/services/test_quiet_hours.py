"""When mails go out: pressing news at any hour, other news by day, the rest once a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.mail_choices import Pace
from scheduler.services import announcements as news
from scheduler.services.quiet_hours import Haste, days_mail_after, haste_of, ready_at
from scheduler.services.records import OutboxRow
from tests.builders import VOLUNTEER, moment

ZONE = "America/Toronto"
NOON = moment("2026-12-01 12:00")


def a_row(purpose: str, **facts: object) -> OutboxRow:
    return OutboxRow("k", "s", purpose, VOLUNTEER, NOON, NOON, facts=facts)


def haste(purpose: str, *starts: str, pace: Pace = Pace.AT_ONCE, **facts: object) -> Haste:
    when = [moment(start) for start in starts]
    return haste_of(a_row(purpose, **facts), pace=pace, starts=when, zone=ZONE)


class TestHaste:
    @pytest.mark.parametrize("purpose", [news.CHANGE, news.CANCELLATION])
    def test_news_of_a_visit_within_a_day_goes_at_any_hour(self, purpose: str) -> None:
        assert haste(purpose, "2026-12-02 11:59") is Haste.AT_ANY_HOUR
        assert haste(purpose, "2026-12-02 12:00") is Haste.BY_DAYLIGHT

    def test_move_away_from_tomorrow_is_pressing_too(self) -> None:
        former = moment("2026-12-02 09:00").isoformat()
        later = haste(news.CHANGE, "2026-12-20 09:00", old_start=former)
        assert later is Haste.AT_ANY_HOUR

    @pytest.mark.parametrize(
        "purpose", [news.DECLINED, news.REOPENED, news.TAKEN_OUT, news.SIGN_IN]
    )
    def test_drop_out_and_link_never_wait(self, purpose: str) -> None:
        assert haste(purpose, pace=Pace.DAILY) is Haste.AT_ANY_HOUR

    @pytest.mark.parametrize(
        "purpose", [news.INVITATION, news.CONFIRMATION, news.OTHER_TIME, news.TIMES_OFFERED]
    )
    def test_what_asks_or_confirms_goes_by_daylight(self, purpose: str) -> None:
        assert haste(purpose, "2026-12-08 10:40") is Haste.BY_DAYLIGHT

    def test_all_else_waits_for_the_days_mail_unless_that_is_too_late(self) -> None:
        for start, expected in (
            ("2026-12-08 10:40", Haste.WITH_THE_DAYS_MAIL),
            ("2026-12-01 16:01", Haste.WITH_THE_DAYS_MAIL),
            ("2026-12-01 16:00", Haste.BY_DAYLIGHT),
        ):
            assert haste(news.ANNOUNCEMENT, start, pace=Pace.DAILY) is expected


class TestReady:
    @pytest.mark.parametrize(
        ("now", "ready"),
        [
            ("2026-12-01 20:59", "2026-12-01 12:00"),
            ("2026-12-01 21:00", "2026-12-02 07:00"),
            ("2026-12-02 06:59", "2026-12-02 07:00"),
            ("2026-12-02 07:00", "2026-12-01 12:00"),
        ],
    )
    def test_night_is_kept_quiet(self, now: str, ready: str) -> None:
        at = ready_at(NOON, Haste.BY_DAYLIGHT, now=moment(now), zone=ZONE)
        assert (at <= moment(now)) == (ready == "2026-12-01 12:00")
        assert at >= NOON
        if at > moment(now):
            assert at == moment(ready)

    def test_pressing_news_goes_by_night(self) -> None:
        night = moment("2026-12-02 02:00")
        assert ready_at(night, Haste.AT_ANY_HOUR, now=night, zone=ZONE) == night

    def test_days_mail_goes_at_three_on_the_readers_clock(self) -> None:
        haste = Haste.WITH_THE_DAYS_MAIL
        assert ready_at(NOON, haste, now=NOON, zone=ZONE) == moment("2026-12-01 15:00")
        in_paris = ready_at(NOON, haste, now=NOON, zone="Europe/Paris")
        assert in_paris == moment("2026-12-02 09:00")

    def test_days_mail_that_was_slept_through_waits_for_the_morning(self) -> None:
        night = moment("2026-12-01 23:00")
        at = ready_at(NOON, Haste.WITH_THE_DAYS_MAIL, now=night, zone=ZONE)
        assert at == moment("2026-12-02 07:00")

    @pytest.mark.parametrize("day", ["2026-10-31", "2027-03-13"], ids=["back", "forward"])
    def test_there_is_one_days_mail_each_day_across_the_clock_changes(self, day: str) -> None:
        first = moment(f"{day} 12:00")
        moments = {days_mail_after(first + timedelta(minutes=30 * n), zone=ZONE) for n in range(96)}
        assert len(moments) == 3
