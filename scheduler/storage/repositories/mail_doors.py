"""What people and the district chose about mail, and the hashes of the links by which they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scheduler.domain.mail_choices import MailChoices, MailKind, Pace
from scheduler.domain.mail_rules import MailRules
from scheduler.services.ports import MailDoor
from scheduler.services.ports.joining import FIRST_GENERATION
from scheduler.storage.models.joining import MailChoiceRow, MailDoorRow
from scheduler.storage.models.mail_desk import MailRulesRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.repositories.rows import (
    chunks,
    columns_of,
    fields_of,
    ids_by_key,
    known_ids,
    upsert,
)

THE_DISTRICTS = 1


class SqlMailDoors:
    """Implement the port ``MailDoors``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def choices(self, emails: Iterable[str]) -> Mapping[str, MailChoices]:
        """Return by address what people chose; who chose nothing is not in it."""
        found: dict[str, MailChoices] = {}
        chosen = select(PersonRow.email, MailChoiceRow.pace_by_kind).join(
            PersonRow, PersonRow.id == MailChoiceRow.person_id
        )
        for chunk in chunks(emails):
            for email, written in self._session.execute(chosen.where(PersonRow.email.in_(chunk))):
                found[email] = MailChoices(email, _read(written))
        return found

    def choose(self, choices: MailChoices) -> None:
        """Store what a person chose.

        Raises:
            Unknown: if nobody has that address.
        """
        email = choices.email
        number = known_ids(self._session, PersonRow.email, (email,), kind="person")[email]
        written = {str(kind): str(pace) for kind, pace in choices.pace_by_kind.items()}
        row = {"person_id": number, "pace_by_kind": written}
        upsert(self._session, MailChoiceRow, [row], by="person_id")

    def open(
        self,
        purpose: str,
        email_by_token_sha256: Mapping[str, str],
        *,
        generations: Mapping[str, int] = FIRST_GENERATION,
    ) -> None:
        """Keep the hashes of people's links for one purpose; an unknown address has none.

        ``generations`` are those of the links by address, the first where none is named.
        """
        ids = ids_by_key(self._session, PersonRow.email, email_by_token_sha256.values())
        rows = [
            {
                "person_id": ids[email],
                "purpose": purpose,
                "token_sha256": token,
                "generation": generations.get(email, 0),
            }
            for token, email in email_by_token_sha256.items()
            if email in ids
        ]
        if not rows:
            return
        is_postgresql = self._session.get_bind().dialect.name == "postgresql"
        statement = (postgresql.insert if is_postgresql else sqlite.insert)(MailDoorRow)
        newest = statement.on_conflict_do_update(
            index_elements=["person_id", "purpose"],
            set_={name: statement.excluded[name] for name in ("token_sha256", "generation")},
        )
        self._session.connection().execute(newest, rows)

    def behind(self, purpose: str, token_sha256: str) -> MailDoor | None:
        """Return whose link for that purpose it is."""
        has_ended = MailDoorRow.generation < PersonRow.link_generation
        found = self._session.execute(
            select(PersonRow.email, has_ended)
            .join(MailDoorRow, MailDoorRow.person_id == PersonRow.id)
            .where(MailDoorRow.purpose == purpose, MailDoorRow.token_sha256 == token_sha256)
        ).one_or_none()
        return MailDoor(*found) if found else None

    def close(self, email: str) -> None:
        """End every such link of a person; the next mail opens new ones."""
        person = select(PersonRow.id).where(PersonRow.email == email).scalar_subquery()
        self._session.execute(delete(MailDoorRow).where(MailDoorRow.person_id == person))

    def rules(self) -> MailRules:
        """Return when mail goes, as the district decided or as is usual."""
        row = self._session.get(MailRulesRow, THE_DISTRICTS)
        return MailRules(**fields_of(row, MailRules)) if row else MailRules()

    def put_rules(self, rules: MailRules) -> None:
        """Keep what the district decided."""
        row = columns_of(rules, MailRulesRow) | {"id": THE_DISTRICTS}
        upsert(self._session, MailRulesRow, [row], by="id")
        self._session.expire_all()


def _read(written: Mapping[str, object]) -> dict[MailKind, Pace]:
    return {MailKind(kind): Pace(str(pace)) for kind, pace in written.items()}
