"""Other times that volunteers offered, with the visit and the person by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from scheduler.domain.other_times import OfferState, TimeOffer
from scheduler.storage.models.joining import TimeOfferRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.visits import VisitRow
from scheduler.storage.repositories.rows import chunks, columns_of, fields_of, known_ids, upsert


class SqlTimeOffers:
    """Implement the port ``TimeOffers``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> TimeOffer | None:
        """Return one offer."""
        return next(iter(self._load(TimeOfferRow.key == key)), None)

    def of_visits(self, uids: Iterable[str]) -> tuple[TimeOffer, ...]:
        """Return all offers for these visits, by time."""
        found = [each for chunk in chunks(uids) for each in self._load(VisitRow.uid.in_(chunk))]
        return tuple(sorted(found, key=lambda offer: offer.offered_at))

    def in_state(self, state: OfferState) -> tuple[TimeOffer, ...]:
        """Return all offers in that state, by time."""
        return tuple(self._load(TimeOfferRow.state == state))

    def put(self, offers: Iterable[TimeOffer]) -> None:
        """Add or change these.

        Raises:
            Unknown: if one is about no visit, or nobody's.
        """
        offers = tuple(offers)
        visits = known_ids(self._session, VisitRow.uid, (o.visit for o in offers), kind="visit")
        people = known_ids(self._session, PersonRow.email, (o.email for o in offers), kind="person")
        rows: list[dict[str, Any]] = [
            columns_of(offer, TimeOfferRow)
            | {
                "visit_id": visits[offer.visit],
                "person_id": people[offer.email],
                "starts": {"each": offer.starts},
            }
            for offer in offers
        ]
        upsert(self._session, TimeOfferRow, rows, by="key")
        self._session.expire_all()

    def _load(self, condition: ColumnElement[bool]) -> list[TimeOffer]:
        rows = self._session.execute(
            select(TimeOfferRow, VisitRow.uid, PersonRow.email)
            .join(VisitRow, VisitRow.id == TimeOfferRow.visit_id)
            .join(PersonRow, PersonRow.id == TimeOfferRow.person_id)
            .where(condition)
            .order_by(TimeOfferRow.offered_at, TimeOfferRow.id)
        )
        return [_offer(row, visit=uid, email=email) for row, uid, email in rows]


def _offer(row: TimeOfferRow, *, visit: str, email: str) -> TimeOffer:
    fields: dict[str, Any] = fields_of(row, TimeOffer)
    return TimeOffer(**fields | {"starts": row.starts["each"], "visit": visit, "email": email})
