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
    false,
    text,
    true,
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


# Columns that came after the first version have a default in the database: SQLite cannot add one without, and
# making the table anew would cost what refers to it.


def _later_flag(name: str, default: bool) -> Column[Any]:
    return Column(name, Boolean, nullable=False, server_default=true() if default else false())


def _rules(name: str, empty: str) -> Column[Any]:
    """Settings that are only read whole, as JSON of what differs from the defaults (`storage.rules`)."""
    return Column(name, Text, nullable=False, server_default=text(f"'{empty}'"))


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
    _rules("rules", "{}"),
    _rules("pause_reasons", "[]"),
    _rules("settings", "{}"),
    _rules("modules_off", "[]"),
    _later_flag("disabled", False),
)

groups = Table(
    "groups",
    metadata,
    _organisation(),
    _text("id", key=True),
    _text("name"),
    _count("position"),
    _text("outbound_number", null=True),
)

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
    _text("outbound_number", null=True),
    # JSON of an Exit; None: the organisation's rule.
    _text("direct_exit", null=True),
    # Without a reference: SQLite cannot add one to a table that is there; what is gone gives no rights.
    _text("role", null=True),
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

user_numbers = Table(
    "user_numbers",
    metadata,
    _organisation(),
    # One number leads to one person.
    _text("number", key=True),
    _text("user_id"),
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
    _rules("rules", "{}"),
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
    _later_flag("one_line", True),
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
    _text("wrap_up_queue", null=True),
    Column("wrap_up_extended", Integer, nullable=False, server_default=text("0")),
    _text("pause", null=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _text("organisation", key=True),
    _text("user_id", key=True),
    _text("queue_id", key=True),
    _instant("since"),
)

# Where somebody was signed in last time in each group (D12).
remembered_sign_ins = Table(
    "remembered_sign_ins",
    metadata,
    _text("organisation", key=True),
    _text("user_id", key=True),
    _text("group_id", key=True),
    _text("queue_id", key=True),
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
    # For whom a direct call came, or whom of our own people an outgoing one calls.
    _text("to_user", null=True),
    _text("peer", null=True),
    _text("partner", null=True),
    _text("made_by", null=True),
    _later_flag("picked", False),
    # From when its place in the queue counts; NULL: from the entry.
    _instant("queued_at", null=True),
    # Why it did not get where it was sent, and to whom it came back, when.
    _text("reason", null=True),
    _text("back_to", null=True),
    _instant("back_at", null=True),
    Index(None, "organisation", "ended_at"),
    Index(None, "organisation", "entered_at"),
    Index(None, "organisation", "answered_at"),
)

# A queue that a call was in, once however often it came back: what the queue's numbers are counted from (D15).
queue_visits = Table(
    "queue_visits",
    metadata,
    _text("organisation", key=True),
    _text("call_id", key=True),
    _text("queue_id", key=True),
    # As they were then: the queue may be renamed or deleted while history remains.
    _text("queue_name", null=True),
    _flag("urgent"),
    _instant("at"),
    # Set in the queue in which the call was answered first.
    _instant("answered_at", null=True),
    _text("answered_by", null=True),
    Index(None, "organisation", "at"),
    Index(None, "organisation", "answered_at"),
)

# A caller who is being passed on, or can still be fetched back (D7), or was not taken: that stays with the call.
transfers = Table(
    "transfers",
    metadata,
    _text("organisation", key=True),
    _text("call_id", key=True),
    _text("kind"),
    _text("state"),
    _text("initiator"),
    _instant("since"),
    _flag("was_active"),
    _text("recipient", null=True),
    _text("colleague", null=True),
    _text("recipient_name", null=True),
    _instant("until", null=True),
)

call_log = Table(
    "call_log",
    metadata,
    # The order in which it was told; SQLite numbers only its own kind of integer.
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    _text("organisation"),
    _text("call_id"),
    _instant("at"),
    _text("why"),
    # "" when it is about nobody: part of a unique key, so never null.
    _text("agent"),
    _text("detail", null=True),
    # A batch that is told again after a broken connection leaves no second line.
    UniqueConstraint("organisation", "call_id", "at", "why", "agent"),
)

messages = Table(
    "messages",
    metadata,
    _text("organisation", key=True),
    _text("name", key=True),
    _text("call_id"),
    _text("to_user", null=True),
    _text("queue_id", null=True),
    _text("queue_name", null=True),
    _instant("at"),
    _count("ms"),
    Index(None, "organisation", "to_user", "at"),
    Index(None, "organisation", "queue_id", "at"),
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
    # The queue that the call was in for this user.
    _text("queue_name", null=True),
    _later_flag("urgent", False),
    # To whom the user passed it on.
    _text("to_name", null=True),
    ForeignKeyConstraint(["organisation", "call_id"], ["calls.organisation", "calls.id"], ondelete="CASCADE"),
    Index(None, "organisation", "user_id", "at", "call_id"),
    Index(None, "organisation", "call_id"),
)
