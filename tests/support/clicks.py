"""What people do at a desk, by clicking: each request in the words of the manual."""

from __future__ import annotations

from abc import abstractmethod

from cordboard.core.board import Board
from cordboard.core.requests import (
    AnswerCall,
    ArmTransfer,
    CallColleague,
    CallNumber,
    CancelTransfer,
    ChooseGroup,
    CompleteTransfer,
    ConnectWithoutWaiting,
    HangUpCall,
    HoldCall,
    LogOut,
    PairDevice,
    RejectCall,
    Request,
    ResumeCall,
    ReturnToWork,
    SendKeys,
    SignIn,
    SignOut,
    StartConference,
    StartWrapUp,
    StopWrapUp,
    TransferToColleague,
    TransferToNumber,
    TransferToQueue,
    UndoTransfer,
    UnpairDevice,
)
from cordboard.core.types import (
    CallId,
    DeviceId,
    Direction,
    GroupId,
    NumberKind,
    QueueId,
    TransferKind,
    UserId,
)


class Clicks:
    """Asks; what comes of it is the world's matter."""

    board: Board

    @abstractmethod
    def ask(self, request: Request, expected: int | None = None) -> None:
        """Somebody asks for something."""

    def click_answer(self, agent: str, call: str) -> None:
        """The green handset."""
        self.ask(AnswerCall(agent=UserId(agent), call=CallId(call)))

    def click_reject(self, agent: str, call: str) -> None:
        """The red cross on a card that rings."""
        self.ask(RejectCall(agent=UserId(agent), call=CallId(call)))

    def click_hold(self, agent: str, call: str) -> None:
        """Hold."""
        self.ask(HoldCall(agent=UserId(agent), call=CallId(call)))

    def click_resume(self, agent: str, call: str) -> None:
        """Continue the conversation."""
        self.ask(ResumeCall(agent=UserId(agent), call=CallId(call)))

    def click_hang_up(self, agent: str, call: str) -> None:
        """End the call."""
        self.ask(HangUpCall(agent=UserId(agent), call=CallId(call)))

    def calls(self, agent: str, number: str, kind: NumberKind = NumberKind.NATIONAL) -> str:
        """The green handset on the keypad; gives the name of the new call."""
        before = set(self.board.calls)
        self.ask(CallNumber(agent=UserId(agent), number=number, kind=kind))
        return next(c for c in self.board.calls if c not in before)

    def calls_colleague(self, agent: str, colleague: str) -> str:
        """The telephone beside a colleague's name; gives the name of the new call at the caller's desk."""
        before = set(self.board.calls)
        self.ask(CallColleague(agent=UserId(agent), colleague=UserId(colleague)))
        return next(
            c.id for c in self.board.calls.values() if c.id not in before and c.direction is Direction.OUT
        )

    def arms(self, agent: str, call: str, kind: TransferKind = TransferKind.ATTENDED) -> None:
        """The transfer button."""
        self.ask(ArmTransfer(agent=UserId(agent), call=CallId(call), kind=kind))

    def to_number(self, agent: str, call: str, number: str) -> None:
        """The recipient of the armed transfer is this number."""
        self.ask(
            TransferToNumber(agent=UserId(agent), call=CallId(call), number=number, kind=NumberKind.NATIONAL)
        )

    def to_colleague(self, agent: str, call: str, colleague: str) -> None:
        """The recipient is this colleague."""
        self.ask(TransferToColleague(agent=UserId(agent), call=CallId(call), colleague=UserId(colleague)))

    def completes(self, agent: str, call: str, to: str, *, confirmed: bool = False) -> None:
        """The green check."""
        self.ask(CompleteTransfer(agent=UserId(agent), call=CallId(call), to=CallId(to), confirmed=confirmed))

    def cancels(self, agent: str, call: str) -> None:
        """The same button again, or pull back."""
        self.ask(CancelTransfer(agent=UserId(agent), call=CallId(call)))

    def undoes(self, agent: str, call: str) -> None:
        """Undo."""
        self.ask(UndoTransfer(agent=UserId(agent), call=CallId(call)))

    def ask_to_call(self, agent: str, number: str) -> None:
        """The green handset on the keypad, for a number that may be engaged."""
        self.ask(CallNumber(agent=UserId(agent), number=number, kind=NumberKind.NATIONAL))

    def presses_keys(self, agent: str, digits: str) -> None:
        """Tones."""
        self.ask(SendKeys(agent=UserId(agent), digits=digits))

    def starts_conference(self, agent: str, call: str) -> None:
        """This held party joins."""
        self.ask(StartConference(agent=UserId(agent), call=CallId(call)))

    def connects_without_waiting(self, agent: str, call: str) -> None:
        """Go on without me."""
        self.ask(ConnectWithoutWaiting(agent=UserId(agent), call=CallId(call)))

    def to_queue(self, agent: str, call: str, queue: str) -> None:
        """On to this queue."""
        self.ask(TransferToQueue(agent=UserId(agent), call=CallId(call), queue=QueueId(queue)))

    def click_clock(self, agent: str) -> None:
        """The green clock: wrap-up by hand."""
        self.ask(StartWrapUp(agent=UserId(agent)))

    def click_clock_again(self, agent: str) -> None:
        """The clock, to be available again."""
        self.ask(StopWrapUp(agent=UserId(agent)))

    def signs_in(self, agent: str, queue: str) -> None:
        """The slide button, on."""
        self.ask(SignIn(agent=UserId(agent), queue=QueueId(queue)))

    def signs_out(self, agent: str, queue: str, *, confirmed: bool = False) -> None:
        """The slide button, off."""
        self.ask(SignOut(agent=UserId(agent), queue=QueueId(queue), confirmed=confirmed))

    def pairs(self, agent: str, device: str) -> None:
        """This is my telephone now."""
        self.ask(PairDevice(agent=UserId(agent), device=DeviceId(device)))

    def unpairs(self, agent: str) -> None:
        """No telephone any more."""
        self.ask(UnpairDevice(agent=UserId(agent)))

    def chooses_group(self, agent: str, group: str, *, confirmed: bool = False) -> None:
        """Work for this group."""
        self.ask(ChooseGroup(agent=UserId(agent), group=GroupId(group), confirmed=confirmed))

    def returns_to_work(self, agent: str) -> None:
        """I am back."""
        self.ask(ReturnToWork(agent=UserId(agent)))

    def logs_out(
        self, agent: str, *, device_too: bool = False, confirmed: bool = True, phone_stays: bool = False
    ) -> None:
        """Leave the console, also as the last one for urgent calls."""
        self.ask(
            LogOut(agent=UserId(agent), device_too=device_too, confirmed=confirmed, phone_stays=phone_stays)
        )
