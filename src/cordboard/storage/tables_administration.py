"""The tables of the administration: roles, opening hours, linked organisations, trunks, LDAP, the log."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from cordboard.storage.tables import metadata


def _text(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=null)


def _key() -> list[Column[Any]]:
    """Part of an organisation, with an order."""
    return [
        Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
        Column("id", Text, primary_key=True),
        _text("name"),
        Column("position", Integer, nullable=False),
    ]


# Lists that are only read whole are JSON.
roles = Table("roles", metadata, *_key(), _text("rights"))
hours = Table("hours", metadata, *_key(), _text("week"), _text("holidays"))
links = Table("links", metadata, *_key(), _text("numbers"), _text("queue_id"))
# The exchange knows trunks by this id alone.
trunks = Table("trunks", metadata, *_key(), _text("settings"), UniqueConstraint("id"))
# With the last import (JSON); None: there was none.
ldap = Table("ldap", metadata, *_key(), _text("settings"), _text("last_run", null=True))
announcements = Table("announcements", metadata, *_key(), _text("settings"))

announcement_numbers = Table(
    "announcement_numbers",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    # One number leads to one announcement.
    Column("number", Text, primary_key=True),
    _text("announcement"),
    ForeignKeyConstraint(
        ["organisation", "announcement"],
        ["announcements.organisation", "announcements.id"],
        ondelete="CASCADE",
    ),
)

# What the provider gave; a number is one organisation's alone.
organisation_numbers = Table(
    "organisation_numbers",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Text, primary_key=True),
    UniqueConstraint("number"),
)

# Without references: what was done by somebody who is gone was still done.
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    _text("organisation"),
    Column("at", BigInteger, nullable=False),
    _text("user_id"),
    _text("user_name"),
    _text("action"),
    _text("resource"),
    _text("thing"),
    _text("name"),
    # JSON of the fields that differ; None: nothing to say (made, or gone).
    _text("before", null=True),
    _text("after", null=True),
    Index(None, "organisation", "id"),
)
