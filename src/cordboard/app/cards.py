"""A call as one user's console shows it: the card, its keys and what may not be seen on it.

Statements 2.1.2-b to 2.1.2-l, 3.2-d, 5.1-f, 5.2-f; decisions D6, D7, D29.
"""

from __future__ import annotations

from cordboard.app import views
from cordboard.app.views import CallView, OfferView, TransferView
from cordboard.core import offer
from cordboard.core.agent import Agent, LineState
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState, Note, TransferState
from cordboard.core.queue import Queue
from cordboard.core.types import CallId, Direction, QueueId, Right


def card(board: Board, agent: Agent, call_id: CallId) -> CallView | None:
    """This call for this agent's eyes; None: it is gone, or not for them."""
    call = board.calls.get(call_id)
    if call is None:
        return None
    queue = board.queues.get(call.queue) if call.queue is not None else None
    mine = call.agent == agent.id
    passes_on = call.transfer is not None and call.transfer.initiator == agent.id
    own_offer = call.offers.get(agent.id)
    concerned = mine or passes_on or own_offer is not None or _waits_for(call, agent)
    in_group = queue is not None and agent.group is not None and agent.group in queue.groups
    if not concerned and not in_group:
        return None
    # With whom a colleague talks, and who called whom, is for those who may see it, on this card as in the list of
    # colleagues (3.2-d).
    waits = call.state in (CallState.WAITING, CallState.LEAVING)
    secret = not (waits or mine or passes_on) and Right.COLLEAGUES_NUMBERS not in agent.rights
    note = _note(call, agent, queue, concerned=concerned)
    return CallView(
        id=call.id,
        v=call.version,
        queue=call.queue,
        queue_name=queue.name if queue is not None else None,
        urgent=call.urgent,
        direction=None if secret else _direction(call).value,
        state=_state(call, agent),
        since=call.since,
        entered_at=call.place_at if call.state is CallState.WAITING else call.entered_at,
        answered_at=answered_at(call),
        number=None if secret else call.number,
        name=None if secret else call.name,
        agent=call.agent,
        agent_name=board.agents[call.agent].name if call.agent is not None else None,
        mine=mine,
        direct=call.direction is Direction.IN and call.queue is None,
        internal=not secret and _is_internal(call),
        called_back=not secret and call.rings_customer_first,
        transfer=_transfer(call, agent),
        offer=OfferView(since=own_offer.since, ringing=_rings_for(agent, call), rejectable=not call.urgent)
        if own_offer is not None
        else None,
        note=note.value if note is not None else None,
        reason=call.reason.value if call.reason is not None and concerned else None,
        not_reached=call.not_reached if call.reason is not None and _may_know_whom(call, agent) else None,
    )


def answered_at(call: Call) -> int | None:
    """Since when caller and agent have spoken; None: they have not."""
    # Whom we called back answered before anybody spoke.
    return call.taken_at if call.rings_customer_first else call.answered_at


def _direction(call: Call) -> Direction:
    """Whom we called back is shown as one who calls in (D14)."""
    return Direction.IN if call.rings_customer_first else call.direction


def _is_internal(call: Call) -> bool:
    return call.peer is not None or (call.direction is Direction.OUT and call.to is not None)


def waits_in(call: Call, queue: QueueId) -> bool:
    """It waits in this queue for anybody; one that rings for a single person waits for that person."""
    return call.queue == queue and call.state is CallState.WAITING and call.to is None


def _waits_for(call: Call, agent: Agent) -> bool:
    """A direct call for this agent, or one that came back to this agent (D29, D7)."""
    return call.state is CallState.WAITING and agent.id in (call.to, call.back_to)


def _state(call: Call, agent: Agent) -> views.CallState:
    match call.state:
        case CallState.WAITING:
            transfer = call.transfer
            if transfer is not None and transfer.state is TransferState.RINGING and call.to != agent.id:
                # Who passed the caller on to a colleague sees it ring there, as with an outside number.
                return "transferring"
            return "offered" if call.offers else "waiting"
        case CallState.CONNECTING:
            return "connecting"
        case CallState.DIALLING:
            return "dialling"
        case CallState.ACTIVE:
            return "active"
        case CallState.CONFERENCE:
            return "conference"
        case CallState.TRANSFERRING:
            return "transferring"
        case CallState.TRANSFERRED:
            return "transferred"
        case CallState.LEAVING:
            return "leaving"
        case CallState.HELD | CallState.ENDED:
            return "held"


def _transfer(call: Call, agent: Agent) -> TransferView | None:
    transfer = call.transfer
    if transfer is None:
        return None
    mine = transfer.initiator == agent.id
    may_know = mine or call.agent == agent.id or Right.COLLEAGUES_NUMBERS in agent.rights
    match transfer.state:
        case (
            TransferState.ARMED
            | TransferState.DIALLING
            | TransferState.CONSULTING
            | TransferState.RINGING
            | TransferState.COMPLETED
        ):
            return TransferView(
                kind=transfer.kind.value,
                state=transfer.state.value,
                mine=mine,
                recipient=transfer.recipient if mine else None,
                recipient_name=transfer.recipient_name if may_know else None,
                until=transfer.until,
            )
        case _:
            return None


def _may_know_whom(call: Call, agent: Agent) -> bool:
    """Who passed the caller on in vain, and who has or may see the call of a colleague (3.2-d)."""
    return agent.id in (call.agent, call.back_to) or Right.COLLEAGUES_NUMBERS in agent.rights


def _note(call: Call, agent: Agent, queue: Queue | None, *, concerned: bool) -> Note | None:
    if concerned:
        note = offer.note_of(call, agent)
        if note is None and call.state is CallState.WAITING and call.back_to == agent.id:
            return Note.RETURNED
        return note
    busy_with_paper = agent.wrap_up is not None or agent.pause is not None
    urgent = call.urgent and call.state is CallState.WAITING and not call.offers.get(agent.id)
    if urgent and busy_with_paper and queue is not None and queue.id in agent.signed_in:
        return Note.BREAKS_WRAP_UP
    return None


def _rings_for(agent: Agent, call: Call) -> bool:
    line = agent.line
    return line is not None and line.state is LineState.RINGING and line.call == call.id
