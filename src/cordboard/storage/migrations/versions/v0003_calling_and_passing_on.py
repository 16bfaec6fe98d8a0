"""Outgoing calls, transfers, a call's log, messages, pauses, and the rules that go with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NEW_COLUMNS: dict[str, list[sa.Column[object]]] = {
    "organisations": [
        sa.Column("rules", sa.Text(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("pause_reasons", sa.Text(), nullable=False, server_default=sa.text("'[]'")),
    ],
    "groups": [sa.Column("outbound_number", sa.Text(), nullable=True)],
    "users": [
        sa.Column("outbound_number", sa.Text(), nullable=True),
        sa.Column("direct_exit", sa.Text(), nullable=True),
    ],
    "queues": [sa.Column("rules", sa.Text(), nullable=False, server_default=sa.text("'{}'"))],
    "devices": [sa.Column("one_line", sa.Boolean(), nullable=False, server_default=sa.true())],
    "agents": [
        sa.Column("wrap_up_queue", sa.Text(), nullable=True),
        sa.Column("wrap_up_extended", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("pause", sa.Text(), nullable=True),
    ],
    "calls": [
        sa.Column("to_user", sa.Text(), nullable=True),
        sa.Column("peer", sa.Text(), nullable=True),
        sa.Column("partner", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("picked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("back_to", sa.Text(), nullable=True),
        sa.Column("back_at", sa.BigInteger(), nullable=True),
    ],
    "participations": [
        sa.Column("queue_name", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("to_name", sa.Text(), nullable=True),
    ],
}


def upgrade() -> None:
    """Add the columns in place, make the tables, and fill them from the calls that are there."""
    for table, columns in _NEW_COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "user_numbers",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "user_id"],
            ["users.organisation", "users.id"],
            name="fk_user_numbers_organisation_user_id_users",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_user_numbers_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_user_numbers"),
    )
    op.create_table(
        "queue_visits",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("queue_name", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "call_id", "queue_id", name="pk_queue_visits"),
    )
    op.create_index("ix_queue_visits_organisation_at", "queue_visits", ["organisation", "at"])
    op.create_index(
        "ix_queue_visits_organisation_answered_at", "queue_visits", ["organisation", "answered_at"]
    )
    op.create_table(
        "transfers",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("initiator", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("was_active", sa.Boolean(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("colleague", sa.Text(), nullable=True),
        sa.Column("recipient_name", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "call_id", name="pk_transfers"),
    )
    op.create_table(
        "call_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_call_log"),
        sa.UniqueConstraint(
            "organisation",
            "call_id",
            "at",
            "why",
            "agent",
            name="uq_call_log_organisation_call_id_at_why_agent",
        ),
    )
    op.create_table(
        "messages",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("to_user", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("queue_name", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "name", name="pk_messages"),
    )
    op.create_index("ix_messages_organisation_to_user_at", "messages", ["organisation", "to_user", "at"])
    op.create_index("ix_messages_organisation_queue_id_at", "messages", ["organisation", "queue_id", "at"])
    _fill()


def _fill() -> None:
    """What was kept in other words so far, and what nobody can set by hand yet."""
    op.execute(
        "INSERT INTO queue_visits"
        " (organisation, call_id, queue_id, queue_name, urgent, at, answered_at, answered_by)"
        " SELECT organisation, id, queue_id, queue_name, urgent, entered_at, answered_at,"
        " CASE WHEN answered_at IS NULL THEN NULL ELSE agent END"
        " FROM calls WHERE queue_id IS NOT NULL AND direction = 'in'"
    )
    for column in ("queue_name", "urgent"):
        op.execute(
            f"UPDATE participations SET {column} = (SELECT calls.{column} FROM calls"
            " WHERE calls.organisation = participations.organisation AND calls.id = participations.call_id)"
        )
    # Calling out is new; whoever answers calls may do it, as in an installation that is made today.
    op.execute(
        'INSERT INTO user_rights (organisation, user_id, "right")'
        " SELECT organisation, id, 'dial.outside' FROM users"
    )
    op.execute(
        """UPDATE organisations SET pause_reasons = '["Pauze","Lunch","Overleg","Administratie"]' WHERE demo"""
    )


def downgrade() -> None:
    """Drop what was added, with what is in it."""
    op.execute("DELETE FROM user_rights WHERE \"right\" IN ('dial.outside', 'dial.international')")
    op.execute("DELETE FROM user_rights WHERE \"right\" IN ('dial.premium', 'desk.supervise')")
    for table in ("messages", "call_log", "transfers", "queue_visits", "user_numbers"):
        op.drop_table(table)
    for table, columns in _NEW_COLUMNS.items():
        for column in reversed(columns):
            op.drop_column(table, column.name)
