"""Calls with their segments, history, and what was promised to agents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "agents",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=True),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("wrap_up_kind", sa.Text(), nullable=True),
        sa.Column("wrap_up_since", sa.BigInteger(), nullable=True),
        sa.Column("wrap_up_until", sa.BigInteger(), nullable=True),
        sa.Column("wrap_up_pending_ms", sa.Integer(), nullable=False),
        sa.Column("wrap_up_armed", sa.Boolean(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "user_id", name="pk_agents"),
    )
    op.create_table(
        "calls",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("queue_name", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("dialled", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_calls"),
    )
    op.create_index(
        "ix_calls_organisation_answered_at", "calls", ["organisation", "answered_at"], unique=False
    )
    op.create_index("ix_calls_organisation_ended_at", "calls", ["organisation", "ended_at"], unique=False)
    op.create_index("ix_calls_organisation_entered_at", "calls", ["organisation", "entered_at"], unique=False)
    op.create_table(
        "segments",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "call_id", "kind", "agent", "started_at", name="pk_segments"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "user_id", "queue_id", name="pk_sign_ins"),
    )
    op.create_table(
        "participations",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("wait_ms", sa.BigInteger(), nullable=True),
        sa.Column("talk_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation", "call_id"],
            ["calls.organisation", "calls.id"],
            name="fk_participations_organisation_call_id_calls",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "user_id", "call_id", name="pk_participations"),
    )
    op.create_index(
        "ix_participations_organisation_call_id", "participations", ["organisation", "call_id"], unique=False
    )
    op.create_index(
        "ix_participations_organisation_user_id_at_call_id",
        "participations",
        ["organisation", "user_id", "at", "call_id"],
        unique=False,
    )
    # ### end Alembic commands ###


def downgrade() -> None:
    """Drop them, with what is in them."""
    op.drop_table("participations")
    op.drop_table("sign_ins")
    op.drop_table("segments")
    op.drop_table("calls")
    op.drop_table("agents")
