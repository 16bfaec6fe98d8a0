"""Call backs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _instant(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "callbacks",
        *map(_text, ("organisation", "id", "queue_id", "number")),
        _text("name", null=True),
        _text("owner", null=True),
        _instant("requested_at"),
        _text("requested_by"),
        _instant("entered_at", null=True),
        _instant("due_at"),
        _instant("planned_at"),
        _instant("last_attempt_at", null=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("status"),
        _text("handled_by", null=True),
        _text("reason", null=True),
        _instant("ended_at", null=True),
        _text("call_id", null=True),
        _instant("at"),
        _instant("cell_at"),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_callbacks_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_callbacks"),
    )
    for column in ("cell_at", "ended_at", "requested_at"):
        op.create_index(f"ix_callbacks_organisation_{column}", "callbacks", ["organisation", column])


def downgrade() -> None:
    """Forget it."""
    op.drop_table("callbacks")
