"""Tables, one module per noun; rows never leave this room, only domain values do."""

from scheduler.storage.models import (
    batches,
    districts,
    feeds,
    journal,
    people,
    records,
    requests,
    runs,
    visits,
    volunteers,
)
from scheduler.storage.models.base import Base

__all__ = [
    "Base",
    "batches",
    "districts",
    "feeds",
    "journal",
    "people",
    "records",
    "requests",
    "runs",
    "visits",
    "volunteers",
]
