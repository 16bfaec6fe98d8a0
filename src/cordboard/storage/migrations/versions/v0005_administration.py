"""Roles, opening hours, linked organisations, and the log of who changed what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _of_organisation(name: str, *columns: sa.Column[str]) -> None:
    op.create_table(
        name,
        _text("organisation"),
        _text("id"),
        _text("name"),
        sa.Column("position", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name=f"fk_{name}_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name=f"pk_{name}"),
    )


def upgrade() -> None:
    """Make the tables."""
    op.add_column("users", _text("role", null=True))
    _of_organisation("roles", _text("rights"))
    _of_organisation("hours", _text("week"), _text("holidays"))
    _of_organisation("links", _text("numbers"), _text("queue_id"))
    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
            nullable=False,
        ),
        _text("organisation"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _text("user_id"),
        _text("user_name"),
        _text("action"),
        _text("resource"),
        _text("thing"),
        _text("name"),
        _text("before", null=True),
        _text("after", null=True),
    )
    op.create_index("ix_audit_organisation_id", "audit", ["organisation", "id"])


def downgrade() -> None:
    """Forget them."""
    for table in ("audit", "links", "hours", "roles"):
        op.drop_table(table)
    op.drop_column("users", "role")
