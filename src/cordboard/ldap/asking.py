"""Asks a directory over LDAP (RFC 4511), always over TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import urlsplit

from sansldap import BindResponse as Bound
from sansldap import (
    ExtendedResponse,
    LDAPClient,
    LDAPError,
    LDAPFilter,
    LDAPMessage,
    LDAPResult,
    PagedResultControl,
    SearchResultDone,
    SearchResultEntry,
)

from cordboard.app.ldap import LdapEntry, LdapFailure, LdapProblem, LdapRow

CONNECT_S = 10
ANSWER_S = 30
"""For one answer; a page of a slow directory takes some seconds."""
WHOLE_S = 300
"""For everything."""
PAGE = 500
"""Entries of one answer; Active Directory gives no more than 1000."""
KEYS = ("entryUUID", "objectGUID", "nsUniqueId", "ipaUniqueID")
"""By which an entry is the same one whatever it is called: OpenLDAP, Active Directory, 389, FreeIPA."""
PORTS = {"ldap": 389, "ldaps": 636}
START_TLS = "1.3.6.1.4.1.1466.20037"
RECEIVED_MAX = 65_536
UNFINISHED_MAX = 4_000_000
"""Bytes of one message. A directory says how long its message will be, and `sansldap` keeps what there is of it."""
BYTES_MAX = 100_000_000
"""For everything, as received and as kept: the server's memory is everybody's, and whoever administers one organisation
says which directory is asked. Twenty times what 50,000 people with some numbers take."""
VALUE_BYTES = 64
"""What a value takes here besides its own bytes; a directory can send twenty million of three bytes."""
_SAID = {
    1: LdapProblem.NOT_ALLOWED,  # Active Directory, to who has not said a name.
    3: LdapProblem.TOO_MANY,
    4: LdapProblem.TOO_MANY,
    8: LdapProblem.PASSWORD,
    11: LdapProblem.TOO_MANY,
    13: LdapProblem.NO_TLS,
    18: LdapProblem.FILTER,
    32: LdapProblem.NO_BASE,
    34: LdapProblem.NO_BASE,
    48: LdapProblem.PASSWORD,
    49: LdapProblem.PASSWORD,
    50: LdapProblem.NOT_ALLOWED,
    51: LdapProblem.UNREACHABLE,
    52: LdapProblem.UNREACHABLE,
}
"""What its result codes mean here (RFC 4511, A.2)."""
Message = TypeVar("Message", bound=LDAPMessage)


def read(source: LdapRow, limit: int) -> list[LdapEntry]:
    """Everybody whom the filter lets through; takes its time.

    Raises:
        LdapFailure: it could not be read whole.
    """
    try:
        wanted = LDAPFilter.from_string(source.filter)
    except ValueError as problem:
        raise LdapFailure(LdapProblem.FILTER, str(problem)) from problem
    with _line(source) as line:
        found: list[LdapEntry] = []
        cookie, kept = b"", 0
        while True:
            page = PagedResultControl(critical=False, size=PAGE, cookie=cookie)
            line.client.search_request(
                source.base, filter=wanted, attributes=[*source.attributes, *KEYS], controls=[page]
            )
            while not isinstance(said := line.next(LDAPMessage), SearchResultDone):
                # A reference to another server is not followed: name and password are for this one alone.
                if isinstance(said, SearchResultEntry):
                    kept += _weight(said)
                    if kept > BYTES_MAX:
                        raise LdapFailure(LdapProblem.TOO_MANY, f"more than {BYTES_MAX} bytes")
                    found.append(_entry(said))
                if len(found) > limit:
                    raise LdapFailure(LdapProblem.TOO_MANY, f"more than {limit} entries")
            _require_done(said.result)
            answers = (one.cookie for one in said.controls if isinstance(one, PagedResultControl))
            cookie = next(answers, b"")
            if not cookie:
                return found


class _Line:
    """A connection to a directory."""

    def __init__(self, road: socket.socket) -> None:
        self.client = LDAPClient()
        self._road = road
        self._until = time.monotonic() + WHOLE_S
        self._read: list[LDAPMessage] = []
        self._received = self._unfinished = 0
        """Bytes, in all and since a message was whole."""

    def next(self, kind: type[Message]) -> Message:
        """What it says next, after what there was to say.

        Raises:
            OSError: it said nothing, or went away.
            LDAPError: that was no LDAP.
            LdapFailure: it said too much.
        """
        if unsent := self.client.data_to_send():
            self._road.sendall(unsent)
        while not self._read:
            if time.monotonic() > self._until:
                raise TimeoutError("it takes too long")
            received = self._road.recv(RECEIVED_MAX)
            if not received:
                raise ConnectionResetError("it closed the connection")
            self._received += len(received)
            self._unfinished += len(received)
            if self._received > BYTES_MAX or self._unfinished > UNFINISHED_MAX:
                raise LdapFailure(LdapProblem.TOO_MANY, f"{self._received} bytes, and no end")
            if read := list(self.client.receive(received)):
                self._read, self._unfinished = read, 0
        said = self._read.pop(0)
        if not isinstance(said, kind):
            raise LDAPError(f"it said {type(said).__name__}")
        return said


@contextlib.contextmanager
def _line(source: LdapRow) -> Iterator[_Line]:
    """To that directory, over TLS and as that name.

    Raises:
        LdapFailure: it could not be had, or broke.
    """
    parts = urlsplit(source.url)
    host = parts.hostname or ""
    try:
        with socket.create_connection((host, parts.port or PORTS[parts.scheme]), CONNECT_S) as plain:
            plain.settimeout(ANSWER_S)
            if parts.scheme == "ldap":
                _start_tls(plain)
            with _secured(plain, host, source.certificate) as road:
                line = _Line(road)
                line.client.bind_simple(source.bind_dn, source.password)
                _require_done(line.next(Bound).result, names=True)
                yield line
    except LDAPError as problem:
        raise LdapFailure(LdapProblem.FAILED, str(problem)) from problem
    except OSError as problem:
        raise LdapFailure(LdapProblem.UNREACHABLE, str(problem)) from problem


def _start_tls(plain: socket.socket) -> None:
    """It will speak TLS from here on; whatever else it said in the clear is forgotten with this line."""
    line = _Line(plain)
    line.client.extended_request(START_TLS)
    try:
        result = line.next(ExtendedResponse).result
    except (LDAPError, ConnectionError) as problem:
        raise LdapFailure(LdapProblem.NO_TLS, str(problem)) from problem
    if result.result_code:
        raise LdapFailure(LdapProblem.NO_TLS, result.diagnostics_message)


def _secured(plain: socket.socket, host: str, certificate: str | None) -> ssl.SSLSocket:
    trust = ssl.create_default_context(cadata=certificate)
    if certificate is not None:
        # A server's own certificate, named here, is trusted as much as an authority's would be.
        trust.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        return trust.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as problem:
        raise LdapFailure(LdapProblem.CERTIFICATE, problem.verify_message) from problem
    except TimeoutError:
        raise
    except OSError as problem:
        raise LdapFailure(LdapProblem.NO_TLS, str(problem)) from problem


def _require_done(result: LDAPResult, *, names: bool = False) -> None:
    code = int(result.result_code)
    if code == 0:
        return
    # A name that is none is as wrong as one that nobody has.
    known = LdapProblem.PASSWORD if names and code in (32, 34) else _SAID.get(code, LdapProblem.FAILED)
    raise LdapFailure(known, f"{result.result_code.name.lower()} {result.diagnostics_message}".strip())


def _weight(said: SearchResultEntry) -> int:
    """About what it takes in memory, in bytes."""
    sizes = (len(value) for one in said.attributes for value in one.values)
    return sum(size + VALUE_BYTES for size in sizes) + VALUE_BYTES * len(said.attributes)


def _entry(said: SearchResultEntry) -> LdapEntry:
    raw = {one.name.lower(): one.values for one in said.attributes if one.values}
    own = (f"{name}:{raw[name.lower()][0].hex()}" for name in KEYS if name.lower() in raw)
    values = {name: tuple(value.decode(errors="replace") for value in values) for name, values in raw.items()}
    return LdapEntry(name=said.object_name, key=next(own, said.object_name.casefold()), values=values)
