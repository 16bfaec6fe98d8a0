"""Links that were mailed, known browsers, second factors and own settings."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cordboard.app.password_links import LinkRow, Purpose
from cordboard.app.ports import StorageFailure
from cordboard.app.second_factor import FactorRow
from cordboard.core.types import UserId
from cordboard.storage.open import Database
from tests.contracts.storage.samples import CHANTAL, PIET, TWENTE, directory
from tests.contracts.storage.test_accounts import OTHER, TOKEN, session

NOON = 1_530_000_000_000
ONE, TWO, THREE = b"\x00\xff" * 16, b"\x01" * 32, b"\x02" * 32


def link(token: bytes, user: UserId = CHANTAL, purpose: Purpose = Purpose.RESET) -> LinkRow:
    """Mailed at noon, for a minute."""
    return LinkRow(
        token_hash=token,
        organisation=TWENTE,
        user=user,
        purpose=purpose,
        created_at=NOON,
        expires_at=NOON + 60_000,
    )


@pytest.mark.rule("1.1-j")
async def test_a_link_is_used_by_exactly_one_of_many_at_once(database: Database) -> None:
    """Twenty browsers with the same link; and the person's other links are gone with it."""
    await database.directories.save(directory())
    await database.doors.add(link(ONE))
    await database.doors.add(link(TWO, purpose=Purpose.INVITATION))
    await database.doors.add(link(THREE, PIET))

    assert await database.doors.look(ONE) == link(ONE)
    used = await asyncio.gather(*(database.doors.use(ONE) for _ in range(20)))

    assert used.count(True) == 1
    assert await database.doors.look(ONE) is None
    assert await database.doors.look(TWO) is None
    assert await database.doors.look(THREE) == link(THREE, PIET)


async def test_a_second_link_takes_the_place_of_the_first(database: Database) -> None:
    """Asked twice: the last mail counts. Expired ones of others are swept."""
    await database.directories.save(directory())
    await database.doors.add(link(ONE))
    await database.doors.add(replace(link(THREE, PIET), expires_at=NOON))
    await database.doors.add(link(TWO))

    assert await database.doors.look(ONE) is None
    assert await database.doors.look(THREE) is None
    assert await database.doors.look(TWO) == link(TWO)


async def test_what_belongs_to_a_person_goes_with_the_person(database: Database) -> None:
    """Piet leaves: link, second factor and settings too."""
    await database.directories.save(directory())
    await database.doors.add(link(ONE, PIET))
    await database.doors.put(FactorRow(user=PIET, secret="s", active=True, last_step=1), [TWO])
    await database.doors.set_preferences(PIET, "{}")

    await database.directories.save(replace(directory(), users=directory().users[:1]))

    assert await database.doors.look(ONE) is None
    assert await database.doors.factor(PIET) is None
    assert await database.doors.codes_left(PIET) == 0
    assert await database.doors.preferences(PIET) is None
    with pytest.raises(StorageFailure):
        await database.doors.set_preferences(PIET, "{}")


async def test_a_browser_in_which_somebody_logged_in_is_known(database: Database) -> None:
    """For four hundred days; others are not."""
    await database.directories.save(directory())
    await database.doors.know_browser(ONE, TWENTE, NOON)

    assert await database.doors.known_browser(ONE) == TWENTE
    assert await database.doors.known_browser(TWO) is None
    await database.doors.know_browser(TWO, TWENTE, NOON + 401 * 24 * 3_600_000)
    assert await database.doors.known_browser(ONE) is None


async def test_a_code_of_a_second_factor_counts_once_also_at_the_same_moment(database: Database) -> None:
    """Digits of one half minute, and a recovery code (ASVS 6.5.1)."""
    await database.directories.save(directory())
    await database.doors.put(FactorRow(user=CHANTAL, secret="s", active=True, last_step=5), [ONE, TWO])

    steps = await asyncio.gather(*(database.doors.step_used(CHANTAL, 6) for _ in range(10)))
    codes = await asyncio.gather(*(database.doors.code_used(CHANTAL, ONE) for _ in range(10)))

    assert (steps.count(True), codes.count(True)) == (1, 1)
    assert not await database.doors.step_used(CHANTAL, 5)
    assert not await database.doors.code_used(PIET, TWO)
    assert await database.doors.codes_left(CHANTAL) == 1


async def test_own_settings_are_replaced(database: Database) -> None:
    """Set, and set again."""
    await database.directories.save(directory())

    await database.doors.set_preferences(CHANTAL, "one")
    await database.doors.set_preferences(CHANTAL, "two")

    assert await database.doors.preferences(CHANTAL) == "two"
    assert await database.doors.preferences(PIET) is None


async def test_a_password_change_can_leave_one_session(database: Database) -> None:
    """The one in which it was changed."""
    await database.directories.save(directory())
    await database.accounts.add_session(session())
    await database.accounts.add_session(session(OTHER))

    await database.accounts.end_sessions_of(CHANTAL, TOKEN)

    assert await database.accounts.session(TOKEN) is not None
    assert await database.accounts.session(OTHER) is None
