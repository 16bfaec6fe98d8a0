"""What is configured comes back as it was saved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from cordboard.app.administration.ids import OneOfAKind
from cordboard.app.modules import Module
from cordboard.app.ports import QueueRules, StorageFailure, StorageRefusal
from cordboard.core.queue import WrapUpMode
from cordboard.core.rules import Exit, ExitAction, ExitReason, HouseRules, OnHookRinging
from cordboard.core.types import GroupId, OrganisationId, UserId
from cordboard.storage.open import Database
from tests.contracts.storage.samples import (
    ALGEMEEN,
    BRABANT,
    CHANTAL,
    ENSCHEDE,
    PIET,
    TWENTE,
    directory,
    other_directory,
    user,
)


@pytest.mark.rule("1.1-u", "X-a")
async def test_a_directory_comes_back_as_it_was_saved(database: Database) -> None:
    """Organisation, groups, people with rights, queues with numbers, and devices."""
    await database.directories.save(directory())

    assert await database.directories.directory(TWENTE) == directory()


@pytest.mark.rule("1.1-l", "X-a", "X-c")
async def test_what_the_provider_says_of_an_organisation_comes_back(database: Database) -> None:
    """Modules, numbers, out of service; a number is one organisation's, and it is known whose."""
    plain = directory()
    house = replace(
        plain.organisation,
        modules_off=frozenset({Module.CALLBACK, Module.REPORTS}),
        disabled=True,
        numbers=frozenset({"31534800950", "31534800937"}),
    )
    saved = replace(plain, organisation=house)
    await database.directories.save(saved)
    await database.directories.save(other_directory())

    assert await database.directories.directory(TWENTE) == saved

    asked = {"31534800950", "31884800943", "31201234567"}
    elsewhere = await database.directories.numbers_elsewhere(BRABANT, asked)
    assert elsewhere == {"31534800950": "Twente", "31884800943": "Twente"}
    assert await database.directories.numbers_elsewhere(TWENTE, asked) == {}
    theirs = other_directory()
    clash = replace(theirs.organisation, numbers=frozenset({"31534800950"}))
    with pytest.raises(StorageRefusal):
        await database.directories.save(replace(theirs, organisation=clash))
    await database.directories.save(plain)
    assert await database.directories.directory(TWENTE) == plain


@pytest.mark.rule("X-c")
async def test_it_is_known_which_ids_and_user_names_another_organisation_has(database: Database) -> None:
    """People, telephones and user names whatever their capitals; one's own are not elsewhere."""
    mine = directory()
    await database.directories.save(mine)
    await database.directories.save(other_directory())
    asked = (
        OneOfAKind(users=frozenset({CHANTAL})),
        OneOfAKind(devices=frozenset({mine.devices[0].id})),
        OneOfAKind(user_names=frozenset({" CHANTAL@twente.example"})),
    )

    for names in asked:
        assert await database.directories.is_elsewhere(BRABANT, names)
        assert not await database.directories.is_elsewhere(TWENTE, names)
    assert not await database.directories.is_elsewhere(BRABANT, OneOfAKind())
    assert not await database.directories.is_elsewhere(BRABANT, OneOfAKind(users=frozenset({UserId("new")})))


@pytest.mark.rule("X-a", "D28")
async def test_every_rule_that_can_be_set_comes_back(database: Database) -> None:
    """The organisation's, a queue's and a person's rules, numbers in and out, pauses, a telephone with two lines."""
    plain = directory()
    closed = Exit(action=ExitAction.NUMBER, target="31534800999")
    rules = HouseRules(
        pick_while_busy=False,
        on_hook_ringing=OnHookRinging.SAFE_BLIND,
        undo_ms=0,
        direct_exit=Exit(action=ExitAction.QUEUE, target=ALGEMEEN),
        manual_wrap_up_ms_max=900_000,
        number="31534800900",
    )
    of_queue = QueueRules(
        order=(PIET, CHANTAL),
        wrap_up_mode=WrapUpMode.OPEN_ENDED,
        breaks_wrap_up=True,
        escalate_to="31534800998",
        exits={ExitReason.CLOSED: closed, ExitReason.FULL: Exit(action=ExitAction.BUSY)},
        wait_ms_max=60_000,
        calls_max=5,
        announce_first_ms=10_000,
        announce_wait=False,
        music="piano",
        number="31534800937",
    )
    made = replace(
        plain,
        organisation=replace(plain.organisation, rules=rules, pause_reasons=("Pauze", "Ziekteverlof")),
        groups=(replace(plain.groups[0], number="31534800901"), *plain.groups[1:]),
        users=(
            replace(
                plain.users[0],
                numbers=frozenset({"31534800201", "31612345678"}),
                number="31534800201",
                direct_exit=Exit(action=ExitAction.MESSAGE),
            ),
            *plain.users[1:],
        ),
        queues=(replace(plain.queues[0], rules=of_queue), *plain.queues[1:]),
        devices=(replace(plain.devices[0], one_line=False), *plain.devices[1:]),
    )

    await database.directories.save(made)

    assert await database.directories.directory(TWENTE) == made


async def test_a_rule_that_nobody_set_is_not_stored(database: Database) -> None:
    """So it follows the default of the Cordboard that runs; one that only a newer Cordboard knows is passed over."""
    await database.directories.save(directory())
    async with database.access.reading() as connection:
        stored = (await connection.execute(text("SELECT rules FROM organisations"))).scalar_one()
    assert stored == "{}"

    async with database.access.writing() as connection:
        newer = {"rules": '{"undo_ms": 5000, "not_known_yet": true}'}
        await connection.execute(text("UPDATE organisations SET rules = :rules"), newer)

    assert (await database.directories.directory(TWENTE)).organisation.rules == HouseRules(undo_ms=5_000)


async def test_rules_that_cannot_be_read_are_said(database: Database) -> None:
    """Somebody edited the database by hand."""
    await database.directories.save(directory())
    async with database.access.writing() as connection:
        await connection.execute(text("""UPDATE queues SET rules = '{"calls_max": "many"}'"""))

    with pytest.raises(StorageFailure, match="QueueRules"):
        await database.directories.directory(TWENTE)


@pytest.mark.rule("D29")
async def test_a_number_leads_to_one_person(database: Database) -> None:
    """Two people cannot have the same number."""
    same = tuple(replace(user, numbers=frozenset({"31534800201"})) for user in directory().users)

    with pytest.raises(StorageFailure):
        await database.directories.save(replace(directory(), users=same))


@pytest.mark.rule("X-c")
async def test_saving_one_organisation_leaves_the_other_alone(database: Database) -> None:
    """Two organisations in one database."""
    await database.directories.save(directory())
    await database.directories.save(other_directory())

    await database.directories.save(replace(directory(), users=(), queues=(), devices=(), groups=()))

    assert await database.directories.organisations() == (BRABANT, TWENTE)
    assert await database.directories.directory(BRABANT) == other_directory()


async def test_saving_again_replaces_and_keeps_the_passwords(database: Database) -> None:
    """Piet leaves, Chantal is renamed and can still log in with her own password."""
    await database.directories.save(directory())
    await database.accounts.set_password_hash(CHANTAL, "$argon2id$sample")
    renamed = replace(directory().users[0], name="Chantal de Vries", groups=frozenset({ENSCHEDE}))
    changed = replace(directory(), users=(renamed,), devices=directory().devices[::-1])

    await database.directories.save(changed)

    assert await database.directories.directory(TWENTE) == changed
    credential = await database.accounts.credential(renamed.user_name)
    assert credential is not None
    assert credential.password_hash == "$argon2id$sample"


async def test_contradicting_rows_change_nothing(database: Database) -> None:
    """Two people with the same user name, or a group that is not there."""
    await database.directories.save(directory())
    twin = replace(user(UserId("u-twin")), user_name=directory().users[0].user_name.upper())
    stray = user(PIET, groups=frozenset({GroupId("g-nowhere")}))

    for users in ((*directory().users, twin), (stray,)):
        with pytest.raises(StorageFailure):
            await database.directories.save(replace(directory(), users=users))

    assert await database.directories.directory(TWENTE) == directory()


@pytest.mark.rule("X-c")
async def test_a_user_cannot_be_taken_over_by_another_organisation(database: Database) -> None:
    """The same user id in a second organisation is refused."""
    await database.directories.save(directory())

    with pytest.raises(StorageFailure):
        await database.directories.save(
            replace(other_directory(), users=(replace(user(CHANTAL, groups=frozenset()), user_name="x"),))
        )

    assert await database.directories.organisations() == (TWENTE,)


async def test_own_settings_change_one_by_one(database: Database) -> None:
    """Chantal chooses English, later the dark theme; Piet keeps his."""
    await database.directories.save(directory())

    await database.directories.set_user_settings(CHANTAL, language="en", theme=None)
    await database.directories.set_user_settings(CHANTAL, language=None, theme="dark")
    await database.directories.set_user_settings(CHANTAL, language=None, theme=None)

    users = (await database.directories.directory(TWENTE)).users
    assert [(row.language, row.theme) for row in users] == [("en", "dark"), ("nl", "system")]


async def test_what_is_not_there_is_said(database: Database) -> None:
    """An unknown organisation or person is no silent success."""
    assert await database.directories.organisations() == ()
    with pytest.raises(StorageFailure, match="nowhere"):
        await database.directories.directory(OrganisationId("nowhere"))
    with pytest.raises(StorageFailure, match="u-nobody"):
        await database.directories.set_user_settings(UserId("u-nobody"), language="en", theme=None)
