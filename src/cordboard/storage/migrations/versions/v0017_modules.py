"""What the provider says of an organisation: modules that it has not taken, whether it is disabled, its numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever is there has everything, and any number that nobody else has."""
    op.add_column(
        "organisations", sa.Column("modules_off", sa.Text(), nullable=False, server_default=sa.text("'[]'"))
    )
    op.add_column(
        "organisations", sa.Column("disabled", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "organisation_numbers",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_organisation_numbers_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_organisation_numbers"),
        sa.UniqueConstraint("number", name="uq_organisation_numbers_number"),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("organisation_numbers")
    op.drop_column("organisations", "disabled")
    op.drop_column("organisations", "modules_off")
