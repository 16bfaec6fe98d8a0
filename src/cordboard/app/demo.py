"""The demo organisation: the manual's people, groups and queues, ready to be tried in a minute.

Everybody is there to show something: Chantal may choose between two groups and hears the alarms, Piet works in one,
Paulien in none; Anja has no history, Piet no wrap-up of his own, Paul may not take calls out of a queue, Henk may do
everything.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cordboard.app.administration.rights import PROTECTED
from cordboard.app.passwords import Passwords
from cordboard.app.ports import (
    Accounts,
    DeviceRow,
    Directories,
    Directory,
    GroupRow,
    OrganisationRow,
    QueueRow,
    QueueRules,
    UserRow,
)
from cordboard.core.rules import CallBackRules, Exit, ExitAction, ExitReason, HouseRules
from cordboard.core.types import (
    AnswerMethod,
    DeviceId,
    DeviceKind,
    GroupId,
    Instant,
    OrganisationId,
    QueueId,
    Right,
    Strategy,
    UserId,
)

DEMO = OrganisationId("demo")
LOGINS_FILE = "demo-logins.txt"
NO_DEMO_FILE = "no-demo"
"""Says that the demo organisation was removed, and is not to be made again."""

_ALL = (
    frozenset(Right)
    - PROTECTED
    - {
        Right.TAKE_OVER_DEVICE,
        Right.SUPERVISE,
        Right.DIAL_INTERNATIONAL,
        Right.DIAL_PREMIUM,
    }
)
_PAUSES = ("Pauze", "Lunch", "Overleg", "Administratie")
_GROUPS = ("Amsterdam", "Den Bosch", "Enschede", "Rotterdam", "Utrecht")
_EVERYWHERE = frozenset(_GROUPS)


@dataclass(frozen=True, slots=True)
class _Person:
    user_name: str
    name: str
    extension: str
    groups: frozenset[str]
    rights: frozenset[Right]


_PEOPLE = (
    _Person(
        "chantal",
        "Chantal Vos",
        "201",
        frozenset({"Enschede", "Den Bosch"}),
        _ALL | {Right.SUPERVISE, Right.DIAL_INTERNATIONAL},
    ),
    _Person("piet", "Piet Jansen", "203", frozenset({"Enschede"}), _ALL - {Right.MANUAL_WRAP_UP}),
    _Person("anja", "Anja Smit", "204", frozenset({"Enschede", "Utrecht"}), _ALL - {Right.HISTORY}),
    _Person("paul", "Paul de Jong", "205", frozenset({"Amsterdam"}), _ALL - {Right.PICK, Right.CHAT}),
    _Person("henk", "Henk van Dijk", "206", _EVERYWHERE, frozenset(Right)),
    _Person(
        "fatima",
        "Fatima Yıldız",
        "207",
        frozenset({"Den Bosch", "Rotterdam"}),
        _ALL - {Right.COLLEAGUES_NUMBERS},
    ),
    _Person("paulien", "Paulien Bos", "208", frozenset(), _ALL),
)


@dataclass(frozen=True, slots=True)
class _Queue:
    name: str
    urgent: bool
    wrap_up_ms: int
    strategy: Strategy
    groups: frozenset[str]
    numbers: frozenset[str]
    rules: QueueRules


_QUEUES = (
    _Queue(
        "Algemeen",
        False,
        15_000,
        Strategy.RING_ALL,
        _EVERYWHERE,
        frozenset({"31534800900"}),
        QueueRules(
            number="31534800900",
            announce_first_ms=30_000,
            # Said in the same breath as the place, so that who tries Cordboard hears both.
            callback=CallBackRules(caller_first_ms=30_000),
            exits={
                ExitReason.FULL: Exit(action=ExitAction.ANNOUNCEMENT),
                # Ten minutes is enough: the caller may leave a message and is called back.
                ExitReason.TIMEOUT: Exit(action=ExitAction.MESSAGE),
            },
            wait_ms_max=600_000,
            calls_max=50,
        ),
    ),
    _Queue(
        "Urgent",
        True,
        20_000,
        Strategy.RING_ALL,
        _EVERYWHERE,
        frozenset({"31534800911"}),
        QueueRules(number="31534800911"),
    ),
    # Not for Den Bosch: who goes there from Enschede is signed out of it (1.3-d).
    _Queue(
        "Intercollegiaal",
        False,
        0,
        Strategy.LONGEST_IDLE,
        frozenset({"Enschede", "Utrecht", "Amsterdam"}),
        frozenset({"31534800922"}),
        QueueRules(number="31534800922"),
    ),
)

_DESK_PHONES = ("201", "202", "203", "204", "205", "206")

# Dutch, short, told apart by ear, and none that one would not say to a newcomer.
_WORD_LIST = """
appel anker avond bakker balie beker berg beuk bloem boom boot brief brood brug buurt citroen dak deken deur
dorp draad druif duif eiland emmer fabriek fakkel fiets fluit gans garage gebak geluid glas goud gras haas
hamer haven heide herfst hotel huis ijsje jager jas kaars kaas kano kapper kasteel kelder kers ketting keuken
klok koffer koning kroon kussen laars lamp lente lepel linde maan mand markt melk meter molen muts naald nacht
nest noot oever olifant orgel oven paard papier peper perzik piano plank plein poort prins raam regen ridder
riem roos rozijn schaap schip sleutel sneeuw spiegel stad stoel storm straat suiker tafel tarwe tijger toren
trap tulp tuin veer venster vijver vlag vlinder vogel vos water wekker wiel winter wolk wortel zadel zand zomer
"""
_WORDS = tuple(_WORD_LIST.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogIn:
    """A person of the demo organisation who can log in."""

    user_name: str
    name: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogins:
    """Everybody of the demo organisation, the one to begin with first."""

    log_ins: tuple[DemoLogIn, ...]


async def create_demo(
    directories: Directories, accounts: Accounts, now: Instant, *, passwords: Passwords | None = None
) -> DemoLogins | None:
    """Make the demo organisation with new random passwords, once.

    Args:
        now: when; nothing that is stored has a date yet.
        passwords: the hashing that the server has already; None: one of its own for a moment.

    Returns:
        The log-ins, told only this once; None: the installation has an organisation already, nothing was changed.

    Raises:
        StorageFailure: the database did not do it. What is half made is finished by the next attempt.
    """
    hashing = passwords if passwords is not None else await asyncio.to_thread(Passwords)
    try:
        there = await directories.organisations()
        if there not in ((), (DEMO,)) or await _is_complete(accounts, there):
            return None
        await directories.save(demo_directory())
        log_ins = tuple(
            DemoLogIn(user_name=person.user_name, name=person.name, password=readable_password())
            for person in _PEOPLE
        )
        # The first person's password comes last: that it is there says that all are.
        for log_in in reversed(log_ins):
            user = UserId(f"demo-{log_in.user_name}")
            await accounts.set_password_hash(user, await hashing.hash(log_in.password))
        return DemoLogins(log_ins=log_ins)
    finally:
        if passwords is None:
            hashing.close()


async def _is_complete(accounts: Accounts, there: Sequence[OrganisationId]) -> bool:
    if not there:
        return False
    first = await accounts.credential(_PEOPLE[0].user_name)
    return first is not None and first.password_hash is not None


def demo_directory() -> Directory:
    """The organisation with new random passwords for its devices."""
    return Directory(
        organisation=OrganisationRow(
            id=DEMO,
            name="Zorggroep Twente",
            country="NL",
            language="nl",
            time_zone="Europe/Amsterdam",
            demo=True,
            # Whoever tries it speaks one of the two, and it is one text (1.1-g).
            contact="De log-ins van deze demo staan in het venster waarin Cordboard is gestart. "
            "The log-ins of this demo are in the window where Cordboard was started.",
            rules=HouseRules(number="31534800900", direct_exit=Exit(action=ExitAction.MESSAGE)),
            pause_reasons=_PAUSES,
        ),
        groups=tuple(GroupRow(id=_group(name), name=name) for name in _GROUPS),
        users=tuple(_user(person) for person in _PEOPLE),
        queues=tuple(_queue(queue, position) for position, queue in enumerate(_QUEUES)),
        devices=tuple(_browser(person) for person in _PEOPLE) + tuple(_desk_phone(e) for e in _DESK_PHONES),
    )


def _group(name: str) -> GroupId:
    return GroupId("demo-" + name.lower().replace(" ", ""))


def _user(person: _Person) -> UserRow:
    return UserRow(
        id=UserId(f"demo-{person.user_name}"),
        user_name=person.user_name,
        name=person.name,
        extension=person.extension,
        email=f"{person.user_name}@zorggroeptwente.example",
        language="nl",
        theme="system",
        disabled=False,
        groups=frozenset(_group(name) for name in person.groups),
        rights=person.rights,
        # Extension 201 is reached from outside at 053 480 02 01.
        numbers=frozenset({f"315348002{person.extension[1:]}"}),
    )


def _queue(queue: _Queue, position: int) -> QueueRow:
    return QueueRow(
        id=QueueId(f"demo-{queue.name.lower()}"),
        name=queue.name,
        urgent=queue.urgent,
        priority=0,
        position=position,
        strategy=queue.strategy,
        ring_ms=20_000,
        wrap_up_ms=queue.wrap_up_ms,
        ring_until_answered=False,
        locked=False,
        groups=frozenset(_group(name) for name in queue.groups),
        language="nl",
        numbers=queue.numbers,
        rules=queue.rules,
    )


def _browser(person: _Person) -> DeviceRow:
    first_name = person.name.partition(" ")[0]
    return DeviceRow(
        id=DeviceId(f"demo-{person.user_name}"),
        name=f"Browser van {first_name}",
        kind=DeviceKind.WEB,
        extension=person.extension,
        answer_method=AnswerMethod.WEB,
        password=secrets.token_hex(16),
    )


def _desk_phone(extension: str) -> DeviceRow:
    return DeviceRow(
        id=DeviceId(f"demo-{extension}"),
        name=f"Toestel {extension}",
        kind=DeviceKind.SIP,
        extension=extension,
        # Most telephones answer a call that asks for it; what a device does better is learned at the first call.
        answer_method=AnswerMethod.HEADER,
        password=secrets.token_hex(16),
    )


def readable_password() -> str:
    """Three Dutch words and two digits: easily typed from a screen, one of some two hundred million."""
    words = "-".join(secrets.choice(_WORDS) for _ in range(3))
    return f"{words}-{secrets.randbelow(90) + 10}"


# --- the file that remembers them --------------------------------------------------------------------------


def write_demo_logins(folder: Path, logins: DemoLogins) -> Path:
    """Keep the log-ins in a file that only its owner may read; gives the file.

    Raises:
        OSError: it could not be written; an earlier file is as it was.
    """
    width = max(len(log_in.user_name) for log_in in logins.log_ins)
    lines = [f"{log_in.user_name:<{width}}  {log_in.password}  {log_in.name}\n" for log_in in logins.log_ins]
    file, half = folder / LOGINS_FILE, folder / f"{LOGINS_FILE}.new"
    half.unlink(missing_ok=True)
    # Made unreadable for others before there is anything in it.
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as writer:
        writer.writelines(lines)
    half.replace(file)
    return file


def read_demo_logins(folder: Path) -> DemoLogins | None:
    """The log-ins of an earlier run; None: the file is gone or is no such file."""
    try:
        lines = (folder / LOGINS_FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    parts = [line.split(maxsplit=2) for line in lines]
    if not parts or any(len(part) != 3 for part in parts):
        return None
    return DemoLogins(log_ins=tuple(DemoLogIn(user_name=u, password=p, name=n) for u, p, n in parts))


def forget_demo(folder: Path) -> None:
    """The demo organisation was removed: the next start must not make it again, with new passwords.

    Raises:
        OSError: it cannot be noted.
    """
    (folder / NO_DEMO_FILE).touch()
    (folder / LOGINS_FILE).unlink(missing_ok=True)
