"""The queue of open requests, sorted, filtered and counted by the database."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.domain.proposals import Proposal, ProposalState, ProposedSpeaker, Unassigned
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import VOLUNTEER_PREFIX, Partstat
from scheduler.services.ports import (
    Claim,
    Named,
    Pile,
    QueueLine,
    QueueLines,
    Wanted,
)
from scheduler.storage.models.districts import OrganizationRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import (
    ProposalRow,
    ProposedSpeakerRow,
    RequestRow,
)
from scheduler.storage.models.visits import BookingRow, VisitRow
from scheduler.storage.models.volunteers import VolunteerRow
from scheduler.storage.repositories.queue_statements import (
    HOSTS,
    KEYS,
    TEAMS,
    around,
    concerned_by,
    lines_of,
)
from scheduler.storage.repositories.rows import by_owner, chunks, columns_for, fields_in, fields_of


class SqlQueue:
    """Implement the port ``Queue``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lines(self, wanted: Wanted, *, since: datetime) -> QueueLines:
        """Return the lines wanted; a school's visits count when they end after ``since``."""
        found = self._session.execute(lines_of(wanted, since=since)).all()
        speakers, people = self._speakers(row.ProposalRow.id for row in found if row.ProposalRow)
        return QueueLines(
            lines=tuple(_line(row, speakers) for row in found),
            total_by_pile={Pile(row.pile): row.total for row in found if not row.is_extra},
            people=people,
            visits_everywhere=found[0].everywhere or 0 if found else 0,
        )

    def waiting_for(
        self, emails: Collection[str], *, teacher: str = "", classroom: str = ""
    ) -> tuple[tuple[ClassroomRequest, Proposal], ...]:
        """Return open requests whose pending proposal names these people, teacher or class."""
        concerned = concerned_by(emails, teacher=teacher, classroom=classroom)
        asked = columns_for(ClassroomRequest, RequestRow)
        query = around(
            select(
                *asked,
                *columns_for(Proposal, ProposalRow),
                *KEYS,
                ProposalRow.id.label("number"),
                ProposalRow.state.label("proposal_state"),
            )
        ).join(concerned, concerned.c[0] == ProposalRow.id)
        # Asked for here, either state would have every request that has it read.
        rows = [
            row
            for row in self._session.connection().execute(query.order_by(RequestRow.key)).all()
            if row.state is RequestState.OPEN and row.proposal_state is ProposalState.PENDING
        ]
        speakers, _ = self._speakers(row.number for row in rows)
        return tuple(_waiting(row, speakers, proposed_from=len(asked)) for row in rows)

    def decided_at(self, moment: datetime, *, by: str) -> tuple[str, ...]:
        """Return the requests whose proposal this person approved at that moment, in order."""
        keys = self._session.scalars(
            select(RequestRow.key)
            .join(ProposalRow, ProposalRow.request_id == RequestRow.id)
            .where(
                ProposalRow.state == ProposalState.APPROVED,
                ProposalRow.decided_at == moment,
                ProposalRow.decided_by == by,
            )
        )
        return tuple(sorted(keys))

    def declined(self, keys: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Return by request who said no to any visit of it."""
        found: dict[str, set[str]] = {}
        for chunk in chunks(keys):
            pairs = self._session.execute(
                select(RequestRow.key, PersonRow.email)
                .join(VisitRow, VisitRow.request_id == RequestRow.id)
                .join(BookingRow, BookingRow.visit_id == VisitRow.id)
                .join(PersonRow, PersonRow.id == BookingRow.volunteer_id)
                .where(BookingRow.partstat == Partstat.DECLINED, RequestRow.key.in_(chunk))
            )
            for key, email in pairs:
                found.setdefault(key, set()).add(email)
        return {key: frozenset(emails) for key, emails in found.items()}

    def alike(self, text: str, *, most: int) -> tuple[tuple[str, str], ...]:
        """Return address and name of active volunteers whose name or address holds the text."""
        holds = or_(
            PersonRow.name.icontains(text, autoescape=True), PersonRow.email == text.casefold()
        )
        begins = PersonRow.name.istartswith(text, autoescape=True)
        pairs = self._session.execute(
            select(PersonRow.email, PersonRow.name)
            .join(VolunteerRow, VolunteerRow.id == PersonRow.id)
            .where(VolunteerRow.is_active, holds)
            .order_by(begins.desc(), PersonRow.name, PersonRow.email)
            .limit(most)
        )
        return tuple((email, name) for email, name in pairs)

    def claims(self, *, besides: Collection[str] = ()) -> Mapping[str, list[Claim]]:
        """Return by resource when pending proposals of open requests keep it busy.

        Only resources that two of them want, at whatever time, and those of ``besides``.
        """
        # Rows of texts alone: thousands of them would take long to become values one by one.
        read = self._session.connection().execute
        hosts, people = read(HOSTS).all(), read(TEAMS).all()
        team_by_proposal = by_owner((number, VOLUNTEER_PREFIX + email) for number, email in people)
        found: defaultdict[str, list[Claim]] = defaultdict(list)
        for number, key, sessions, teacher, classroom in hosts:
            claims = [Claim(start, end, key) for start, end in _sessions(sessions)]
            found[f"teacher:{teacher}"] += claims
            if classroom:
                found[f"class:{classroom}"] += claims
            for resource in team_by_proposal[number]:
                found[resource] += claims
        return {
            resource: claims
            for resource, claims in found.items()
            if len(claims) > 1 or resource in besides
        }

    def _speakers(
        self, proposals: Iterable[int]
    ) -> tuple[Mapping[int, list[ProposedSpeaker]], dict[str, Named]]:
        pairs: list[tuple[int, ProposedSpeaker]] = []
        people: dict[str, Named] = {}
        for chunk in chunks(proposals):
            rows = self._session.execute(
                select(
                    ProposedSpeakerRow.proposal_id,
                    ProposedSpeakerRow.format,
                    PersonRow.email,
                    PersonRow.name,
                    OrganizationRow.name.label("organization"),
                )
                .join(PersonRow, PersonRow.id == ProposedSpeakerRow.volunteer_id)
                .join(VolunteerRow, VolunteerRow.id == PersonRow.id)
                .outerjoin(OrganizationRow, OrganizationRow.id == VolunteerRow.organization_id)
                .where(ProposedSpeakerRow.proposal_id.in_(chunk))
                .order_by(ProposedSpeakerRow.position)
            )
            for row in rows:
                pairs.append((row.proposal_id, ProposedSpeaker(row.email, row.format)))
                people[row.email] = Named(row.name, row.organization or "")
        return by_owner(pairs), people


# A school day has few lessons, so thousands of proposals share their sessions.
@lru_cache(4096)
def _sessions(text: str) -> tuple[tuple[datetime, datetime], ...]:
    moments = [[datetime.fromisoformat(each) for each in pair] for pair in json.loads(text)]
    return tuple((start, end) for start, end in moments)


def _line(row: Any, speakers: Mapping[int, list[ProposedSpeaker]]) -> QueueLine:
    key = row.RequestRow.key
    proposal, nobody = row.ProposalRow, row.UnassignedRow
    return QueueLine(
        request=_request(row),
        pile=Pile(row.pile),
        teacher_name=row.teacher_name,
        school_name=row.school_name,
        class_name=row.class_name or "",
        visits_this_year=row.visits,
        proposal=_proposal(proposal, key, speakers) if proposal else None,
        nobody=Unassigned(**fields_of(nobody, Unassigned), request=key) if nobody else None,
        is_extra=bool(row.is_extra),
        has_refusal=bool(row.has_refusal),
    )


def _waiting(
    row: Any, speakers: Mapping[int, list[ProposedSpeaker]], *, proposed_from: int
) -> tuple[ClassroomRequest, Proposal]:
    request = ClassroomRequest(
        **fields_in(row, ClassroomRequest, RequestRow),
        teacher_email=row.teacher_email,
        school=row.school,
        classroom=row.classroom or "",
    )
    return request, Proposal(
        **fields_in(row[proposed_from:], Proposal, ProposalRow),
        request=request.key,
        speakers=tuple(speakers[row.number]),
    )


def _request(row: Any) -> ClassroomRequest:
    return ClassroomRequest(
        **fields_of(row.RequestRow, ClassroomRequest),
        teacher_email=row.teacher_email,
        school=row.school,
        classroom=row.classroom or "",
    )


def _proposal(row: Any, key: str, speakers: Mapping[int, list[ProposedSpeaker]]) -> Proposal:
    return Proposal(**fields_of(row, Proposal), request=key, speakers=tuple(speakers[row.id]))
