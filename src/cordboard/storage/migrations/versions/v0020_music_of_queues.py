"""A queue's music is an own announcement; before, it named a class that no exchange of ours had."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_QUEUES = sa.table("queues", *map(sa.column, ("organisation", "id", "rules")))
_ANNOUNCEMENTS = sa.table("announcements", *map(sa.column, ("organisation", "id")))


def upgrade() -> None:
    """What names nothing is the usual music, which is what callers heard."""
    connection = op.get_bind()
    announcements = {tuple(row) for row in connection.execute(sa.select(_ANNOUNCEMENTS))}
    for queue in connection.execute(sa.select(_QUEUES)).all():
        rules = json.loads(queue.rules)
        music = rules.get("music")
        if music is not None and (queue.organisation, music) not in announcements:
            kept = json.dumps(rules | {"music": None}, ensure_ascii=False, separators=(",", ":"))
            place = (_QUEUES.c.organisation == queue.organisation) & (_QUEUES.c.id == queue.id)
            connection.execute(sa.update(_QUEUES).where(place).values(rules=kept))


def downgrade() -> None:
    """A name that the exchange does not know is the usual music there."""
