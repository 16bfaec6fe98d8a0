"""User names, password hashes and sessions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.password_links import LinkRow, Purpose
from cordboard.app.ports import Credential, SessionRow, StorageFailure, UserRow
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


@pytest.mark.rule("1.1-j", "4-g")
async def test_a_log_in_that_was_overtaken_opens_no_session(database: Database) -> None:
    """The password changed, or the account was disabled, while it was compared; nor does it write the old one back."""
    await database.directories.save(directory())
    await database.accounts.set_password_hash(CHANTAL, "old")
    assert await database.accounts.add_session(session(), "old")
    await database.accounts.end_sessions_of(CHANTAL)
    await database.accounts.set_password_hash(CHANTAL, "new")

    assert not await database.accounts.add_session(session(), "old")
    assert not await database.accounts.renew_password_hash(CHANTAL, "old again", "old")
    assert await database.accounts.session(TOKEN) is None
    credential = await database.accounts.credential("chantal@twente.example")
    assert credential is not None and credential.password_hash == "new"
    assert await database.accounts.renew_password_hash(CHANTAL, "new again", "new")
    disabled = tuple(replace(user, disabled=True) for user in directory().users)
    await database.directories.save(replace(directory(), users=disabled))
    assert not await database.accounts.add_session(session(), "new again")
    assert not await database.accounts.add_session(session())
    await database.directories.save(directory())
    assert await database.accounts.session(TOKEN) is None


@pytest.mark.rule("1.1-j")
async def test_open_links_end_with_the_password_or_the_mailbox_that_they_were_for(database: Database) -> None:
    """Of this person; what else changes leaves them."""
    links = {}
    for user in directory().users:
        links[user.id] = LinkRow(
            token_hash=f"token of {user.id}".encode(),
            organisation=TWENTE,
            user=user.id,
            purpose=Purpose.INVITATION,
            created_at=NOON,
            expires_at=NOON + 1,
        )

    async def after(*users: UserRow) -> tuple[bool, bool]:
        await database.directories.save(replace(directory(), users=users))
        return await look(CHANTAL), await look(PIET)

    async def look(user: UserId) -> bool:
        return await database.doors.look(links[user].token_hash) is not None

    chantal, piet = directory().users
    await database.directories.save(directory())
    for row in links.values():
        await database.doors.add(row)
    assert await after(replace(chantal, name="Chantal de Vries"), piet) == (True, True)
    assert await after(replace(chantal, email="other@twente.example"), piet) == (False, True)
    assert await after(chantal, replace(piet, user_name="pieter@twente.example")) == (False, False)
    for row in links.values():
        await database.doors.add(row)
    await database.accounts.set_password_hash(CHANTAL, "new")
    assert (await look(CHANTAL), await look(PIET)) == (False, True)


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
