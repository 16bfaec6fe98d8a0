"""Whose number it is, what changed since the index was made, who is of the house, and colleagues with a star."""

from __future__ import annotations

import json
import secrets

import sqlalchemy as sa
from alembic import op

from cordboard.app.contacts import Contact, ContactId, found_by

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 1_000


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    """Make the tables, and fill them from the contacts that are there."""
    op.create_table(
        "contact_books",
        _text("organisation"),
        _text("book"),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_contact_books_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", name="pk_contact_books"),
    )
    op.create_table(
        "contact_numbers",
        *map(_text, ("organisation", "number", "contact")),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "contact"],
            ["contacts.organisation", "contacts.id"],
            name="fk_contact_numbers_organisation_contact_contacts",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "number", "contact", name="pk_contact_numbers"),
    )
    op.create_index("ix_contact_numbers_organisation_contact", "contact_numbers", ["organisation", "contact"])
    op.create_table(
        "favourite_colleagues",
        *map(_text, ("organisation", "user_id", "colleague")),
        *(
            sa.ForeignKeyConstraint(
                ["organisation", whose],
                ["users.organisation", "users.id"],
                name=f"fk_favourite_colleagues_organisation_{whose}_users",
                ondelete="CASCADE",
            )
            for whose in ("user_id", "colleague")
        ),
        sa.PrimaryKeyConstraint("organisation", "user_id", "colleague", name="pk_favourite_colleagues"),
    )
    op.add_column("contacts", sa.Column("internal", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("contacts", sa.Column("group_id", sa.Text()))
    op.add_column("contacts", sa.Column("found_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("contacts", sa.Column("change", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_contacts_organisation_change", "contacts", ["organisation", "change"])
    op.drop_column("contacts", "words")
    op.drop_column("contacts", "digits")
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    places = {"organisation": sa.Text, "number": sa.Text, "contact": sa.Text, "place": sa.Integer}
    numbers = sa.table("contact_numbers", *(sa.column(name, kind()) for name, kind in places.items()))
    changes: dict[str, int] = {}
    asked = (
        "SELECT organisation, id, name, function, numbers, addresses FROM contacts ORDER BY organisation, id"
    )
    rows = connection.execute(sa.text(asked)).all()
    for start in range(0, len(rows), ROWS_AT_ONCE):
        found, owned = [], []
        for row in rows[start : start + ROWS_AT_ONCE]:
            changes[row.organisation] = changes.get(row.organisation, 0) + 1
            contact = Contact(
                id=ContactId(row.id),
                name=row.name,
                function=row.function,
                numbers=tuple(json.loads(row.numbers)),
                addresses=tuple(json.loads(row.addresses)),
            )
            key = {"organisation": row.organisation, "contact": row.id}
            found.append(key | {"by": found_by(contact), "at": changes[row.organisation]})
            owned += [key | {"number": n, "place": place} for place, n in enumerate(contact.numbers)]
        connection.execute(
            sa.text(
                "UPDATE contacts SET found_by = :by, change = :at WHERE organisation = :organisation AND id = :contact"
            ),
            found,
        )
        if owned:
            connection.execute(sa.insert(numbers), owned)
    for organisation, count in changes.items():
        connection.execute(
            sa.text("INSERT INTO contact_books (organisation, book, changes) VALUES (:o, :book, :n)"),
            {"o": organisation, "book": secrets.token_hex(8), "n": count},
        )


def downgrade() -> None:
    """Back to words and digits, which are the same words."""
    op.add_column("contacts", sa.Column("words", sa.Text(), nullable=False, server_default=""))
    op.add_column("contacts", sa.Column("digits", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE contacts SET words = found_by, digits = numbers")
    op.drop_index("ix_contacts_organisation_change", "contacts")
    for column in ("change", "found_by", "group_id", "internal"):
        op.drop_column("contacts", column)
    for table in ("favourite_colleagues", "contact_numbers", "contact_books"):
        op.drop_table(table)
