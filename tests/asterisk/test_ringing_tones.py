"""An endless ringing tone on a piece of wire holds up nobody, however it came to be there.

Who is called by a colleague is answered only when the tone is over, and a command that waits for it holds up every
other one on the same connection (docs/decisions/0003).
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cordboard.asterisk.awaken import end_sounds
from cordboard.asterisk.speaking import Speaking, ringing_tone
from cordboard.asterisk.transport import AriResponse
from cordboard.asterisk.wire import Wire
from cordboard.core.requests import CallColleague
from cordboard.core.types import LegId
from cordboard.simulator.socket import SimulatedSocket
from tests.support.office import CHANTAL, PIET, Office

LEG = LegId("wire")


class Asked(Wire):
    """Answers as the test wants: a status, or nothing."""

    def __init__(self, *answers: int | None) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    async def ask(
        self,
        method: str,
        uri: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse | None:
        """See `Wire.ask`."""
        self.asked.append(f"{method} {uri}")
        status = self._answers.pop(0) if self._answers else 404
        return None if status is None else AriResponse(status=status)


def _speaking(wire: Wire) -> Speaking:
    return Speaking(wire, lambda: "1", lambda *_: [])


async def test_a_tone_that_may_have_begun_is_ended_before_its_leg_is_moved() -> None:
    """The exchange did not say whether it plays; and then not whether it stopped."""
    wire = Asked(None, None, 204)
    speaking = _speaking(wire)
    await speaking.ring(LEG)
    await speaking.hush(LEG)
    await speaking.hush(LEG)

    await speaking.hush(LEG)

    stop = f"DELETE playbacks/{ringing_tone(LEG)}"
    assert wire.asked == [f"POST channels/{LEG}/play", stop, stop, stop]


async def test_a_tone_that_was_refused_is_not_ended() -> None:
    """There is none."""
    wire = Asked(404)
    speaking = _speaking(wire)
    await speaking.ring(LEG)

    await speaking.hush(LEG)

    assert wire.asked == [f"POST channels/{LEG}/play"]


async def _rings(office: Office) -> LegId:
    """Chantal calls Piet, whose telephone rings; gives the end of the wire that hears the tone."""
    office.agent(CHANTAL).extension, office.agent(PIET).extension = "201", "202"
    await office.asks(CallColleague(agent=CHANTAL, colleague=PIET))
    await office.pass_ms(1_000)
    return next(c.leg for c in office.board.calls.values() if c.agent is None or c.agent == PIET)


async def _tone_comes_late(office: Office, leg: LegId) -> None:
    """A connection that has broken had asked for it."""
    await office.socket.request(
        "POST", f"channels/{leg}/play", query={"media": "tone:ring", "playbackId": ringing_tone(leg)}
    )


@pytest.mark.rule("D16")
@pytest.mark.parametrize("with_a_restart", [False, True])
async def test_a_colleague_is_spoken_with_although_the_tone_was_begun_twice(with_a_restart: bool) -> None:
    """By the server that died, or by a connection that broke, and by the next one."""
    async with Office() as office:
        leg = await _rings(office)
        if with_a_restart:
            await office.restart()
        await _tone_comes_late(office, leg)
        await office.pass_ms(200)

        office.phones[PIET].answer()
        await office.pass_ms(500)

        assert office.phones[CHANTAL].hears().people == {"piet"}
        assert office.phones[PIET].hears().people == {"chantal"}


async def test_another_connection_ends_the_tones_that_hold_one_up() -> None:
    """Those on pieces of wire; nobody else's sound."""
    async with Office() as office:
        leg = await _rings(office)
        await _tone_comes_late(office, leg)
        beside = SimulatedSocket(office.pretended)

        assert await end_sounds(beside) == 2
        assert await end_sounds(beside) == 0
        assert not office.pretended.is_playing(leg)
