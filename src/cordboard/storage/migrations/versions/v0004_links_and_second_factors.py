"""Links by which a password is chosen, known browsers, second factors, own settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation", "user_id"],
        ["users.organisation", "users.id"],
        name=f"fk_{table}_organisation_user_id_users",
        ondelete="CASCADE",
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "password_links",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _text("organisation"),
        _text("user_id"),
        _text("purpose"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        _of_user("password_links"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_password_links"),
    )
    op.create_table(
        "known_browsers",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _text("organisation"),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_known_browsers_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_known_browsers"),
    )
    op.create_table(
        "second_factors",
        _text("organisation"),
        _text("user_id"),
        _text("secret"),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _of_user("second_factors"),
        sa.PrimaryKeyConstraint("organisation", "user_id", name="pk_second_factors"),
    )
    op.create_table(
        "recovery_codes",
        _text("organisation"),
        _text("user_id"),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        _of_user("recovery_codes"),
        sa.PrimaryKeyConstraint("organisation", "user_id", "code_hash", name="pk_recovery_codes"),
    )
    op.create_table(
        "user_preferences",
        _text("organisation"),
        _text("user_id"),
        _text("preferences"),
        _of_user("user_preferences"),
        sa.PrimaryKeyConstraint("organisation", "user_id", name="pk_user_preferences"),
    )


def downgrade() -> None:
    """Forget them."""
    for table in ("user_preferences", "recovery_codes", "second_factors", "known_browsers", "password_links"):
        op.drop_table(table)
