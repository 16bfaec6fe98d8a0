"""Runs the migrations on the connection that `storage.migrate` hands over.

A new one: change `tables.py`, see what tests/storage/test_migrations.py says is different, and write
`versions/vNNNN_what_changes.py` from it, both ways, in words that both databases know.
"""

from __future__ import annotations

from alembic import context

from cordboard.storage import (
    tables_access,
    tables_administration,
    tables_callbacks,
    tables_contacts,
    tables_gaps,
    tables_missed,
)
from cordboard.storage.tables import metadata

assert tables_access.password_links.metadata is tables_administration.audit.metadata is metadata
assert tables_callbacks.callbacks.metadata is metadata
assert tables_missed.missed.metadata is metadata
assert tables_gaps.gaps.metadata is metadata
assert tables_contacts.contacts.metadata is metadata
connection = context.config.attributes["connection"]
assert connection is not None, "migrations run through cordboard.storage.migrate"
# SQLite cannot alter most of a table: "batch" makes a new one and moves the rows.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
