"""Queues with every setting (2.1.1-k), their opening hours (D21), and linked organisations (D22)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from cordboard.app.administration.fields import (
    Context,
    Field,
    FieldProblem,
    Row,
    Wrong,
    choice,
    clock,
    day,
    flag,
    id_of,
    kept_exit,
    language,
    mail,
    maybe,
    number,
    number_or_beginning,
    number_to_call,
    own_number,
    part,
    several,
    shown_exit,
    text,
    ways_out,
    whole,
)
from cordboard.app.administration.people import POSITION_MAX
from cordboard.app.administration.resource import Resource, leads_to, numbers_free, replaced, unique, without
from cordboard.app.ports import Directory, Holiday, HoursRow, LinkedRow, OpenTime, QueueRow, QueueRules
from cordboard.core.queue import WrapUpMode
from cordboard.core.rules import CallBackRules, Exit, ExitAction, ExitReason
from cordboard.core.types import GroupId, QueueId, Right, Strategy, UserId

HOUR_MS = 3_600_000
_PLAIN = tuple(
    f.name for f in fields(QueueRules) if f.name not in ("exits", "order", "wrap_up_mode", "callback")
)
"""Rules that are shown as they are kept."""
_CALL_BACK = tuple(f.name for f in fields(CallBackRules) if f.name != "spacing_ms")
"""Those of call backs (D14) that are shown so, with `callback_` before them."""


def _queues(directory: Directory) -> list[Row]:
    return [_shown(queue, position) for position, queue in enumerate(directory.queues)]


def _shown(queue: QueueRow, position: int) -> Row:
    rules = queue.rules
    return {
        "id": queue.id,
        "name": queue.name,
        "groups": sorted(queue.groups),
        "numbers": sorted(queue.numbers),
        "urgent": queue.urgent,
        "priority": queue.priority,
        "position": position,
        "strategy": queue.strategy.value,
        "ring_ms": queue.ring_ms,
        "wrap_up_ms": queue.wrap_up_ms,
        "wrap_up_mode": rules.wrap_up_mode.value,
        "order": list(rules.order),
        "exits": {
            reason.value: shown_exit(rules.exits[reason]) for reason in ExitReason if reason in rules.exits
        },
        "language": queue.language,
        "ring_until_answered": queue.ring_until_answered,
        "locked": queue.locked,
        "callback_spacing_ms": list(rules.callback.spacing_ms),
        **{f"callback_{name}": getattr(rules.callback, name) for name in _CALL_BACK},
        **{name: getattr(rules, name) for name in _PLAIN},
    }


def _put_queue(directory: Directory, row: Row) -> Directory:
    exits: dict[ExitReason, Exit] = {}
    for reason, way in row["exits"].items():
        kept = kept_exit(way)
        assert kept is not None, row
        exits[ExitReason(reason)] = kept
    queue = QueueRow(
        id=QueueId(row["id"]),
        name=row["name"],
        urgent=row["urgent"],
        priority=row["priority"],
        position=0,
        strategy=Strategy(row["strategy"]),
        ring_ms=row["ring_ms"],
        wrap_up_ms=row["wrap_up_ms"],
        ring_until_answered=row["ring_until_answered"],
        locked=row["locked"],
        groups=frozenset(GroupId(group) for group in row["groups"]),
        language=row["language"] or directory.organisation.language,
        numbers=frozenset(row["numbers"]),
        rules=QueueRules(
            order=tuple(UserId(user) for user in row["order"]),
            wrap_up_mode=WrapUpMode(row["wrap_up_mode"]),
            exits=exits,
            callback=CallBackRules(
                spacing_ms=tuple(row["callback_spacing_ms"]),
                **{name: row[f"callback_{name}"] for name in _CALL_BACK},
            ),
            **{name: row[name] for name in _PLAIN},
        ),
    )
    return replace(directory, queues=_in_order(replaced(directory.queues, queue, row["position"])))


def _in_order(queues: tuple[QueueRow, ...]) -> tuple[QueueRow, ...]:
    return tuple(replace(queue, position=position) for position, queue in enumerate(queues))


def _queue_used(directory: Directory, id_: str) -> tuple[str, str] | None:
    linked = (("links", link.name) for link in directory.links if link.queue == id_)
    return leads_to(directory, id_, ExitAction.QUEUE) or next(linked, None)


def _queue_problems(directory: Directory, row: Row, old: Row | None) -> Iterator[FieldProblem]:
    yield from unique(_queues(directory), row, old, "name")
    yield from numbers_free(directory, row, old)
    if not row["callback_spacing_ms"]:
        yield FieldProblem(field="callback_spacing_ms", code="required")
    for reason, way in row["exits"].items():
        if way["action"] == "queue" and way["target"] == row["id"]:
            yield FieldProblem(field=f"exits.{reason}.target", code="bad_choice")


QUEUES = Resource(
    name="queues",
    right=Right.ADMIN_QUEUES,
    prefix="q",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="groups", read=several(id_of("groups")), default=[]),
        Field(name="numbers", read=several(own_number), default=[]),
        Field(name="urgent", read=flag, default=False),
        Field(name="priority", read=whole(-100, 100), default=0),
        Field(name="position", read=maybe(whole(0, POSITION_MAX)), default=None),
        Field(name="strategy", read=choice(*(s.value for s in Strategy)), default="ring_all"),
        Field(name="ring_ms", read=whole(5_000, 120_000), default=20_000),
        Field(name="widen_ms", read=whole(1_000, 120_000), default=10_000),
        Field(name="order", read=several(id_of("users"), sort=False), default=[]),
        Field(name="wrap_up_ms", read=whole(0, HOUR_MS), default=0),
        Field(name="wrap_up_mode", read=choice(*(m.value for m in WrapUpMode)), default="timed"),
        Field(name="wrap_up_extend_ms", read=whole(0, HOUR_MS), default=30_000),
        Field(name="wrap_up_extends_max", read=whole(0, 100), default=2),
        Field(name="breaks_wrap_up", read=flag, default=False),
        Field(name="escalate_ms", read=whole(5_000, 600_000), default=30_000),
        Field(name="escalate_to", read=maybe(number_to_call), default=None),
        Field(name="exits", read=ways_out, default={}),
        Field(name="wait_ms_max", read=maybe(whole(10_000, 24 * HOUR_MS)), default=None),
        Field(name="calls_max", read=maybe(whole(1, 1_000)), default=None),
        Field(name="empty_ms", read=whole(0, HOUR_MS), default=60_000),
        Field(name="greeting", read=maybe(id_of("own_announcements")), default=None),
        Field(name="announce_first_ms", read=maybe(whole(1_000, HOUR_MS)), default=None),
        Field(name="announce_every_ms", read=whole(10_000, HOUR_MS), default=60_000),
        Field(name="announce_wait", read=flag, default=True),
        Field(name="callback_attempts", read=whole(1, 10), default=3),
        Field(
            name="callback_spacing_ms",
            read=several(whole(10_000, 24 * HOUR_MS), sort=False),
            default=[300_000, 900_000],
        ),
        Field(name="callback_ring_ms", read=whole(5_000, 120_000), default=30_000),
        Field(name="callback_offer_ms", read=whole(10_000, HOUR_MS), default=120_000),
        Field(name="callback_customer_first", read=flag, default=False),
        Field(name="callback_per_ten_minutes", read=maybe(whole(1, 1_000)), default=None),
        Field(name="callback_caller_first_ms", read=maybe(whole(1_000, HOUR_MS)), default=None),
        Field(name="callback_caller_every_ms", read=whole(20_000, HOUR_MS), default=60_000),
        Field(name="callback_caller_key", read=choice(*"0123456789"), default="1"),
        Field(name="callback_caller_chooses", read=flag, default=False),
        Field(name="music", read=maybe(id_of("own_announcements")), default=None),
        Field(name="message_mail", read=maybe(mail), default=None),
        Field(name="number", read=maybe(number), default=None),
        Field(name="language", read=maybe(language), default=None),
        Field(name="ring_until_answered", read=flag, default=False),
        Field(name="locked", read=flag, default=False),
        Field(name="hours", read=maybe(id_of("hours")), default=None),
    ),
    rows=_queues,
    put=_put_queue,
    remove=lambda directory, id_: replace(directory, queues=_in_order(without(directory.queues, id_))),
    used_by=_queue_used,
    problems=_queue_problems,
)


# --- opening hours ---


def _stretch(value: Row) -> Row:
    try:
        start = clock(value["from"])
    except Wrong as wrong:
        raise Wrong(wrong.code, inside="from") from wrong
    try:
        end = clock(value["to"], end=True)
    except Wrong as wrong:
        raise Wrong(wrong.code, inside="to") from wrong
    if end <= start:
        raise Wrong("bad_time", inside="to")
    return {"from": start, "to": end}


def _week_entry(value: object, _context: Context) -> Row:
    sent = part(value, ("day", "from", "to"))
    weekday = sent["day"]
    if not isinstance(weekday, int) or isinstance(weekday, bool) or not 1 <= weekday <= 7:
        raise Wrong("bad_day", inside="day")
    return {"day": weekday} | _stretch(sent)


def _holiday(value: object, context: Context) -> Row:
    sent = part(value, ("day", "name", "open"), optional=("name", "open"))
    try:
        date = day(sent["day"], context)
    except Wrong as wrong:
        raise Wrong(wrong.code, inside="day") from wrong
    stretches = sent.get("open") or []
    if not isinstance(stretches, list):
        raise Wrong("wrong_type", inside="open")
    return {
        "day": date,
        "name": text(80, empty=True)(sent.get("name", ""), context),
        "open": [_stretch(part(one, ("from", "to"))) for one in stretches],
    }


def _hours(directory: Directory) -> list[Row]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "week": [{"day": on, "from": stretch.start, "to": stretch.end} for on, stretch in one.week],
            "holidays": [
                {
                    "day": holiday.day,
                    "name": holiday.name,
                    "open": [{"from": s.start, "to": s.end} for s in holiday.open],
                }
                for holiday in one.holidays
            ],
        }
        for one in directory.hours
    ]


def _put_hours(directory: Directory, row: Row) -> Directory:
    week = sorted((one["day"], one["from"], one["to"]) for one in row["week"])
    hours = HoursRow(
        id=row["id"],
        name=row["name"],
        week=tuple((on, OpenTime(start=start, end=end)) for on, start, end in week),
        holidays=tuple(
            Holiday(
                day=one["day"],
                name=one["name"],
                open=tuple(OpenTime(start=s["from"], end=s["to"]) for s in one["open"]),
            )
            for one in sorted(row["holidays"], key=lambda one: str(one["day"]))
        ),
    )
    return replace(directory, hours=replaced(directory.hours, hours))


HOURS = Resource(
    name="hours",
    right=Right.ADMIN_ORGANISATION,
    prefix="h",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="week", read=several(_week_entry, most=100, sort=False), default=[]),
        Field(name="holidays", read=several(_holiday, most=500, sort=False), default=[]),
    ),
    rows=_hours,
    put=_put_hours,
    remove=lambda directory, id_: replace(directory, hours=without(directory.hours, id_)),
    used_by=lambda directory, id_: next(
        (("queues", queue.name) for queue in directory.queues if queue.rules.hours == id_), None
    ),
    problems=lambda directory, row, old: unique(_hours(directory), row, old, "name"),
)


# --- linked organisations ---


def _links(directory: Directory) -> list[Row]:
    return [
        {"id": one.id, "name": one.name, "numbers": list(one.numbers), "queue": one.queue}
        for one in directory.links
    ]


def _put_link(directory: Directory, row: Row) -> Directory:
    link = LinkedRow(
        id=row["id"], name=row["name"], numbers=tuple(row["numbers"]), queue=QueueId(row["queue"])
    )
    return replace(directory, links=replaced(directory.links, link))


LINKS = Resource(
    name="links",
    right=Right.ADMIN_ORGANISATION,
    prefix="l",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="numbers", read=several(number_or_beginning), default=[]),
        Field(name="queue", read=id_of("queues")),
    ),
    rows=_links,
    put=_put_link,
    remove=lambda directory, id_: replace(directory, links=without(directory.links, id_)),
    problems=lambda directory, row, old: unique(_links(directory), row, old, "name"),
)
