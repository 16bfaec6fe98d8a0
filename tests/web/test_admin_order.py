"""The order of queues, groups and telephones is kept like any other setting, and the log says which one was moved."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.web.administrator import apply, change, make
from tests.web.rig import TWENTE, Rig

MADE: dict[str, dict[str, str]] = {
    "queues": {"name": "Third"},
    "groups": {"name": "Third"},
    "devices": {"name": "Third", "extension": "303"},
}
"""The least that a third one of each kind that has an order needs."""


async def _ids(client: httpx.AsyncClient, resource: str) -> list[str]:
    return [row["id"] for row in (await client.get(f"/api/admin/{resource}")).json()["rows"]]


async def _lines(client: httpx.AsyncClient, resource: str) -> list[dict[str, Any]]:
    rows = (await client.get(f"/api/admin/audit?resource={resource}")).json()["rows"]
    return [{name: row[name] for name in ("action", "thing", "before", "after")} for row in rows]


def _moved(thing: str, before: int, after: int) -> dict[str, Any]:
    return {
        "action": "change",
        "thing": thing,
        "before": {"position": before},
        "after": {"position": after},
    }


@pytest.mark.rule("X-d")
@pytest.mark.parametrize("resource", MADE)
async def test_what_is_moved_stays_moved(web: Rig, chantal: httpx.AsyncClient, resource: str) -> None:
    """In the list, at the desk and in the database; the log has one line, of what was moved alone."""
    assert (await make(chantal, resource, id="third", **MADE[resource])).status_code == 201
    first, second, third = await _ids(chantal, resource)

    answer = await change(chantal, f"{resource}/{third}", position=0)

    assert (answer.status_code, answer.json()["position"]) == (200, 0)
    assert await _ids(chantal, resource) == [third, first, second]
    kept = await web.database.directories.directory(TWENTE)
    assert [row.id for row in getattr(kept, resource)] == [third, first, second]
    assert [row.id for row in getattr(web.services.tenancy.all[TWENTE], resource)] == [third, first, second]
    lines = await _lines(chantal, resource)
    assert lines[0] == _moved(third, 2, 0) and len(lines) == 2


@pytest.mark.parametrize("resource", MADE)
async def test_of_two_that_change_places_the_one_that_was_moved_is_in_the_log(
    chantal: httpx.AsyncClient, resource: str
) -> None:
    """Whichever of them it was."""
    first, second = await _ids(chantal, resource)

    await change(chantal, f"{resource}/{first}", position=1)
    await change(chantal, f"{resource}/{first}", position=0)
    await change(chantal, f"{resource}/{second}", position=0)

    assert await _ids(chantal, resource) == [second, first]
    assert await _lines(chantal, resource) == [
        _moved(second, 1, 0),
        _moved(first, 1, 0),
        _moved(first, 0, 1),
    ]


async def test_an_order_in_a_file_is_shown_and_then_so(web: Rig, chantal: httpx.AsyncClient) -> None:
    """`cordboard apply` tells what would be moved, and moves it; applied again it changes nothing."""
    for resource in MADE:
        first, second = await _ids(chantal, resource)
        text = f'[[{resource}]]\nid = "{second}"\nposition = 0\n'

        tried = await apply(web, text, check=True)
        assert await _ids(chantal, resource) == [first, second]
        done = await apply(web, text)

        # Either of two neighbours may have moved; who reads it sees which changed places.
        assert tried.lines == done.lines and len(done.lines) == 2 and "position: " in done.lines[1], done
        assert await _ids(chantal, resource) == [second, first]
        again = await apply(web, text)
        assert (again.lines, again.sentence) == ([], "The organisation is as the file says already.")
