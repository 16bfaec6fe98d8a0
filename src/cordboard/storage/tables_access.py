"""The tables of the portal: links that were mailed, browsers that are known, second factors, own settings."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, ForeignKeyConstraint, LargeBinary, Table, Text

from cordboard.storage.tables import metadata


def of_user(column: str = "user_id") -> ForeignKeyConstraint:
    """The row goes with the person."""
    return ForeignKeyConstraint(
        ["organisation", column], ["users.organisation", "users.id"], ondelete="CASCADE"
    )


password_links = Table(
    "password_links",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    of_user(),
)

known_browsers = Table(
    "known_browsers",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    of_user(),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
    of_user(),
)

user_preferences = Table(
    "user_preferences",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    # JSON of what differs from the defaults (`app.preferences`).
    Column("preferences", Text, nullable=False),
    of_user(),
)
