"""`cordboard alive`, by which a container says that it is well."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from cordboard.__main__ import main
from cordboard.asterisk.ports import pick
from cordboard.control import Answer, Control, Question


class Pages(BaseHTTPRequestHandler):
    """Of a server that answers, whatever else is wrong."""

    def do_GET(self) -> None:
        """`/healthz` alone."""
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nowhere."""


@contextmanager
def serving(port: int) -> Iterator[None]:
    """Such a server."""
    with HTTPServer(("127.0.0.1", port), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


def asked(data: Path, port: int) -> int:
    """Exit code of the command."""
    config = data / "cordboard.toml"
    config.write_text(f"[web]\nport = {port}\n")
    return CliRunner().invoke(main, ["alive", "--config", str(config), "--data", str(data)]).exit_code


def test_who_answers_is_alive_and_who_does_not_is_not(tmp_path: Path) -> None:
    """Nothing else is looked at."""
    port = pick(1)[0]
    with serving(port):
        answers = asked(tmp_path, port)

    assert (answers, asked(tmp_path, port)) == (0, 1)


@pytest.mark.parametrize(("changing", "code"), [(True, 0), (False, 1)])
async def test_who_changes_its_database_is_alive(tmp_path: Path, changing: bool, code: int) -> None:
    """It serves when that is done, however long it takes: started anew it would begin again."""

    async def starting(_question: Question) -> Answer:
        return Answer(done=False, sentence="", starting=True, changing=changing)

    control = Control(tmp_path, starting)
    await control.start()
    assert await asyncio.to_thread(asked, tmp_path, pick(1)[0]) == code
    await control.stop()
