"""The table of callers who were missed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from cordboard.storage.tables import metadata

missed = Table(
    "missed",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    # No foreign keys: a row stays readable when its queue or the person is gone.
    Column("queue_id", Text, nullable=False),
    # None: withheld.
    Column("number", Text, nullable=True),
    Column("name", Text, nullable=True),
    # Of the newest call.
    Column("at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("message", Text, nullable=True),
    Column("times", Integer, nullable=False),
    Column("last_call", Text, nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("last_attempt_at", BigInteger, nullable=True),
    Column("claimed_by", Text, nullable=True),
    Column("claimed_at", BigInteger, nullable=True),
    # The call of who claimed it, while it goes on.
    Column("attempt", Text, nullable=True),
    # None: somebody has to call.
    Column("closed_at", BigInteger, nullable=True),
    Column("closed_by", Text, nullable=True),
    Column("written_at", BigInteger, nullable=False),
    Index(None, "organisation", "closed_at"),
)
