"""Tables, one module per noun; rows never leave this room, only domain values do."""

from scheduler.storage.models import districts, people, records, requests, visits, volunteers
from scheduler.storage.models.base import Base

__all__ = ["Base", "districts", "people", "records", "requests", "visits", "volunteers"]
