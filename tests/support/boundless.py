"""A directory that means no good: once it is asked who is in it, it never ends."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from sansldap import BindRequest as Bind
from sansldap import LDAPResultCode, LDAPServer, PartialAttribute, SearchRequest

from cordboard.app.ldap import LdapRow
from cordboard.certificate import certificate_for

STOP_S = 5
Flood = Callable[[LDAPServer, int], Iterator[bytes]]
"""What it says, as which server, to the question of that number."""


class Boundless:
    """One that listens, over TLS; it serves one client."""

    def __init__(self, folder: Path, flood: Flood) -> None:
        certificate, key = certificate_for(folder, ["127.0.0.1"])
        self._secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._secure.load_cert_chain(certificate, key)
        self._certificate = certificate.read_text()
        self._flood = flood
        self._door = socket.create_server(("127.0.0.1", 0))
        self.sent = 0
        """Bytes of its flood."""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def source(self) -> LdapRow:
        """It, as an administrator set it up."""
        return LdapRow(
            id="gids",
            name="Gids",
            url=f"ldaps://127.0.0.1:{self._door.getsockname()[1]}",
            bind_dn="cn=a",
            password="b",
            certificate=self._certificate,
            base="c=NL",
        )

    def stop(self) -> None:
        """Whom it served has gone."""
        self._thread.join(STOP_S)
        self._door.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        with contextlib.suppress(OSError), self._secure.wrap_socket(self._door.accept()[0], True) as road:
            said = LDAPServer()
            while True:
                for asked in said.receive(road.recv(65_536)):
                    if isinstance(asked, Bind):
                        said.bind_response(asked.message_id, result_code=LDAPResultCode.SUCCESS)
                        road.sendall(said.data_to_send())
                    elif isinstance(asked, SearchRequest):
                        for part in self._flood(said, asked.message_id):
                            road.sendall(part)
                            self.sent += len(part)


def two_gigabytes(_says: LDAPServer, _question: int) -> Iterator[bytes]:
    """One message is announced as so long, and zeros follow."""
    yield bytes.fromhex("30 84 80 00 00 00")
    while True:
        yield bytes(65_536)


def entries(values: list[bytes]) -> Flood:
    """Somebody with these titles, again and again."""

    def flood(says: LDAPServer, question: int) -> Iterator[bytes]:
        says.search_result_entry(question, "uid=jan", attributes=[PartialAttribute("title", values)])
        entry = says.data_to_send()
        while True:
            yield entry

    return flood
