"""Lines to the public network: what an administrator sets, with a password that is never shown again (D28)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import replace

from cordboard.app.administration.fields import (
    Context,
    Field,
    FieldProblem,
    Row,
    Wrong,
    choice,
    flag,
    matching,
    maybe,
    number,
    several,
    text,
    whole,
)
from cordboard.app.administration.resource import Resource, replaced, unique, without
from cordboard.app.administration.secrets import chosen, password, password_problems, shown
from cordboard.app.numbers import NumberForm
from cordboard.app.ports import Directory
from cordboard.app.trunks import TrunkRow
from cordboard.core.types import Right

ID_MAX = 40
"""The exchange's names are no longer."""
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]+\]")
_ACCOUNT = re.compile(r"[!-:<=>?A-~]{1,80}")
"""Printable, no semicolon, no space, no at sign."""
_PASSWORD = re.compile(r"[!-~]{1,128}")
_CODECS = ("alaw", "ulaw", "g722", "opus", "gsm")


def _network(value: object, _context: Context) -> str:
    """An address or a network, or a name that DNS knows."""
    if not isinstance(value, str):
        raise Wrong("wrong_type")
    found = value.strip()
    try:
        return str(ipaddress.ip_network(found, strict=False)) if "/" in found else str(_address(found))
    except ValueError:
        raise Wrong("bad_network") from None


def _address(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(value.strip("[]"))


def _trunks(directory: Directory) -> list[Row]:
    return [
        {
            "id": trunk.id,
            "name": trunk.name,
            "host": trunk.host,
            "port": trunk.port,
            "transport": trunk.transport,
            "user_name": trunk.user_name,
            "password": shown(trunk.password, trunk.password_changes),
            "contact_user": trunk.contact_user,
            "from_domain": trunk.from_domain,
            "match": list(trunk.match),
            "codecs": list(trunk.codecs),
            "called_number_in": trunk.called_number_in,
            "sends": trunk.sends.value,
            "caller_id": trunk.caller_id,
            "caller_ids": list(trunk.caller_ids),
            "trusts_our_caller_id": trunk.trusts_our_caller_id,
            "emergency": trunk.emergency,
        }
        for trunk in directory.trunks
    ]


def _put(directory: Directory, row: Row) -> Directory:
    before = next((trunk for trunk in directory.trunks if trunk.id == row["id"]), None)
    kept = (None, 0) if before is None else (before.password, before.password_changes)
    password_, changes = chosen(row["password"], *kept)
    trunk = TrunkRow(
        id=row["id"],
        name=row["name"],
        host=row["host"],
        port=row["port"],
        transport=row["transport"],
        user_name=row["user_name"],
        password=password_,
        contact_user=row["contact_user"],
        from_domain=row["from_domain"],
        match=tuple(row["match"]),
        codecs=tuple(row["codecs"]),
        called_number_in=row["called_number_in"],
        caller_id=row["caller_id"],
        caller_ids=tuple(row["caller_ids"]),
        password_changes=changes,
        sends=NumberForm(row["sends"]),
        trusts_our_caller_id=row["trusts_our_caller_id"],
        emergency=row["emergency"],
    )
    return replace(directory, trunks=replaced(directory.trunks, trunk))


def _problems(directory: Directory, row: Row, old: Row | None) -> Iterator[FieldProblem]:
    yield from unique(_trunks(directory), row, old, "name")
    if len(row["id"]) > ID_MAX:
        yield FieldProblem(field="id", code="too_long", args={"most": str(ID_MAX)})
    yield from password_problems(row, old, account="user_name", place="host")
    if not row["codecs"]:
        yield FieldProblem(field="codecs", code="required")


TRUNKS = Resource(
    name="trunks",
    right=Right.ADMIN_TELEPHONY,
    prefix="l",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="host", read=matching(_HOST, "bad_host")),
        Field(name="port", read=maybe(whole(1, 65535)), default=None),
        Field(name="transport", read=choice("udp", "tcp", "tls"), default="udp"),
        Field(name="user_name", read=maybe(matching(_ACCOUNT, "bad_account")), default=None),
        Field(name="password", read=maybe(password(_PASSWORD)), default=None),
        Field(name="contact_user", read=maybe(matching(_ACCOUNT, "bad_account")), default=None),
        Field(name="from_domain", read=maybe(matching(_HOST, "bad_host")), default=None),
        Field(name="match", read=several(_network, most=50), default=[]),
        Field(name="codecs", read=several(choice(*_CODECS), sort=False), default=["alaw", "ulaw"]),
        Field(name="called_number_in", read=choice("uri", "to"), default="uri"),
        Field(name="sends", read=choice(*(form.value for form in NumberForm)), default="plus"),
        Field(name="caller_id", read=maybe(number), default=None),
        Field(name="caller_ids", read=several(number), default=[]),
        Field(name="trusts_our_caller_id", read=flag, default=True),
        Field(name="emergency", read=flag, default=False),
    ),
    rows=_trunks,
    put=_put,
    remove=lambda directory, id_: replace(directory, trunks=without(directory.trunks, id_)),
    problems=_problems,
)
