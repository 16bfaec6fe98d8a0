"""What no program of ours sends: whoever sends it is told so, and the log has no crash of it."""

from __future__ import annotations

import httpx
import pytest

from tests.web.administrator import code_of
from tests.web.rig import OWN, Rig

NESTED = b'{"user_name":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
BODIES = [b'{"user_name": "\xff"}', NESTED, b"{", b"[]"]


@pytest.mark.parametrize("body", BODIES, ids=["no text", "nested", "cut off", "a list"])
async def test_a_body_that_cannot_be_read_is_refused(
    web: Rig, chantal: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    """Also from a stranger, who could fill the log with our crashes otherwise."""
    headers = OWN | {"Content-Type": "application/json", "If-Match": '"x"'}
    async with web.client() as stranger:
        answers = [await stranger.post("/api/session", content=body, headers=headers)]
    answers += [
        await chantal.post("/api/admin/users", content=body, headers=headers),
        await chantal.post("/api/admin/trunks/x/test", content=body, headers=headers),
        await chantal.put("/api/preferences", content=body, headers=headers),
    ]

    assert {answer.status_code for answer in answers} <= {400, 404}
    assert code_of(answers[0]) == (400, "bad_request")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    "path",
    [
        f"/api/admin/audit?before={10**30}",
        f"/api/admin/audit?before=-{10**30}",
        f"/api/callbacks?from={10**30}&to={10**30 + 1}",
    ],
)
async def test_a_number_that_no_database_knows_is_refused(chantal: httpx.AsyncClient, path: str) -> None:
    """No page begins there."""
    assert code_of(await chantal.get(path)) == (400, "bad_request")
