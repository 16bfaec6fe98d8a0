"""The tables, in words that SQLite and PostgreSQL both know.

Instants are integer milliseconds UTC, enums are text, ids are text. Every table carries its organisation, and
keys and references contain it, so that a row can never point at another organisation's row (X-c). What the
journal writes (from `agents` on) has no references to the configuration: a fact about a queue or a person
that was deleted a moment ago is still a fact.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    # Names that do not depend on the database, so that a migration can drop what another one made.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, null: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=null, primary_key=key)


def _instant(name: str, *, null: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=null, primary_key=key, autoincrement=False)


def _count(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False)


def _flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False)


def _organisation() -> Column[Any]:
    """The first part of a configured thing's key."""
    return Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True)


def _part_of(table: str, column: str) -> ForeignKeyConstraint:
    """A reference inside the organisation; the row goes when the other goes."""
    return ForeignKeyConstraint(
        ["organisation", column], [f"{table}.organisation", f"{table}.id"], ondelete="CASCADE"
    )


# --- what is configured -------------------------------------------------------------------------------------

organisations = Table(
    "organisations",
    metadata,
    _text("id", key=True),
    _text("name"),
    _text("country"),
    _text("language"),
    _text("time_zone"),
    _flag("demo"),
    _text("contact"),
)

groups = Table("groups", metadata, _organisation(), _text("id", key=True), _text("name"), _count("position"))

users = Table(
    "users",
    metadata,
    _organisation(),
    _text("id", key=True),
    _text("user_name"),
    # The user name without capitals: what people type when they log in.
    _text("user_name_key"),
    _text("name"),
    _text("extension", null=True),
    _text("email", null=True),
    _text("language"),
    _text("theme"),
    _flag("disabled"),
    _text("password_hash", null=True),
    _count("position"),
    # Both are asked for without an organisation: at log-in, and by a session's owner.
    UniqueConstraint("id"),
    UniqueConstraint("user_name_key"),
)

user_groups = Table(
    "user_groups",
    metadata,
    _organisation(),
    _text("user_id", key=True),
    _text("group_id", key=True),
    _part_of("users", "user_id"),
    _part_of("groups", "group_id"),
)

user_rights = Table(
    "user_rights",
    metadata,
    _organisation(),
    _text("user_id", key=True),
    _text("right", key=True),
    _part_of("users", "user_id"),
)

queues = Table(
    "queues",
    metadata,
    _organisation(),
    _text("id", key=True),
    _text("name"),
    _flag("urgent"),
    _count("priority"),
    _count("position"),
    _text("strategy"),
    _count("ring_ms"),
    _count("wrap_up_ms"),
    _flag("ring_until_answered"),
    _flag("locked"),
    _text("language"),
)

queue_groups = Table(
    "queue_groups",
    metadata,
    _organisation(),
    _text("queue_id", key=True),
    _text("group_id", key=True),
    _part_of("queues", "queue_id"),
    _part_of("groups", "group_id"),
)

queue_numbers = Table(
    "queue_numbers",
    metadata,
    _organisation(),
    # One number leads to one queue.
    _text("number", key=True),
    _text("queue_id"),
    _part_of("queues", "queue_id"),
)

devices = Table(
    "devices",
    metadata,
    _organisation(),
    _text("id", key=True),
    _text("name"),
    _text("kind"),
    _text("extension"),
    _text("answer_method"),
    _text("password"),
    _count("position"),
    # The exchange knows devices by this id alone.
    UniqueConstraint("id"),
)

# --- who is logged in ---------------------------------------------------------------------------------------

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _text("organisation"),
    _text("user_id"),
    _instant("created_at"),
    _instant("last_seen_at"),
    _instant("expires_at"),
    _part_of("users", "user_id"),
    Index(None, "organisation", "user_id"),
    Index(None, "expires_at"),
)

# --- what the journal keeps ---------------------------------------------------------------------------------

agents = Table(
    "agents",
    metadata,
    _text("organisation", key=True),
    _text("user_id", key=True),
    _text("group_id", null=True),
    _text("device_id", null=True),
    _text("wrap_up_kind", null=True),
    _instant("wrap_up_since", null=True),
    _instant("wrap_up_until", null=True),
    _count("wrap_up_pending_ms"),
    _flag("wrap_up_armed"),
    _flag("away"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _text("organisation", key=True),
    _text("user_id", key=True),
    _text("queue_id", key=True),
    _instant("since"),
)

calls = Table(
    "calls",
    metadata,
    _text("organisation", key=True),
    _text("id", key=True),
    _text("leg"),
    _text("queue_id", null=True),
    # As they were when the call came in: the queue may be renamed or deleted while history remains.
    _text("queue_name", null=True),
    _flag("urgent"),
    _text("direction"),
    _text("number", null=True),
    _text("name", null=True),
    _text("dialled", null=True),
    _text("state"),
    _instant("since"),
    _text("agent", null=True),
    _instant("entered_at"),
    _instant("answered_at", null=True),
    # None: not over.
    _instant("ended_at", null=True),
    _text("ended_by", null=True),
    Index(None, "organisation", "ended_at"),
    Index(None, "organisation", "entered_at"),
    Index(None, "organisation", "answered_at"),
)

segments = Table(
    "segments",
    metadata,
    _text("organisation", key=True),
    _text("call_id", key=True),
    _text("kind", key=True),
    # "" when the stretch belongs to no agent: part of the key, so never null.
    _text("agent", key=True),
    _instant("started_at", key=True),
    _instant("ended_at"),
    _text("outcome"),
)

# One row per agent and finished call, worked out from the segments when the call ends: history is read by
# page, and a page must cost the same after a year.
participations = Table(
    "participations",
    metadata,
    _text("organisation", key=True),
    _text("user_id", key=True),
    _text("call_id", key=True),
    _text("kind"),
    _instant("at"),
    Column("wait_ms", BigInteger, nullable=True),
    Column("talk_ms", BigInteger, nullable=True),
    ForeignKeyConstraint(["organisation", "call_id"], ["calls.organisation", "calls.id"], ondelete="CASCADE"),
    Index(None, "organisation", "user_id", "at", "call_id"),
    Index(None, "organisation", "call_id"),
)
