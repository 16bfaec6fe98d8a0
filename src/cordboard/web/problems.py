"""A request that is not carried out: a stable code with arguments, never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from litestar import Response
from litestar.exceptions import HTTPException

from cordboard.app.ports import StorageFailure
from cordboard.web.guard import SAFE_METHODS, AnyRequest
from cordboard.web.rest import AdminProblem, FieldProblem, Problem

log = logging.getLogger(__name__)


class Refusal(Exception):
    """The answer is no."""

    def __init__(self, status: int, code: str, **args: str) -> None:
        super().__init__(code)
        self.status, self.code, self.args_ = status, code, args


class AdminRefusal(Exception):
    """The administration's no, as an RFC 9457 problem (docs/admin/rest.md)."""

    def __init__(
        self,
        status: int,
        code: str,
        args: Mapping[str, str] | None = None,
        errors: Sequence[FieldProblem] = (),
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.args_, self.errors = status, code, dict(args or {}), list(errors)


def admin_refused(_request: AnyRequest, problem: AdminRefusal) -> Response[AdminProblem]:
    """The code, its arguments, and what is wrong with which field."""
    return Response(
        AdminProblem(
            title=problem.code,
            status=problem.status,
            code=problem.code,
            args=problem.args_,
            errors=problem.errors,
        ),
        status_code=problem.status,
        media_type="application/problem+json",
    )


def refused(_request: AnyRequest, problem: Refusal) -> Response[Problem]:
    """The code and its arguments."""
    return Response(Problem(code=problem.code, args=problem.args_), status_code=problem.status)


def bad_request(_request: AnyRequest, problem: HTTPException) -> Response[Problem]:
    """What the framework itself refuses: malformed, unknown address, wrong method, larger than it may be."""
    codes = {
        400: "bad_request",
        401: "no_session",
        403: "no_right",
        404: "not_found",
        405: "bad_method",
        413: "request_too_large",
    }
    return Response(
        Problem(code=codes.get(problem.status_code, "bad_request")), status_code=problem.status_code
    )


def unreadable(request: AnyRequest, problem: Exception) -> Response[Problem]:
    """A body that is no text, or has more inside one another than anything of ours: its sender's fault alone."""
    if request.method in SAFE_METHODS:
        return broken(request, problem)
    log.info(
        "a request could not be read", extra={"path": request.url.path, "reason": type(problem).__name__}
    )
    return Response(Problem(code="bad_request"), status_code=400)


def storage_failed(_request: AnyRequest, problem: StorageFailure) -> Response[Problem]:
    """The database is away; calls go on, this request does not."""
    log.error("a request failed on the database", extra={"reason": str(problem)})
    return Response(Problem(code="not_saved"), status_code=503)


def broken(request: AnyRequest, problem: Exception) -> Response[Problem]:
    """A bug of ours."""
    log.error("a request crashed", exc_info=problem, extra={"path": request.url.path})
    return Response(Problem(code="internal_error"), status_code=500)
