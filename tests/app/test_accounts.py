"""Logging in to the portal: who comes in, who does not, and how often one may try."""

from __future__ import annotations

import asyncio
import os
import statistics
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from cordboard.app.accounts import LoggedIn, LogIns, TooManyAttempts, WrongCredentials
from cordboard.app.passwords import (
    HASHES_WAITING_MAX,
    PasswordProblem,
    PasswordRefused,
    Passwords,
    check_password,
)
from cordboard.app.ports import Directory, OrganisationRow, UserRow
from cordboard.app.throttle import Throttle, network
from cordboard.core.types import OrganisationId, UserId
from cordboard.storage.open import Database, open_database

NOON = 1_530_000_000_000
HOUR = 3_600_000
CHANTAL, PIET, NEW = UserId("u-chantal"), UserId("u-piet"), UserId("u-new")
RIGHT = "zeker weten 42"
HERE = "192.0.2.7"


def person(user: UserId, *, disabled: bool = False) -> UserRow:
    """Somebody with a user name of the manual's kind."""
    name = user.removeprefix("u-")
    return UserRow(
        id=user,
        user_name=f"{name}@vtel.nl",
        name=name.capitalize(),
        extension=None,
        email=None,
        language="nl",
        theme="system",
        disabled=disabled,
        groups=frozenset(),
        rights=frozenset(),
    )


@pytest.fixture(scope="module")
def passwords() -> Iterator[Passwords]:
    """The real hashing, with its threads."""
    passwords = Passwords()
    yield passwords
    passwords.close()


@pytest_asyncio.fixture
async def database(tmp_path: Path, passwords: Passwords) -> AsyncIterator[Database]:
    """Chantal with a password, Piet disabled, and somebody who has none yet."""
    database = await open_database(f"sqlite:///{tmp_path}/cordboard.db", backups=None)
    await database.directories.save(
        Directory(
            organisation=OrganisationRow(
                id=OrganisationId("vtel"),
                name="Vtel",
                country="NL",
                language="nl",
                time_zone="Europe/Amsterdam",
                demo=False,
                contact="",
            ),
            groups=(),
            users=(person(CHANTAL), person(PIET, disabled=True), person(NEW)),
            queues=(),
            devices=(),
        )
    )
    for user in (CHANTAL, PIET):
        await database.accounts.set_password_hash(user, await passwords.hash(RIGHT))
    yield database
    await database.close()


@pytest.fixture
def log_ins(database: Database, passwords: Passwords) -> LogIns:
    """The door of the portal."""
    return LogIns(database.accounts, passwords, Throttle())


@pytest.mark.rule("1.1-a", "1.1-d")
async def test_name_and_password_open_a_session(log_ins: LogIns) -> None:
    """Chantal logs in with her e-mail address, is known by her cookie, and logs out."""
    inside = await log_ins.log_in(" Chantal@vtel.nl", RIGHT, address=HERE, now=NOON)

    session = await log_ins.check(inside.token, NOON + 1)
    assert session is not None
    assert (session.user, session.organisation) == (CHANTAL, "vtel")
    await log_ins.log_out(inside.token)
    await log_ins.log_out(inside.token)
    assert await log_ins.check(inside.token, NOON + 2) is None


async def test_two_log_ins_have_different_tokens_and_none_is_stored(log_ins: LogIns, tmp_path: Path) -> None:
    """Who steals the database file gets no session out of it."""
    one = await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)
    two = await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)

    assert one.token != two.token
    assert len(one.token) >= 43
    for file in tmp_path.iterdir():
        assert one.token.encode() not in file.read_bytes()
        assert RIGHT.encode() not in file.read_bytes()


@pytest.mark.rule("1.1-f")
@pytest.mark.parametrize(
    ("user_name", "password"),
    [
        ("chantal@vtel.nl", "zeker weten 43"),
        ("chantal@vtel.nl", ""),
        ("chantal@vtel.nl", RIGHT + "x" * 1_000_000),
        ("nobody@vtel.nl", RIGHT),
        ("", ""),
        ("piet@vtel.nl", RIGHT),
        ("new@vtel.nl", ""),
        ("chantal@vtel.nl' OR 1=1 --", RIGHT),
    ],
    ids=["wrong", "empty", "endless", "unknown", "nothing", "disabled", "no password yet", "sql"],
)
async def test_every_failed_log_in_gets_the_same_answer(
    log_ins: LogIns, user_name: str, password: str
) -> None:
    """Wrong password, unknown name, disabled or invited: nobody can tell which."""
    with pytest.raises(WrongCredentials) as refused:
        await log_ins.log_in(user_name, password, address=HERE, now=NOON)

    assert str(refused.value) == ""


@pytest.mark.rule("1.1-f")
async def test_an_unknown_name_takes_as_long_as_a_wrong_password(log_ins: LogIns) -> None:
    """The time of the answer says nothing either."""
    took: dict[str, list[float]] = {"chantal@vtel.nl": [], "nobody@vtel.nl": []}
    for attempt in range(8):
        for user_name, times in took.items():
            started = time.perf_counter()
            with pytest.raises(WrongCredentials):
                await log_ins.log_in(
                    user_name, "wrong", address=f"192.0.2.{attempt}", now=NOON + attempt * 24 * HOUR * 2
                )
            times.append(time.perf_counter() - started)

    known, unknown = (statistics.median(times) for times in took.values())
    # Both do one hash of some 40 ms; without it the unknown name would take a tenth of that.
    assert 0.5 < known / unknown < 2


@pytest.mark.rule("1.1-f")
async def test_after_five_failures_the_wait_doubles(log_ins: LogIns) -> None:
    """One second, two, four; and the right password waits too."""
    now = NOON
    waits = []
    for number in range(9):
        while True:
            try:
                await log_ins.log_in("chantal@vtel.nl", "wrong", address=f"192.0.2.{number}", now=now)
            except TooManyAttempts as refused:
                waits.append(refused.seconds)
                now += refused.seconds * 1_000
            except WrongCredentials:
                break

    assert waits == [1, 2, 4, 8]
    with pytest.raises(TooManyAttempts):
        await log_ins.log_in("CHANTAL@vtel.nl ", RIGHT, address="198.51.100.1", now=now)
    await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=now + 16_000)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await log_ins.log_in("chantal@vtel.nl", "wrong", address=HERE, now=now + 17_000)


@pytest.mark.rule("1.1-f")
def test_a_password_that_waits_for_its_code_is_no_try() -> None:
    """After a stranger's eight failures the owner waits once: the code may follow the password at once."""
    throttle = Throttle()
    now = NOON
    for number in range(8):
        while wait_ms := throttle.try_now("chantal", f"192.0.2.{number}", now):
            now += wait_ms

    now += throttle.try_now("chantal", HERE, now)
    assert throttle.try_now("chantal", HERE, now) == 0
    throttle.take_back("chantal", HERE, now)
    assert throttle.try_now("chantal", HERE, now + 1) == 0

    assert throttle.try_now("chantal", HERE, now + 2) > 0


@pytest.mark.rule("1.1-f")
def test_a_hundred_thousand_guesses_are_fewer_than_a_hundred_tries() -> None:
    """A stranger with as many machines as he likes, one account, one day (ASVS 6.3.1)."""
    throttle = Throttle()
    let_through = sum(
        throttle.try_now("chantal@vtel.nl", f"10.{n % 250}.{n // 250 % 250}.1", NOON + n * 864) == 0
        for n in range(100_000)
    )

    assert let_through <= 100


def test_guesses_at_the_same_moment_are_counted_before_they_are_compared() -> None:
    """A hundred at once are five, not a hundred."""
    throttle = Throttle()

    assert sum(throttle.try_now("chantal", f"192.0.2.{n}", NOON) == 0 for n in range(100)) == 5


@pytest.mark.rule("1.1-f")
def test_one_address_cannot_try_name_after_name() -> None:
    """Twenty wrong tries, then one every ten seconds; the neighbour is not bothered."""
    throttle = Throttle()

    first = sum(throttle.try_now(f"name{n}", HERE, NOON) == 0 for n in range(500))
    later = sum(throttle.try_now(f"other{n}", HERE, NOON + 60_000) == 0 for n in range(500))

    assert (first, later) == (20, 6)
    assert throttle.try_now("chantal", "192.0.2.8", NOON) == 0


def test_right_passwords_cost_an_address_nothing() -> None:
    """Eighty colleagues behind one address start their shift in the same minute."""
    throttle = Throttle()

    for number in range(80):
        assert throttle.try_now(f"colleague{number}", HERE, NOON) == 0
        throttle.was_right(f"colleague{number}", HERE, NOON)


def test_what_is_remembered_of_strangers_has_a_limit() -> None:
    """A million made-up names do not fill the memory."""
    throttle = Throttle()

    for number in range(12_000):
        throttle.try_now(f"name{number}", f"10.0.{number // 250}.{number % 250}", NOON)

    assert len(throttle._accounts) == len(throttle._addresses) == 10_000


@pytest.mark.rule("1.1-f")
def test_made_up_names_do_not_make_the_failures_of_an_account_forgotten() -> None:
    """Neither those that are refused at one address, nor those that are let through at many; ten seconds apart."""
    throttle = Throttle()
    for number in range(12):
        throttle.try_now("chantal", f"192.0.2.{number}", NOON + (1_000 << number))
    tried = NOON + (1_000 << 11) + 1
    waits = throttle.try_now("chantal", "198.51.100.1", tried)
    assert waits > 60_000

    for number in range(10_001):
        throttle.try_now(f"name{number}", HERE, tried)
    assert throttle.try_now("chantal", "198.51.100.1", tried) == waits
    assert len(throttle._accounts) < 100
    for number in range(10_500):
        throttle.try_now(f"name{number}", f"10.0.{number // 250}.{number % 250}", tried)
    assert throttle.try_now("chantal", "198.51.100.1", tried) == waits
    assert len(throttle._accounts) == 10_000


def test_forgotten_failures_make_room_first() -> None:
    """A day later nobody of them counts, however many there were."""
    throttle = Throttle()
    for _ in range(3):
        throttle.try_now("chantal", HERE, NOON)
    for number in range(9_999):
        throttle.try_now(f"name{number}", f"10.0.{number // 250}.{number % 250}", NOON + 1)

    throttle.try_now("piet", "198.51.100.1", NOON + 24 * HOUR + 1)

    assert "chantal" not in throttle._accounts and len(throttle._accounts) == 10_000


def test_an_ipv6_household_is_one_address() -> None:
    """It has 2^64 of them to try from."""
    assert network("2001:db8::1") == network("2001:db8::ffff:1") != network("2001:db8:0:1::1")
    assert network("::ffff:192.0.2.7") == "192.0.2.7"
    assert network("unix socket") == "unix socket"


async def test_an_unused_session_ends_after_a_shift(log_ins: LogIns) -> None:
    """Twelve hours without a request."""
    inside = await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)

    assert await log_ins.check(inside.token, NOON + 12 * HOUR - 1) is not None
    assert await log_ins.check(inside.token, NOON + 15 * HOUR) is not None
    inside = await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)
    assert await log_ins.check(inside.token, NOON + 12 * HOUR) is None
    assert await log_ins.check(inside.token, NOON + 1) is None


@pytest.mark.parametrize("jump_ms", [HOUR, -HOUR, 120_000, -120_000])
async def test_nobody_is_logged_out_because_the_clock_was_set(log_ins: LogIns, jump_ms: int) -> None:
    """Who worked a minute ago goes on, and is still known after most of a shift without a click (F14)."""
    inside = await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)
    assert await log_ins.check(inside.token, NOON + 3 * HOUR) is not None

    assert await log_ins.check(inside.token, NOON + 3 * HOUR + jump_ms) is not None
    assert await log_ins.check(inside.token, NOON + 13 * HOUR + jump_ms) is not None


async def test_no_session_lives_longer_than_sixteen_hours(log_ins: LogIns) -> None:
    """Busy all day and night, and asked for the password all the same."""
    inside = await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)

    for hour in range(16):
        assert await log_ins.check(inside.token, NOON + hour * HOUR) is not None
    assert await log_ins.check(inside.token, NOON + 16 * HOUR) is None


@pytest.mark.rule("1.1-c")
async def test_a_new_password_ends_the_old_sessions(log_ins: LogIns) -> None:
    """Chantal chooses another one; who was in with the old one is out."""
    inside = await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)

    await log_ins.set_password(CHANTAL, await log_ins.hash_password("chantal@vtel.nl", "heel iets anders"))

    assert await log_ins.check(inside.token, NOON + 1) is None
    with pytest.raises(WrongCredentials):
        await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)
    await log_ins.log_in("chantal@vtel.nl", "heel iets anders", address=HERE, now=NOON)


@pytest.mark.rule("1.1-c")
@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("kort 12", PasswordProblem.TOO_SHORT),
        ("x" * 257, PasswordProblem.TOO_LONG),
        ("Welkom2026", PasswordProblem.TOO_COMMON),
        ("aaaaaaaabbbb", PasswordProblem.TOO_COMMON),
        ("Chantal@Vtel.nl", PasswordProblem.IS_USER_NAME),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, problem: PasswordProblem) -> None:
    """With the reason, so that the next one is better."""
    with pytest.raises(PasswordRefused) as refused:
        check_password(password, "chantal@vtel.nl")

    assert refused.value.problem is problem


def test_length_is_the_only_demand() -> None:
    """No capital, no sign, no digit needed; 256 characters may be used."""
    check_password("dat is een lange zin", "chantal@vtel.nl")
    check_password("zin" * 85, "chantal@vtel.nl")


async def test_the_same_letters_from_another_keyboard_are_the_same_password(passwords: Passwords) -> None:
    """ "é" as one character or as an e with an accent on it."""
    assert await passwords.matches("cafe\u0301 noir", await passwords.hash("caf\u00e9 noir"))


async def test_hashing_leaves_the_loop_alone_and_uses_a_core_at_most_once(passwords: Passwords) -> None:
    """Ten log-ins at once: the loop goes on, and no more threads than cores work."""
    await asyncio.gather(*(passwords.matches("x", None) for _ in range(10)))
    working = [thread for thread in threading.enumerate() if thread.name.startswith("password")]

    assert 1 <= len(working) <= (os.cpu_count() or 1)


async def test_a_flood_of_log_ins_is_answered_not_piled_up(log_ins: LogIns, passwords: Passwords) -> None:
    """From a thousand machines while every core is busy: some wait, the others are told at once to come back."""
    gate, too_many = threading.Event(), 30
    for _ in range(os.cpu_count() or 1):
        passwords._threads.submit(gate.wait, 60.0)
    flood = [
        asyncio.ensure_future(log_ins.log_in(f"name{n}", "x", address=f"10.1.{n}.1", now=NOON))
        for n in range(HASHES_WAITING_MAX + too_many)
    ]
    told: set[asyncio.Future[LoggedIn]] = set()
    async with asyncio.timeout(60):
        while len(told) < too_many:
            told, _ = await asyncio.wait(flood, timeout=0.05)
    assert all(isinstance(one.exception(), TooManyAttempts) for one in told)

    gate.set()
    kinds = [type(answer) for answer in await asyncio.gather(*flood, return_exceptions=True)]
    assert kinds.count(TooManyAttempts) == too_many
    assert kinds.count(WrongCredentials) == HASHES_WAITING_MAX


@pytest.mark.rule("1.1-j")
async def test_a_log_in_that_was_under_way_does_not_survive_the_new_password(
    log_ins: LogIns, database: Database, passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old password is compared while a new one is stored; the next try is told that it is wrong."""
    compare, chosen = Passwords.matches, await passwords.hash("heel iets anders")

    async def slowly(self: Passwords, password: str, known: str | None) -> bool:
        right = await compare(self, password, known)
        await log_ins.set_password(CHANTAL, chosen)
        return right

    with monkeypatch.context() as patch:
        patch.setattr(Passwords, "matches", slowly)
        patch.setattr(Passwords, "outdated", lambda _self, known: True)
        with pytest.raises(TooManyAttempts):
            await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)
    with pytest.raises(WrongCredentials):
        await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON + HOUR)
    credential = await database.accounts.credential("chantal@vtel.nl")
    assert credential is not None and credential.password_hash == chosen


async def test_a_hash_of_older_figures_is_renewed_at_the_next_log_in(
    log_ins: LogIns, database: Database
) -> None:
    """The figures grow with the years; nobody has to choose a new password for it."""
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(RIGHT)
    await database.accounts.set_password_hash(CHANTAL, old)

    await log_ins.log_in("chantal@vtel.nl", RIGHT, address=HERE, now=NOON)

    credential = await database.accounts.credential("chantal@vtel.nl")
    assert credential is not None
    assert credential.password_hash is not None
    assert credential.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
