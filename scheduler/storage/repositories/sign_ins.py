"""One-time links and signed-in browsers; of both only the token's hash is ever kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from scheduler.domain.people import Person
from scheduler.services.ports import SignInLink, WebSession
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.records import SignInLinkRow, WebSessionRow
from scheduler.storage.repositories.people import people_rows, person_of
from scheduler.storage.repositories.rows import columns_of, fields_of, insert_rows, known_ids


class SqlSignIns:
    """Implement the port ``SignIns``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_link(self, link: SignInLink) -> None:
        """Store a link's hash."""
        insert_rows(self._session, SignInLinkRow, [columns_of(link, SignInLinkRow)])

    def use_link(self, token_sha256: str, *, now: datetime) -> str | None:
        """Use up an unused, unexpired link and return its address, else None.

        One statement finds and uses it, so of two clicks at once one finds nothing.
        """
        return (
            self._session.connection()
            .execute(
                update(SignInLinkRow)
                .where(
                    SignInLinkRow.token_sha256 == token_sha256,
                    SignInLinkRow.used_at.is_(None),
                    SignInLinkRow.expires_at > now,
                )
                .values(used_at=now)
                .returning(SignInLinkRow.email)
            )
            .scalar_one_or_none()
        )

    def end_links(self, email: str, *, at: datetime) -> None:
        """End every link of that address which nobody has used yet, as if it were used."""
        unused = SignInLinkRow.email == email, SignInLinkRow.used_at.is_(None)
        self._session.connection().execute(update(SignInLinkRow).where(*unused).values(used_at=at))

    def recent_links(self, email: str, *, since: datetime) -> int:
        """Return how many links that address was given since then."""
        return self._session.scalars(
            select(func.count())
            .select_from(SignInLinkRow)
            .where(SignInLinkRow.email == email, SignInLinkRow.created_at >= since)
        ).one()

    def add_session(self, session: WebSession) -> None:
        """Store a signed-in browser.

        Raises:
            Unknown: if nobody bears that address.
        """
        ids = known_ids(self._session, PersonRow.email, (session.email,), kind="person")
        row = columns_of(session, WebSessionRow) | {"person_id": ids[session.email]}
        insert_rows(self._session, WebSessionRow, [row])

    def session(self, token_sha256: str) -> WebSession | None:
        """Return a signed-in browser, expired ones too."""
        found = self._session.execute(
            select(WebSessionRow, PersonRow.email)
            .join(PersonRow, PersonRow.id == WebSessionRow.person_id)
            .where(WebSessionRow.token_sha256 == token_sha256)
        ).one_or_none()
        if found is None:
            return None
        row, email = found
        return WebSession(**fields_of(row, WebSession), email=email)

    def signed_in(self, token_sha256: str) -> tuple[WebSession, Person] | None:
        """Return a signed-in browser with whose it is, expired ones too."""
        theirs = (
            people_rows()
            .add_columns(WebSessionRow)
            .join(WebSessionRow, WebSessionRow.person_id == PersonRow.id)
        )
        rows = self._session.execute(theirs.where(WebSessionRow.token_sha256 == token_sha256)).all()
        if not rows:
            return None
        person, row = person_of(rows), rows[0][-1]
        return WebSession(**fields_of(row, WebSession), email=person.email), person

    def touch_session(self, token_sha256: str, *, seen_at: datetime) -> None:
        """Note that a browser was seen."""
        self._session.connection().execute(
            update(WebSessionRow)
            .where(WebSessionRow.token_sha256 == token_sha256)
            .values(seen_at=seen_at)
        )

    def end_sessions(self, *, token_sha256: str | None = None, email: str | None = None) -> None:
        """Sign out one browser, every browser of an address, or that one if it is theirs."""
        if token_sha256 is None and email is None:
            return
        ended = delete(WebSessionRow)
        if token_sha256 is not None:
            ended = ended.where(WebSessionRow.token_sha256 == token_sha256)
        if email is not None:
            owner = select(PersonRow.id).where(PersonRow.email == email)
            ended = ended.where(WebSessionRow.person_id.in_(owner))
        self._session.connection().execute(ended)

    def forget_links(self, *, before: datetime) -> int:
        """Forget links that ran out before then; return how many."""
        over = delete(SignInLinkRow).where(SignInLinkRow.expires_at < before)
        return self._session.connection().execute(over).rowcount

    def forget_sessions(self, *, before: datetime) -> int:
        """Forget browsers whose session ended before then; return how many."""
        over = delete(WebSessionRow).where(WebSessionRow.expires_at < before)
        return self._session.connection().execute(over).rowcount
