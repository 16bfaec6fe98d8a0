"""What is a person's own: sounds, keys, second factor (manual 4)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import msgspec
import segno
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from cordboard.app.preferences import Preferences, read_preferences, write_preferences
from cordboard.app.second_factor import AlreadyOn
from cordboard.web import rest, wire
from cordboard.web.guard import AnyRequest
from cordboard.web.problems import Refusal
from cordboard.web.requests.confirm import confirm, must_have_second_factor
from cordboard.web.services import Services


class OwnRequests(Controller):
    """`/api/preferences` and `/api/second-factor`."""

    path = "/api"

    @get("/preferences")
    async def preferences(self, request: AnyRequest, services: NamedDependency[Services]) -> rest.Preferences:
        """Own sounds and keys."""
        logged_in = await services.require(request.cookies)
        found = await read_preferences(services.preferences, logged_in.viewer.user.id)
        return rest.Preferences(
            ring_volume=found.ring_volume, beeps=found.beeps, keys_on=found.keys_on, keys=found.keys
        )

    @put("/preferences", status_code=204)
    async def set_preferences(
        self, request: AnyRequest, services: NamedDependency[Services], data: JSONBody[rest.Preferences]
    ) -> None:
        """The same at every desk from now on."""
        logged_in = await services.require(request.cookies)
        try:
            wanted = msgspec.convert(msgspec.to_builtins(data), Preferences)
        except msgspec.ValidationError:
            raise Refusal(400, "bad_request") from None
        user = logged_in.viewer.user.id
        await write_preferences(services.preferences, user, wanted)
        services.hub.tell(logged_in.organisation, user, wire.Notice(code="preferences_changed"))

    @get("/second-factor")
    async def second_factor(
        self, request: AnyRequest, services: NamedDependency[Services]
    ) -> rest.SecondFactorInfo:
        """Whether log-in asks for a code."""
        user = (await services.require(request.cookies)).viewer.user.id
        return rest.SecondFactorInfo(
            on=await services.second_factor.active(user),
            recovery_codes=await services.second_factor.codes_left(user),
        )

    @post("/second-factor", status_code=200)
    async def begin(
        self, request: AnyRequest, services: NamedDependency[Services], data: JSONBody[rest.Confirmation]
    ) -> rest.SecondFactorStart:
        """A new secret, drawn here: nobody else gets to see it."""
        logged_in = await services.require(request.cookies)
        await confirm(request, services, logged_in, data.password, data.code)
        user = logged_in.viewer.user
        try:
            address = await services.second_factor.begin(
                user.id, user.user_name, f"Cordboard {logged_in.viewer.organisation.name}"
            )
        except AlreadyOn:
            raise Refusal(409, "second_factor_on") from None
        secret = parse_qs(urlsplit(address).query)["secret"][0]
        # Dark on white whatever the theme: cameras read nothing else.
        picture = segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff")
        return rest.SecondFactorStart(picture=picture, secret=secret)

    @put("/second-factor", status_code=200)
    async def finish(
        self, request: AnyRequest, services: NamedDependency[Services], data: JSONBody[rest.Code]
    ) -> rest.RecoveryCodes:
        """The first code: from now on log-in asks for one."""
        user = (await services.require(request.cookies)).viewer.user.id
        codes = await services.second_factor.confirm(user, data.code, services.now())
        if codes is None:
            raise Refusal(422, "wrong_code")
        return rest.RecoveryCodes(codes=list(codes))

    @post("/second-factor/off", status_code=204)
    async def off(
        self, request: AnyRequest, services: NamedDependency[Services], data: JSONBody[rest.Confirmation]
    ) -> None:
        """Log-in does not ask any more."""
        logged_in = await services.require(request.cookies)
        await confirm(request, services, logged_in, data.password, data.code)
        if must_have_second_factor(logged_in.viewer):
            raise Refusal(409, "second_factor_must")
        await services.second_factor.remove(logged_in.viewer.user.id)
