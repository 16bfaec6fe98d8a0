"""Name, password and code, and what is said when they are not right (1.1-f)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cordboard.app.accounts import CodeNeeded, TooManyAttempts, WrongCode, WrongCredentials
from cordboard.app.administration.rights import PROTECTED
from cordboard.app.passwords import PasswordRefused
from cordboard.app.projection import Viewer
from cordboard.web.guard import AnyRequest, LoggedIn
from cordboard.web.problems import Refusal
from cordboard.web.services import Services


@contextmanager
def refusals() -> Iterator[None]:
    """What the doors say, as answers.

    Raises:
        Refusal: 401 `wrong_credentials`, `code_needed`, `wrong_code` or `too_many_attempts`, 422 for a password that
            may not be chosen.
    """
    try:
        yield
    except WrongCredentials:
        raise Refusal(401, "wrong_credentials") from None
    except CodeNeeded:
        raise Refusal(401, "code_needed") from None
    except WrongCode:
        raise Refusal(401, "wrong_code") from None
    except TooManyAttempts as refused:
        raise Refusal(401, "too_many_attempts", seconds=str(refused.seconds)) from None
    except PasswordRefused as refused:
        raise Refusal(422, refused.problem.value) from None


def must_have_second_factor(viewer: Viewer) -> bool:
    """The organisation wants one of whoever has a right of administration."""
    wanted = viewer.organisation.settings.second_factor_for_administrators
    return wanted and bool(viewer.user.rights & PROTECTED)


async def confirm(
    request: AnyRequest, services: Services, logged_in: LoggedIn, password: str, code: str
) -> None:
    """Before something weighty, who is logged in shows once more who he is (ASVS 7.5.1).

    Raises:
        Refusal: as `refusals`.
    """
    with refusals():
        await services.log_ins.confirm(
            logged_in.viewer.user.user_name,
            password,
            address=address_of(request),
            now=services.now(),
            code=code,
        )


def address_of(request: AnyRequest) -> str:
    """Where the browser is."""
    return request.client.host if request.client is not None else ""
