"""A colleague's telephone in a call that we do not carry: an emergency call, or the fallback without us (D11)."""

from __future__ import annotations

import pytest

from cordboard.app.projection import view_of
from cordboard.app.views import DeviceView
from cordboard.core.agent import AgentStatus
from cordboard.core.events import DeviceElsewhere
from cordboard.core.notices import Changed, Thing
from cordboard.core.requests import AnswerCall
from cordboard.core.types import DeviceId
from cordboard.simulator.dialplan import FALLBACK_FAMILY
from tests.app.test_cards import viewer
from tests.app.test_recovery import Rebuilt, crash
from tests.support.desk import World, office
from tests.support.office import ALGEMEEN, CHANTAL, PIET, Office

NOBODYS = "31534809999"


def elsewhere(world: World, device: str, *, elsewhere: bool) -> None:
    """The exchange tells so of a telephone."""
    world.tell(DeviceElsewhere(device=DeviceId(device), elsewhere=elsewhere))


@pytest.mark.rule("D11")
def test_who_is_in_a_call_past_us_is_shown_in_a_call_until_it_is_over() -> None:
    """To everybody at once; with a queue or without one, and not of a telephone that nobody has."""
    world = office("chantal", "piet")
    world.device("balie-phone")
    world.logs_out("piet")

    for device in ("balie-phone", "nergens", "piet-phone", "chantal-phone"):
        elsewhere(world, device, elsewhere=True)
    assert Changed(Thing.AGENT, "chantal") in world.changed
    assert {world.status(name) for name in ("chantal", "piet")} == {AgentStatus.IN_CALL}

    for device in ("chantal-phone", "piet-phone"):
        elsewhere(world, device, elsewhere=False)
    assert world.status("chantal") is AgentStatus.AVAILABLE
    assert world.status("piet") is AgentStatus.SIGNED_OUT


@pytest.mark.rule("D11")
def test_a_telephone_that_nobody_has_says_itself_that_it_is_in_a_call() -> None:
    """For contacts without a log-in; once it is paired, its user's status tells."""
    world = office("chantal")
    hall = world.device("hal-phone")
    hall.extension = "401"

    def shown() -> DeviceView:
        view = view_of(world.board, viewer(world, "chantal"), Thing.DEVICE, "hal-phone")
        assert isinstance(view, DeviceView)
        return view

    assert (shown().extension, shown().in_call) == ("401", False)
    elsewhere(world, "hal-phone", elsewhere=True)
    assert Changed(Thing.DEVICE, "hal-phone") in world.changed
    assert shown().in_call
    world.pairs("chantal", "hal-phone")
    assert not shown().in_call
    assert world.status("chantal") is AgentStatus.IN_CALL


@pytest.mark.rule("D11", "D28")
def test_a_caller_is_offered_all_the_same_to_who_is_in_a_call_past_us() -> None:
    """Whether a second call is let through is the telephone's to say; nobody gets no calls by a word that is late."""
    world = office("chantal")
    elsewhere(world, "chantal-phone", elsewhere=True)

    world.call_arrives("c1")

    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("D11")
async def test_what_the_dialplan_connects_without_us_is_seen_at_the_telephone() -> None:
    """The server is away and the number's fallback group rings; a new server finds the call, and sees its end."""
    async with Office() as office:
        phone = office.phones[CHANTAL]
        office.pretended.registry.database[(FALLBACK_FAMILY, ALGEMEEN)] = f"PJSIP/{phone.endpoint.name}"
        office.pretended.disconnect()
        office.engine.stop()
        await office.writer.stop()
        caller = office.caller().call(ALGEMEEN)
        office.clock.advance(15_000)
        phone.answer()
        office.clock.advance(1_000)
        assert caller.hears().people == {"chantal"}

        await office._start()
        await office.pass_ms(2_000)
        assert office.agent(CHANTAL).status is AgentStatus.IN_CALL
        assert office.agent(PIET).status is not AgentStatus.IN_CALL

        caller.hang_up()
        await office.pass_ms(500)
        assert office.agent(CHANTAL).status is not AgentStatus.IN_CALL


@pytest.mark.rule("D11", "D28")
async def test_a_channel_that_is_not_ours_counts_when_it_lasts_and_not_longer_than_it_is_known() -> None:
    """A telephone that dials has one before we are told that it comes to us; a lost connection tells nothing more."""
    async with Office() as office:
        devices, endpoint = office.exchange._devices, office.phones[CHANTAL].endpoint.name
        for ids in (["1700000000.1"], []):
            devices.channels(endpoint, ids)
            await office.pass_ms(900)
            assert office.agent(CHANTAL).status is not AgentStatus.IN_CALL

        devices.channels(endpoint, ["1700000000.2", "cb-1-1"])
        await office.pass_ms(1_000)
        assert office.agent(CHANTAL).status is AgentStatus.IN_CALL
        office.pretended.disconnect()
        await office.pass_ms(5_000)
        assert office.agent(CHANTAL).status is not AgentStatus.IN_CALL


@pytest.mark.rule("D11", "D16")
async def test_who_is_in_a_call_past_us_is_so_after_a_turn_that_crashed_too() -> None:
    """The new desk is told again what the old one was told once, and when it is over."""
    async with Office() as office:
        phone = office.phones[CHANTAL]
        office.pretended.registry.database[(FALLBACK_FAMILY, ALGEMEEN)] = f"PJSIP/{phone.endpoint.name}"
        office.pretended.disconnect(back_after_ms=18_000)
        caller = office.caller().call(ALGEMEEN)
        office.clock.advance(15_000)
        phone.answer()
        await office.pass_ms(5_000)
        assert office.agent(CHANTAL).status is AgentStatus.IN_CALL
        Rebuilt(office)

        crash(office)
        await office.pass_ms(2_000)
        assert office.agent(CHANTAL).status is AgentStatus.IN_CALL
        assert office.agent(PIET).status is not AgentStatus.IN_CALL

        caller.hang_up()
        await office.pass_ms(500)
        assert office.agent(CHANTAL).status is not AgentStatus.IN_CALL


@pytest.mark.rule("D11")
async def test_calls_of_ours_are_never_taken_for_one_past_us() -> None:
    """One that is offered and answered, and one that is dialled on the telephone's own keys."""
    async with Office() as office:
        told: list[DeviceElsewhere] = []
        inbox = office.exchange._devices._inbox

        def heard(organisation: object, event: object) -> None:
            if isinstance(event, DeviceElsewhere):
                told.append(event)
            inbox(organisation, event)  # type: ignore[arg-type]  # as it came

        office.exchange._devices._inbox = heard
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(3_000)
        await office.asks(AnswerCall(agent=CHANTAL, call=office.only_call().id))
        await office.pass_ms(3_000)
        caller.hang_up()
        await office.pass_ms(5_000)
        office.phones[PIET].dial("0612345678")
        await office.pass_ms(5_000)
        office.phones[PIET].hang_up()
        await office.pass_ms(3_000)

        assert told == []
