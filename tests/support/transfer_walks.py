"""Every arrow of the transfer machine, walked in an office on the simulated exchange (D7).

`WALKS` has one way for each arrow of `transitions.TRANSFER`; each ends with the step itself, asked for but not yet
carried out by the exchange, so that what happens next can happen in the middle of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from cordboard.asterisk.transport import AriResponse
from cordboard.core.call import Call, CallState, TransferState
from cordboard.core.records import CallClosed, CallOpened, Record, TransferMoved
from cordboard.core.requests import (
    AnswerCall,
    ArmTransfer,
    CallColleague,
    CallNumber,
    CancelTransfer,
    CompleteTransfer,
    ConnectWithoutWaiting,
    HangUpCall,
    Request,
    SignOut,
    TransferToColleague,
    TransferToNumber,
    TransferToQueue,
    UndoTransfer,
)
from cordboard.core.types import CallId, NumberKind, QueueId, TransferKind
from cordboard.simulator.hearing import Sound
from cordboard.simulator.people import Caller, Habits, Phone
from tests.support.memory_journal import MemoryJournal
from tests.support.office import ALGEMEEN, CHANTAL, PIET, Office

NUMBER = "31698765432"
ATTENDED, BLIND = TransferKind.ATTENDED, TransferKind.BLIND


class _Ledger(MemoryJournal):
    """Also counts what must be written once, and keeps the steps of transfers in order."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[TransferState] = []
        self.openings: Counter[CallId] = Counter()
        self.endings: Counter[CallId] = Counter()

    def _keep(self, record: Record) -> None:
        match record:
            case TransferMoved():
                self.steps.append(TransferState(record.state))
            case CallOpened():
                self.openings[record.call] += 1
            case CallClosed():
                self.endings[record.call] += 1
            case _:
                pass
        super()._keep(record)


class TransferDesk(Office):
    """Chantal talks with a caller; the recipient is Piet, or somebody outside. Piet takes no calls of the queue."""

    def __init__(self, to: str) -> None:
        super().__init__(trunk=True)
        self.to = to
        self.ledger = _Ledger()
        self.journal = self.ledger
        self.outsider = self.pretended.outsider(f"+{NUMBER}", habits=Habits(knows_talk=False), trunk="t-out")
        self._fails = False
        self._carry_out = self.pretended.handle
        self.pretended.handle = self._handle  # type: ignore[method-assign]

    async def begin(self) -> None:
        """The call is answered, and two seconds old."""
        self.agent(CHANTAL).extension, self.agent(PIET).extension = "201", "202"
        for queue in ("algemeen", "urgent"):
            await self.asks(SignOut(agent=PIET, queue=QueueId(queue), confirmed=True))
        self.customer = self.caller().call(ALGEMEEN)
        await self.pass_ms(500)
        self.id = self.only_call().id
        await self.asks(AnswerCall(agent=CHANTAL, call=self.id))
        await self.pass_ms(2_000)
        assert self.customer.hears().people == {"chantal"}

    def _handle(
        self,
        method: str,
        uri: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        if self._fails and uri.endswith("/addChannel"):
            self._fails = False
            return AriResponse(500)
        return self._carry_out(method, uri, query, body)

    def will_fail(self) -> None:
        """The exchange does not put the next one where it should."""
        self._fails = True

    @property
    def there(self) -> Phone:
        """The recipient's telephone."""
        return self.outsider if self.to == "outside" else self.phones[PIET]

    @property
    def call(self) -> Call:
        """The caller's."""
        return self.board.calls[self.id]

    @property
    def other(self) -> Call:
        """The recipient's, in Chantal's hands."""
        return next(c for c in self.board.calls.values() if c.agent == CHANTAL and c.id != self.id)

    # --- what Chantal clicks ---

    def clicks(self, request: Request) -> None:
        """One click, which counts; the exchange has done nothing yet."""
        self.ask(request)

    def arms(self, kind: TransferKind) -> None:
        """The transfer button."""
        self.clicks(ArmTransfer(agent=CHANTAL, call=self.id, kind=kind))

    def chooses(self) -> None:
        """The recipient."""
        self.clicks(
            TransferToNumber(agent=CHANTAL, call=self.id, number=NUMBER, kind=NumberKind.NATIONAL)
            if self.to == "outside"
            else TransferToColleague(agent=CHANTAL, call=self.id, colleague=PIET)
        )

    def completes(self) -> None:
        """The green check."""
        self.clicks(CompleteTransfer(agent=CHANTAL, call=self.id, to=self.other.id, confirmed=True))

    def cancels(self) -> None:
        """The same button again."""
        self.clicks(CancelTransfer(agent=CHANTAL, call=self.id))

    # --- how far it can be ---

    async def armed(self, kind: TransferKind = ATTENDED) -> None:
        """The button is black."""
        self.arms(kind)
        await self.pass_ms(500)

    async def dialling(self) -> None:
        """The recipient rings, Chantal hears it."""
        await self.armed()
        self.chooses()
        await self.pass_ms(1_000)
        assert self.there.is_ringing

    async def consulting(self) -> None:
        """Chantal speaks with the recipient."""
        await self.dialling()
        self.there.answer()
        await self.pass_ms(500)
        assert self.there.hears().people == {"chantal"}

    async def ringing(self) -> None:
        """Blind: the recipient rings, the caller hears it."""
        await self.armed(BLIND)
        self.chooses()
        await self.pass_ms(1_000)
        assert self.there.is_ringing
        assert self.customer.hears().sound is Sound.RINGING

    async def completed(self) -> None:
        """Caller and recipient speak, and it can be undone."""
        await self.consulting()
        self.completes()
        await self.pass_ms(500)
        assert self.customer.hears().people == {self.there.label}

    async def late(self) -> None:
        """Chantal speaks with the recipient already, without having armed anything."""
        self.clicks(
            CallNumber(agent=CHANTAL, number=NUMBER, kind=NumberKind.NATIONAL)
            if self.to == "outside"
            else CallColleague(agent=CHANTAL, colleague=PIET)
        )
        await self.pass_ms(1_000)
        self.there.answer()
        await self.pass_ms(500)
        assert self.other.state is CallState.ACTIVE
        await self.armed()


# --- the arrows, each with its last step ---

Walk = Callable[[TransferDesk], Awaitable[None]]
S = TransferState


async def _armed_otherwise(desk: TransferDesk) -> None:
    await desk.armed(BLIND)
    desk.arms(ATTENDED)


async def _armed_dialling(desk: TransferDesk) -> None:
    await desk.armed()
    desk.chooses()


async def _armed_ringing(desk: TransferDesk) -> None:
    await desk.armed(BLIND)
    desk.chooses()


async def _armed_completed(desk: TransferDesk) -> None:
    await desk.late()
    desk.completes()


async def _armed_closed(desk: TransferDesk) -> None:
    await desk.armed()
    desk.clicks(TransferToQueue(agent=CHANTAL, call=desk.id, queue=QueueId("algemeen")))


async def _armed_cancelled(desk: TransferDesk) -> None:
    await desk.armed()
    desk.cancels()


async def _armed_abandoned(desk: TransferDesk) -> None:
    await desk.armed()
    desk.customer.hang_up()


async def _dialling_consulting(desk: TransferDesk) -> None:
    await desk.dialling()
    desk.there.answer()


async def _dialling_ringing(desk: TransferDesk) -> None:
    await desk.dialling()
    desk.clicks(ConnectWithoutWaiting(agent=CHANTAL, call=desk.id))


async def _dialling_armed(desk: TransferDesk) -> None:
    await desk.dialling()
    desk.clicks(HangUpCall(agent=CHANTAL, call=desk.other.id))


async def _dialling_failed(desk: TransferDesk) -> None:
    await desk.dialling()
    desk.there.reject()


async def _dialling_cancelled(desk: TransferDesk) -> None:
    await desk.dialling()
    desk.cancels()


async def _dialling_abandoned(desk: TransferDesk) -> None:
    await desk.dialling()
    desk.customer.hang_up()


async def _consulting_completed(desk: TransferDesk) -> None:
    await desk.consulting()
    desk.completes()


async def _consulting_armed(desk: TransferDesk) -> None:
    await desk.consulting()
    desk.clicks(HangUpCall(agent=CHANTAL, call=desk.other.id))


async def _consulting_failed(desk: TransferDesk) -> None:
    await desk.consulting()
    desk.there.hang_up()


async def _consulting_cancelled(desk: TransferDesk) -> None:
    await desk.consulting()
    desk.cancels()


async def _consulting_abandoned(desk: TransferDesk) -> None:
    await desk.consulting()
    desk.customer.hang_up()


async def _ringing_completed(desk: TransferDesk) -> None:
    await desk.ringing()
    desk.there.answer()


async def _ringing_cancelled(desk: TransferDesk) -> None:
    await desk.ringing()
    desk.cancels()


async def _ringing_returned(desk: TransferDesk) -> None:
    await desk.ringing()
    desk.there.reject()


async def _ringing_abandoned(desk: TransferDesk) -> None:
    await desk.ringing()
    desk.customer.hang_up()


async def _completed_closed(desk: TransferDesk) -> None:
    await desk.completed()
    undo_ms = desk.board.rules.undo_ms
    await desk.pass_ms(undo_ms - 500)


async def _completed_cancelled(desk: TransferDesk) -> None:
    await desk.completed()
    desk.clicks(UndoTransfer(agent=CHANTAL, call=desk.id))


async def _completed_failed(desk: TransferDesk) -> None:
    await desk.consulting()
    desk.will_fail()
    desk.completes()
    await desk.settle()


WALKS: dict[tuple[TransferState, TransferState], Walk] = {
    (S.ARMED, S.ARMED): _armed_otherwise,
    (S.ARMED, S.DIALLING): _armed_dialling,
    (S.ARMED, S.RINGING): _armed_ringing,
    (S.ARMED, S.COMPLETED): _armed_completed,
    (S.ARMED, S.CLOSED): _armed_closed,
    (S.ARMED, S.CANCELLED): _armed_cancelled,
    (S.ARMED, S.ABANDONED): _armed_abandoned,
    (S.DIALLING, S.CONSULTING): _dialling_consulting,
    (S.DIALLING, S.RINGING): _dialling_ringing,
    (S.DIALLING, S.ARMED): _dialling_armed,
    (S.DIALLING, S.FAILED): _dialling_failed,
    (S.DIALLING, S.CANCELLED): _dialling_cancelled,
    (S.DIALLING, S.ABANDONED): _dialling_abandoned,
    (S.CONSULTING, S.COMPLETED): _consulting_completed,
    (S.CONSULTING, S.ARMED): _consulting_armed,
    (S.CONSULTING, S.FAILED): _consulting_failed,
    (S.CONSULTING, S.CANCELLED): _consulting_cancelled,
    (S.CONSULTING, S.ABANDONED): _consulting_abandoned,
    (S.RINGING, S.COMPLETED): _ringing_completed,
    (S.RINGING, S.CANCELLED): _ringing_cancelled,
    (S.RINGING, S.RETURNED): _ringing_returned,
    (S.RINGING, S.ABANDONED): _ringing_abandoned,
    (S.COMPLETED, S.CLOSED): _completed_closed,
    (S.COMPLETED, S.CANCELLED): _completed_cancelled,
    (S.COMPLETED, S.FAILED): _completed_failed,
}


# --- what can happen then ---


async def caller_hangs_up(desk: TransferDesk) -> None:
    """The caller has had enough."""
    desk.customer.hang_up()


async def agent_hangs_up(desk: TransferDesk) -> None:
    """Chantal puts the handset down."""
    desk.phones[CHANTAL].hang_up()


async def target_hangs_up(desk: TransferDesk) -> None:
    """The recipient hangs up, or rejects."""
    if desk.there.is_ringing:
        desk.there.reject()
    else:
        desk.there.hang_up()


async def device_lost(desk: TransferDesk) -> None:
    """The plug of Chantal's telephone is pulled."""
    desk.phones[CHANTAL].vanish()


async def restarted(desk: TransferDesk) -> None:
    """Cordboard is killed; its successor reads journal and exchange."""
    await desk.restart()


Happening = Callable[[TransferDesk], Awaitable[None]]
HAPPENINGS: tuple[Happening, ...] = (
    caller_hangs_up,
    agent_hangs_up,
    target_hangs_up,
    device_lost,
    restarted,
)


def heard(desk: TransferDesk, whose: Phone | Caller) -> str:
    """What somebody hears, in one word: whom, or music, ringing, silence, a sound; "rings", "gone" without a call."""
    hears = whose.hears()
    if hears.sound is Sound.PEOPLE:
        names = {desk.there.label: "target", desk.customer.label: "caller"}
        return "+".join(sorted(names.get(label, label) for label in hears.people))
    if isinstance(whose, Phone) and whose.is_ringing:
        return "rings"
    return "gone" if hears.sound is Sound.NOTHING else str(hears.sound.value)
