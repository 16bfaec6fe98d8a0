"""Directories from which contacts are imported: what an administrator sets, with a password that is never told."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from cordboard.app.administration.fields import (
    Context,
    Field,
    FieldProblem,
    Reader,
    Row,
    Wrong,
    choice,
    flag,
    matching,
    maybe,
    several,
    text,
    whole,
)
from cordboard.app.administration.resource import Resource, replaced, unique, without
from cordboard.app.administration.secrets import chosen, password, password_problems, shown
from cordboard.app.ldap import ADDRESSES, FILTER, FUNCTIONS, NAMES, PHONES, LdapRow, Repeats
from cordboard.app.ports import Directory
from cordboard.core.types import Right

ATTRIBUTES_MAX = 10
"""Of one kind; nobody has his numbers in more places."""
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,79}|[0-9]+(?:\.[0-9]+)+")
_PASSWORD = re.compile(r"[^\x00-\x1f\x7f]{1,256}")


def _url(value: object, _context: Context) -> str:
    if not isinstance(value, str):
        raise Wrong("wrong_type")
    try:
        parts = urlsplit(value.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Wrong("bad_ldap_url") from None
    known = parts.scheme in ("ldap", "ldaps") and _HOST.fullmatch(host) is not None and port != 0
    if not known or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise Wrong("bad_ldap_url")
    shown_host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown_host}{'' if port is None else f':{port}'}"


def _filter(value: object, context: Context) -> str:
    """Brackets that go together; whether it means anything only the directory knows."""
    found: str = text(2_000)(value, context)
    depth, last = 0, len(found) - 1
    for at, sign in enumerate(found):
        depth += (sign == "(") - (sign == ")")
        if depth < 0 or (depth == 0 and at != last):
            raise Wrong("bad_filter")
    if depth or "\n" in found:
        raise Wrong("bad_filter")
    return found


_attribute = matching(_ATTRIBUTE, "bad_attribute")


def _certificate(value: object, context: Context) -> str:
    if not isinstance(value, str):
        raise Wrong("wrong_type")
    found: str = text(20_000)(value.replace("\r\n", "\n"), context)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=found)
    except (ssl.SSLError, ValueError):
        raise Wrong("bad_certificate") from None
    return found


def _attributes() -> Reader:
    return several(_attribute, most=ATTRIBUTES_MAX, sort=False)


def _rows(directory: Directory) -> list[Row]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "url": one.url,
            "bind_dn": one.bind_dn,
            "password": shown(one.password, one.password_changes),
            "certificate": one.certificate,
            "base": one.base,
            "filter": one.filter,
            "name_attributes": list(one.name_attributes),
            "function_attributes": list(one.function_attributes),
            "number_attributes": list(one.number_attributes),
            "address_attributes": list(one.address_attributes),
            "group_attribute": one.group_attribute,
            "internal": one.internal,
            "repeats": one.repeats.value,
            "every_hours": one.every_hours,
        }
        for one in directory.ldap
    ]


def _put(directory: Directory, row: Row) -> Directory:
    before = next((one for one in directory.ldap if one.id == row["id"]), None)
    kept = (None, 0) if before is None else (before.password, before.password_changes)
    password_, changes = chosen(row["password"], *kept)
    after = LdapRow(
        id=row["id"],
        name=row["name"],
        url=row["url"],
        bind_dn=row["bind_dn"],
        password=password_,
        password_changes=changes,
        certificate=row["certificate"],
        base=row["base"],
        filter=row["filter"],
        name_attributes=tuple(row["name_attributes"]),
        function_attributes=tuple(row["function_attributes"]),
        number_attributes=tuple(row["number_attributes"]),
        address_attributes=tuple(row["address_attributes"]),
        group_attribute=row["group_attribute"],
        internal=row["internal"],
        repeats=Repeats(row["repeats"]),
        every_hours=row["every_hours"],
    )
    return replace(directory, ldap=replaced(directory.ldap, after))


def _problems(directory: Directory, row: Row, old: Row | None) -> Iterator[FieldProblem]:
    yield from unique(_rows(directory), row, old, "name")
    yield from password_problems(row, old, account="bind_dn", place="url")
    if not row["name_attributes"]:
        yield FieldProblem(field="name_attributes", code="required")


LDAP = Resource(
    name="ldap",
    right=Right.ADMIN_ORGANISATION,
    prefix="a",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="url", read=_url),
        Field(name="bind_dn", read=maybe(text(400)), default=None),
        Field(name="password", read=maybe(password(_PASSWORD)), default=None),
        Field(name="certificate", read=maybe(_certificate), default=None),
        Field(name="base", read=text(400)),
        Field(name="filter", read=_filter, default=FILTER),
        Field(name="name_attributes", read=_attributes(), default=list(NAMES)),
        Field(name="function_attributes", read=_attributes(), default=list(FUNCTIONS)),
        Field(name="number_attributes", read=_attributes(), default=list(PHONES)),
        Field(name="address_attributes", read=_attributes(), default=list(ADDRESSES)),
        Field(name="group_attribute", read=maybe(_attribute), default=None),
        Field(name="internal", read=flag, default=True),
        Field(name="repeats", read=choice(*(one.value for one in Repeats)), default=Repeats.NEVER.value),
        Field(name="every_hours", read=whole(1, 168), default=4),
    ),
    rows=_rows,
    put=_put,
    remove=lambda directory, id_: replace(directory, ldap=without(directory.ldap, id_)),
    problems=_problems,
)
