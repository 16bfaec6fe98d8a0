"""How passing a caller on is kept: what is in progress, and to whom a caller came back (D7)."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, delete, null, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.core.call import TransferState
from cordboard.core.records import TransferMoved
from cordboard.core.types import OrganisationId
from cordboard.storage.connection import upsert
from cordboard.storage.tables import calls, transfers

IN_PROGRESS = frozenset(
    {
        TransferState.ARMED.value,
        TransferState.DIALLING.value,
        TransferState.CONSULTING.value,
        TransferState.RINGING.value,
        TransferState.COMPLETED.value,
    }
)

NO_MORE = delete(transfers).where(
    transfers.c.organisation == bindparam("of_organisation"), transfers.c.call_id == bindparam("of_call")
)

# Who was sent on unanswered goes back to the queue, if there is one, and not to who sent him.
_waits_for_him = or_(calls.c.answered_at.is_not(None), calls.c.queue_id.is_(None))
_NOT_REACHED = (
    update(calls)
    .where(calls.c.organisation == bindparam("of_organisation"), calls.c.id == bindparam("of_call"))
    .values(
        reason=bindparam("why"),
        back_to=case((_waits_for_him, bindparam("whom", type_=calls.c.back_to.type)), else_=null()),
        back_at=case((_waits_for_him, bindparam("at", type_=calls.c.back_at.type)), else_=null()),
    )
)


@cache
def _step_statement(dialect: str) -> Any:
    statement = upsert(dialect, transfers)
    told = [column.name for column in transfers.c if column.name not in ("organisation", "call_id")]
    return statement.on_conflict_do_update(
        index_elements=["organisation", "call_id"], set_={name: statement.excluded[name] for name in told}
    )


async def write_transfer(
    connection: AsyncConnection,
    organisation: OrganisationId,
    record: TransferMoved,
    recipient_name: str | None,
) -> None:
    """One step. With the last one nothing is in progress any more; whom it did not reach is kept for the card."""
    this = {"of_organisation": organisation, "of_call": record.call}
    if record.state not in IN_PROGRESS:
        if record.reason is None:
            await connection.execute(NO_MORE, this)
            return
        back = record.state == TransferState.RETURNED.value
        told = {
            "why": record.reason,
            "whom": record.initiator if back else None,
            "at": record.at if back else None,
        }
        await connection.execute(_NOT_REACHED, this | told)
    await connection.execute(
        _step_statement(connection.dialect.name),
        {
            "organisation": organisation,
            "call_id": record.call,
            "kind": record.kind.value,
            "state": record.state,
            "initiator": record.initiator,
            "since": record.at,
            "was_active": record.was_active,
            "recipient": record.recipient,
            "colleague": record.colleague,
            "recipient_name": recipient_name,
            "until": record.until,
        },
    )
