"""Changes of the schema, run by Alembic; ``scheduler.storage.database.upgrade`` starts them."""
