"""Own calls: page by page, as a file, and whom to call back (manual 3.4)."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from cordboard.app.history import Participation, Sought
from cordboard.app.spreadsheets import harmless
from cordboard.app.views import HistoryGap
from cordboard.core.types import CallId, EndedBy, Instant, OrganisationId, Right
from cordboard.web import rest
from cordboard.web.guard import AnyRequest, LoggedIn
from cordboard.web.problems import Refusal
from cordboard.web.services import Services

PAGE_MAX = 100
FILE_PAGE = 200
FILE_ROWS_MAX = 100_000
"""Calls in one file: years of one person."""

_KINDS: dict[str, rest.HistoryKind] = {
    "answered": "answered",
    "missed": "missed",
    "rejected": "rejected",
    "outbound": "outbound",
}
_HEADS = {
    "nl": ("Tijdstip", "Soort", "Nummer", "Naam", "Wachtrij", "Wachttijd (s)", "Gespreksduur (s)", "Naar"),
    "en": ("Time", "Kind", "Number", "Name", "Queue", "Waiting time (s)", "Talk time (s)", "Transferred to"),
}
_WORDS = {
    "nl": {
        "answered": "Inkomend",
        "missed": "Gemist",
        "rejected": "Geweigerd",
        "outbound": "Uitgaand",
    },
    "en": {"answered": "Incoming", "missed": "Missed", "rejected": "Rejected", "outbound": "Outgoing"},
}

_MISSING = {
    "nl": "Tussen {since} en {until} kunnen gesprekken ontbreken of onvolledig zijn",
    "en": "Between {since} and {until} calls may be missing or incomplete",
}


class HistoryRequests(Controller):
    """`/api/history`, `/api/history/file`, `/api/history/{call}/back`."""

    path = "/api/history"

    @get("/")
    async def history(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        before: FromQuery[str | None] = None,
        limit: FromQuery[int] = 50,
        kind: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
    ) -> rest.HistoryPage:
        """Own calls, newest first (3.4); `kind` and `q` leave only some of them."""
        logged_in = await _who(services, request)
        try:
            parts, more = await services.history.of_user(
                logged_in.organisation,
                logged_in.viewer.user.id,
                before=before,
                limit=max(1, min(limit, PAGE_MAX)),
                sought=_sought(kind, q),
            )
        except ValueError:
            raise Refusal(400, "bad_page") from None
        gaps = await _gaps(services, logged_in.organisation, before, more)
        return rest.HistoryPage(rows=[_row(part) for part in parts], before=more, gaps=gaps)

    @get("/file")
    async def file(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        kind: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
    ) -> Stream:
        """The same calls, all of them, as CSV in the user's language and the organisation's time."""
        logged_in = await _who(services, request)
        return Stream(
            _lines(services, logged_in, _sought(kind, q)),
            media_type="text/csv",
            headers={"Content-Disposition": 'attachment; filename="cordboard-history.csv"'},
        )

    @get("/{call:str}/back")
    async def back(
        self, request: AnyRequest, services: NamedDependency[Services], call: FromPath[str]
    ) -> rest.CallBackNumber:
        """What to dial: the primary number of the contact whose number it is, else the number itself (3.4-g)."""
        logged_in = await _who(services, request)
        number = await services.history.number_of(
            logged_in.organisation, logged_in.viewer.user.id, CallId(call)
        )
        if number is None:
            raise Refusal(404, "not_found")
        return rest.CallBackNumber(number=await _primary(services, logged_in.organisation, number))


async def _gaps(
    services: Services, organisation: OrganisationId, before: str | None, more: str | None
) -> list[HistoryGap]:
    """Those that end among the calls of this page: between the key that gave it and the one that gives the next.

    What is not shown because of a filter may be missing all the same, so they stand there with every filter.
    """
    until = None if before is None else _moment(before)
    found = await services.history.gaps(organisation, -1 if more is None else _moment(more), until)
    return [HistoryGap(since=gap.since, until=gap.until, reason=gap.reason.value) for gap in found]


def _moment(key: str) -> Instant:
    return int(key.partition(".")[0])


async def _who(services: Services, request: AnyRequest) -> LoggedIn:
    logged_in = await services.require(request.cookies)
    if Right.HISTORY not in logged_in.viewer.user.rights:
        raise Refusal(403, "no_right")
    return logged_in


def _sought(kind: str | None, typed: str) -> Sought:
    if kind is not None and kind not in _KINDS:
        raise Refusal(400, "bad_page")
    return Sought(kind=kind, typed=typed)


async def _primary(services: Services, organisation: OrganisationId, number: str) -> str:
    """Of the contact that is shown for this number, see `Contacts.owner`; a number that is nobody's stays."""
    contact = await services.contacts.owner(organisation, number)
    return contact.numbers[0] if contact is not None else number


async def _lines(services: Services, logged_in: LoggedIn, sought: Sought) -> AsyncIterator[str]:
    """With the mark by which a spreadsheet knows UTF-8, and nothing that it would take for a formula."""
    user = logged_in.viewer.user
    language = "en" if user.language == "en" else "nl"
    zone = ZoneInfo(logged_in.viewer.organisation.time_zone)
    yield "\ufeff" + _line(_HEADS[language])
    before: str | None = None
    for _ in range(FILE_ROWS_MAX // FILE_PAGE):
        asked = before
        parts, before = await services.history.of_user(
            logged_in.organisation, user.id, before=before, limit=FILE_PAGE, sought=sought
        )
        gaps = await _gaps(services, logged_in.organisation, asked, before)
        lines = [(part.at, _cells(part, language, zone)) for part in parts]
        lines += [(gap.until, _gap_cells(gap, language, zone)) for gap in gaps]
        # The newest first; sorting keeps the order of what is of one moment.
        lines.sort(key=lambda line: -line[0])
        yield "".join(_line(cells) for _, cells in lines)
        if before is None:
            return


def _cells(part: Participation, language: str, zone: ZoneInfo) -> tuple[str, ...]:
    # A caller chooses the name that he shows, and where it comes from need not be a number.
    return (
        _time(part.at, zone),
        _WORDS[language][part.kind],
        harmless(part.number or ""),
        harmless(part.name or ""),
        harmless(part.queue_name or ""),
        "" if part.wait_ms is None else str(part.wait_ms // 1000),
        "" if part.talk_ms is None else str(part.talk_ms // 1000),
        harmless(part.transferred_to or ""),
    )


def _gap_cells(gap: HistoryGap, language: str, zone: ZoneInfo) -> tuple[str, ...]:
    words = _MISSING[language].format(since=_time(gap.since, zone), until=_time(gap.until, zone))
    return (_time(gap.until, zone), words, *[""] * (len(_HEADS[language]) - 2))


def _time(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at // 1000, zone).strftime("%Y-%m-%d %H:%M:%S")


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerow(cells)
    return text.getvalue()


def _row(part: Participation) -> rest.HistoryRow:
    return rest.HistoryRow(
        id=f"{part.call}:{part.kind}",
        call=part.call,
        kind=_KINDS[part.kind],
        direction=part.direction.value,
        number=part.number,
        name=part.name,
        queue=part.queue_name,
        urgent=part.urgent,
        at=part.at,
        wait_ms=part.wait_ms,
        talk_ms=part.talk_ms,
        ended_by=part.ended_by.value if part.ended_by not in (None, EndedBy.UNKNOWN) else None,
        transferred_to=part.transferred_to,
    )
