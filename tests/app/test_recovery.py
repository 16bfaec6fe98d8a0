"""A turn that crashes: its organisation is put back from the database and the exchange, nobody loses a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from cordboard.app.assembly import assemble
from cordboard.app.engine import Accepted, NotDone
from cordboard.app.ports import StorageFailure
from cordboard.app.recovery import Recovery
from cordboard.core.call import CallState
from cordboard.core.events import ConsoleLost, ConsoleSeen, DayStarted
from cordboard.core.requests import AnswerCall, HangUpCall, HoldCall
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import CallId, LegId, OrganisationId
from cordboard.simulator.hearing import Sound
from tests.support.office import ALGEMEEN, CHANTAL, ORGANISATION, PIET, Office, directory


class Rebuilt:
    """How often it was tried, and what came in the way."""

    def __init__(self, office: Office, told: Iterable[Callable[[OrganisationId], None]] = ()) -> None:
        self.office = office
        self.tries = 0
        self.failures: list[Exception] = []
        recovery = Recovery(
            office.clock,
            engine=lambda: office.engine,
            flushed=office.writer.flushed,
            assemble=self._assemble,
            at_consoles=lambda _organisation: [CHANTAL],
            put_back=office.exchange.look_again,
        )
        recovery.told += told
        office.engine._rebuild = recovery.crashed

    async def _assemble(self, organisation: OrganisationId) -> Switchboard:
        self.tries += 1
        if self.failures:
            raise self.failures.pop()
        office = self.office
        number = self.tries * 1_000
        return assemble(
            directory(),
            await office.journal.agents(organisation),
            await office.journal.open_calls(organisation),
            {},
            counted_since=0,
            now=office.clock.now(),
            new_leg=lambda: LegId(f"cb-rebuilt-{number + self._count()}"),
        )

    def _count(self) -> int:
        self._used = getattr(self, "_used", 0) + 1
        return self._used


def a_bug_at(office: Office, what: Callable[[object], bool]) -> None:
    """The next fact of this kind finds one."""
    desk = office.engine.desks[ORGANISATION]
    handle = desk.handle

    def handled(event: object, now: int) -> object:
        if what(event):
            raise KeyError("a bug")
        return handle(event, now)  # type: ignore[arg-type]

    desk.handle = handled  # type: ignore[method-assign,assignment]


def crash(office: Office) -> None:
    """A fact that the core cannot take."""
    a_bug_at(office, lambda event: isinstance(event, DayStarted))
    office.engine.tell(ORGANISATION, DayStarted())


@pytest.mark.rule("D16")
async def test_calls_in_every_state_survive_a_turn_that_crashes() -> None:
    """One waits, one is held, one talks: all hear what they heard, and can be handled."""
    async with Office() as office:
        Rebuilt(office)
        held, talks, waits = (office.caller(f"+3161111111{n}") for n in range(3))
        for caller, user in ((held, CHANTAL), (talks, PIET)):
            caller.call(ALGEMEEN)
            await office.pass_ms(500)
            call = next(c for c in office.board.calls.values() if c.state is CallState.WAITING)
            await office.asks(AnswerCall(agent=user, call=call.id))
            await office.pass_ms(500)
            if caller is held:
                await office.asks(HoldCall(agent=user, call=call.id))
        waits.call(ALGEMEEN)
        await office.pass_ms(500)

        crash(office)
        late = office.caller("+31622222222").call(ALGEMEEN)
        await office.pass_ms(2_000)

        assert held.hears().sound is Sound.MUSIC
        assert talks.hears().people == {"piet"}
        assert waits.hears().sound is Sound.MUSIC
        assert late.hears().sound is Sound.MUSIC
        states = sorted(call.state.value for call in office.board.calls.values())
        assert states == ["active", "held", "waiting", "waiting"]
        talking = next(c for c in office.board.calls.values() if c.state is CallState.ACTIVE)
        assert isinstance(await office.asks(HangUpCall(agent=PIET, call=talking.id)), Accepted)


@pytest.mark.rule("D16")
async def test_who_sits_at_a_console_is_still_signed_in_long_after_a_crash() -> None:
    """The database does not know who has a console open; forgetting it would sign everybody out in ten minutes."""
    async with Office() as office:
        for user in (CHANTAL, PIET):
            office.engine.tell(ORGANISATION, ConsoleSeen(agent=user))
        rebuilt = Rebuilt(office)
        crash(office)
        await office.pass_ms(1_000)
        assert office.agent(CHANTAL).console

        await office.pass_ms(3_600_000)

        assert rebuilt.tries == 1
        assert office.agent(CHANTAL).signed_in == {"algemeen", "urgent"}
        assert office.agent(PIET).signed_in == set()


async def test_a_click_during_the_rebuild_is_answered() -> None:
    """Nobody waits for an answer that never comes."""
    async with Office() as office:
        Rebuilt(office)
        crash(office)
        (answer,) = office.ask(AnswerCall(agent=CHANTAL, call=CallId("c-1")))

        assert isinstance(answer, NotDone)


async def test_the_click_whose_turn_crashes_is_answered() -> None:
    """With "internal error", and the organisation comes back."""
    async with Office() as office:
        Rebuilt(office)

        def bug(*_: object) -> object:
            raise AssertionError("a bug")

        office.engine.desks[ORGANISATION].ask = bug  # type: ignore[method-assign,assignment]
        (answer,) = office.ask(AnswerCall(agent=CHANTAL, call=CallId("c-1")))
        await office.pass_ms(1_000)

        assert answer == NotDone("internal_error", {})
        assert office.board.exchange_up


async def test_a_rebuild_that_fails_is_tried_again() -> None:
    """The database is away, or the rebuild itself finds a bug: the organisation is not left behind in silence."""
    async with Office() as office:
        rebuilt = Rebuilt(office)
        rebuilt.failures = [StorageFailure("locked"), KeyError("another bug")]
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(500)
        crash(office)
        await office.pass_ms(5_000)

        assert rebuilt.tries == 3
        assert caller.hears().sound is Sound.MUSIC
        assert office.only_call().state is CallState.WAITING


async def test_an_organisation_that_crashes_for_ever_does_not_keep_the_machine_busy() -> None:
    """A bug in taking up what lives crashes every rebuild at once; there are pauses in between."""
    async with Office() as office:
        rebuilt = Rebuilt(office)
        crash(office)
        look = office.exchange.look_again

        def again(organisation: OrganisationId) -> None:
            a_bug_at(office, lambda _event: True)
            look(organisation)

        office.engine._rebuild.__self__._put_back = again  # type: ignore[attr-defined]
        await office.pass_ms(60_000)

        assert 5 <= rebuilt.tries <= 20


async def test_another_organisation_goes_on_while_one_is_rebuilt() -> None:
    """A bug costs one organisation a rebuild."""
    async with Office() as office:
        Rebuilt(office)
        other = OrganisationId("other")
        asked: list[object] = []

        class Other:
            def next_deadline(self) -> None:
                """Nothing is due."""

            def handle(self, event: object, _now: int) -> object:
                """Count."""
                asked.append(event)
                raise KeyError

        office.engine.desks[other] = Other()  # type: ignore[assignment]
        office.engine._rebuild = lambda organisation: asked.append(organisation)
        office.engine.tell(other, ConsoleLost(agent=CHANTAL))
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(500)

        assert asked[-1] == other
        assert not office.engine.at_rest, "what it was timing is not known"
        assert office.only_call().state is CallState.WAITING
        assert caller.hears().sound is Sound.MUSIC
