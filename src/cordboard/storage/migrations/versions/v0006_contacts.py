"""The address book, and whose favourites stand in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "contacts",
        *map(_text, ("organisation", "id", "name", "name_key", "function")),
        *map(_text, ("numbers", "addresses", "words", "digits")),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_contacts_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_organisation_name_key", "contacts", ["organisation", "name_key"])
    op.create_table(
        "favourites",
        *map(_text, ("organisation", "user_id", "contact")),
        sa.ForeignKeyConstraint(
            ["organisation", "contact"],
            ["contacts.organisation", "contacts.id"],
            name="fk_favourites_organisation_contact_contacts",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "user_id"],
            ["users.organisation", "users.id"],
            name="fk_favourites_organisation_user_id_users",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "user_id", "contact", name="pk_favourites"),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("favourites")
    op.drop_table("contacts")
