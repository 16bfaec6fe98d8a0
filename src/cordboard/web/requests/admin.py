"""The administration (manual 4; docs/admin/rest.md is its contract)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from cordboard.app.administration.administration import (
    RESOURCES,
    Actor,
    Conflict,
    NoRight,
    NotThere,
    OutOfDate,
)
from cordboard.app.administration.announcements import NAME as ANNOUNCEMENTS
from cordboard.app.administration.announcements import RIGHT as ANNOUNCEMENTS_RIGHT
from cordboard.app.administration.audit import Action
from cordboard.app.administration.fields import FieldProblem, Invalid, Row
from cordboard.app.administration.network import NAME as NETWORK
from cordboard.app.administration.network import NetworkAdministration
from cordboard.app.administration.provider import NAME as ORGANISATIONS
from cordboard.app.administration.rights import ADMINISTRATION, PROTECTED
from cordboard.app.administration.settings_files import MAKERS, settings_file
from cordboard.app.engine import NotDone
from cordboard.app.password_links import NoMailAddress, TooManyLetters
from cordboard.core.dial import RIGHTS as OUTSIDE_RIGHTS
from cordboard.core.requests import LogOut
from cordboard.core.types import DeviceId, NumberKind, Right, UserId
from cordboard.web import rest
from cordboard.web.guard import AnyRequest
from cordboard.web.problems import AdminRefusal
from cordboard.web.requests.asking import answer_of, leave_desk
from cordboard.web.requests.confirm import must_have_second_factor
from cordboard.web.requests.ldap import import_directory, try_directory
from cordboard.web.services import Services

AUDIT_MAX = 200
"""Lines of one page."""
AUDIT_ID_MAX = 2**63 - 1
"""No line has a higher number, in any database."""


async def actor_of(request: AnyRequest, services: Services) -> Actor:
    """Who asks.

    Raises:
        Refusal: 401 `no_session`.
        AdminRefusal: 403 `second_factor_needed`: the organisation wants one of whoever administers.
    """
    logged_in = await services.require(request.cookies)
    user = logged_in.viewer.user
    if must_have_second_factor(logged_in.viewer) and not await services.second_factor.active(user.id):
        raise AdminRefusal(403, "second_factor_needed")
    return Actor(
        organisation=logged_in.organisation, user=user.id, name=user.name, rights=frozenset(user.rights)
    )


@contextmanager
def refusals() -> Iterator[None]:
    """What the administration refuses, in the words of the web."""
    try:
        yield
    except NoRight as no:
        raise AdminRefusal(403, no.code, {"right": no.right}) from no
    except NotThere as no:
        raise AdminRefusal(404, "not_found") from no
    except OutOfDate as no:
        raise AdminRefusal(412, "out_of_date") from no
    except Conflict as no:
        raise AdminRefusal(409, no.code, no.args_) from no
    except NoMailAddress as no:
        raise AdminRefusal(409, "no_email") from no
    except TooManyLetters as no:
        raise AdminRefusal(409, "too_many_letters") from no
    except Invalid as no:
        raise AdminRefusal(422, "invalid", errors=[_shown(one) for one in no.problems]) from no


def _shown(problem: FieldProblem) -> rest.FieldProblem:
    return rest.FieldProblem(field=problem.field, code=problem.code, args=dict(problem.args))


def seen_version(request: AnyRequest) -> str:
    """The version that the administrator saw.

    Raises:
        AdminRefusal: 428 `version_missing`.
    """
    if_match = request.headers.get("if-match")
    if if_match is None:
        raise AdminRefusal(428, "version_missing")
    return if_match.removeprefix("W/").strip('"')


def as_row(row: Row, status: int = 200) -> Response[dict[str, Any]]:
    """One thing, with its version."""
    return Response(row, status_code=status, headers={"ETag": f'"{row["version"]}"'})


class AdminRequests(Controller):
    """`/api/admin`."""

    path = "/api/admin"

    @get("/")
    async def overview(self, request: AnyRequest, services: NamedDependency[Services]) -> rest.AdminOverview:
        """What I may do here."""
        actor = await actor_of(request, services)
        with refusals():
            _may_begin(actor)
        reads = bool(actor.rights & ADMINISTRATION)
        known = _resources(services) if reads else {}
        if Right.PROVIDER in actor.rights:
            known[ORGANISATIONS] = Right.PROVIDER
        return rest.AdminOverview(
            rights=sorted(right.value for right in actor.rights & PROTECTED),
            resources=[
                rest.AdminResource(name=name, may_change=right in actor.rights)
                for name, right in known.items()
            ],
            mail=services.mail,
        )

    @get("/rights")
    async def rights(self, request: AnyRequest, services: NamedDependency[Services]) -> rest.AdminRights:
        """All rights that there are."""
        actor = await actor_of(request, services)
        with refusals():
            _may_begin(actor)
        return rest.AdminRights(rights=[right.value for right in Right])

    @get("/audit")
    async def audit(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        before: FromQuery[int | None] = None,
        limit: FromQuery[int] = 50,
        resource: FromQuery[str | None] = None,
        thing: FromQuery[str | None] = None,
        user: FromQuery[str | None] = None,
    ) -> rest.AuditPage:
        """Who changed what, newest first."""
        actor = await actor_of(request, services)
        with refusals():
            actor.require(Right.ADMIN_AUDIT)
        if before is not None and not 0 <= before <= AUDIT_ID_MAX:
            raise AdminRefusal(400, "bad_request")
        limit = max(1, min(limit, AUDIT_MAX))
        found = await services.administration.audit.page(
            actor.organisation, before=before, limit=limit + 1, resource=resource, thing=thing, user=user
        )
        return rest.AuditPage(
            rows=[
                rest.AuditRow(
                    id=str(one.id),
                    at=one.entry.at,
                    user=one.entry.user,
                    user_name=one.entry.user_name,
                    action=one.entry.action.value,
                    resource=one.entry.resource,
                    thing=one.entry.thing,
                    name=one.entry.name,
                    before=dict(one.entry.before) if one.entry.before is not None else None,
                    after=dict(one.entry.after) if one.entry.after is not None else None,
                )
                for one in found[:limit]
            ],
            before=str(found[limit - 1].id) if len(found) > limit else None,
        )

    @get("/{resource:str}")
    async def rows(
        self, request: AnyRequest, services: NamedDependency[Services], resource: FromPath[str]
    ) -> rest.AdminRows:
        """A whole list."""
        actor = await actor_of(request, services)
        with refusals():
            if resource == NETWORK:
                return rest.AdminRows(rows=[_network(services, actor).row(actor)])
            if resource == ANNOUNCEMENTS and services.announcements is not None:
                return rest.AdminRows(rows=await services.announcements.rows(actor))
            return rest.AdminRows(rows=await services.administration.rows(actor, resource))

    @get("/{resource:str}/{thing:str}")
    async def row(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        resource: FromPath[str],
        thing: FromPath[str],
    ) -> Response[dict[str, Any]]:
        """One of it."""
        actor = await actor_of(request, services)
        with refusals():
            if resource == thing == NETWORK:
                return as_row(_network(services, actor).row(actor))
            if resource == ANNOUNCEMENTS and services.announcements is not None:
                return as_row(services.announcements.row(actor, thing))
            return as_row(await services.administration.row(actor, resource, thing))

    @post("/{resource:str}")
    async def create(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        resource: FromPath[str],
        data: JSONBody[dict[str, Any]],
        check: FromQuery[bool] = False,
    ) -> Response[dict[str, Any]]:
        """Make one; a new telephone's password is told this once."""
        actor = await actor_of(request, services)
        with refusals():
            row = await services.administration.create(actor, resource, data, check=check)
            if resource == "devices" and not check:
                row["password"] = await services.administration.device_password(actor, row["id"])
            return as_row(row, 201)

    @patch("/{resource:str}/{thing:str}")
    async def change(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        resource: FromPath[str],
        thing: FromPath[str],
        data: JSONBody[dict[str, Any]],
        check: FromQuery[bool] = False,
    ) -> Response[dict[str, Any]]:
        """Change the fields that are sent."""
        actor = await actor_of(request, services)
        with refusals():
            version = seen_version(request)
            if resource == thing == NETWORK:
                return as_row(await _network(services, actor).change(actor, data, version, check=check))
            if resource == ANNOUNCEMENTS and services.announcements is not None:
                of = services.tenancy.all[actor.organisation]
                return as_row(
                    await services.announcements.change(actor, of, thing, data, version, check=check)
                )
            row = await services.administration.change(actor, resource, thing, data, version, check=check)
            return as_row(row)

    @delete("/{resource:str}/{thing:str}", status_code=204)
    async def remove(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        resource: FromPath[str],
        thing: FromPath[str],
        check: FromQuery[bool] = False,
    ) -> None:
        """Take one away."""
        actor = await actor_of(request, services)
        with refusals():
            await services.administration.delete(actor, resource, thing, seen_version(request), check=check)

    # Words of the path that stand for one resource only would hide the others of it from the router.

    @post("/{resource:str}/{thing:str}/{act:str}", status_code=200)
    async def act(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        resource: FromPath[str],
        thing: FromPath[str],
        act: FromPath[str],
    ) -> Response[Any]:
        """Something is done with it: invited, logged out, released, given a new password, tested, imported."""
        actor = await actor_of(request, services)
        with refusals():
            actor.may_read()
            if (resource, act) not in ACTS:
                raise NotThere
            right, do = ACTS[resource, act]
            actor.require(right)
            row = await services.administration.row(actor, resource, thing)
            return await do(services, actor, row, await _sent(request))

    @post("/{resource:str}/{thing:str}/settings/{maker:str}", status_code=200)
    async def settings(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        resource: FromPath[str],
        thing: FromPath[str],
        maker: FromPath[str],
    ) -> Response[str]:
        """The file for that make of telephone, with a new password in it."""
        actor = await actor_of(request, services)
        with refusals():
            actor.require(Right.ADMIN_TELEPHONY)
            if resource != "devices" or maker not in MAKERS:
                raise NotThere
            row = await services.administration.row(actor, resource, thing)
            if row["server"] is None:
                raise Conflict("no_server")
            row["password"] = await services.administration.new_device_password(actor, thing)
        file = settings_file(maker, row)
        return Response(
            file.text,
            media_type=file.media_type,
            headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
        )


def _may_begin(actor: Actor) -> None:
    """There is something here for him: of his own organisation, or the organisations."""
    if Right.PROVIDER not in actor.rights:
        actor.may_read()


def _resources(services: Services) -> dict[str, Right]:
    """What can be administered here, with the right that it takes to change it; in the order of the screens."""
    known = {one.name: one.right for one in RESOURCES}
    if services.announcements is not None:
        known[ANNOUNCEMENTS] = ANNOUNCEMENTS_RIGHT
    if services.network is not None:
        known[NETWORK] = Right.ADMIN_TELEPHONY
    return known


def _network(services: Services, actor: Actor) -> NetworkAdministration:
    # Who has no right at all is not told whether there is one.
    actor.may_read()
    if services.network is None:
        raise NotThere
    return services.network


async def _sent(request: AnyRequest) -> Row:
    """What the request says beside its path; most say nothing."""
    body = await request.body()
    if not body:
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as wrong:
        raise AdminRefusal(400, "bad_request") from wrong


async def _test(services: Services, actor: Actor, row: Row, sent: Row) -> Response[Any]:
    """Ring a number over that trunk; what comes of it stands in the trunk's `test` (D28)."""
    number = _number_to_test(services, actor, sent.get("number"))
    lines = services.trunks
    if lines is None or not await lines.test(actor.organisation, row["id"], number):
        raise Conflict("exchange_down")
    await services.administration.done(actor, Action.TEST_CALL, "trunks", row["id"], row["name"])
    return Response(None, status_code=202)


def _number_to_test(services: Services, actor: Actor, text: object) -> str:
    """A number outside that he might call himself (2.6-g); calls for help are no test."""
    if not isinstance(text, str) or not text.strip():
        raise Invalid([FieldProblem(field="number", code="required")])
    found = services.dial_plan(actor.organisation).outside(text)
    if found is None:
        raise Invalid([FieldProblem(field="number", code="bad_number")])
    number, kind = found
    if kind is NumberKind.EMERGENCY:
        raise Conflict("emergency_number")
    if (right := OUTSIDE_RIGHTS.get(kind)) is not None:
        actor.require(right)
    return number


async def _invite(services: Services, actor: Actor, row: Row, _sent: Row) -> Response[Any]:
    """Send the letter by which somebody chooses a password (1.1-c, 1.1-e)."""
    viewer = services.tenancy.viewer(UserId(row["id"]))
    if viewer is None:
        raise Conflict("disabled")
    await services.password_links.invite(viewer.organisation, viewer.user)
    await services.administration.done(actor, Action.INVITE, "users", row["id"], row["name"])
    return Response(None, status_code=204)


async def _log_out(services: Services, actor: Actor, row: Row, _sent: Row) -> Response[Any]:
    """End every session of that person; calls go on (4-f)."""
    user = UserId(row["id"])
    await services.log_ins.end_sessions_of(user)
    services.hub.end_sessions_of(user)
    services.chat.forget(user)
    # Who has somebody on hold keeps the desk until that call is over; the log-in is gone all the same. The last one
    # for urgent calls is not kept: nobody is there, so the alarm has to say it.
    await leave_desk(services, actor.organisation, LogOut(agent=user, device_too=False, confirmed=True))
    await services.administration.done(actor, Action.LOG_OUT, "users", user, row["name"])
    return Response(None, status_code=204)


async def _release(services: Services, actor: Actor, row: Row, _sent: Row) -> Response[Any]:
    """Take a telephone from whoever has it paired (1.2-j)."""
    outcome = await answer_of(
        lambda reply: services.engine.release(actor.organisation, DeviceId(row["id"]), reply)
    )
    if isinstance(outcome, NotDone):
        raise AdminRefusal(503 if outcome.code == "not_saved" else 409, outcome.code, outcome.args)
    await services.administration.done(actor, Action.RELEASE, "devices", row["id"], row["name"])
    return Response(None, status_code=204)


async def _password(services: Services, actor: Actor, row: Row, _sent: Row) -> Response[Any]:
    """A telephone's new one, shown this once."""
    password = await services.administration.new_device_password(actor, row["id"])
    return Response(rest.DevicePassword(password=password))


Act = Callable[[Services, Actor, Row, Row], Awaitable[Response[Any]]]

ACTS: dict[tuple[str, str], tuple[Right, Act]] = {
    ("users", "invitation"): (Right.ADMIN_USERS, _invite),
    ("users", "log_out"): (Right.ADMIN_USERS, _log_out),
    ("devices", "release"): (Right.ADMIN_TELEPHONY, _release),
    ("devices", "password"): (Right.ADMIN_TELEPHONY, _password),
    ("trunks", "test"): (Right.ADMIN_TELEPHONY, _test),
    ("ldap", "try"): (Right.ADMIN_ORGANISATION, try_directory),
    ("ldap", "import"): (Right.ADMIN_ORGANISATION, import_directory),
}
"""What can be done with one thing beside changing it, by resource and last word of the path."""
