"""A port on which somebody else listens already."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from cordboard.asterisk.ports import pick


@contextmanager
def taken(kind: socket.SocketKind = socket.SOCK_STREAM, port: int | None = None) -> Iterator[int]:
    """One of 127.0.0.1; None: any. For as long as the block lasts."""
    port = pick(1)[0] if port is None else port
    with socket.socket(socket.AF_INET, kind) as other:
        if kind is socket.SOCK_STREAM:
            # As the programs do that this stands for: last connections of an earlier owner may linger.
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        if kind is socket.SOCK_STREAM:
            other.listen()
        yield port
