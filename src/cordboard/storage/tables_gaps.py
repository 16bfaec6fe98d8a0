"""The table of gaps in the history."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from cordboard.storage.tables import metadata

gaps = Table(
    "gaps",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    # None: nobody knows.
    Column("records", Integer, nullable=True),
    Index(None, "organisation", "until"),
)
