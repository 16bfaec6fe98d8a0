"""The tables of the address book."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Table, Text

from cordboard.storage.tables import metadata
from cordboard.storage.tables_access import of_user

contacts = Table(
    "contacts",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    # Folded, so that both databases sort alike whatever their collation.
    Column("name_key", Text, nullable=False),
    Column("function", Text, nullable=False),
    # JSON lists; the first is the primary one.
    Column("numbers", Text, nullable=False),
    Column("addresses", Text, nullable=False),
    # Everything by which it is found, folded.
    Column("words", Text, nullable=False),
    Column("digits", Text, nullable=False),
    Index(None, "organisation", "name_key"),
)

favourites = Table(
    "favourites",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("contact", Text, primary_key=True),
    ForeignKeyConstraint(
        ["organisation", "contact"], ["contacts.organisation", "contacts.id"], ondelete="CASCADE"
    ),
    of_user(),
)
