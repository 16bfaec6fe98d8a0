"""The tables grow and shrink without losing what they can keep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection

from cordboard.app.announcements import AnnouncementRow
from cordboard.app.ports import QueueRules, StorageFailure
from cordboard.core.records import GroupChosen, QueueSignInChanged, StoredState
from cordboard.core.rules import HouseRules
from cordboard.core.statistics import Tally
from cordboard.core.types import Right, UserId
from cordboard.storage.migrate import alembic_config, newest_revision
from cordboard.storage.open import Database, open_database
from cordboard.storage.tables import metadata
from tests.contracts.storage.samples import (
    CHANTAL,
    DEN_BOSCH,
    DESK,
    ENSCHEDE,
    PIET,
    TWENTE,
    URGENT,
    answered_call,
    directory,
    summed,
    user,
)

NOON = 1_530_000_000_000


async def test_migrations_and_tables_agree(database: Database) -> None:
    """A database made by the migrations is the one that the code describes."""

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with database.access.reading() as connection:
        found = await connection.run_sync(differences)

    assert found == []


async def test_a_filled_database_goes_down_step_by_step_and_up_again(database: Database) -> None:
    """What an older version knows survives; nothing else is in the way."""
    await database.directories.save(directory())
    await database.journal.append(TWENTE, answered_call("c1", NOON, wait_ms=1, talk_ms=1))

    await change(database, "0002")
    await change(database, "head")
    rows, _ = await database.history.of_user(TWENTE, CHANTAL, before=None, limit=5)
    assert [(row.call, row.queue_name) for row in rows] == [("c1", "Algemeen")]

    await change(database, "0001")
    await change(database, "head")
    found = await database.directories.directory(TWENTE)
    assert [(u.name, u.groups) for u in found.users] == [(u.name, u.groups) for u in directory().users]
    assert (found.queues, found.devices) == (directory().queues, directory().devices)
    await database.journal.append(TWENTE, answered_call("c2", NOON, wait_ms=1, talk_ms=1))
    rows, _ = await database.history.of_user(TWENTE, CHANTAL, before=None, limit=5)
    assert [row.call for row in rows] == ["c2"]

    await change(database, "base")
    await change(database, "head")
    assert await database.directories.organisations() == ()


OF_THE_VERSION_BEFORE = """
INSERT INTO organisations (id, name, country, language, time_zone, demo, contact)
    VALUES ('twente', 'Twente', 'NL', 'nl', 'Europe/Amsterdam', TRUE, '');
INSERT INTO groups (organisation, id, name, position) VALUES ('twente', 'g-enschede', 'Enschede', 0);
INSERT INTO users (organisation, id, user_name, user_name_key, name, language, theme, disabled, position)
    VALUES ('twente', 'u-chantal', 'chantal', 'chantal', 'Chantal', 'nl', 'system', FALSE, 0);
INSERT INTO user_groups VALUES ('twente', 'u-chantal', 'g-enschede');
INSERT INTO user_rights VALUES ('twente', 'u-chantal', 'history.view');
INSERT INTO queues (organisation, id, name, urgent, priority, position, strategy, ring_ms, wrap_up_ms,
    ring_until_answered, locked, language)
    VALUES ('twente', 'q-urgent', 'Urgent', TRUE, 0, 0, 'ring_all', 20000, 15000, FALSE, FALSE, 'nl');
INSERT INTO queue_groups VALUES ('twente', 'q-urgent', 'g-enschede');
INSERT INTO devices VALUES ('twente', 'd-1', 'Toestel', 'sip', '201', 'header', 'secret', 0);
INSERT INTO agents VALUES ('twente', 'u-chantal', 'g-enschede', 'd-1', 'manual', 5, NULL, 0, FALSE, FALSE);
INSERT INTO sign_ins VALUES ('twente', 'u-chantal', 'q-urgent', 5);
INSERT INTO calls VALUES ('twente', 'over', 'l1', 'q-urgent', 'Spoed', TRUE, 'in', '31612345678', NULL, NULL,
    'active', 1500, 'u-chantal', 1000, 1500, 3000, 'caller');
INSERT INTO calls VALUES ('twente', 'talks', 'l2', 'q-urgent', 'Spoed', TRUE, 'in', NULL, NULL, NULL,
    'active', 5000, 'u-chantal', 4000, 5000, NULL, NULL);
INSERT INTO segments VALUES ('twente', 'over', 'talk', 'u-chantal', 1500, 3000, 'ended');
INSERT INTO segments VALUES ('twente', 'talks', 'wait', '', 4000, 5000, 'answered');
INSERT INTO participations VALUES ('twente', 'u-chantal', 'over', 'answered', 1500, 500, 1500);
"""


async def test_a_database_of_the_version_before_is_brought_up_with_all_that_is_in_it(
    database_url: str,
) -> None:
    """Who is configured, what was promised, a call that goes on, history and the numbers of today."""
    before = await open_database(database_url, backups=None)
    await change(before, "0002")
    async with before.access.writing() as connection:
        for statement in OF_THE_VERSION_BEFORE.split(";"):
            if statement.strip():
                await connection.execute(text(statement))
    await before.close()

    database = await open_database(database_url, backups=None)

    found = await database.directories.directory(TWENTE)
    (user,) = found.users
    assert user.groups == {ENSCHEDE}
    assert user.rights == {Right.HISTORY, Right.DIAL_OUTSIDE}
    assert (found.organisation.rules, found.queues[0].rules) == (HouseRules(), QueueRules())
    house = found.organisation
    assert (house.modules_off, house.disabled, house.numbers) == (frozenset(), False, frozenset())
    assert found.organisation.pause_reasons == ("Pauze", "Lunch", "Overleg", "Administratie")
    assert found.queues[0].groups == {ENSCHEDE}
    assert found.devices[0].one_line
    (agent,) = await database.journal.agents(TWENTE)
    assert agent.signed_in == {URGENT}
    assert agent.remembered == {(ENSCHEDE, URGENT)}
    assert (agent.device, agent.pause) == (DESK, None)
    (call,) = await database.journal.open_calls(TWENTE)
    assert (call.id, call.state, call.handled_by, call.segment_since) == (
        "talks",
        StoredState.ACTIVE,
        CHANTAL,
        5_000,
    )
    assert summed(await database.journal.counts(TWENTE, 0)) == {
        URGENT: Tally(total=2, handled=2, answered=2, waited_ms=1_500, answered_by={CHANTAL: 2})
    }
    (row,), _ = await database.history.of_user(TWENTE, CHANTAL, before=None, limit=5)
    assert (row.queue_name, row.urgent, row.talk_ms, row.transferred_to) == ("Spoed", True, 1_500, None)
    await database.close()


@pytest.mark.rule("D25")
async def test_music_that_named_nothing_becomes_the_usual_and_an_announcement_stays(
    database: Database,
) -> None:
    """What a queue's music was called before 0020 no exchange of ours has ever played."""
    hers = replace(directory().queues[0], rules=QueueRules(music="a-welcome", wait_ms_max=90_000))
    other = replace(directory().queues[1], rules=QueueRules(music="Koffie \u00e9n thee", calls_max=7))
    welcome = AnnouncementRow(id="a-welcome", name="Welkom", language="nl", text="Welkom.")
    await database.directories.save(
        replace(directory(), queues=(hers, other), announcements=(welcome,), links=())
    )

    await change(database, "0019")
    await change(database, "head")

    found = await database.directories.directory(TWENTE)
    assert [queue.rules for queue in found.queues] == [hers.rules, QueueRules(calls_max=7)]


@pytest.mark.rule("D12")
async def test_what_people_are_signed_in_to_is_remembered_of_the_group_they_are_in(
    database: Database,
) -> None:
    """Also of who never chose one because there is but one; not of who has several and is in none."""
    anja = user(UserId("u-anja"), groups=frozenset({ENSCHEDE, DEN_BOSCH}))
    await database.directories.save(replace(directory(), users=(*directory().users, anja)))
    await database.journal.append(
        TWENTE,
        [
            *(QueueSignInChanged(agent=a, queue=URGENT, signed_in=True, at=NOON) for a in (CHANTAL, PIET)),
            QueueSignInChanged(agent=anja.id, queue=URGENT, signed_in=True, at=NOON),
            GroupChosen(agent=anja.id, group=ENSCHEDE, at=NOON),
        ],
    )

    await change(database, "0020")
    await change(database, "head")

    agents = await database.journal.agents(TWENTE)
    assert {agent.user: agent.remembered for agent in agents} == {
        CHANTAL: frozenset(),
        PIET: {(ENSCHEDE, URGENT)},
        anja.id: {(ENSCHEDE, URGENT)},
    }


async def test_a_newer_cordboards_database_is_refused_in_a_sentence(database_url: str) -> None:
    """Nothing is changed, and the sentence says what to do."""
    database = await open_database(database_url, backups=None)
    async with database.access.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()

    with pytest.raises(StorageFailure, match="start that version"):
        await open_database(database_url, backups=None)


async def change(database: Database, revision: str) -> None:
    """Bring the tables to this revision, up or down."""

    def run(connection: Connection) -> None:
        config = alembic_config(connection)
        if revision in ("head", newest_revision()):
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)

    async with database.access.writing() as connection:
        await connection.run_sync(run)
