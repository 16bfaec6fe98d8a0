"""Log in, who am I, log out, own settings (manual 1.1, 4)."""

from __future__ import annotations

from litestar import Controller, Response, delete, get, post, put
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from cordboard.app.administration.rights import ADMINISTRATION
from cordboard.app.cards import card
from cordboard.app.engine import NotDone
from cordboard.app.modules import BUILT, Module
from cordboard.app.projection import Viewer, theme_of
from cordboard.core.desk import may_go_on_by_phone
from cordboard.core.requests import LogOut
from cordboard.core.types import Right
from cordboard.web import rest
from cordboard.web.guard import (
    BROWSER_PLAIN,
    BROWSER_SECURE,
    COOKIE_PLAIN,
    COOKIE_SECURE,
    AnyRequest,
    browser_of,
    token_of,
)
from cordboard.web.problems import Refusal
from cordboard.web.requests.asking import leave_desk
from cordboard.web.requests.confirm import address_of, refusals
from cordboard.web.services import Services

BROWSER_SECONDS = 400 * 24 * 3_600
"""As long as browsers keep a cookie at most."""


def session_info(services: Services, viewer: Viewer) -> rest.SessionInfo:
    """What the portal shows of who is logged in."""
    user = viewer.user
    return rest.SessionInfo(
        user=user.id,
        name=user.name,
        user_name=user.user_name,
        organisation=viewer.organisation.name,
        language="en" if user.language == "en" else "nl",
        theme=theme_of(user.theme),
        modules=[rest.Module(id=module.value, active=_active(viewer, module)) for module in Module],
        contact=viewer.organisation.contact or services.contact,
    )


def _contact(services: Services) -> str:
    """Whom to ask at the log-in page, where nobody knows yet whose people come (1.1-g).

    The installation's text, or that of the only organisation in service that has one; the demo is nobody's, and counts
    only where it is alone.
    """
    houses = [d.organisation for d in services.tenancy.all.values() if not d.organisation.disabled]
    texts = {house.contact for house in houses if not house.demo} or {house.contact for house in houses}
    own = sorted(texts - {""})
    return services.contact or (own[0] if len(own) == 1 else "")


def _active(viewer: Viewer, module: Module) -> bool:
    """It can be chosen in the portal (1.1-l): it is there, the organisation has it, and so has this person."""
    rights = viewer.user.rights
    if module is Module.ADMINISTRATION and Right.PROVIDER in rights:
        return True
    may = {
        Module.CALLBACK: Right.CALLBACK_SEE in rights,
        Module.ADMINISTRATION: bool(rights & ADMINISTRATION),
    }
    return module in BUILT and module not in viewer.organisation.modules_off and may.get(module, True)


class SessionRequests(Controller):
    """`/api/portal`, `/api/session`, `/api/session/desk`, `/api/settings`."""

    path = "/api"

    @get("/portal")
    async def portal(self, services: NamedDependency[Services]) -> rest.PortalInfo:
        """What the log-in page shows; public."""
        demo = [
            rest.DemoLogIn(user_name=user.user_name, name=user.name)
            for directory in services.tenancy.all.values()
            if directory.organisation.demo and services.loopback
            for user in directory.users
            if not user.disabled
        ]
        return rest.PortalInfo(
            product="Cordboard",
            version=services.version,
            contact=_contact(services),
            mail=services.mail,
            demo=demo,
        )

    @post("/session", status_code=200)
    async def log_in(
        self, request: AnyRequest, services: NamedDependency[Services], data: JSONBody[rest.LogIn]
    ) -> Response[rest.SessionInfo]:
        """Log in; the cookie is the session."""
        with refusals():
            logged_in = await services.log_ins.log_in(
                data.user_name,
                data.password,
                address=address_of(request),
                now=services.now(),
                code=data.code,
            )
        viewer = services.tenancy.viewer(logged_in.session.user)
        if viewer is None:
            raise Refusal(401, "wrong_credentials")
        cookie = Cookie(
            key=COOKIE_SECURE if services.secure else COOKIE_PLAIN,
            value=logged_in.token,
            path="/",
            secure=services.secure,
            httponly=True,
            samesite="lax",
        )
        cookies = [cookie]
        browser = await services.password_links.remember_browser(
            browser_of(request.cookies, secure=services.secure), viewer.organisation.id
        )
        if browser is not None:
            cookies.append(
                Cookie(
                    key=BROWSER_SECURE if services.secure else BROWSER_PLAIN,
                    value=browser,
                    path="/",
                    max_age=BROWSER_SECONDS,
                    secure=services.secure,
                    httponly=True,
                    samesite="strict",
                )
            )
        return Response(session_info(services, viewer), cookies=cookies)

    @get("/session")
    async def who(self, request: AnyRequest, services: NamedDependency[Services]) -> rest.SessionInfo:
        """Who am I."""
        logged_in = await services.logged_in(request.cookies)
        if logged_in is None:
            raise Refusal(401, "no_session")
        return session_info(services, logged_in.viewer)

    @get("/session/desk")
    async def own_desk(self, request: AnyRequest, services: NamedDependency[Services]) -> rest.OwnDesk:
        """What a log-out would end or leave: pages without a live connection ask it first (4-b, 4-f)."""
        logged_in = await services.require(request.cookies)
        desk = services.engine.desks.get(logged_in.organisation)
        agent = desk.board.agents.get(logged_in.viewer.user.id) if desk is not None else None
        if desk is None or agent is None:
            # It is being put back, and then nobody is rung by it either.
            return rest.OwnDesk(device=None, keeps=False, calls=[])
        device = desk.board.device_of(agent)
        cards = [card(desk.board, agent, call.id) for call in desk.board.calls_of(agent)]
        return rest.OwnDesk(
            device=device.name if device is not None else None,
            keeps=may_go_on_by_phone(desk.board, agent),
            calls=[
                rest.OwnCall(
                    id=one.id, state=one.state, number=one.number, name=one.name, queue_name=one.queue_name
                )
                for one in cards
                if one is not None
            ],
        )

    @delete("/session", status_code=204)
    async def log_out(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        device: FromQuery[bool] = False,
        confirmed: FromQuery[bool] = False,
    ) -> Response[None]:
        """Log out; every tab of this log-in ends. Calls go on (4-f); who is on hold, or the last one in an urgent
        queue, is told first (409 `live_call`, `last_in_urgent`)."""
        logged_in = await services.logged_in(request.cookies)
        token = token_of(request.cookies, secure=services.secure)
        if logged_in is not None and token is not None:
            outcome = await leave_desk(
                services,
                logged_in.organisation,
                LogOut(
                    agent=logged_in.viewer.user.id,
                    device_too=device,
                    confirmed=confirmed,
                    phone_stays=not device,
                ),
            )
            if isinstance(outcome, NotDone):
                raise Refusal(409, outcome.code, **dict(outcome.args))
            await services.log_ins.log_out(token)
            services.hub.end_session(logged_in.session)
            services.chat.forget(logged_in.viewer.user.id)
        answer: Response[None] = Response(None, status_code=204)
        if services.secure:
            answer.set_cookie(
                Cookie(key=COOKIE_SECURE, value="", path="/", max_age=0, secure=True, httponly=True)
            )
        else:
            answer.delete_cookie(COOKIE_PLAIN)
        return answer

    @put("/settings", status_code=204)
    async def settings(
        self, request: AnyRequest, services: NamedDependency[Services], data: JSONBody[rest.Settings]
    ) -> None:
        """Own language and theme."""
        logged_in = await services.logged_in(request.cookies)
        if logged_in is None:
            raise Refusal(401, "no_session")
        user = logged_in.viewer.user.id
        # Who administers meanwhile keeps everybody as he was read.
        async with services.administration.locks[logged_in.organisation]:
            await services.directories.set_user_settings(user, language=data.language, theme=data.theme)
            viewer = services.tenancy.user_chose(user, language=data.language, theme=data.theme)
        if viewer is not None:
            services.hub.refresh_viewer(logged_in.organisation, viewer)
