"""Where somebody was signed in last time in each group (D12); from when a call's place in its queue counts (D7)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns))


_SIGN_INS = _table("sign_ins", "organisation", "user_id", "queue_id")
_AGENTS = _table("agents", "organisation", "user_id", "group_id")
_MEMBERS = _table("user_groups", "organisation", "user_id", "group_id")
_GROUPS = _table("queue_groups", "organisation", "queue_id", "group_id")


def upgrade() -> None:
    """What somebody is signed in to now counts for the group that he is in; a place counts from the entry."""
    op.add_column("calls", sa.Column("queued_at", sa.BigInteger(), nullable=True))
    made = op.create_table(
        "remembered_sign_ins",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("organisation", "user_id", "group_id", "queue_id")
        ),
        sa.PrimaryKeyConstraint(
            "organisation", "user_id", "group_id", "queue_id", name="pk_remembered_sign_ins"
        ),
    )
    connection = op.get_bind()
    chosen = {(row.organisation, row.user_id): row.group_id for row in connection.execute(sa.select(_AGENTS))}
    member: dict[tuple[str, str], set[str]] = {}
    for row in connection.execute(sa.select(_MEMBERS)):
        member.setdefault((row.organisation, row.user_id), set()).add(row.group_id)
    serves = {tuple(row) for row in connection.execute(sa.select(_GROUPS))}
    rows = []
    for row in connection.execute(sa.select(_SIGN_INS)):
        of = member.get((row.organisation, row.user_id), set())
        group = chosen.get((row.organisation, row.user_id))
        if group is None and len(of) == 1:
            # Nothing was ever chosen where there is one group only.
            (group,) = of
        if group in of and (row.organisation, row.queue_id, group) in serves:
            rows.append(
                {
                    "organisation": row.organisation,
                    "user_id": row.user_id,
                    "group_id": group,
                    "queue_id": row.queue_id,
                }
            )
    if rows:
        op.bulk_insert(made, rows)


def downgrade() -> None:
    """It is forgotten."""
    op.drop_table("remembered_sign_ins")
    op.drop_column("calls", "queued_at")
