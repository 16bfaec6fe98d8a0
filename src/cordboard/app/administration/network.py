"""The network of the whole installation: read and changed like a thing of one's own organisation.

It is everybody's, so nobody but the provider changes it while another organisation is served here.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, fields

from cordboard.app.administration.administration import (
    Actor,
    Administration,
    Conflict,
    OutOfDate,
    version_of,
)
from cordboard.app.administration.audit import Action
from cordboard.app.administration.fields import (
    Context,
    Field,
    FieldProblem,
    Invalid,
    Row,
    Wrong,
    matching,
    maybe,
    read_row,
    several,
    whole,
)
from cordboard.app.network import Network, NetworkPlace, merged
from cordboard.app.ports import Directory, StorageFailure
from cordboard.core.types import OrganisationId, Right

log = logging.getLogger(__name__)

NAME = "network"
RTP_PORTS_MIN = 100
"""Every call takes four ports."""
_STUN = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")


def _address(value: object, _context: Context) -> str:
    if not isinstance(value, str):
        raise Wrong("wrong_type")
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError:
        raise Wrong("bad_address") from None


def _network(value: object, _context: Context) -> str:
    if not isinstance(value, str):
        raise Wrong("wrong_type")
    try:
        return str(ipaddress.ip_network(value.strip(), strict=False))
    except ValueError:
        raise Wrong("bad_network") from None


_PORT = maybe(whole(1024, 65535))
FIELDS = (
    Field(name="listen", read=maybe(_address)),
    Field(name="external_address", read=maybe(_address)),
    Field(name="local_networks", read=several(_network, most=50)),
    Field(name="stun_server", read=maybe(matching(_STUN, "bad_host"))),
    Field(name="sip", read=_PORT),
    Field(name="sip_tls", read=_PORT),
    Field(name="rtp_first", read=_PORT),
    Field(name="rtp_last", read=_PORT),
)


class NetworkAdministration:
    """What an administrator does with it."""

    def __init__(
        self,
        place: NetworkPlace,
        administration: Administration,
        directory: Callable[[OrganisationId], Directory],
        others: Callable[[OrganisationId], bool],
    ) -> None:
        """
        Args:
            others: another organisation than this one and the demo is served here.
        """
        self._place, self._administration = place, administration
        self._directory, self._others = directory, others
        self._lock = asyncio.Lock()

    def row(self, actor: Actor) -> Row:
        """As it is set and as it is in use.

        Raises:
            NoRight: nothing to show.
        """
        actor.may_read()
        return self._shown(self._place.kept())

    async def change(self, actor: Actor, sent: Row, version: str, *, check: bool) -> Row:
        """Change the fields that are sent, for the next start.

        Raises:
            NoRight, OutOfDate, Invalid, Conflict, StorageFailure: nothing has changed.
        """
        actor.require(Right.ADMIN_TELEPHONY)
        if Right.PROVIDER not in actor.rights and self._others(actor.organisation):
            raise Conflict("not_alone")
        async with self._lock:
            return await self._change(actor, sent, version, check=check)

    async def _change(self, actor: Actor, sent: Row, version: str, *, check: bool) -> Row:
        # One at a time from the version to what is kept: of two who saw the same, the second is told.
        before = self._place.kept()
        old = kept_row(before)
        if version_of(old) != version:
            raise OutOfDate
        wanted = {name: value for name, value in sent.items() if name not in ("id", "version", "name")}
        row = read_row(FIELDS, wanted, old, Context(directory=self._directory(actor.organisation)))
        after = Network(**{one.name: row[one.name] for one in FIELDS} | _tuples(row))
        self._require_possible(before, after)
        if check or after == before:
            return self._shown(after)
        was, now = differs(old, kept_row(after))
        try:
            self._place.keep(after)
        except OSError as wrong:
            raise Conflict("not_saved") from wrong
        try:
            await self._administration.done(actor, Action.CHANGE, NAME, NAME, NAME, before=was, after=now)
        except StorageFailure:
            self._put_back(before)
            raise
        return self._shown(after)

    def _put_back(self, before: Network) -> None:
        """What the log does not have has not been."""
        try:
            self._place.keep(before)
        except OSError:
            log.exception("the network is set otherwise, and the log of changes has no line of it")

    def _require_possible(self, before: Network, after: Network) -> None:
        problems = [
            FieldProblem(field=one.name, code="stands_in_file")
            for one in fields(Network)
            if getattr(self._place.fixed, one.name) and getattr(after, one.name) != getattr(before, one.name)
        ]
        if (after.rtp_first is None) != (after.rtp_last is None):
            problems.append(
                FieldProblem(field="rtp_last" if after.rtp_last is None else "rtp_first", code="required")
            )
        elif after.rtp_first is not None and after.rtp_last is not None:
            least = after.rtp_first + RTP_PORTS_MIN - 1
            if after.rtp_last < least:
                problems.append(FieldProblem(field="rtp_last", code="too_small", args={"least": str(least)}))
        if after.sip is not None and after.sip == after.sip_tls:
            problems.append(FieldProblem(field="sip_tls", code="taken", args={"by": "SIP"}))
        if not problems and (wrong := self._place.wrong(after)) is not None:
            problems.append(FieldProblem(field=wrong[0], code=wrong[1]))
        if problems:
            raise Invalid(problems)

    def _shown(self, network: Network) -> Row:
        bare = kept_row(network)
        next_ = merged(self._place.fixed, network)
        in_use = self._place.in_use
        # What nobody chose stays as it was chosen at the first start.
        waits = [
            one.name
            for one in fields(Network)
            if (getattr(next_, one.name) or one.name in ("external_address", "local_networks", "stun_server"))
            and getattr(next_, one.name) != getattr(in_use, one.name)
        ]
        if next_.listen is None and in_use.listen != "127.0.0.1":
            waits.append("listen")
        return bare | {
            "version": version_of(bare),
            "in_use": _plain(in_use),
            "in_file": sorted(one.name for one in fields(Network) if getattr(self._place.fixed, one.name)),
            "restart_needed": bool(waits),
        }


def differs(old: Row, new: Row) -> tuple[Row, Row]:
    """The settings that are not the same in both, of each."""
    names = [one.name for one in FIELDS if old[one.name] != new[one.name]]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def _tuples(row: Row) -> Row:
    return {"local_networks": tuple(row["local_networks"])}


def _plain(network: Network) -> Row:
    return asdict(network) | {"local_networks": list(network.local_networks)}


def kept_row(network: Network) -> Row:
    """As it is set, without what is in use."""
    return {"id": NAME} | _plain(network)
