"""Choosing a password: by a link in a mail, or by who is logged in (1.1-c, 1.1-e, 1.1-h to 1.1-j)."""

from __future__ import annotations

import asyncio

from litestar import Controller, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from cordboard.app.password_links import Answer, LinkGone
from cordboard.web import rest
from cordboard.web.guard import AnyRequest, browser_of
from cordboard.web.problems import Refusal
from cordboard.web.requests.confirm import address_of, confirm, refusals
from cordboard.web.services import Services

ANSWER_SECONDS = 0.4
"""Every answer to "I forgot my password" takes this long, so that its time says nothing (security.md 4.2)."""


class PasswordRequests(Controller):
    """`/api/password`."""

    path = "/api/password"

    @post("/forgotten", status_code=200)
    async def forgotten(
        self, request: AnyRequest, services: NamedDependency[Services], data: JSONBody[rest.Forgotten]
    ) -> rest.ForgottenAnswer:
        """Mail a link; public."""
        until = asyncio.get_running_loop().time() + ANSWER_SECONDS
        try:
            answer = await services.password_links.forgotten(
                data.email,
                address=address_of(request),
                browser=browser_of(request.cookies, secure=services.secure),
            )
        finally:
            await asyncio.sleep(max(0.0, until - asyncio.get_running_loop().time()))
        match answer:
            case Answer.UNKNOWN:
                raise Refusal(404, "unknown_email")
            case Answer.TOO_MANY:
                raise Refusal(429, "too_many_attempts", seconds="3600")
            case Answer.SENT:
                return rest.ForgottenAnswer(answer="sent")
            case Answer.NEUTRAL:
                return rest.ForgottenAnswer(answer="if_known")

    @post("/link", status_code=200)
    async def link(
        self, services: NamedDependency[Services], data: JSONBody[rest.PasswordLink]
    ) -> rest.PasswordLinkInfo:
        """Whose link it is; who has it may know."""
        try:
            link, user = await services.password_links.look(data.token)
        except LinkGone:
            raise Refusal(410, "link_gone") from None
        return rest.PasswordLinkInfo(
            purpose=link.purpose.value,
            name=user.name,
            user_name=user.user_name,
            language="en" if user.language == "en" else "nl",
        )

    @post("/", status_code=204)
    async def choose(self, services: NamedDependency[Services], data: JSONBody[rest.NewPassword]) -> None:
        """Choose a password by a link: everybody who is logged in as this person is out, a second factor stays."""
        links = services.password_links
        try:
            _, user = await links.look(data.token)
            with refusals():
                # A password that is refused costs no link, nor does a moment in which too many log in.
                password_hash = await services.log_ins.hash_password(user.user_name, data.password)
            link, user = await links.use(data.token)
        except LinkGone:
            raise Refusal(410, "link_gone") from None
        await services.log_ins.set_password(user.id, password_hash)
        services.hub.end_sessions_of(user.id)
        links.password_changed(services.tenancy.organisation(link.organisation), user)

    @put("/", status_code=204)
    async def change(
        self, request: AnyRequest, services: NamedDependency[Services], data: JSONBody[rest.PasswordChange]
    ) -> None:
        """Change one's own; other log-ins of this person end, this one stays."""
        logged_in = await services.require(request.cookies)
        user = logged_in.viewer.user
        await confirm(request, services, logged_in, data.password, data.code)
        with refusals():
            password_hash = await services.log_ins.hash_password(user.user_name, data.new_password)
        await services.log_ins.set_password(user.id, password_hash, logged_in.session)
        services.hub.end_sessions_of(user.id, logged_in.session)
        services.password_links.password_changed(logged_in.viewer.organisation, user)
