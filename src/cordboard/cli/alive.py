"""`cordboard alive`: for who watches over a container."""

from __future__ import annotations

import ssl
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

import click

from cordboard.cli.options import Complaint, config_option, data_option, fail, launch_for
from cordboard.control import Question, ServerAway, ask
from cordboard.launch import Launch

TIMEOUT_S = 5


@click.command(hidden=True)
@config_option
@data_option
def alive(config: Path | None, data: Path | None) -> None:
    """Exit code 0 when the server answers, or changes its database; nothing else is looked at.

    Not `doctor`: a silent trunk is no reason to end every call, which is what starting a container anew does.
    """
    try:
        launch = launch_for(config, None, None, data, again=True)
    except Complaint as problem:
        fail(problem)
        return
    sys.exit(0 if _serves(launch) or _changes_database(launch) else 1)


def _serves(launch: Launch) -> bool:
    server = launch.server
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(server.listen, server.listen)
    if server.certificate is None:
        connection = HTTPConnection(host, server.port, timeout=TIMEOUT_S)
    else:
        # It is this machine: whose certificate it is does not matter, and it may be of our own making.
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        connection = HTTPSConnection(host, server.port, timeout=TIMEOUT_S, context=trusting)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _changes_database(launch: Launch) -> bool:
    try:
        return ask(launch.data, Question(ask="health"), timeout_ms=TIMEOUT_S * 1000).changing
    except ServerAway:
        return False
