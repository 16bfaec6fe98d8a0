"""The demo organisation shows what Cordboard does, with passwords nobody else has."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from cordboard.app import demo
from cordboard.app.accounts import LogIns
from cordboard.app.demo import DEMO, create_demo, demo_directory, read_demo_logins, write_demo_logins
from cordboard.app.passwords import Passwords, check_password
from cordboard.app.ports import StorageFailure, UserRow
from cordboard.app.throttle import Throttle
from cordboard.core.types import DeviceKind, GroupId, OrganisationId, Right, UserId
from cordboard.storage.open import Database, open_database

NOON = 1_530_000_000_000


@pytest.fixture(scope="module")
def passwords() -> Iterator[Passwords]:
    """The real hashing."""
    passwords = Passwords()
    yield passwords
    passwords.close()


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A new installation."""
    database = await open_database(f"sqlite:///{tmp_path}/cordboard.db", backups=None)
    yield database
    await database.close()


async def test_everybody_can_log_in_with_what_was_told(database: Database, passwords: Passwords) -> None:
    """The printed names and passwords work, Chantal's first."""
    logins = await create_demo(database.directories, database.accounts, NOON)

    assert logins is not None
    assert logins.log_ins[0].user_name == "chantal"
    log_ins = LogIns(database.accounts, passwords, Throttle())
    for known in logins.log_ins:
        inside = await log_ins.log_in(known.user_name, known.password, address="127.0.0.1", now=NOON)
        assert inside.session.organisation == DEMO


async def test_it_is_made_once(database: Database, passwords: Passwords) -> None:
    """The second start changes neither passwords nor what was configured meanwhile."""
    await create_demo(database.directories, database.accounts, NOON, passwords=passwords)
    before = await database.accounts.credential("piet")
    await database.directories.save(replace(await database.directories.directory(DEMO), queues=()))

    again = await create_demo(database.directories, database.accounts, NOON, passwords=passwords)

    assert again is None
    assert await database.accounts.credential("piet") == before
    assert (await database.directories.directory(DEMO)).queues == ()


async def test_an_installation_with_customers_gets_no_demo(database: Database, passwords: Passwords) -> None:
    """Where somebody works already, no known user names appear."""
    own = demo_directory().organisation
    await database.directories.save(
        replace(
            demo_directory(),
            organisation=replace(own, id=OrganisationId("mine"), demo=False),
            groups=(),
            users=(),
            queues=(),
            devices=(),
        )
    )

    assert await create_demo(database.directories, database.accounts, NOON, passwords=passwords) is None
    assert await database.directories.organisations() == ("mine",)


async def test_a_start_that_was_broken_off_is_finished_by_the_next(
    database: Database, passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full after the fourth password; the next start tells log-ins that work."""
    kept = type(database.accounts).set_password_hash
    done: list[UserId] = []

    async def until_full(self: object, user: UserId, password_hash: str) -> None:
        done.append(user)
        if len(done) > 4:
            raise StorageFailure("disk full")
        await kept(database.accounts, user, password_hash)

    with monkeypatch.context() as patch:
        patch.setattr(type(database.accounts), "set_password_hash", until_full)
        with pytest.raises(StorageFailure):
            await create_demo(database.directories, database.accounts, NOON, passwords=passwords)

    logins = await create_demo(database.directories, database.accounts, NOON, passwords=passwords)

    assert logins is not None
    log_ins = LogIns(database.accounts, passwords, Throttle())
    for known in logins.log_ins:
        await log_ins.log_in(known.user_name, known.password, address="127.0.0.1", now=NOON)


@pytest.mark.rule("1.1-u", "X-b")
def test_its_people_show_the_differences() -> None:
    """Two groups, one group, none; with and without this right and that."""
    people = {user.name: user for user in demo_directory().users}

    def rights_missing(user: UserRow) -> set[Right]:
        return set(Right) - user.rights

    assert people["Chantal Vos"].groups == {GroupId("demo-enschede"), GroupId("demo-denbosch")}
    assert len(people["Piet Jansen"].groups) == 1
    assert people["Paulien Bos"].groups == frozenset()
    assert people["Piet Jansen"].extension == "203"
    assert Right.MANUAL_WRAP_UP in rights_missing(people["Piet Jansen"])
    assert Right.HISTORY in rights_missing(people["Anja Smit"])
    assert rights_missing(people["Henk van Dijk"]) == set()
    assert [name for name, user in people.items() if Right.ADMIN_USERS in user.rights] == ["Henk van Dijk"]
    assert {name for name, user in people.items() if Right.SUPERVISE in user.rights} == {
        "Chantal Vos",
        "Henk van Dijk",
    }
    assert all(Right.DIAL_OUTSIDE in user.rights for user in people.values())
    assert {"Paul de Jong", "Anja Smit", "Henk van Dijk", "Paulien Bos"} <= people.keys()


@pytest.mark.rule("D11", "D28", "D29")
def test_it_has_pauses_and_everybody_a_number_of_ones_own() -> None:
    """In Dutch; what called people see is a number that leads back into the house."""
    made = demo_directory()

    assert made.organisation.pause_reasons == ("Pauze", "Lunch", "Overleg", "Administratie")
    own = [number for user in made.users for number in user.numbers]
    lead_here = {number for queue in made.queues for number in queue.numbers} | set(own)
    shown = {made.organisation.rules.number} | {queue.rules.number for queue in made.queues}
    assert len(own) == len(set(own)) == len(made.users)
    assert shown <= lead_here


@pytest.mark.rule("3.6-t", "D14")
def test_who_waits_in_its_general_queue_is_offered_a_call_back() -> None:
    """With the place, after half a minute, so that a newcomer hears it; not in the urgent one."""
    queues = {queue.name: queue.rules for queue in demo_directory().queues}

    assert queues["Algemeen"].callback.caller_first_ms == queues["Algemeen"].announce_first_ms == 30_000
    assert queues["Urgent"].callback.caller_first_ms is None


@pytest.mark.rule("2.1.1-j", "2.1.1-k")
def test_its_queues_are_the_manuals() -> None:
    """Algemeen, Urgent and Intercollegiaal; one of them not in Den Bosch."""
    queues = {queue.name: queue for queue in demo_directory().queues}

    assert list(queues) == ["Algemeen", "Urgent", "Intercollegiaal"]
    assert [queue.urgent for queue in queues.values()] == [False, True, False]
    assert [queue.wrap_up_ms for queue in queues.values()] == [15_000, 20_000, 0]
    assert all(queue.numbers for queue in queues.values())
    assert [GroupId("demo-denbosch") in queue.groups for queue in queues.values()] == [True, True, False]


def test_everybody_has_a_browser_phone_and_there_are_desk_phones() -> None:
    """With a password of 128 random bits each, new for every installation."""
    one, other = demo_directory(), demo_directory()

    web = [device for device in one.devices if device.kind is DeviceKind.WEB]
    sip = [device for device in one.devices if device.kind is DeviceKind.SIP]
    assert len(web) == len(one.users)
    assert "Browser van Chantal" in [device.name for device in web]
    assert [device.name for device in sip][:2] == ["Toestel 201", "Toestel 202"]
    secrets = {device.password for directory in (one, other) for device in directory.devices}
    assert len(secrets) == 2 * len(one.devices)
    assert all(len(secret) == 32 for secret in secrets)


def test_passwords_are_readable_and_hard_to_guess() -> None:
    """Small letters and digits; enough of them for a throttled log-in."""
    made = {demo.readable_password() for _ in range(200)}

    assert len(made) == 200
    for password in made:
        check_password(password, "chantal")
        assert password.replace("-", "").isalnum()
        assert password.isascii()
    assert len(set(demo._WORDS)) == len(demo._WORDS)
    assert math.log2(len(demo._WORDS) ** 3 * 90) > 27


def test_the_log_ins_are_kept_in_a_file_of_ones_own(tmp_path: Path) -> None:
    """Mode 0600, and read again as they were."""
    logins = demo.DemoLogins(
        log_ins=(
            demo.DemoLogIn(user_name="chantal", name="Chantal Vos", password="a-b-c-12"),
            demo.DemoLogIn(user_name="piet", name="Piet Jansen", password="d-e-f-34"),
        )
    )
    (tmp_path / "demo-logins.txt").touch(0o666)

    file = write_demo_logins(tmp_path, logins)

    assert file == tmp_path / "demo-logins.txt"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().splitlines()[0] == "chantal  a-b-c-12  Chantal Vos"
    assert read_demo_logins(tmp_path) == logins
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo-logins.txt"]


def test_a_file_that_somebody_changed_is_no_file(tmp_path: Path) -> None:
    """Then the log-ins are simply not shown again."""
    assert read_demo_logins(tmp_path) is None
    for content in (b"", b"chantal\n", b"\xff\xfe"):
        (tmp_path / "demo-logins.txt").write_bytes(content)
        assert read_demo_logins(tmp_path) is None
