"""Announcements that are an organisation's own, and numbers that lead to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has one yet."""
    op.create_table(
        "announcements",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("organisation", "id", "name")),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_announcements_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_announcements"),
    )
    op.create_table(
        "announcement_numbers",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("organisation", "number", "announcement")),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_announcement_numbers_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "announcement"],
            ["announcements.organisation", "announcements.id"],
            name="fk_announcement_numbers_organisation_announcement_announcements",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_announcement_numbers"),
    )


def downgrade() -> None:
    """Their numbers lead nowhere; queues whose greeting they were have none."""
    op.drop_table("announcement_numbers")
    op.drop_table("announcements")
