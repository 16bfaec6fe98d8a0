"""User names, password hashes and sessions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.ports import Credential, SessionRow, StorageFailure
from cordboard.core.types import UserId
from cordboard.storage.open import Database
from tests.contracts.storage.samples import CHANTAL, PIET, TWENTE, directory

NOON = 1_530_000_000_000
TOKEN, OTHER = b"\x00\xff" * 16, b"\x01" * 32


def session(token: bytes = TOKEN, user: UserId = CHANTAL) -> SessionRow:
    """A log-in at noon that ends in a minute."""
    return SessionRow(
        token_hash=token,
        user=user,
        organisation=TWENTE,
        created_at=NOON,
        last_seen_at=NOON,
        expires_at=NOON + 60_000,
    )


@pytest.mark.rule("1.1-d")
async def test_a_user_name_is_found_whatever_its_capitals(database: Database) -> None:
    """`chantal@twente.example` typed with capitals and a space."""
    await database.directories.save(directory())
    expected = Credential(user=CHANTAL, organisation=TWENTE, password_hash=None, disabled=False)

    for typed in ("Chantal@twente.example", " CHANTAL@TWENTE.EXAMPLE "):
        assert await database.accounts.credential(typed) == expected
    assert await database.accounts.credential("nobody@twente.example") is None


async def test_a_password_hash_is_kept(database: Database) -> None:
    """Set, and set again."""
    await database.directories.save(directory())

    await database.accounts.set_password_hash(CHANTAL, "one")
    await database.accounts.set_password_hash(CHANTAL, "two")

    credential = await database.accounts.credential("chantal@twente.example")
    assert credential is not None
    assert credential.password_hash == "two"
    with pytest.raises(StorageFailure):
        await database.accounts.set_password_hash(UserId("u-nobody"), "x")


async def test_a_session_lives_until_it_is_ended(database: Database) -> None:
    """Log in, use it, log out; twice is once."""
    await database.directories.save(directory())
    await database.accounts.add_session(session())

    assert await database.accounts.session(TOKEN) == session()
    await database.accounts.touch_session(TOKEN, NOON + 5, NOON + 90_000)
    assert await database.accounts.session(TOKEN) == replace(
        session(), last_seen_at=NOON + 5, expires_at=NOON + 90_000
    )
    await database.accounts.end_session(TOKEN)
    await database.accounts.end_session(TOKEN)
    assert await database.accounts.session(TOKEN) is None


async def test_using_a_session_that_was_ended_does_not_bring_it_back(database: Database) -> None:
    """A late request of a browser that logged out."""
    await database.directories.save(directory())

    await database.accounts.touch_session(TOKEN, NOON, NOON + 5)

    assert await database.accounts.session(TOKEN) is None


async def test_all_sessions_of_one_person_end_together(database: Database) -> None:
    """Chantal is logged out everywhere, Piet is not."""
    await database.directories.save(directory())
    await database.accounts.add_session(session())
    await database.accounts.add_session(session(OTHER, PIET))

    await database.accounts.end_sessions_of(CHANTAL)

    assert await database.accounts.session(TOKEN) is None
    assert await database.accounts.session(OTHER) is not None


async def test_sessions_of_somebody_who_leaves_end(database: Database) -> None:
    """Piet is taken out of the configuration."""
    await database.directories.save(directory())
    await database.accounts.add_session(session(OTHER, PIET))

    await database.directories.save(replace(directory(), users=directory().users[:1]))

    assert await database.accounts.session(OTHER) is None


async def test_a_disabled_account_has_no_session_any_more(database: Database) -> None:
    """Chantal is disabled while she is logged in: her next request finds nobody."""
    await database.directories.save(directory())
    await database.accounts.add_session(session())
    disabled = replace(directory().users[0], disabled=True)

    await database.directories.save(replace(directory(), users=(disabled,)))

    assert await database.accounts.session(TOKEN) is None
    credential = await database.accounts.credential(disabled.user_name)
    assert credential is not None
    assert credential.disabled


async def test_sessions_past_their_end_are_swept_at_the_next_log_in(database: Database) -> None:
    """The table does not grow for ever."""
    await database.directories.save(directory())
    await database.accounts.add_session(session())

    await database.accounts.add_session(replace(session(OTHER), created_at=NOON + 60_000))

    assert await database.accounts.session(TOKEN) is None
    assert await database.accounts.session(OTHER) is not None
