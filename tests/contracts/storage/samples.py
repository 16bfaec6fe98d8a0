"""A small organisation and the records of a call, for the storage contract."""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.app.ports import DeviceRow, Directory, GroupRow, OrganisationRow, QueueRow, UserRow
from cordboard.core.records import (
    CallClosed,
    CallMoved,
    CallOpened,
    Record,
    SegmentClosed,
    SegmentKind,
    SegmentOutcome,
    StoredState,
)
from cordboard.core.statistics import Tally
from cordboard.core.types import (
    AnswerMethod,
    CallId,
    DeviceId,
    DeviceKind,
    Direction,
    EndedBy,
    GroupId,
    Instant,
    LegId,
    OrganisationId,
    QueueId,
    Right,
    Strategy,
    UserId,
)

TWENTE = OrganisationId("twente")
BRABANT = OrganisationId("brabant")
CHANTAL, PIET = UserId("u-chantal"), UserId("u-piet")
ENSCHEDE, DEN_BOSCH = GroupId("g-enschede"), GroupId("g-denbosch")
ALGEMEEN, URGENT = QueueId("q-algemeen"), QueueId("q-urgent")
DESK, BROWSER = DeviceId("d-1"), DeviceId("d-2")


def user(
    id: UserId, *, organisation: str = "twente", groups: frozenset[GroupId] = frozenset({ENSCHEDE})
) -> UserRow:
    """A person whose names follow from the id."""
    name = id.removeprefix("u-")
    return UserRow(
        id=id,
        user_name=f"{name.capitalize()}@{organisation}.example",
        name=name.capitalize(),
        extension="201",
        email=None,
        language="nl",
        theme="system",
        disabled=False,
        groups=groups,
        rights=frozenset({Right.HISTORY, Right.PICK}),
    )


def queue(
    id: QueueId, *, position: int, urgent: bool = False, numbers: frozenset[str] = frozenset()
) -> QueueRow:
    """A queue of group Enschede."""
    return QueueRow(
        id=id,
        name=id.removeprefix("q-").capitalize(),
        urgent=urgent,
        priority=0,
        position=position,
        strategy=Strategy.RING_ALL,
        ring_ms=20_000,
        wrap_up_ms=15_000,
        ring_until_answered=False,
        locked=False,
        groups=frozenset({ENSCHEDE}),
        language="nl",
        numbers=numbers,
    )


def directory() -> Directory:
    """Organisation Twente: two groups, two people, two queues, two devices."""
    return Directory(
        organisation=OrganisationRow(
            id=TWENTE,
            name="Twente",
            country="NL",
            language="nl",
            time_zone="Europe/Amsterdam",
            demo=False,
            contact="support@example.nl",
        ),
        groups=(GroupRow(id=ENSCHEDE, name="Enschede"), GroupRow(id=DEN_BOSCH, name="Den Bosch")),
        users=(user(CHANTAL, groups=frozenset({ENSCHEDE, DEN_BOSCH})), user(PIET)),
        queues=(
            queue(ALGEMEEN, position=0, numbers=frozenset({"31534800937", "31884800943"})),
            queue(URGENT, position=1, urgent=True),
        ),
        devices=(
            DeviceRow(
                id=DESK,
                name="Toestel 201",
                kind=DeviceKind.SIP,
                extension="201",
                answer_method=AnswerMethod.HEADER,
                password="secret",
            ),
            DeviceRow(
                id=BROWSER,
                name="Browser van Chantal",
                kind=DeviceKind.WEB,
                extension="301",
                answer_method=AnswerMethod.WEB,
                password="geheim",
            ),
        ),
    )


def other_directory() -> Directory:
    """Organisation Brabant, with one person and nothing else."""
    row = directory().organisation
    return Directory(
        organisation=OrganisationRow(
            id=BRABANT,
            name="Brabant",
            country=row.country,
            language="en",
            time_zone=row.time_zone,
            demo=True,
            contact="",
        ),
        groups=(),
        users=(user(UserId("u-anja"), organisation="brabant", groups=frozenset()),),
        queues=(),
        devices=(),
    )


def opened(
    call: str, at: Instant, *, queue: QueueId | None = ALGEMEEN, name: str | None = None
) -> CallOpened:
    """A caller comes in."""
    return CallOpened(
        call=CallId(call),
        leg=LegId(f"leg-{call}"),
        queue=queue,
        direction=Direction.IN,
        number="31884800943",
        name=name,
        dialled="31534800937",
        at=at,
    )


def moved(
    call: str,
    state: StoredState,
    at: Instant,
    *,
    agent: UserId | None = None,
    answered_at: Instant | None = None,
    queue: QueueId | None = ALGEMEEN,
    partner: str | None = None,
    picked: bool = False,
    queued_at: Instant | None = None,
) -> CallMoved:
    """The call's place changes."""
    return CallMoved(
        call=CallId(call),
        state=state,
        agent=agent,
        answered_at=answered_at,
        at=at,
        queue=queue,
        partner=CallId(partner) if partner is not None else None,
        picked=picked,
        queued_at=queued_at,
    )


def segment(
    call: str,
    kind: SegmentKind,
    started_at: Instant,
    ended_at: Instant,
    outcome: SegmentOutcome,
    agent: UserId | None = None,
) -> SegmentClosed:
    """A stretch of the call's life."""
    return SegmentClosed(
        call=CallId(call), kind=kind, agent=agent, started_at=started_at, ended_at=ended_at, outcome=outcome
    )


def closed(
    call: str, at: Instant, *, agent: UserId | None = None, by: EndedBy = EndedBy.CALLER
) -> CallClosed:
    """The call is over."""
    return CallClosed(call=CallId(call), answered=agent is not None, ended_by=by, agent=agent, at=at)


def answered_call(
    call: str, at: Instant, *, wait_ms: int, talk_ms: int, agent: UserId = CHANTAL, queue: QueueId = ALGEMEEN
) -> list[Record]:
    """Everything that is remembered of a call that an agent answered and the caller ended."""
    answered_at, ended_at = at + wait_ms, at + wait_ms + talk_ms
    return [
        opened(call, at, queue=queue),
        segment(call, SegmentKind.OFFER, at, answered_at, SegmentOutcome.ANSWERED, agent),
        segment(call, SegmentKind.WAIT, at, answered_at, SegmentOutcome.ANSWERED),
        moved(call, StoredState.ACTIVE, answered_at, agent=agent, answered_at=answered_at, queue=queue),
        segment(call, SegmentKind.TALK, answered_at, ended_at, SegmentOutcome.ENDED, agent),
        closed(call, ended_at, agent=agent),
    ]


def summed(counts: Mapping[QueueId, Mapping[Instant, Tally]]) -> dict[QueueId, Tally]:
    """The numbers of whole queues."""
    sums: dict[QueueId, Tally] = {}
    for queue, minutes in counts.items():
        for tally in minutes.values():
            sums.setdefault(queue, Tally()).add(tally)
    return sums
