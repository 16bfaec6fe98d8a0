"""Organisations with their people, queues and devices, and who is logged in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "organisations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
    )
    op.create_table(
        "devices",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("answer_method", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_devices_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_devices"),
        sa.UniqueConstraint("id", name="uq_devices_id"),
    )
    op.create_table(
        "groups",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_groups_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_groups"),
    )
    op.create_table(
        "queues",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("ring_ms", sa.Integer(), nullable=False),
        sa.Column("wrap_up_ms", sa.Integer(), nullable=False),
        sa.Column("ring_until_answered", sa.Boolean(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_queues_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_queues"),
    )
    op.create_table(
        "users",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("user_name_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_users_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_users"),
        sa.UniqueConstraint("id", name="uq_users_id"),
        sa.UniqueConstraint("user_name_key", name="uq_users_user_name_key"),
    )
    op.create_table(
        "queue_groups",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "group_id"],
            ["groups.organisation", "groups.id"],
            name="fk_queue_groups_organisation_group_id_groups",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "queue_id"],
            ["queues.organisation", "queues.id"],
            name="fk_queue_groups_organisation_queue_id_queues",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_queue_groups_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "queue_id", "group_id", name="pk_queue_groups"),
    )
    op.create_table(
        "queue_numbers",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "queue_id"],
            ["queues.organisation", "queues.id"],
            name="fk_queue_numbers_organisation_queue_id_queues",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_queue_numbers_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_queue_numbers"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "user_id"],
            ["users.organisation", "users.id"],
            name="fk_sessions_organisation_user_id_users",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], unique=False)
    op.create_index("ix_sessions_organisation_user_id", "sessions", ["organisation", "user_id"], unique=False)
    op.create_table(
        "user_groups",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "group_id"],
            ["groups.organisation", "groups.id"],
            name="fk_user_groups_organisation_group_id_groups",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "user_id"],
            ["users.organisation", "users.id"],
            name="fk_user_groups_organisation_user_id_users",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_user_groups_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "user_id", "group_id", name="pk_user_groups"),
    )
    op.create_table(
        "user_rights",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "user_id"],
            ["users.organisation", "users.id"],
            name="fk_user_rights_organisation_user_id_users",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name="fk_user_rights_organisation_organisations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "user_id", "right", name="pk_user_rights"),
    )
    # ### end Alembic commands ###


def downgrade() -> None:
    """Drop them, with what is in them."""
    op.drop_table("user_rights")
    op.drop_table("user_groups")
    op.drop_table("sessions")
    op.drop_table("queue_numbers")
    op.drop_table("queue_groups")
    op.drop_table("users")
    op.drop_table("queues")
    op.drop_table("groups")
    op.drop_table("devices")
    op.drop_table("organisations")
