"""Gaps in the history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "gaps",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_gaps_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "since", "reason", name="pk_gaps"),
    )
    op.create_index("ix_gaps_organisation_until", "gaps", ["organisation", "until"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("gaps")
