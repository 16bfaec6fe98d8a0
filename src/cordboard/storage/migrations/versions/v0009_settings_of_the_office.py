"""What an organisation sets beside the rules of its calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has set anything yet."""
    op.add_column(
        "organisations", sa.Column("settings", sa.Text(), nullable=False, server_default=sa.text("'{}'"))
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_column("organisations", "settings")
