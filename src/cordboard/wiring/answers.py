"""What the server tells of itself: to another command on this machine, to its parent, to a monitor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import version

from cordboard.app.engine import Engine
from cordboard.asterisk.exchange import AsteriskExchange
from cordboard.control import Answer, Control, Question
from cordboard.server_settings import ServerSettings
from cordboard.storage.open import Database, open_database
from cordboard.web import rest
from cordboard.web.push import Hub


class Answers:
    """Answers questions by the control socket, from before the database is opened on.

    A server that changes its database says so, and its parent waits for it; one that hangs in its start for another
    reason must go unheard, as one that hangs later does.
    """

    def __init__(self) -> None:
        self._changing = False
        self._serving: Callable[[Question], Awaitable[Answer]] | None = None

    def changing(self) -> None:
        """The database's tables are changed from now on."""
        self._changing = True

    def changed(self) -> None:
        """They are not any more."""
        self._changing = False

    def serve(self, answer: Callable[[Question], Awaitable[Answer]]) -> None:
        """It serves: these are answered by this from now on."""
        self._serving = answer

    async def __call__(self, question: Question) -> Answer:
        """As `Control` asks."""
        if self._serving is not None:
            return await self._serving(question)
        return Answer(
            done=False,
            starting=True,
            changing=self._changing,
            sentence="Cordboard changes its database for this version; calls go on meanwhile."
            if self._changing
            else "Cordboard starts; ask again in a moment.",
        )


async def opened(settings: ServerSettings, control: Control, answers: Answers) -> Database:
    """Begin to answer, and open the database meanwhile.

    Raises:
        StorageFailure: it cannot be opened; nobody is answered any more.
    """
    await control.start()
    try:
        database = await open_database(
            settings.database_url,
            backups=settings.data / "backups",
            indexes=settings.data / "contacts",
            changing=answers.changing,
        )
    except BaseException:
        await control.stop()
        raise
    answers.changed()
    return database


def health_of(engine: Engine, exchange: AsteriskExchange, hub: Hub, *, database_ok: bool) -> rest.Health:
    """Whether calls can be handled and kept, and how many there are."""
    return rest.Health(
        ok=exchange.up and database_ok,
        version=version("cordboard"),
        exchange="up" if exchange.up else "down",
        database="ok" if database_ok else "failing",
        calls=sum(len(desk.board.calls) for desk in engine.desks.values()),
        consoles=hub.count(),
    )


def told_of(health: rest.Health) -> Answer:
    """The same, by the control socket."""
    return Answer(
        done=health.ok,
        sentence=f"Cordboard {health.version} runs.",
        exchange=health.exchange == "up",
        database=health.database == "ok",
        calls=health.calls,
        consoles=health.consoles,
    )
