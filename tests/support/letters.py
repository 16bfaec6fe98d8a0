"""What Cordboard sent by mail: without a mail server letters are files."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes, policy
from pathlib import Path

PATIENCE_MS = 15_000


async def link_of_letter(outbox: Path, to: str = "") -> str:
    """The address in the first letter with one, come or still to come; of those to somebody, when that is said.

    Raises:
        AssertionError: none came.
    """
    for _ in range(PATIENCE_MS // 50):
        for path in outbox.glob("*.eml"):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = letter.get_body(("plain",))
            if to not in str(letter["To"]):
                continue
            if body is not None and (found := re.search(r"https?://\S+", body.get_content())):
                return found[0]
        await asyncio.sleep(0.05)
    raise AssertionError("no letter came")
