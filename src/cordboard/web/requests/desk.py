"""Own history, softphone credentials, health (manual 1.2, 3.4)."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from cordboard.app.history import Participation
from cordboard.core.types import DeviceKind, EndedBy, Right
from cordboard.web import rest
from cordboard.web.guard import AnyRequest
from cordboard.web.problems import Refusal
from cordboard.web.services import Services

PAGE_MAX = 100
ECHO_NUMBER = "*43"


class DeskRequests(Controller):
    """`/api/history`, `/api/softphone`, `/api/health`."""

    path = "/api"

    @get("/history")
    async def history(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        before: FromQuery[str | None] = None,
        limit: FromQuery[int] = 50,
    ) -> rest.HistoryPage:
        """Own calls, newest first (3.4)."""
        logged_in = await services.require(request.cookies)
        if Right.HISTORY not in logged_in.viewer.user.rights:
            raise Refusal(403, "no_right")
        try:
            parts, more = await services.history.of_user(
                logged_in.organisation,
                logged_in.viewer.user.id,
                before=before,
                limit=max(1, min(limit, PAGE_MAX)),
            )
        except ValueError:
            raise Refusal(400, "bad_page") from None
        return rest.HistoryPage(rows=[_row(part) for part in parts], before=more)

    @post("/softphone", status_code=200)
    async def softphone(
        self, request: AnyRequest, services: NamedDependency[Services]
    ) -> rest.SoftphoneCredentials:
        """What the browser phone registers with; only for who has it paired."""
        logged_in = await services.require(request.cookies)
        device = services.paired_device(logged_in)
        if device is None or device.kind is not DeviceKind.WEB:
            raise Refusal(409, "no_device")
        name = f"d-{device.id}"
        return rest.SoftphoneCredentials(
            device=device.id,
            uri=f"sip:{name}@cordboard.invalid",
            auth_user=name,
            password=device.password,
            ws_path="/ws",
            echo=ECHO_NUMBER,
        )

    @get("/health")
    async def health(self, services: NamedDependency[Services]) -> rest.Health:
        """For machines."""
        return services.health()


def _row(part: Participation) -> rest.HistoryRow:
    kinds: dict[str, rest.HistoryKind] = {
        "answered": "answered",
        "missed": "missed",
        "rejected": "rejected",
        "outbound": "outbound",
    }
    return rest.HistoryRow(
        id=f"{part.call}:{part.kind}",
        call=part.call,
        kind=kinds[part.kind],
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
