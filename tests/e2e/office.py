"""What stands around a walk: a setting that an administrator has changed for it, and who is dialled outside.

::

    async with as_set(cordboard, "queues", "Algemeen", wrap_up_ms=0):
        ...
        await answers(outside)
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from tests.e2e.operator import PATIENCE_MS
from tests.support.installation import Desk, Installation
from tests.support.sipphone import SipPhone


async def answers(outside: SipPhone) -> None:
    """Who is dialled takes up the telephone."""
    await (await outside.rings(within_ms=PATIENCE_MS)).answer()


@contextlib.asynccontextmanager
async def as_set(cordboard: Installation, resource: str, name: str, **fields: Any) -> AsyncIterator[None]:
    """An administrator sets this of the queue, organisation or other thing of that name, and puts it back after it."""
    async with cordboard.stranger() as henk:
        await henk.log_in("henk", cordboard.password("henk"))
        before = await _set(henk, resource, name, fields)
        try:
            yield
        finally:
            await _set(henk, resource, name, {field: before[field] for field in fields})


async def _set(henk: Desk, resource: str, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Gives the row as it was."""
    _, found = await henk.request("GET", f"/api/admin/{resource}")
    row: dict[str, Any] = next(row for row in found["rows"] if row["name"] == name)
    status, said = await henk.request(
        "PATCH",
        f"/api/admin/{resource}/{row['id']}",
        json=fields,
        headers={"If-Match": f'"{row["version"]}"'},
    )
    assert status == 200, said
    return row
