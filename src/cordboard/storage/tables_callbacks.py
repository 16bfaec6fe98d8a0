"""The table of call backs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from cordboard.storage.tables import metadata

callbacks = Table(
    "callbacks",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    # No foreign keys: a row stays readable when its queue or the person is gone.
    Column("queue_id", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=True),
    Column("owner", Text, nullable=True),
    Column("requested_at", BigInteger, nullable=False),
    Column("requested_by", Text, nullable=False),
    # None: an appointment, which keeps nobody's place.
    Column("entered_at", BigInteger, nullable=True),
    Column("due_at", BigInteger, nullable=False),
    Column("planned_at", BigInteger, nullable=False),
    Column("last_attempt_at", BigInteger, nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("handled_by", Text, nullable=True),
    Column("reason", Text, nullable=True),
    # None: still to take place.
    Column("ended_at", BigInteger, nullable=True),
    # The attempt that is going on.
    Column("call_id", Text, nullable=True),
    # When this was written.
    Column("at", BigInteger, nullable=False),
    # The cell of the planning that it stands in.
    Column("cell_at", BigInteger, nullable=False),
    Index(None, "organisation", "cell_at"),
    Index(None, "organisation", "ended_at"),
    Index(None, "organisation", "requested_at"),
)
