"""The checker's latest word on each request: a proposal, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, delete, select, true
from sqlalchemy.orm import Session

from scheduler.domain.proposals import Proposal, ProposedSpeaker, Unassigned
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import (
    ProposalRow,
    ProposedSpeakerRow,
    RequestRow,
    UnassignedRow,
)
from scheduler.storage.repositories.rows import (
    by_owner,
    chunks,
    columns_of,
    delete_where,
    fields_of,
    ids_by_key,
    insert_rows,
    known_ids,
    volunteer_ids_of,
)


class SqlProposals:
    """Implement the port ``Proposals``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, request: str) -> Proposal | None:
        """Return a request's latest proposal in any state."""
        return self._load(RequestRow.key == request).get(request)

    def all(self) -> Mapping[str, Proposal]:
        """Return the latest proposal of each request by key, in any state, in order of key."""
        return dict(sorted(self._load(true()).items()))

    def many(self, requests: Iterable[str]) -> Mapping[str, Proposal]:
        """Return the latest proposal of each of these requests that has one, in order of key."""
        found: dict[str, Proposal] = {}
        for chunk in chunks(requests):
            found |= self._load(RequestRow.key.in_(chunk))
        return dict(sorted(found.items()))

    def unassigned(self) -> Mapping[str, Unassigned]:
        """Return by request why the last run found nobody, in order of key."""
        rows = self._session.execute(
            select(UnassignedRow, RequestRow.key).join(
                RequestRow, RequestRow.id == UnassignedRow.request_id
            )
        )
        found = {key: Unassigned(**fields_of(row, Unassigned), request=key) for row, key in rows}
        return dict(sorted(found.items()))

    def put(self, proposals: Iterable[Proposal]) -> None:
        """Store proposals, each replacing its request's former one and its unassigned entry.

        Raises:
            Unknown: if one names a request or volunteer that does not exist.
        """
        proposals = tuple(proposals)
        request_ids = self._cleared(proposal.request for proposal in proposals)
        rows = [
            columns_of(proposal, ProposalRow) | {"request_id": request_ids[proposal.request]}
            for proposal in proposals
        ]
        insert_rows(self._session, ProposalRow, rows)
        self._put_speakers(proposals, request_ids=request_ids)

    def put_unassigned(self, entries: Iterable[Unassigned]) -> None:
        """Store why nobody was found, each replacing its request's former proposal or entry.

        Raises:
            Unknown: if one names a request that does not exist.
        """
        entries = tuple(entries)
        request_ids = self._cleared(entry.request for entry in entries)
        rows = [
            columns_of(entry, UnassignedRow) | {"request_id": request_ids[entry.request]}
            for entry in entries
        ]
        insert_rows(self._session, UnassignedRow, rows)

    def remove(self, requests: Iterable[str]) -> None:
        """Forget what is known of these requests, proposal and entry."""
        self._forget(ids_by_key(self._session, RequestRow.key, requests).values())

    def _cleared(self, requests: Iterable[str]) -> Mapping[str, int]:
        ids = known_ids(self._session, RequestRow.key, requests, kind="request")
        self._forget(ids.values())
        return ids

    def _forget(self, request_ids: Iterable[int]) -> None:
        for chunk in chunks(request_ids):
            former = select(ProposalRow.id).where(ProposalRow.request_id.in_(chunk))
            self._session.connection().execute(
                delete(ProposedSpeakerRow).where(ProposedSpeakerRow.proposal_id.in_(former))
            )
            delete_where(self._session, ProposalRow.request_id, chunk)
            delete_where(self._session, UnassignedRow.request_id, chunk)

    def _put_speakers(
        self, proposals: Sequence[Proposal], *, request_ids: Mapping[str, int]
    ) -> None:
        proposal_ids: dict[int, int] = {}
        for chunk in chunks(request_ids.values()):
            pairs = select(ProposalRow.request_id, ProposalRow.id)
            found = self._session.execute(pairs.where(ProposalRow.request_id.in_(chunk)))
            proposal_ids.update((request, number) for request, number in found)
        volunteer_ids = volunteer_ids_of(
            self._session, (s.email for proposal in proposals for s in proposal.speakers)
        )
        rows = [
            {
                "proposal_id": proposal_ids[request_ids[proposal.request]],
                "position": position,
                "volunteer_id": volunteer_ids[speaker.email],
                "format": speaker.format,
            }
            for proposal in proposals
            for position, speaker in enumerate(proposal.speakers)
        ]
        insert_rows(self._session, ProposedSpeakerRow, rows)

    def _load(self, condition: ColumnElement[bool]) -> dict[str, Proposal]:
        chosen = (
            select(ProposalRow.id)
            .join(RequestRow, RequestRow.id == ProposalRow.request_id)
            .where(condition)
        )
        speaker_rows = self._session.execute(
            select(ProposedSpeakerRow, PersonRow.email)
            .join(PersonRow, PersonRow.id == ProposedSpeakerRow.volunteer_id)
            .where(ProposedSpeakerRow.proposal_id.in_(chosen))
            .order_by(ProposedSpeakerRow.position)
        )
        speakers = by_owner(
            (row.proposal_id, ProposedSpeaker(email, row.format)) for row, email in speaker_rows
        )
        rows = self._session.execute(
            select(ProposalRow, RequestRow.key)
            .join(RequestRow, RequestRow.id == ProposalRow.request_id)
            .where(condition)
        )
        return {
            key: Proposal(**fields_of(row, Proposal), request=key, speakers=tuple(speakers[row.id]))
            for row, key in rows
        }
