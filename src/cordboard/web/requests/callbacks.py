"""The planning of call backs on other days, and by number (3.6)."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from cordboard.app.contacts import bare_digits
from cordboard.app.planning import hidden_queues, may_see, view
from cordboard.core.promise import OPEN
from cordboard.core.types import Right
from cordboard.web import rest
from cordboard.web.guard import AnyRequest
from cordboard.web.problems import Refusal
from cordboard.web.services import Services

DIGITS_MAX = 32
INSTANT_MAX = 10**15
"""Milliseconds that any calendar knows."""
SPAN_MS_MAX = 40 * 24 * 3_600_000
"""A month, and what stands around it in a calendar."""


class CallBackRequests(Controller):
    """`/api/callbacks`."""

    path = "/api/callbacks"

    @get()
    async def planning(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        since: Annotated[int | None, QueryParameter(name="from")] = None,
        until: Annotated[int | None, QueryParameter(name="to")] = None,
        number: FromQuery[str] = "",
    ) -> rest.CallBackPage:
        """Those whose cell lies in [from, to) or that are due in it; without these: the newest with these digits.

        With both, those of the stretch that have these digits in their number.
        """
        logged_in = await services.require(request.cookies)
        if Right.CALLBACK_SEE not in logged_in.viewer.user.rights:
            raise Refusal(403, "no_right")
        organisation = logged_in.organisation
        digits = bare_digits(number)
        if len(digits) > DIGITS_MAX or (number and not digits):
            return rest.CallBackPage(rows=[], open=0, done=0)
        desk = services.engine.desks.get(organisation)
        if desk is None:
            raise Refusal(503, "exchange_down")
        board = desk.board
        user = logged_in.viewer.user.id
        hidden = hidden_queues(board, board.agents[user])
        if since is not None and until is not None:
            if not 0 <= since < until <= INSTANT_MAX or until - since > SPAN_MS_MAX:
                raise Refusal(400, "bad_request")
            found = await services.callbacks.between(
                organisation, since, until, digits, hidden=hidden, user=user
            )
        elif digits:
            found = await services.callbacks.search(organisation, digits, hidden=hidden, user=user)
        else:
            raise Refusal(400, "bad_request")
        # Rights may have changed meanwhile.
        agent = board.agents[user]
        rows = [row for row in found if may_see(board, agent, row)]
        still_open = sum(row.status in OPEN for row in rows)
        return rest.CallBackPage(
            rows=[view(board, row) for row in rows], open=still_open, done=len(rows) - still_open
        )
