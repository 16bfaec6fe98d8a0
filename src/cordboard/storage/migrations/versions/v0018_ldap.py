"""Directories from which contacts are imported, and which contact comes from which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever is there was made by hand."""
    op.create_table(
        "ldap",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("organisation", "id", "name")),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("last_run", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_ldap_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_ldap"),
    )
    op.add_column("contacts", sa.Column("source", sa.Text()))
    op.create_index("ix_contacts_organisation_source_id", "contacts", ["organisation", "source", "id"])


def downgrade() -> None:
    """Imported contacts stay, as if they were made by hand."""
    op.drop_index("ix_contacts_organisation_source_id", "contacts")
    op.drop_column("contacts", "source")
    op.drop_table("ldap")
