"""The statements behind a feed's answers, prepared once: who fetches a feed waits for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, literal, select
from sqlalchemy.orm import aliased

from scheduler.services.ports import Door, Feed, FeedAddress, Rendering
from scheduler.storage.models.districts import (
    ClassroomRow,
    DistrictRow,
    OrganizationRow,
    SchoolRow,
)
from scheduler.storage.models.feeds import (
    FeedAddressRow,
    FeedEventRow,
    FeedFetchRow,
    FeedRow,
    FeedStateRow,
    FeedTickRow,
)
from scheduler.storage.models.people import PersonRow

HolderRow = aliased(PersonRow)
OWNER = func.coalesce(
    PersonRow.email, SchoolRow.key, ClassroomRow.key, OrganizationRow.key, FeedRow.zone
)
LABEL = func.coalesce(SchoolRow.name, ClassroomRow.name, OrganizationRow.name, FeedRow.zone)
FEED_COLUMNS: tuple[Any, ...] = (
    FeedRow.key,
    FeedRow.kind,
    OWNER.label("owner"),
    FeedRow.generation,
    func.coalesce(HolderRow.email, literal("")).label("holder"),
    FeedRow.language,
    FeedRow.alarm_minutes,
    FeedRow.certain_only,
)
TICKS = select(func.coalesce(func.sum(FeedTickRow.ticks), 0)).scalar_subquery()


def with_owners(query: Select[Any]) -> Select[Any]:
    """Join feeds to their owners and holders, in the order they were made."""
    return (
        query.select_from(FeedRow)
        .outerjoin(PersonRow, PersonRow.id == FeedRow.person_id)
        .outerjoin(SchoolRow, SchoolRow.id == FeedRow.school_id)
        .outerjoin(ClassroomRow, ClassroomRow.id == FeedRow.classroom_id)
        .outerjoin(OrganizationRow, OrganizationRow.id == FeedRow.organization_id)
        .outerjoin(HolderRow, HolderRow.id == FeedRow.holder_id)
        .order_by(FeedRow.id)
    )


def door_of(row: Row[Any]) -> Door:
    """Return what a row of ``DOOR`` tells."""
    values: tuple[Any, ...] = tuple(row)
    feed = Feed(*values[: len(FEED_COLUMNS)])
    address = FeedAddress(row.token_sha256, feed, row.address_generation, row.retired_at)
    rendering = None
    if row.version is not None:
        rendering = Rendering(row.version, row.day, row.etag, row.last_modified, row.head)
    return Door(
        address=address,
        label=row.label,
        site_title=row.site_name or row.district_name or "",
        timezone=row.timezone or "UTC",
        language=feed.language or row.district_language or "",
        version=row.ticks,
        is_open=row.is_active is not False,
        rendering=rendering,
        fetched_at=row.fetched_at,
    )


DOOR = (
    with_owners(
        select(
            *FEED_COLUMNS,
            FeedAddressRow.token_sha256,
            FeedAddressRow.generation.label("address_generation"),
            FeedAddressRow.retired_at,
            LABEL.label("label"),
            HolderRow.is_active,
            DistrictRow.name.label("district_name"),
            DistrictRow.site_name,
            DistrictRow.timezone,
            DistrictRow.language.label("district_language"),
            FeedStateRow.version,
            FeedStateRow.day,
            FeedStateRow.etag,
            FeedStateRow.last_modified,
            FeedStateRow.head,
            FeedFetchRow.last_at.label("fetched_at"),
            TICKS.label("ticks"),
        )
    )
    .join(FeedAddressRow, FeedAddressRow.feed_id == FeedRow.id)
    .outerjoin(DistrictRow, literal(True))
    .outerjoin(FeedStateRow, FeedStateRow.feed_id == FeedRow.id)
    .outerjoin(
        FeedFetchRow,
        and_(FeedFetchRow.feed_id == FeedRow.id, FeedFetchRow.client == bindparam("client")),
    )
    .where(FeedAddressRow.token_sha256 == bindparam("token"))
)
_EVENTS_OF_FEED = (
    FeedEventRow.feed_id
    == select(FeedRow.id).where(FeedRow.key == bindparam("key")).scalar_subquery()
)
_IN_ORDER = (FeedEventRow.starts_at, FeedEventRow.uid)
TEXTS = (
    select(
        *(FeedEventRow.uid, FeedEventRow.starts_at, FeedEventRow.revised_at, FeedEventRow.text),
        *(FeedEventRow.zone, FeedEventRow.facts, FeedEventRow.shown_through),
    )
    .where(_EVENTS_OF_FEED)
    .order_by(*_IN_ORDER)
)
BODIES = select(FeedEventRow.text).where(_EVENTS_OF_FEED).order_by(*_IN_ORDER)
