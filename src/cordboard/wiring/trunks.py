"""Keeps the exchange's trunks equal to what administrators set up, without a restart and without touching calls (D28).

The configuration files are written anew and read again by the exchange, as a person would do it by hand: its calls and
the registrations that did not change go on.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from cordboard.app.administration.administration import Conflict
from cordboard.app.jobs import Jobs
from cordboard.app.numbers import is_outside
from cordboard.app.ports import Directory
from cordboard.app.tenancy import Tenancy
from cordboard.app.trunks import TestCall, TestResult, TrunkRow, TrunkState
from cordboard.asterisk import config, operations
from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.dialplan import TEST_CONTEXT, TEST_FAMILY, TEST_RING_S, TEST_TALK_S
from cordboard.asterisk.exchange import AsteriskExchange
from cordboard.asterisk.kept_trunks import keep, kept
from cordboard.asterisk.settings import (
    CalledNumberIn,
    ExchangeSettings,
    Registration,
    SettingsWrong,
    Trunk,
    TrunkTransport,
)
from cordboard.asterisk.transport import AriTransport, AriUnavailable, send
from cordboard.asterisk.way_in import address_of_another
from cordboard.asterisk.way_out import WaysOut
from cordboard.certificate import certificate_for
from cordboard.core.types import OrganisationId
from cordboard.server_settings import ServerSettings

log = logging.getLogger(__name__)

FILES = ("pjsip.conf", "extensions.conf")
READ_AGAIN = (
    "dialplan reload",
    "module reload res_pjsip.so",
    "module reload res_pjsip_endpoint_identifier_ip.so",
    "module reload res_pjsip_outbound_registration.so",
)
TEST_LOOK_S = 0.5
_VALUE = re.compile(r"Value: (\w+) (\d*)")


def trunk_of(organisation: OrganisationId, row: TrunkRow) -> Trunk:
    """As the exchange has it."""
    return Trunk(
        name=row.id,
        host=row.host,
        port=row.port,
        transport=TrunkTransport(row.transport),
        codecs=row.codecs,
        registration=Registration.of(row.user_name, row.password, row.contact_user),
        match=row.match,
        called_number_in=CalledNumberIn(row.called_number_in),
        from_domain=row.from_domain,
        trusts_our_caller_id=row.trusts_our_caller_id,
        sends=row.sends,
        # As it is kept; in a file it may be written in any form.
        caller_id=f"+{row.caller_id}"
        if row.caller_id is not None and is_outside(row.caller_id)
        else row.caller_id,
        caller_ids=row.caller_ids,
        emergency=row.emergency,
        organisation=organisation,
        made_in_browser=True,
    )


def result_of(status: str, cause: int) -> TestCall:
    """What a test call came to, from the exchange's words for it; the number is filled in elsewhere."""
    result: TestResult
    match status, cause:
        case "ANSWER", _:
            result = "answered"
        case ("BUSY", _) | (_, 17):
            result = "busy"
        case ("NOANSWER", _) | (_, 18 | 19):
            result = "no_answer"
        case _, 1 | 2 | 22 | 28:
            result = "unknown_number"
        case _, 21 | 29 | 50 | 52 | 55 | 57:
            result = "refused"
        case _, 58 | 65 | 79 | 88:
            result = "no_sound"
        case _, 0 | 3 | 20 | 27 | 38 | 102:
            result = "unreachable"
        case _:
            result = "failed"
    return TestCall(number="", result=result, cause=cause)


class Trunks:
    """All trunks of one exchange: those of the configuration file, and those set up in the browser."""

    def __init__(
        self,
        server: ServerSettings,
        *,
        tenancy: Tenancy,
        ways_out: WaysOut,
        ami: AmiClient,
        link: AriTransport,
        exchange: Callable[[], AsteriskExchange],
    ) -> None:
        """
        Args:
            exchange: which endpoints answer.
        """
        self.settings = server.exchange
        """With the trunks that there are now."""
        self._server, self._tenancy, self._ways_out = server, tenancy, ways_out
        self._ami, self._link, self._exchange = ami, link, exchange
        self._of_file = tuple(trunk for trunk in self.settings.trunks if not trunk.made_in_browser)
        self._lock = asyncio.Lock()
        self._tests: dict[str, TestCall] = {}
        self._jobs = Jobs()

    def all(self) -> Sequence[Trunk]:
        """In the order in which they are tried."""
        return self.settings.trunks

    def taken_up(self) -> None:
        """What is configured now counts for every call that begins."""
        self.settings = self._with(self._tenancy.all.values())
        self._ways_out.use(self.settings.trunks)

    def require_possible(self, directory: Directory) -> None:
        """The organisation's trunks could be as they stand there.

        Raises:
            Conflict: `exchange_not_ours`, `trunk_wrong`, or `address_elsewhere`: another organisation's calls come from
                there.
        """
        organisation = directory.organisation.id
        before = self._tenancy.all.get(organisation)
        if (before.trunks if before is not None else ()) == directory.trunks:
            return
        if not self._server.own_exchange:
            raise Conflict("exchange_not_ours")
        others = [one for name, one in self._tenancy.all.items() if name != organisation]
        wanted = self._with([*others, directory])
        for trunk in wanted.trunks:
            if trunk.made_in_browser and trunk.organisation == organisation:
                taken = address_of_another(wanted.trunks, self.settings.trunks, trunk)
                if taken is not None:
                    raise Conflict("address_elsewhere", name=taken)
        try:
            config.shared_files(wanted)
        except SettingsWrong as wrong:
            raise Conflict("trunk_wrong", name=str(wrong)) from wrong

    async def write(self) -> None:
        """Have the exchange take up what is configured, if it has not yet; with it away, its next start does."""
        self.taken_up()
        if not self._server.own_exchange:
            return
        async with self._lock:
            settings = self.settings
            made = tuple(trunk for trunk in settings.trunks if trunk.made_in_browser)
            etc = settings.run_dir / "etc"
            files = config.shared_files(settings)
            wanted = {name: files[name] for name in FILES}
            try:
                if kept(settings.run_dir) != made:
                    keep(settings.run_dir, made)
                if all((etc / name).read_text() == text for name, text in wanted.items()):
                    return
                config.write(etc, wanted)
            except OSError:
                log.exception("the exchange's trunks cannot be written")
                return
            await self._read_again()

    async def _read_again(self) -> None:
        for command in READ_AGAIN:
            try:
                await self._ami.action("Command", Command=command)
            except AmiFailed:
                log.warning("the exchange did not read its trunks again", extra={"command": command})

    def _with(self, directories: Iterable[Directory]) -> ExchangeSettings:
        made = tuple(
            trunk_of(directory.organisation.id, row) for directory in directories for row in directory.trunks
        )
        settings = self.settings
        encrypted = any(trunk.transport is TrunkTransport.TLS for trunk in made)
        if encrypted and settings.tls_certificate is None:
            certificate, key = certificate_for(self._server.data / "tls", sorted(self._server.hosts))
            settings = replace(settings, tls_certificate=certificate, tls_key=key)
        return replace(settings, trunks=(*self._of_file, *made))

    # --- how they are ---

    async def states(self, organisation: OrganisationId) -> dict[str, TrunkState]:
        """See `TrunkLines`."""
        mine = [trunk for trunk in self.settings.trunks if trunk.organisation == organisation]
        registrations = await self._registrations() if mine and self._exchange().up else None
        return {trunk.name: self._state(trunk, registrations) for trunk in mine}

    def _state(self, trunk: Trunk, registrations: dict[str, str] | None) -> TrunkState:
        test = self._tests.get(trunk.name)
        if registrations is None:
            return TrunkState(state="unknown", test=test)
        if trunk.registration is not None:
            said = registrations.get(trunk.endpoint, "")
            if said != "Registered":
                return TrunkState(state="not_registered", detail=said, test=test)
        elif trunk.endpoint in self._exchange().offline:
            return TrunkState(state="no_answer", test=test)
        return TrunkState(state="fine", test=test)

    async def _registrations(self) -> dict[str, str] | None:
        """Endpoint -> `Registered`, `Rejected`, ...; None: the exchange does not say."""
        try:
            answer = await self._ami.action("Command", Command="pjsip show registrations")
        except AmiFailed:
            return None
        # A line has: name/server, name of the account, state, seconds left.
        lines = (text for key, text in answer if key == "Output")
        found = (re.match(r"\s*(t-[a-z0-9-]+)/\S+\s+\S+\s+([A-Z]\w+)", line) for line in lines)
        return {one[1]: one[2] for one in found if one is not None}

    # --- a test call ---

    async def test(self, organisation: OrganisationId, trunk: str, number: str) -> bool:
        """See `TrunkLines`."""
        way = self._ways_out.over(trunk, organisation, number)
        if way is None or not self._exchange().up:
            return False
        name = secrets.token_hex(8)
        call = operations.channels_originate(
            # `/n`: the half that dials stays, and with it who tells what became of it.
            endpoint=f"Local/call@{TEST_CONTEXT}/n",
            context=TEST_CONTEXT,
            extension="answered",
            priority=1,
            timeout=TEST_RING_S + 5,
            variables={"CB_TO": way.endpoint, "CB_TEST": name, "CB_SHOW": way.show or ""},
        )
        try:
            answer = await send(self._link, call)
        except AriUnavailable:
            return False
        if not answer.is_done:
            return False
        self._tests[trunk] = TestCall(number=number, result="dialling")
        self._jobs.spawn(self._follow(trunk, number, name))
        return True

    async def _follow(self, trunk: str, number: str, name: str) -> None:
        for _ in range(int((TEST_RING_S + TEST_TALK_S) / TEST_LOOK_S)):
            await asyncio.sleep(TEST_LOOK_S)
            found = await self._said(name)
            if found is not None:
                await self._ami.remove(TEST_FAMILY, name)
                self._tests[trunk] = replace(found, number=number)
                return
        self._tests[trunk] = TestCall(number=number, result="failed")

    async def _said(self, name: str) -> TestCall | None:
        try:
            answer = await self._ami.action("Command", Command=f"database get {TEST_FAMILY} {name}")
        except AmiFailed:
            return None
        for _, text in answer:
            if found := _VALUE.search(text):
                return result_of(found[1], int(found[2] or 0))
        return None
