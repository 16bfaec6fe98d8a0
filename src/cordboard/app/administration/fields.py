"""How each kind of field is read: what an administrator sends, as what is kept, or why not.

A reader gives the value in the shape in which it is shown again, so that what was read may be sent back.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date
from typing import Any

import phonenumbers

from cordboard.app.dialling import DialPlan
from cordboard.app.mailing import is_address
from cordboard.app.numbers import SHORT_DIGITS_MAX, is_outside, read_number
from cordboard.app.ports import Directory
from cordboard.core.rules import Exit, ExitAction, ExitReason

Row = dict[str, Any]
"""One thing as it is shown and sent: plain values."""

LIST_MAX = 1_000
"""Entries of one list in one row."""
_EXTENSION = re.compile(r"[0-9]{1,20}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """Why one field cannot be so; nothing has changed."""

    field: str
    """With dots for one inside another: `exits.full.target`."""
    code: str
    args: Mapping[str, str] = dataclass_field(default_factory=dict)


class Wrong(Exception):
    """This value cannot be used."""

    def __init__(self, code: str, *, inside: str = "", **args: str) -> None:
        super().__init__(code)
        self.code, self.inside, self.args_ = code, inside, args


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a value is read against."""

    directory: Directory
    """As it is."""
    kept: frozenset[str] = frozenset()
    """Every text of the thing as it was."""

    @property
    def country(self) -> str:
        """For reading numbers."""
        return self.directory.organisation.country

    def ids(self, resource: str) -> frozenset[str]:
        """Of all things of that kind."""
        directory = self.directory
        known: dict[str, Iterable[Any]] = {
            "groups": directory.groups,
            "users": directory.users,
            "queues": directory.queues,
            "devices": directory.devices,
            "roles": directory.roles,
            "hours": directory.hours,
            "own_announcements": directory.announcements,
        }
        return frozenset(one.id for one in known[resource])


Reader = Callable[[object, Context], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a resource."""

    name: str
    read: Reader
    default: Any = ...
    """For one that is left out when a thing is made; `...`: it must be given."""
    fixed: bool = False
    """It is chosen once, when the thing is made."""


def read_row(fields: Sequence[Field], sent: Row, before: Row | None, context: Context) -> Row:
    """What was sent on top of what was there, or of the defaults.

    Raises:
        Invalid: some fields cannot be so; all that are wrong are named.
    """
    known = {one.name: one for one in fields}
    problems = [FieldProblem(field=name, code="unknown_field") for name in sorted(sent) if name not in known]
    row: Row = {} if before is None else dict(before)
    context = replace(context, kept=frozenset(_texts(row)))
    for name, one in known.items():
        if name not in sent:
            if before is None and one.default is ...:
                problems.append(FieldProblem(field=name, code="required"))
            elif before is None:
                row[name] = one.default
            continue
        try:
            value = one.read(sent[name], context)
        except Wrong as wrong:
            path = f"{name}.{wrong.inside}" if wrong.inside else name
            problems.append(FieldProblem(field=path, code=wrong.code, args=wrong.args_))
            continue
        if one.fixed and before is not None and value != before[name]:
            problems.append(FieldProblem(field=name, code="fixed"))
        row[name] = value
    if problems:
        raise Invalid(problems)
    return row


def _texts(value: object) -> Iterator[str]:
    """All that are in it, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one)


class Invalid(Exception):
    """Some fields cannot be so; nothing has changed."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(", ".join(f"{one.field}: {one.code}" for one in problems))
        self.problems = tuple(problems)


# --- readers ---


def text(most: int, *, empty: bool = False) -> Reader:
    """Something to read, without space around it."""

    def read(value: object, _context: Context) -> str:
        if not isinstance(value, str):
            raise Wrong("wrong_type")
        found = value.strip()
        if not found and not empty:
            raise Wrong("required")
        if len(found) > most:
            raise Wrong("too_long", most=str(most))
        if any(not (letter.isprintable() or letter == "\n") for letter in found):
            raise Wrong("bad_name")
        return found

    return read


def matching(pattern: re.Pattern[str], code: str) -> Reader:
    """Something written like this, without space around it; otherwise it is wrong with that code."""

    def read(value: object, _context: Context) -> str:
        if not isinstance(value, str):
            raise Wrong("wrong_type")
        if pattern.fullmatch(value.strip()) is None:
            raise Wrong(code)
        return value.strip()

    return read


def maybe(reader: Reader) -> Reader:
    """The same, or nothing: `null`, or in a file the empty text."""

    def read(value: object, context: Context) -> Any:
        return None if value is None or value == "" else reader(value, context)

    return read


def flag(value: object, _context: Context) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise Wrong("wrong_type")
    return value


def whole(least: int, most: int) -> Reader:
    """A whole number."""

    def read(value: object, _context: Context) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong("wrong_type")
        if value < least:
            raise Wrong("too_small", least=str(least))
        if value > most:
            raise Wrong("too_large", most=str(most))
        return value

    return read


def choice(*words: str, code: str = "bad_choice") -> Reader:
    """One of these words."""

    def read(value: object, _context: Context) -> str:
        if not isinstance(value, str):
            raise Wrong("wrong_type")
        if value not in words:
            raise Wrong(code)
        return value

    return read


def several(reader: Reader, *, most: int = LIST_MAX, sort: bool = True) -> Reader:
    """A list without repetition; sorted where the order says nothing."""

    def read(value: object, context: Context) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise Wrong("wrong_type")
        if len(value) > most:
            raise Wrong("too_long", most=str(most))
        found: list[Any] = []
        for at, one in enumerate(value, start=1):
            try:
                read_one = reader(one, context)
            except Wrong as wrong:
                inside = f"{at}.{wrong.inside}" if wrong.inside else str(at)
                raise Wrong(wrong.code, inside=inside, **wrong.args_) from wrong
            if read_one not in found:
                found.append(read_one)
        return sorted(found) if sort else found

    return read


def id_of(resource: str) -> Reader:
    """Of a thing that is there."""

    def read(value: object, context: Context) -> str:
        if not isinstance(value, str):
            raise Wrong("wrong_type")
        if value not in context.ids(resource):
            raise Wrong("not_there", id=value[:80])
        return value

    return read


def number(value: object, context: Context) -> str:
    """A telephone number in any form, kept as E.164 without plus (D28)."""
    if not isinstance(value, str):
        raise Wrong("wrong_type")
    if value in context.kept and is_outside(value):
        # As it was shown, without plus: in some countries these digits are dialled for another number.
        return value
    found = read_number(value, context.country)
    # Unicode has other digits too, which no telephone can dial.
    if found is None or not (found.isascii() and found.isdigit()):
        raise Wrong("bad_number")
    return found


def number_to_call(value: object, context: Context) -> str:
    """A number that callers are led to: nothing but what somebody could call.

    What no country has goes to the trunk as it is dialled, which may connect it without its last digits, whoever may
    call there (2.6-g), or not at all. One that is there already may stay.
    """
    found = number(value, context)
    text = f"+{found}" if is_outside(found) else found
    if found not in context.kept and DialPlan(country=context.country).outside(text) is None:
        raise Wrong("bad_number")
    return found


def own_number(value: object, context: Context) -> str:
    """A number of ours: one of the world, or as short as an extension.

    What no country has is only what one reader makes of the digits, and could be another organisation's number; one
    that is there already may stay.
    """
    found = number(value, context)
    if is_outside(found) or len(found) <= SHORT_DIGITS_MAX:
        return found
    directory = context.directory
    known = directory.organisation.numbers.union(
        *(queue.numbers for queue in directory.queues), *(user.numbers for user in directory.users)
    )
    if found not in known:
        raise Wrong("bad_number")
    return found


def number_or_beginning(value: object, context: Context) -> str:
    """A number, or the beginning of numbers with `*` at its end (D14, D22)."""
    if not isinstance(value, str) or not value.strip().endswith("*"):
        return number(value, context)
    digits = re.sub(r"[\s.\-/]+", "", value.strip().removesuffix("*")).removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or len(digits) < 4:
        raise Wrong("bad_number")
    if digits.startswith("00"):
        return digits[2:] + "*"
    if digits.startswith("0"):
        code = phonenumbers.country_code_for_region(context.country)
        return f"{code}{digits[1:]}*"
    return digits + "*"


extension = matching(_EXTENSION, "bad_number")
"""What is dialled inside the house."""


def mail(value: object, _context: Context) -> str:
    """An e-mail address."""
    if not isinstance(value, str):
        raise Wrong("wrong_type")
    if not is_address(value.strip()):
        raise Wrong("bad_email")
    return value.strip()


def time_zone(value: object, _context: Context) -> str:
    """A name of the time zone database."""
    if not isinstance(value, str) or value not in zoneinfo.available_timezones():
        raise Wrong("bad_time_zone")
    return value


def country(value: object, _context: Context) -> str:
    """Two letters of ISO 3166."""
    if not isinstance(value, str) or value.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise Wrong("bad_country")
    return value.upper()


language = choice("nl", "en", code="bad_language")


def clock(value: object, *, end: bool = False) -> str:
    """A time of day, `08:30`."""
    if not isinstance(value, str) or not (_TIME.fullmatch(value) or (end and value == "24:00")):
        raise Wrong("bad_time")
    return value


def time_of_day(value: object, _context: Context) -> str:
    """The same, as a field."""
    return clock(value)


def day(value: object, _context: Context) -> str:
    """A day of the calendar, `2026-12-25`."""
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        raise Wrong("bad_day")
    try:
        date.fromisoformat(value)
    except ValueError:
        raise Wrong("bad_day") from None
    return value


def part(value: object, names: Iterable[str], *, optional: Iterable[str] = ()) -> Row:
    """An object with exactly these fields."""
    if not isinstance(value, dict):
        raise Wrong("wrong_type")
    known, may_lack = set(names), set(optional)
    for name in value:
        if name not in known:
            raise Wrong("unknown_field", inside=str(name)[:80])
    for name in sorted(known - may_lack):
        if name not in value:
            raise Wrong("required", inside=name)
    return value


def way_out(value: object, context: Context, *, of_queue: bool = False) -> Row:
    """Where a rule leads a caller (D21, D29); only a queue's own may offer a call back (3.6-t)."""
    sent = part(value, ("action", "target"), optional=("target",))
    try:
        action = ExitAction(sent["action"])
    except ValueError:
        raise Wrong("bad_choice", inside="action") from None
    # Without one of these the sentence that fits is said.
    own, may_lack = id_of("own_announcements"), {ExitAction.ANNOUNCEMENT, ExitAction.MESSAGE}
    readers: dict[ExitAction, Reader] = {
        ExitAction.QUEUE: id_of("queues"),
        ExitAction.COLLEAGUE: id_of("users"),
        ExitAction.NUMBER: number_to_call,
        **dict.fromkeys(may_lack, own),
    }
    if action is ExitAction.CALL_BACK:
        if not of_queue:
            raise Wrong("bad_choice", inside="action")
        readers[action] = choice(ExitAction.MESSAGE.value)
        may_lack.add(action)
    target = sent.get("target") or None
    reader = readers.get(action)
    if reader is None and target is not None:
        raise Wrong("bad_choice", inside="target")
    if target is None and reader is not None and action not in may_lack:
        raise Wrong("required", inside="target")
    try:
        kept = reader(target, context) if reader is not None and target is not None else None
        return {"action": action.value, "target": kept}
    except Wrong as wrong:
        raise Wrong(wrong.code, inside="target", **wrong.args_) from wrong


def ways_out(value: object, context: Context) -> Row:
    """By the reason for which callers are led out of a queue (D21)."""
    reasons = [reason.value for reason in ExitReason]
    sent = part(value, reasons, optional=reasons)
    found: Row = {}
    for reason in reasons:
        if sent.get(reason) is None:
            continue
        try:
            found[reason] = way_out(sent[reason], context, of_queue=True)
        except Wrong as wrong:
            inside = f"{reason}.{wrong.inside}" if wrong.inside else reason
            raise Wrong(wrong.code, inside=inside, **wrong.args_) from wrong
    return found


# --- the same values as the rest of the program has them ---


def shown_exit(way: Exit | None) -> Row | None:
    """A way out as it is shown."""
    return None if way is None else {"action": way.action.value, "target": way.target}


def kept_exit(row: Row | None) -> Exit | None:
    """And as it is kept."""
    return None if row is None else Exit(action=ExitAction(row["action"]), target=row["target"])
