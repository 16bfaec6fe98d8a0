"""Lines to the public network that are set up in the browser."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "trunks",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("organisation", "id", "name")),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_trunks_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_trunks"),
        sa.UniqueConstraint("id", name="uq_trunks_id"),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("trunks")
