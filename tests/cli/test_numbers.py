"""Numbers and trunks of the configuration file, on the first day."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.installation import CONFIGURATION, Installation

pytestmark = pytest.mark.exchange

NUMBERS = """
[[numbers]]
number = "+31 20 123 45 67"
queue = "urgent"
"""


@pytest.mark.rule("D28")
async def test_a_number_of_the_file_leads_its_callers_to_its_queue(tmp_path: Path) -> None:
    """However the provider writes it: with plus and country, or as it is dialled in the country."""
    async with (
        Installation(tmp_path, configuration=CONFIGURATION + NUMBERS) as installation,
        installation.desk("henk") as desk,
        installation.caller() as caller,
    ):
        await desk.work("Enschede", "demo-206", "Algemeen", "Urgent")
        urgent = desk.queue("Urgent")["id"]
        for dialled in ("+31201234567", "0201234567", "31201234567"):
            call = await caller.dial(dialled, from_number="0612345678")
            await desk.until(lambda: desk.call(queue=urgent) is not None)
            await call.hang_up()
            await desk.until(lambda: not desk.calls())
