"""Recording on a telephone, put together."""

from __future__ import annotations

from collections.abc import Callable

from cordboard.app.administration.announcements import Announcements
from cordboard.app.administration.studio import Studio
from cordboard.app.clock import Clock
from cordboard.app.engine import Engine
from cordboard.asterisk.booth import PREFIX, AsteriskBooth
from cordboard.core.board import Board
from cordboard.core.types import OrganisationId
from cordboard.wiring.sounds import Sounds


def studio_of(
    announcements: Announcements,
    booth: AsteriskBooth,
    engine: Engine,
    clock: Clock,
    sounds: Sounds,
    rebuilt: list[Callable[[OrganisationId], None]],
) -> Studio:
    """Of this server; it listens from now on, and what a server before it recorded is gone.

    Args:
        rebuilt: who is told of an organisation that was rebuilt.
    """

    def board(organisation: OrganisationId) -> Board | None:
        desk = engine.desks.get(organisation)
        return desk.board if desk is not None else None

    studio = Studio(
        announcements,
        booth,
        board=board,
        tell=engine.tell,
        clock=clock,
        new_leg=booth.new_leg,
        sound=sounds.message,
        forget=sounds.forget_message,
    )
    sounds.forget_messages(PREFIX)
    rebuilt.append(studio.put_back)
    booth.start(studio.told)
    return studio
