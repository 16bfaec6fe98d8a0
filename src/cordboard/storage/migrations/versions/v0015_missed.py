"""Callers who were missed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _instant(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def upgrade() -> None:
    """Make the table. Who was missed before stays in the calls: nobody knows who has spoken to them since."""
    op.create_table(
        "missed",
        *map(_text, ("organisation", "id", "queue_id")),
        _text("number", null=True),
        _text("name", null=True),
        _instant("at"),
        _text("why"),
        _text("message", null=True),
        sa.Column("times", sa.Integer(), nullable=False),
        _text("last_call", null=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _instant("last_attempt_at", null=True),
        _text("claimed_by", null=True),
        _instant("claimed_at", null=True),
        _text("attempt", null=True),
        _instant("closed_at", null=True),
        _text("closed_by", null=True),
        _instant("written_at"),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_missed_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_missed"),
    )
    op.create_index("ix_missed_organisation_closed_at", "missed", ["organisation", "closed_at"])


def downgrade() -> None:
    """Forget it."""
    op.drop_table("missed")
