"""The organisation itself with its rules, its telephones, and its numbers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

from cordboard.app.administration.fields import (
    Field,
    FieldProblem,
    Reader,
    Row,
    choice,
    country,
    extension,
    flag,
    id_of,
    kept_exit,
    language,
    maybe,
    number,
    number_or_beginning,
    own_number,
    several,
    shown_exit,
    text,
    time_of_day,
    time_zone,
    way_out,
    whole,
)
from cordboard.app.administration.people import POSITION_MAX
from cordboard.app.administration.resource import Resource, owner_of, replaced, without
from cordboard.app.ports import DeviceRow, Directory, OfficeSettings
from cordboard.core.rules import CountWindow, HouseRules, OnHookRinging
from cordboard.core.types import AnswerMethod, DeviceId, DeviceKind, Right

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

_RULES: dict[str, Reader] = {
    "pick_while_busy": flag,
    "pick_signed_in_only": flag,
    "auto_resume": flag,
    "resume_if_never_answered": flag,
    "on_hook_ringing": choice(*(one.value for one in OnHookRinging)),
    "undo_ms": whole(0, MINUTE_MS),
    "undo_outside": flag,
    "consult_ring_ms": whole(5_000, 5 * MINUTE_MS),
    "blind_ring_ms": whole(5_000, 5 * MINUTE_MS),
    "return_ms": whole(5_000, 5 * MINUTE_MS),
    "dial_ring_ms": whole(5_000, 5 * MINUTE_MS),
    "keep_entry_time": flag,
    "hold_warn_ms": whole(5_000, HOUR_MS),
    "hold_recall_ms": whole(10_000, HOUR_MS),
    "hold_told_ms": maybe(whole(10_000, HOUR_MS)),
    "direct_ring_ms": whole(5_000, 5 * MINUTE_MS),
    "direct_exit": way_out,
    "direct_rings_in_wrap_up": flag,
    "outbound_wrap_up_ms": whole(0, HOUR_MS),
    "outbound_wrap_up_unanswered": flag,
    "short_talk_ms": whole(0, MINUTE_MS),
    "manual_wrap_up_remind_ms": maybe(whole(MINUTE_MS, 24 * HOUR_MS)),
    "manual_wrap_up_told_ms": maybe(whole(MINUTE_MS, 24 * HOUR_MS)),
    "manual_wrap_up_ms_max": maybe(whole(MINUTE_MS, 24 * HOUR_MS)),
    "sign_in_reminder_ms": maybe(whole(MINUTE_MS, 24 * HOUR_MS)),
    "ring_pause_ms": whole(1_000, MINUTE_MS),
    "reserved_ms": whole(3_000, MINUTE_MS),
    "misses_max": whole(1, 20),
    "rejected_back_ms": whole(5_000, HOUR_MS),
    "console_gone_ms": whole(MINUTE_MS, 24 * HOUR_MS),
    "device_lost_ms": whole(MINUTE_MS, 24 * HOUR_MS),
    "keep_sign_ins": flag,
    "remember_sign_ins": flag,
    "count_window": choice(*(one.value for one in CountWindow)),
    "count_from": time_of_day,
    "count_short": flag,
    "number": maybe(number),
    "never_called_back": several(number_or_beginning),
}
"""How each rule of `HouseRules` is read; a test compares the names."""

_SETTINGS: dict[str, Reader] = {
    "choose_group": flag,
    "history_days": maybe(whole(1, 3_660)),
    "second_factor_for_administrators": flag,
    "reset_unknown": choice("error", "neutral"),
    "mail_messages": flag,
    "hold_music": maybe(id_of("own_announcements")),
}
"""How each of `OfficeSettings` is read."""


def _organisation(directory: Directory) -> list[Row]:
    row = directory.organisation
    rules: Row = {name: getattr(row.rules, name) for name in _RULES}
    rules["on_hook_ringing"] = row.rules.on_hook_ringing.value
    rules["count_window"] = row.rules.count_window.value
    rules["direct_exit"] = shown_exit(row.rules.direct_exit)
    rules["never_called_back"] = list(row.rules.never_called_back)
    return [
        {
            "id": row.id,
            "name": row.name,
            "country": row.country,
            "language": row.language,
            "time_zone": row.time_zone,
            "contact": row.contact,
            "pause_reasons": list(row.pause_reasons),
        }
        | rules
        | {name: getattr(row.settings, name) for name in _SETTINGS}
    ]


def _put_organisation(directory: Directory, row: Row) -> Directory:
    rules = {name: row[name] for name in _RULES}
    rules["on_hook_ringing"] = OnHookRinging(row["on_hook_ringing"])
    rules["count_window"] = CountWindow(row["count_window"])
    rules["direct_exit"] = kept_exit(row["direct_exit"])
    rules["never_called_back"] = tuple(row["never_called_back"])
    return replace(
        directory,
        organisation=replace(
            directory.organisation,
            name=row["name"],
            country=row["country"],
            language=row["language"],
            time_zone=row["time_zone"],
            contact=row["contact"],
            pause_reasons=tuple(row["pause_reasons"]),
            rules=HouseRules(**rules),
            settings=OfficeSettings(**{name: row[name] for name in _SETTINGS}),
        ),
    )


ORGANISATION = Resource(
    name="organisation",
    right=Right.ADMIN_ORGANISATION,
    prefix="o",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="country", read=country),
        Field(name="language", read=language),
        Field(name="time_zone", read=time_zone),
        Field(name="contact", read=text(500, empty=True)),
        Field(name="pause_reasons", read=several(text(40), most=20, sort=False)),
        *(Field(name=name, read=read) for name, read in (_RULES | _SETTINGS).items()),
    ),
    rows=_organisation,
    put=_put_organisation,
    remove=None,
)


# --- telephones ---


def new_password() -> str:
    """For a telephone: 128 random bits."""
    return secrets.token_hex(16)


def _devices(directory: Directory) -> list[Row]:
    return [
        {
            "id": device.id,
            "name": device.name,
            "kind": device.kind.value,
            "extension": device.extension,
            "answer_method": device.answer_method.value,
            "one_line": device.one_line,
            "position": position,
        }
        for position, device in enumerate(directory.devices)
    ]


def _put_device(directory: Directory, row: Row) -> Directory:
    before = next((device for device in directory.devices if device.id == row["id"]), None)
    device = DeviceRow(
        id=DeviceId(row["id"]),
        name=row["name"],
        kind=DeviceKind(row["kind"]),
        extension=row["extension"],
        answer_method=AnswerMethod(row["answer_method"]),
        password=before.password if before is not None else new_password(),
        one_line=row["one_line"],
    )
    return replace(directory, devices=replaced(directory.devices, device, row["position"]))


def _device_problems(_directory: Directory, row: Row, _old: Row | None) -> Iterator[FieldProblem]:
    if (row["kind"] == "web") != (row["answer_method"] == "web"):
        yield FieldProblem(field="answer_method", code="bad_choice")


DEVICES = Resource(
    name="devices",
    right=Right.ADMIN_TELEPHONY,
    prefix="t",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="kind", read=choice(*(kind.value for kind in DeviceKind)), default="sip"),
        Field(name="extension", read=extension),
        Field(name="answer_method", read=choice(*(m.value for m in AnswerMethod)), default="header"),
        Field(name="one_line", read=flag, default=True),
        Field(name="position", read=maybe(whole(0, POSITION_MAX)), default=None),
    ),
    rows=_devices,
    put=_put_device,
    remove=lambda directory, id_: replace(directory, devices=without(directory.devices, id_)),
    problems=_device_problems,
)


def with_password(directory: Directory, device: str, password: str) -> Directory:
    """That telephone has another password."""
    return replace(
        directory,
        devices=tuple(
            replace(row, password=password) if row.id == device else row for row in directory.devices
        ),
    )


# --- numbers ---

LEADS_TO = ("queue", "person", "announcement")
"""Fields of a number; one of them is set."""


def _numbers(directory: Directory) -> list[Row]:
    found = [_number(one, queue=queue.id) for queue in directory.queues for one in queue.numbers]
    found += [_number(one, person=user.id) for user in directory.users for one in user.numbers]
    found += [_number(one, announcement=said.id) for said in directory.announcements for one in said.numbers]
    return sorted(found, key=lambda row: str(row["id"]))


def _number(one: str, **leads: str) -> Row:
    return {"id": one, "number": one, **dict.fromkeys(LEADS_TO)} | leads


def _put_number(directory: Directory, row: Row) -> Directory:
    bare, one = _without_number(directory, row["number"]), frozenset({row["number"]})
    return replace(
        bare,
        queues=tuple(
            replace(queue, numbers=queue.numbers | one) if queue.id == row["queue"] else queue
            for queue in bare.queues
        ),
        users=tuple(
            replace(user, numbers=user.numbers | one) if user.id == row["person"] else user
            for user in bare.users
        ),
        announcements=tuple(
            replace(said, numbers=said.numbers | one) if said.id == row["announcement"] else said
            for said in bare.announcements
        ),
    )


def _without_number(directory: Directory, number_: str) -> Directory:
    one = frozenset({number_})
    return replace(
        directory,
        queues=tuple(replace(queue, numbers=queue.numbers - one) for queue in directory.queues),
        users=tuple(replace(user, numbers=user.numbers - one) for user in directory.users),
        announcements=tuple(replace(said, numbers=said.numbers - one) for said in directory.announcements),
    )


def _number_problems(directory: Directory, row: Row, old: Row | None) -> Iterator[FieldProblem]:
    if sum(row[name] is not None for name in LEADS_TO) != 1:
        yield FieldProblem(field="queue", code="one_of", args={"fields": ", ".join(LEADS_TO)})
    by = owner_of(directory, row["number"]) if old is None else None
    if by is not None:
        yield FieldProblem(field="number", code="taken", args={"by": by[1]})


NUMBERS = Resource(
    name="numbers",
    right=Right.ADMIN_TELEPHONY,
    prefix="n",
    fields=(
        Field(name="number", read=own_number, fixed=True),
        Field(name="queue", read=maybe(id_of("queues")), default=None),
        Field(name="person", read=maybe(id_of("users")), default=None),
        Field(name="announcement", read=maybe(id_of("own_announcements")), default=None),
    ),
    rows=_numbers,
    put=_put_number,
    remove=_without_number,
    problems=_number_problems,
    title="number",
)
