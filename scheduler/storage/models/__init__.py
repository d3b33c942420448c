"""Tables, one module per noun; rows never leave this room, only domain values do."""

from scheduler.storage.models import (
    asking,
    batches,
    care,
    districts,
    feeds,
    imports,
    joining,
    journal,
    mail_desk,
    people,
    records,
    requests,
    runs,
    stand_ins,
    visits,
    volunteers,
)
from scheduler.storage.models.base import Base

__all__ = [
    "Base",
    "asking",
    "batches",
    "care",
    "districts",
    "feeds",
    "imports",
    "joining",
    "journal",
    "mail_desk",
    "people",
    "records",
    "requests",
    "runs",
    "stand_ins",
    "visits",
    "volunteers",
]
