"""Let the links in a person's mails be ended: each is bound to a generation that can be raised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = (("person", "link_generation"), ("mail_door", "generation"))
# A door that was ended would open again where nobody counts.
ENDED = "generation < (SELECT link_generation FROM person WHERE person.id = mail_door.person_id)"


def upgrade() -> None:
    """Add both: every link that is out belongs to the first generation."""
    for table, name in COLUMNS:
        op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop them, and the doors that were ended."""
    op.execute(f"DELETE FROM mail_door WHERE {ENDED}")
    for table, name in reversed(COLUMNS):
        op.drop_column(table, name)
