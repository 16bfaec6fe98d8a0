"""What people do with call backs and missed callers on a random day (`day_clicks`): plan, take, refuse, claim, call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cordboard.app.assembly import empty_board
from cordboard.core.call import Call
from cordboard.core.dialogue import DialogueStep
from cordboard.core.events import KeyPressed
from cordboard.core.promise import CallBack
from cordboard.core.requests import (
    AcceptCallBack,
    CallMissed,
    CancelCallBack,
    ClaimMissed,
    CloseMissed,
    MakeCallBack,
    RejectCallBack,
    ReleaseMissed,
    RetryCallBack,
)
from cordboard.core.types import CallId, NumberKind, QueueId, UserId

if TYPE_CHECKING:
    from tests.support.day import Day

NUMBERS = ("31612345678", "31687654321", "31201234567")
"""Of whom is called back; the first two also call in."""
TYPED = ("0612345678#", "0687654321", "112#", "0900123456#", "*", "#", "12*0201234567#")
"""What callers type."""
LATEST_MS = 120_000
"""Appointments are at most so far ahead: the day is short."""


class Promises:
    """The deeds; a part of all that may happen."""

    day: Day

    def a_call_back_is_planned(self) -> None:
        """For the caller of a call that waits, or for anybody; at once or at a moment."""
        day = self.day
        calls = [*sorted(day.board.calls), None]
        call = day.chance.choice(calls)
        day.try_to(
            MakeCallBack(
                agent=self._an_agent(),
                number=day.chance.choice(NUMBERS),
                kind=day.chance.choice((NumberKind.NATIONAL,) * 5 + (NumberKind.INTERNATIONAL,)),
                queue=QueueId(day.chance.choice(sorted(day.board.queues))),
                due_at=day.chance.choice((None, day.now + day.chance.randrange(LATEST_MS))),
                mine=day.chance.random() < 0.3,
                call=CallId(call) if call is not None else None,
            )
        )

    def a_caller_asks_for_it(self) -> None:
        """By the keys of the telephone, in whatever order; mostly those that lead somewhere."""
        day = self.day
        calls = [day.board.calls[c] for c in sorted(day.board.calls)]
        asked = [c for c in calls if c.dialogue is not None or c.offered_back_at is not None]
        if not asked:
            return
        call = day.chance.choice(asked)
        if _state(call) is DialogueStep.TYPING:
            keys = day.chance.choice(TYPED)
        elif _state(call) is DialogueStep.TIMING:
            keys = self._a_time()
        elif _state(call) is DialogueStep.CONFIRMING and day.chance.random() < 0.7:
            keys = day.chance.choice((f"12{self._a_time()}", f"12{self._a_time()}1", "11"))
        elif _state(call) is DialogueStep.CHOOSING:
            keys = day.chance.choice(("1", "2", f"2{self._a_time()}", f"2{self._a_time()}", "#"))
        else:
            keys = "1" if day.chance.random() < 0.8 else day.chance.choice("0123456789*#")
        for key in keys:
            day.tell(KeyPressed(leg=call.leg, key=key))
        day.sometimes[f"asked:{_state(call).value}"] += 1

    def _a_time(self) -> str:
        """As a caller types it: mostly one that comes soon."""
        minute = (self.day.board.clock(self.day.now)[1] + self.day.chance.randrange(10)) % 1_440
        return self.day.chance.choice((*[f"{minute // 60:02}{minute % 60:02}"] * 5, "2500", "*", "1#"))

    def a_call_back_is_taken(self) -> None:
        """By whoever has its card; sometimes refused."""
        offered = [(one, agent) for one in self._all() for agent in sorted(one.offers)]
        if not offered:
            return
        one, agent = self.day.chance.choice(offered)
        refuses = self.day.chance.random() < 0.2
        self.day.try_to((RejectCallBack if refuses else AcceptCallBack)(agent=agent, callback=one.id))

    def a_call_back_is_cancelled_or_repeated(self) -> None:
        """Whatever its status: what cannot be is refused."""
        promises = self._all()
        if not promises:
            return
        one = self.day.chance.choice(promises)
        repeats = not one.is_open or self.day.chance.random() < 0.1
        request = RetryCallBack if repeats else CancelCallBack
        self.day.try_to(request(agent=self._an_agent(), callback=one.id))

    def somebody_works_at_the_missed(self) -> None:
        """Claims one, calls, leaves it or closes it; with a colleague at it already as well."""
        day = self.day
        if not day.board.missed:
            return
        agent, entry = self._an_agent(), day.chance.choice(sorted(day.board.missed))
        confirmed = day.chance.random() < 0.3
        deed = day.chance.random()
        if deed < 0.5:
            day.try_to(CallMissed(agent=agent, missed=entry, confirmed=confirmed))
        elif deed < 0.8:
            day.try_to(ClaimMissed(agent=agent, missed=entry, confirmed=confirmed))
        else:
            day.try_to((ReleaseMissed if deed < 0.95 else CloseMissed)(agent=agent, missed=entry))

    def a_number_is_blocked_or_not_any_more(self) -> None:
        """The administrator has another list, and the server takes over all that is configured."""
        day = self.day
        blocked = day.chance.choice(((), (), NUMBERS[:1], ("3120*",)))
        organisation = day.directory.organisation
        rules = replace(organisation.rules, never_called_back=blocked)
        day.directory = replace(day.directory, organisation=replace(organisation, rules=rules))
        day.configured(empty_board(day.directory, now=day.now))
        day.sometimes["blocked" if blocked else "not blocked"] += 1

    def _all(self) -> list[CallBack]:
        board = self.day.board
        return [board.callbacks[one] for one in sorted(board.callbacks)]

    def _an_agent(self) -> UserId:
        return UserId(self.day.chance.choice(sorted(self.day.board.agents)))


def _state(call: Call) -> DialogueStep:
    """Where the caller is; one who is not asked any more is through with it."""
    return call.dialogue.step if call.dialogue is not None else DialogueStep.OVER
