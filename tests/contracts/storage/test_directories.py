"""What is configured comes back as it was saved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.ports import StorageFailure
from cordboard.core.types import GroupId, OrganisationId, UserId
from cordboard.storage.open import Database
from tests.contracts.storage.samples import (
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
