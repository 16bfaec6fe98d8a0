"""Practice callers, asked for from the console or by `cordboard practice`, and told what becomes of their calls."""

from __future__ import annotations

from collections.abc import Callable

from cordboard.app.tenancy import Tenancy
from cordboard.control import Answer, Question
from cordboard.core.call import Call, CallState
from cordboard.core.types import OrganisationId
from cordboard.practice.callers import PracticeCallers, TooManyCallers
from cordboard.web import wire

COUNTS = frozenset("12345")
"""How many callers a console may ask for at once, as it writes it."""


class Practising:
    """The way to the practice callers."""

    def __init__(
        self,
        callers: PracticeCallers,
        tenancy: Tenancy,
        revision: Callable[[OrganisationId], int],
        *,
        enabled: bool,
    ) -> None:
        """`revision`: of what an organisation's consoles are shown, for the result of a command."""
        self._callers = callers
        self._tenancy = tenancy
        self._revision = revision
        self._enabled = enabled

    def observe(self, call: Call) -> None:
        """A call changed; if a practice caller makes it, they react."""
        if call.number is None:
            return
        if call.state is CallState.ACTIVE:
            self._callers.observe(call.number, "active")
        elif call.state is CallState.HELD:
            self._callers.observe(call.number, "held")

    async def from_console(self, organisation: OrganisationId, command: wire.Command) -> wire.Result:
        """A practice caller, asked for from the console."""

        def refuse(code: str) -> wire.Result:
            rev = self._revision(organisation)
            return wire.Result(id=command.id, ok=False, rev=rev, code=code)

        directory = self._tenancy.all[organisation]
        if not directory.organisation.demo or not self._enabled:
            return refuse("no_right")
        urgent = command.args.get("urgent") == "true"
        wanted = command.args.get("queue")
        queues = [q for q in directory.queues if (q.id == wanted if wanted else q.urgent is urgent)]
        numbers = sorted(queues[0].numbers) if queues else []
        if not numbers:
            return refuse("queue_not_available")
        count = command.args.get("count", "1")
        try:
            started = await self._callers.call(
                numbers[0], count=int(count) if count in COUNTS else 1, urgent=queues[0].urgent
            )
        except TooManyCallers:
            return refuse("too_many_practice_calls")
        if not started:
            return refuse("exchange_down")
        return wire.Result(id=command.id, ok=True, rev=self._revision(organisation))

    async def from_command(self, question: Question) -> Answer:
        """Practice callers, asked for by `cordboard practice`."""

        def no(sentence: str) -> Answer:
            return Answer(done=False, sentence=sentence)

        demos = [d for d in self._tenancy.all.values() if d.organisation.demo]
        if not self._enabled:
            return no("Practice callers are switched off in the configuration ([exchange] practice = false).")
        if not demos:
            return no("There is no demo organisation here; practice callers call only that one.")
        wanted = question.queue.casefold() if question.queue is not None else None
        found = [
            q
            for q in demos[0].queues
            if q.numbers
            and (wanted in (q.id.casefold(), q.name.casefold()) if wanted else q.urgent is question.urgent)
        ]
        if not found:
            names = ", ".join(queue.name for queue in demos[0].queues if queue.numbers)
            return no(f"There is no queue {question.queue or ''} to call; there are: {names}.")
        queue = found[0]
        try:
            started = await self._callers.call(
                min(queue.numbers), count=max(question.count, 1), urgent=question.urgent or queue.urgent
            )
        except TooManyCallers as problem:
            return no(str(problem))
        if not started:
            return no("The exchange is not connected, so nobody could call; see `cordboard doctor`.")
        who = "1 practice caller calls" if started == 1 else f"{started} practice callers call"
        return Answer(done=True, sentence=f"{who} queue {queue.name}.")
