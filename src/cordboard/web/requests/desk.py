"""Softphone credentials, health (manual 1.2)."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.di import NamedDependency

from cordboard.core.types import DeviceKind
from cordboard.web import rest
from cordboard.web.guard import AnyRequest
from cordboard.web.problems import Refusal
from cordboard.web.services import Services

ECHO_NUMBER = "*43"


class DeskRequests(Controller):
    """`/api/softphone`, `/api/health`."""

    path = "/api"

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
