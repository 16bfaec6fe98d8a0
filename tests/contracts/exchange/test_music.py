"""A queue's own music."""

from __future__ import annotations

import pytest

from cordboard.core.commands import PlaceInQueue
from cordboard.core.types import CallId
from tests.contracts.exchange.desk import QUEUE, Desk
from tests.contracts.exchange.rig import Rig

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_queue_whose_music_the_exchange_does_not_have_plays_the_usual_one(rig: Rig) -> None:
    """Never silence for a name that was written wrong."""
    desk = Desk(rig, music="nothing-of-the-kind")
    await desk.open()
    caller, party = await desk.caller()

    await desk.does(PlaceInQueue(leg=party, call=CallId("c"), queue=QUEUE, answer=True))

    await caller.hears_music()
