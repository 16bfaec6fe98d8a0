"""What is stored is what the core has: whatever people did, a restart finds every call and number as it was."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordboard.app.assembly import assemble
from cordboard.app.ports import (
    DeviceRow,
    Directory,
    GroupRow,
    OrganisationRow,
    QueueRow,
    StoredCall,
    UserRow,
)
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.records import CallMoved, CallOpened
from cordboard.core.refusals import Refused
from cordboard.core.statistics import Tally
from cordboard.core.types import CallId, Direction, Instant, LegId, QueueId, TransferKind
from cordboard.storage.open import open_database
from tests.support.desk import World, office
from tests.support.memory_journal import MemoryJournal

PEOPLE = ("chantal", "piet", "anja")
OUTSIDE = "3180004030"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables and nothing in them."""
    file = tmp_path_factory.mktemp("empty") / "cordboard.db"

    async def make() -> None:
        await (await open_database(f"sqlite:///{file}", backups=None)).close()

    asyncio.run(make())
    return file


@contextmanager
def database_file(empty: Path) -> Iterator[Path]:
    """A copy of it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copy(empty, folder))


def directory_of(board: Board) -> Directory:
    """What would be configured for this board."""
    return Directory(
        organisation=OrganisationRow(
            id=board.organisation,
            name="Vtel",
            country="NL",
            language="nl",
            time_zone="Europe/Amsterdam",
            demo=False,
            contact="",
            rules=board.rules,
        ),
        groups=tuple(
            GroupRow(id=group, name=group)
            for group in sorted({g for q in board.queues.values() for g in q.groups})
        ),
        users=tuple(
            UserRow(
                id=agent.id,
                user_name=agent.id,
                name=agent.name,
                extension=agent.extension,
                email=None,
                language="nl",
                theme="system",
                disabled=False,
                groups=agent.groups,
                rights=agent.rights,
            )
            for agent in board.agents.values()
        ),
        queues=tuple(
            QueueRow(
                id=queue.id,
                name=queue.name,
                urgent=queue.urgent,
                priority=queue.priority,
                position=queue.position,
                strategy=queue.strategy,
                ring_ms=queue.ring_ms,
                wrap_up_ms=queue.wrap_up_ms,
                ring_until_answered=False,
                locked=False,
                groups=queue.groups,
                language="nl",
                numbers=frozenset(),
            )
            for queue in board.queues.values()
        ),
        devices=tuple(
            DeviceRow(
                id=device.id,
                name=device.name,
                kind=device.kind,
                extension="1",
                answer_method=device.answer_method,
                password="",
            )
            for device in board.devices.values()
        ),
    )


def step(world: World, number: int, kind: int) -> None:
    """Somebody does something; what the rules refuse changes nothing."""
    person, other = PEOPLE[number % 3], PEOPLE[(number + 1) % 3]
    living = sorted(world.board.calls)
    call = living[number % len(living)] if living else "none"
    second = living[(number // 3) % len(living)] if living else "none"
    attended = TransferKind.ATTENDED if number % 2 else TransferKind.BLIND
    # People are not quicker than the clock, whose milliseconds tell what came first.
    world.wait(0.001)
    try:
        match kind:
            case 0:
                world.call_arrives(f"c{len(world.records)}", "urgent" if number % 4 == 0 else "algemeen")
            case 1 | 2:
                # An outgoing call that waits is answered in the core's own scenarios, or not.
                if living and world.call(call).direction is Direction.IN:
                    world.click_answer(person, call)
            case 3:
                (world.click_hold if number % 2 else world.click_resume)(person, call)
            case 4:
                world.arms(_owner(world, call) or person, call, attended)
            case 5:
                world.to_number(_owner(world, call) or person, call, OUTSIDE)
            case 6:
                world.to_colleague(_owner(world, call) or person, call, other)
            case 7:
                world.completes(_owner(world, call) or person, call, second, confirmed=True)
            case 8:
                world.undoes(person, call)
            case 9:
                world.cancels(person, call)
            case 10:
                world.calls(person, OUTSIDE)
            case 11:
                world.calls_colleague(person, other)
            case 12:
                if living and world.call(call).state is CallState.DIALLING and world.call(call).peer is None:
                    world.outside_answers(call)
            case 13:
                queue = "urgent" if number % 2 else "algemeen"
                opened = [(record.call, record.queue) for record in world.all(CallOpened)]
                moved = [(record.call, record.queue) for record in world.all(CallMoved)]
                if (call, queue) not in opened + moved:
                    world.to_queue(_owner(world, call) or person, call, queue)
            case 14:
                world.direct_call(f"d{len(world.records)}", person)
            case 15:
                world.click_hang_up(person, call)
            case 16:
                if living:
                    world.party_hangs_up(call)
            case _:
                world.wait(number % 30)
    except Refused:
        return


def _owner(world: World, call: str) -> str | None:
    found = world.board.calls.get(CallId(call))
    return found.agent if found is not None else None


def place(call: Call, now: int) -> dict[str, Any]:
    """All of a call that must outlive a restart."""
    transfer = call.transfer
    # What is over by now is looked at in the first turn.
    waits = call.state is CallState.WAITING
    back = waits and call.transfer is None and call.back_until is not None and call.back_until > now
    waits_for = call.back_to if back else None
    return {
        "state": call.state,
        "agent": call.agent,
        "queue": call.queue,
        "urgent": call.urgent,
        "leg": call.leg,
        # Who has it is its agent; for whom it is matters while it waits.
        "to": call.to if waits or call.state in (CallState.CONNECTING, CallState.DIALLING) else None,
        "peer": call.peer,
        "partner": call.partner,
        "entered_at": call.entered_at,
        "answered_at": call.answered_at,
        "handled_by": call.handled_by,
        "back_to": (waits_for, call.back_until) if waits_for is not None else None,
        "segment": (call.segment, call.segment_agent, call.segment_since),
        "transfer": transfer
        and (
            transfer.kind,
            transfer.state,
            transfer.initiator,
            transfer.since,
            transfer.was_active,
            transfer.recipient,
            transfer.colleague,
            transfer.recipient_name,
            transfer.until,
        ),
    }


async def read(
    world: World, file: Path
) -> tuple[tuple[StoredCall, ...], tuple[StoredCall, ...], dict[QueueId, dict[Instant, Tally]]]:
    """What SQLite and the journal in memory say after the same records."""
    database, memory = (
        await open_database(f"sqlite:///{file}", backups=None),
        MemoryJournal(urgent_queues=frozenset({QueueId("urgent")})),
    )
    organisation = world.board.organisation
    try:
        await database.directories.save(directory_of(world.board))
        # In batches, as the writer commits them.
        for begin in range(0, len(world.records), 7):
            await database.journal.append(organisation, world.records[begin : begin + 7])
        found = await database.journal.open_calls(organisation)
        counts = await database.journal.counts(organisation, 0)
    finally:
        await database.close()
    await memory.append(organisation, world.records)
    return found, await memory.open_calls(organisation), counts


@pytest.mark.rule("D15", "D16")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 18)), min_size=5, max_size=50))
def test_a_restart_finds_every_call_and_every_number_as_the_core_had_it(
    empty: Path, steps: list[tuple[int, int]]
) -> None:
    """Calls of every kind, in every state that clicks, callers and time lead to."""
    world = office(*PEOPLE)
    for queue in world.board.queues.values():
        queue.numbers.since = 0
    for number, kind in steps:
        step(world, number, kind)

    with database_file(empty) as file:
        stored, in_memory, counts = asyncio.run(read(world, file))

    assert sorted(stored, key=lambda call: call.id) == sorted(in_memory, key=lambda call: call.id)
    board = assemble(
        directory_of(world.board),
        (),
        stored,
        counts,
        counted_since=0,
        now=world.now,
        new_leg=lambda: LegId("new"),
    ).board
    assert {call.id: place(call, world.now) for call in board.calls.values()} == {
        call.id: place(call, world.now) for call in world.board.calls.values()
    }
    for id_, queue in world.board.queues.items():
        assert board.queues[id_].numbers == queue.numbers
    for agent in world.board.agents.values():
        assert set(board.agents[agent.id].calls) == set(agent.calls)
