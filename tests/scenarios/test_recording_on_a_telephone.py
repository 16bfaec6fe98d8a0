"""An announcement is spoken into a telephone, on the pretended exchange: no call, and nothing lost or left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from cordboard.app.administration.administration import Conflict, NoRight, NotThere
from cordboard.app.administration.take import TAKE_MS_MAX
from cordboard.app.engine import NotDone
from cordboard.asterisk.settings import STUDIO_APPLICATION
from cordboard.core.agent import AgentStatus
from cordboard.core.requests import AnswerCall, UnpairDevice
from cordboard.core.types import Right
from cordboard.simulator.hearing import Sound
from cordboard.simulator.people import Phone
from tests.app.test_recovery import Rebuilt, crash
from tests.support.office import ALGEMEEN, CHANTAL, ORGANISATION, PIET
from tests.support.recording import CLOSED, RecordingOffice, administrator, recording_office


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[RecordingOffice]:
    async with recording_office(tmp_path) as office:
        yield office


@pytest.mark.rule("D25")
async def test_a_recording_is_kept_with_a_key_after_it_was_heard_back(made: RecordingOffice) -> None:
    """What was heard before is heard until then; afterwards nothing of it is left but the announcement."""
    phone = made.office.phones[CHANTAL]
    assert made.begin()["state"] == "ringing"
    await made.pass_ms(200)
    assert phone.is_ringing

    phone.answer()
    await made.pass_ms(100)
    assert phone.hears().media == "sound:cordboard/nl/studio_speak"
    await made.pass_ms(2_000)
    made.speaks()
    phone.press("#")
    await made.pass_ms(100)
    assert made.state == ("listening", None)
    assert phone.hears().media.startswith("recording:cb-take-")
    assert made.heard == "ours"

    phone.press("1")
    await made.pass_ms(200)
    assert (made.state, made.heard, made.recordings) == (("kept", None), "recorded", [])
    await made.pass_ms(5_000)
    assert not phone.calls
    assert not made.office.agent(CHANTAL).line
    (entry,) = await made.database.audit.page(
        ORGANISATION, before=None, limit=5, resource=None, thing=None, user=None
    )
    assert (entry.entry.user, entry.entry.thing) == (CHANTAL, CLOSED)


@pytest.mark.rule("D25")
async def test_the_telephone_is_offered_nothing_meanwhile(made: RecordingOffice) -> None:
    """A caller rings for Piet alone; colleagues see Chantal in a call; when it is over her telephone rings too."""
    made.begin()
    await made.records()
    caller = made.office.caller().call(ALGEMEEN)
    await made.pass_ms(500)

    assert made.office.phones[PIET].is_ringing
    assert len(made.office.phones[CHANTAL].calls) == 1
    assert made.office.board.status_of(made.office.agent(CHANTAL)) is AgentStatus.IN_CALL
    call = made.office.only_call()
    refused = await made.office.asks(AnswerCall(agent=CHANTAL, call=call.id))
    assert isinstance(refused, NotDone), refused

    made.speaks()
    made.office.phones[CHANTAL].hang_up()
    await made.pass_ms(3_000)
    assert made.state == ("done", None)
    assert made.office.phones[CHANTAL].is_ringing
    assert caller.is_connected
    # The caller is the only call that there ever was.
    assert set(made.office.board.calls) == {call.id}
    assert not made.office.journal.closed


@pytest.mark.rule("D16", "D25")
async def test_nor_is_it_after_a_turn_that_crashed(made: RecordingOffice) -> None:
    """The new desk knows of no recording until it is told; when that is over the telephone rings for who waits."""
    rebuilt = Rebuilt(made.office, made.rebuilt)
    made.begin()
    await made.records()

    crash(made.office)
    await made.pass_ms(2_000)
    caller = made.office.caller().call(ALGEMEEN)
    await made.pass_ms(500)
    assert rebuilt.tries == 1
    assert made.office.phones[PIET].is_ringing
    assert len(made.office.phones[CHANTAL].calls) == 1

    made.speaks()
    made.office.phones[CHANTAL].hang_up()
    await made.pass_ms(3_000)
    assert made.state == ("done", None)
    assert made.office.phones[CHANTAL].is_ringing
    assert caller.is_connected

    crash(made.office)
    await made.pass_ms(2_000)
    assert not made.office.board.is_engaged(made.office.agent(CHANTAL))


@pytest.mark.rule("D25")
async def test_who_hangs_up_decides_in_the_browser(made: RecordingOffice) -> None:
    """It can be heard and kept, or thrown away; until then callers hear what they heard."""
    made.begin()
    await made.records()
    made.speaks()
    made.office.phones[CHANTAL].hang_up()
    await made.pass_ms(3_000)
    assert (made.state, made.heard) == (("done", None), "ours")
    assert made.studio.sound(administrator(), CLOSED).is_file()

    await made.studio.keep(administrator(), CLOSED)
    assert (made.state, made.heard, made.recordings) == (("kept", None), "recorded", [])

    made.begin()
    await made.records()
    made.speaks()
    made.office.phones[CHANTAL].hang_up()
    await made.pass_ms(3_000)
    made.studio.throw_away(administrator(), CLOSED)
    assert (made.state, made.recordings) == ((None, None), [])
    with pytest.raises(NotThere):
        await made.studio.keep(administrator(), CLOSED)


@pytest.mark.rule("D25")
async def test_with_two_one_speaks_once_more(made: RecordingOffice) -> None:
    """The first is gone; who then presses nothing is hung up, and decides in the browser."""
    phone = made.office.phones[CHANTAL]
    made.begin()
    await made.records()
    made.speaks()
    phone.press("#")
    await made.pass_ms(200)
    phone.press("2")
    await made.pass_ms(200)
    assert (made.state, made.recordings) == (("recording", None), [])
    made.speaks(ms=2_500)
    phone.press("#")
    await made.pass_ms(5_000)
    assert made.state == ("listening", None)
    await made.pass_ms(21_000)
    assert (made.state, phone.hears().sound) == (("done", None), Sound.NOTHING)
    assert made.studio.shown(administrator(), CLOSED)["ms"] == 2_500


async def _rejects(made: RecordingOffice, phone: Phone) -> None:
    phone.reject(486)
    await made.pass_ms(200)


async def _declines(made: RecordingOffice, phone: Phone) -> None:
    phone.reject(603)
    await made.pass_ms(200)


async def _lets_it_ring(made: RecordingOffice, phone: Phone) -> None:
    await made.pass_ms(31_000)


async def _hangs_up_at_once(made: RecordingOffice, phone: Phone) -> None:
    phone.answer()
    await made.pass_ms(200)
    phone.hang_up()
    await made.pass_ms(3_000)


async def _says_nothing(made: RecordingOffice, phone: Phone) -> None:
    await made.records()
    made.speaks(None)
    phone.hang_up()
    await made.pass_ms(3_000)


async def _is_silent_for_long(made: RecordingOffice, phone: Phone) -> None:
    await made.records()
    for _ in range(3):
        made.speaks(None)
        phone.press("#")
        await made.pass_ms(2_500)


async def _is_not_recorded(made: RecordingOffice, phone: Phone) -> None:
    await made.records()
    phone.press("#")
    await made.pass_ms(3_000)


@pytest.mark.rule("D25")
@pytest.mark.parametrize(
    ("does", "wrong"),
    [
        (_rejects, "busy"),
        (_declines, "rejected"),
        (_lets_it_ring, "no_answer"),
        (_hangs_up_at_once, "nothing_said"),
        (_says_nothing, "nothing_said"),
        (_is_silent_for_long, "nothing_said"),
        (_is_not_recorded, "not_here"),
    ],
)
async def test_what_goes_wrong_is_said(
    made: RecordingOffice, does: Callable[[RecordingOffice, Phone], Awaitable[None]], wrong: str
) -> None:
    """Each in its own way; nothing has changed, nothing is left, and the telephone is free for the next try."""
    made.begin()
    await made.pass_ms(200)
    await does(made, made.office.phones[CHANTAL])

    assert (made.state, made.heard, made.recordings) == (("failed", wrong), "ours", [])
    assert not made.office.phones[CHANTAL].calls
    assert made.begin()["state"] == "ringing"


@pytest.mark.rule("D25")
async def test_a_telephone_that_cannot_be_had_is_not_rung(made: RecordingOffice) -> None:
    """Another's, one that is not there, one that is in use, and none; and not two at once."""
    office = made.office

    def refused(device: str | None = None) -> str:
        with pytest.raises(Conflict) as no:
            made.begin(device=device)
        return no.value.code

    assert refused(PIET) == "device_taken"
    with pytest.raises(NotThere):
        made.begin(device="nobody's")
    stranger = administrator()
    object.__setattr__(stranger, "rights", frozenset({Right.ADMIN_USERS}))
    with pytest.raises(NoRight):
        made.begin(stranger)

    office.phones[CHANTAL].unregister()
    await made.pass_ms(500)
    assert refused() == "device_not_registered"
    office.phones[CHANTAL].register()
    office.caller().call(ALGEMEEN)
    await made.pass_ms(500)
    assert refused() == "device_busy"
    call = office.only_call()
    await office.asks(AnswerCall(agent=PIET, call=call.id))
    await made.pass_ms(500)

    made.begin()
    assert refused() == "device_busy"
    made.studio.throw_away(administrator(), CLOSED)
    await made.pass_ms(200)
    assert (made.state, office.phones[CHANTAL].calls) == ((None, None), [])

    await office.asks(UnpairDevice(agent=CHANTAL))
    assert refused() == "no_device"
    shown = made.studio.shown(administrator(), CLOSED)
    assert (shown["own"], [one["id"] for one in shown["telephones"]]) == (None, [CHANTAL])
    assert made.begin(device=CHANTAL)["state"] == "ringing"

    made.kill_server()
    made.studio.throw_away(administrator(), CLOSED)
    assert refused() == "exchange_down"


@pytest.mark.rule("D25", "X-h")
async def test_a_killed_server_leaves_nobody_on_the_line(made: RecordingOffice) -> None:
    """The next one hangs the telephone up, and deletes what was recorded."""
    made.begin()
    await made.records()
    made.speaks()

    made.kill_server()
    await made.office.restart()
    made.start_server()
    await made.pass_ms(500)

    assert not made.office.phones[CHANTAL].calls
    assert (made.state, made.recordings) == ((None, None), [])
    made.office.caller().call(ALGEMEEN)
    await made.pass_ms(500)
    assert made.office.phones[CHANTAL].is_ringing


@pytest.mark.rule("D25")
async def test_a_telephone_is_free_again_after_ten_minutes_whatever_happens(made: RecordingOffice) -> None:
    """Also when the exchange never says that its line is over."""
    made.begin()
    await made.records()
    made.kill_server()
    await made.office.pass_ms(TAKE_MS_MAX)
    assert not made.office.board.is_engaged(made.office.agent(CHANTAL))


@pytest.mark.rule("D25")
async def test_a_telephone_that_is_gone_when_it_is_rung_is_not_reached(made: RecordingOffice) -> None:
    """It was there when it was chosen; nothing rang."""
    made.begin()
    made.office.phones[CHANTAL].unregister()
    await made.pass_ms(500)

    assert (made.state, made.heard, made.recordings) == (("failed", "not_reached"), "ours", [])
    assert not made.office.board.is_engaged(made.office.agent(CHANTAL))


@pytest.mark.rule("D25")
async def test_a_telephone_that_rang_when_the_exchange_died_is_free_again(made: RecordingOffice) -> None:
    """Nobody says that its line is over, and the next exchange does not have it: that is what was wrong."""
    made.begin()
    await made.pass_ms(200)
    made.office.pretended.die()
    await made.pass_ms(10_000)

    assert (made.state, made.heard, made.recordings) == (("failed", "lost"), "ours", [])
    assert not made.office.board.is_engaged(made.office.agent(CHANTAL))
    assert made.begin()["state"] == "ringing"


@pytest.mark.rule("D25")
async def test_what_was_spoken_when_the_exchange_died_is_decided_on_in_the_browser(
    made: RecordingOffice,
) -> None:
    """As if the telephone had been put down; it is free."""
    made.begin()
    await made.records()
    made.speaks()
    made.office.pretended.die()
    await made.pass_ms(10_000)

    assert (made.state, made.heard) == (("done", None), "ours")
    assert made.studio.sound(administrator(), CLOSED).is_file()
    assert not made.office.board.is_engaged(made.office.agent(CHANTAL))


@pytest.mark.rule("D25")
async def test_what_is_thrown_away_while_the_connection_is_away_is_hung_up_when_it_is_back(
    made: RecordingOffice,
) -> None:
    """Nobody is left on a line that no screen shows."""
    made.begin()
    await made.records()
    made.office.pretended.disconnect(STUDIO_APPLICATION, back_after_ms=1_000)
    made.studio.throw_away(administrator(), CLOSED)
    await made.pass_ms(3_000)

    assert not made.office.phones[CHANTAL].calls
    assert (made.state, made.recordings) == ((None, None), [])
    assert not made.office.board.is_engaged(made.office.agent(CHANTAL))
