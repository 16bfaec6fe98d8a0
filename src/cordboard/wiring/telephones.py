"""Keeps the exchange's phones equal to the directory, and tells it whom to ring while we are away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable

from cordboard.app.clock import Alarm, Clock
from cordboard.app.jobs import Jobs
from cordboard.app.numbers import NumberForm, for_trunk, is_outside
from cordboard.app.tenancy import Tenancy
from cordboard.asterisk import provision
from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.transport import AriUnavailable
from cordboard.asterisk.way_in import whose
from cordboard.asterisk.way_out import WaysOut
from cordboard.core.board import Board
from cordboard.core.dial import shown_number
from cordboard.core.types import DeviceKind, OrganisationId

log = logging.getLogger(__name__)

FALLBACK_SETTLE_MS = 2_000
"""Sign-ins come in bursts; the exchange is told once they have settled."""
_KINDS = {DeviceKind.WEB: provision.DeviceKind.WEB, DeviceKind.SIP: provision.DeviceKind.SIP}


class NotifyTalk:
    """Makes a ringing phone answer, by AMI."""

    def __init__(self, ami: AmiClient) -> None:
        self._ami = ami

    async def talk(self, channel_name: str) -> bool:
        """True: sent."""
        try:
            await self._ami.notify_talk(channel_name)
        except AmiFailed:
            return False
        return True


class Telephones:
    """Phones and fall-backs of all organisations in one exchange."""

    def __init__(
        self,
        provisioner: provision.Provisioner,
        tenancy: Tenancy,
        board: Callable[[OrganisationId], Board | None],
        clock: Clock,
        is_up: Callable[[], bool],
        ways_out: WaysOut,
    ) -> None:
        self._provisioner = provisioner
        self._tenancy = tenancy
        self._board = board
        self._clock = clock
        self._is_up = is_up
        self._ways_out = ways_out
        self._timer: Alarm | None = None
        self._written: provision.Fallbacks | None = None
        self._jobs = Jobs()

    async def write(self) -> None:
        """Everything, at every (re)connect, before calls are handled."""
        self._provisioner.forget()
        await self._write()

    async def configured(self) -> None:
        """What an administrator changed; with the exchange away it is written when that is back."""
        if self._is_up():
            try:
                await self._write()
            except AriUnavailable:
                log.warning("the exchange went away; telephones are written when it is back")

    async def _write(self) -> None:
        try:
            await self._provisioner.write_all(
                provision.DeviceProvision(
                    id=row.id,
                    kind=_KINDS[row.kind],
                    name=row.name,
                    extension=row.extension,
                    username=f"d-{row.id}",
                    password=row.password,
                    language=self._tenancy.organisation(organisation).language,
                )
                for organisation, row in self._tenancy.devices().values()
            )
        except provision.ProvisionFailed:
            log.exception("the exchange did not take all phones")
        await self._send(self._fallbacks())

    def agents_changed(self) -> None:
        """Somebody may have signed in or taken another phone: a moment later the exchange knows."""
        if self._timer is None:
            self._timer = self._clock.call_in(FALLBACK_SETTLE_MS, self._settled)

    def _settled(self) -> None:
        self._timer = None
        if self._is_up() and (fallbacks := self._fallbacks()) != self._written:
            self._jobs.spawn(self._send(fallbacks))

    async def _send(self, fallbacks: provision.Fallbacks) -> None:
        self._written = fallbacks
        try:
            await self._provisioner.write_fallbacks(fallbacks)
        except AmiFailed:
            log.warning("the exchange did not take the fall-backs; they are sent again")
            self._written = None
            self.agents_changed()

    def _fallbacks(self) -> provision.Fallbacks:
        """Who rings for each number while we are away, and how each telephone calls for help by itself (D28).

        For a queue's the phones of those signed in, for a person's the one that the person has; else every desk phone.
        """
        rings: list[tuple[OrganisationId, str, tuple[str, ...]]] = []
        trunks: dict[str, tuple[str, ...]] = {}
        numbers: dict[str, str] = {}
        for organisation, directory in self._tenancy.all.items():
            board = self._board(organisation)
            desk_phones = tuple(f"d-{d.id}" for d in directory.devices if d.kind is DeviceKind.SIP)
            for queue in directory.queues:
                signed_in = board.queues[queue.id].signed_in if board is not None else set()
                devices = [board.agents[a].device for a in sorted(signed_in)] if board is not None else []
                ringing = tuple(f"d-{d}" for d in devices if d is not None) or desk_phones
                rings += [(organisation, number, ringing) for number in queue.numbers]
            for row in directory.devices:
                phone = f"d-{row.id}"
                telephone = board.devices.get(row.id) if board is not None else None
                by = telephone.used_by if telephone is not None else None
                user_of = board.agents.get(by) if board is not None and by is not None else None
                shown = shown_number(board, user_of, None) if board is not None else None
                trunks[phone], shown = self._ways_out.for_help(
                    organisation, shown or directory.organisation.rules.number
                )
                if shown is not None:
                    numbers[phone] = shown
            for user in directory.users:
                device = board.agents[user.id].device if board is not None and not user.disabled else None
                ringing = (f"d-{device}",) if device is not None else desk_phones
                # After the queues': a number stays the queue's, should a person have it too.
                rings += [(organisation, number, ringing) for number in user.numbers if not user.disabled]
        beginnings = self._beginnings()
        return provision.Fallbacks(
            groups=self._groups(rings, set(beginnings.values())),
            beginnings=beginnings,
            emergency_trunks=trunks,
            emergency_number=numbers,
        )

    def _beginnings(self) -> dict[str, str]:
        """A trunk of one organisation leads to its numbers alone, as it does with us there."""
        own = {
            trunk.endpoint: whose(self._ways_out.trunks, trunk.endpoint) for trunk in self._ways_out.trunks
        }
        return {
            endpoint: _beginning(of[0])
            for endpoint, of in own.items()
            if len(of) == 1 and of[0] in self._tenancy.all
        }

    def _groups(
        self, rings: Iterable[tuple[OrganisationId, str, tuple[str, ...]]], beginnings: Collection[str]
    ) -> dict[str, tuple[str, ...]]:
        """Who rings for a number as it comes in: numbers of the world before what one country makes of the digits."""
        groups: dict[str, tuple[str, ...]] = {}
        ordered = sorted(rings, key=lambda one: not is_outside(one[1]))
        for _, number, ringing in ordered:
            for form in world_forms_of(number):
                groups.setdefault(form, ringing)
        for organisation, number, ringing in ordered:
            beginning = _beginning(organisation)
            for form in forms_of(number, self._tenancy.organisation(organisation).country):
                groups.setdefault(form, ringing)
                if beginning in beginnings:
                    groups.setdefault(beginning + form, ringing)
        return groups


def _beginning(organisation: OrganisationId) -> str:
    return f"{organisation}-"


def world_forms_of(number: str) -> set[str]:
    """Those of them that are the same in every country."""
    return {number, f"+{number}", f"00{number}"} if is_outside(number) else set()


def forms_of(number: str, country: str) -> set[str]:
    """Every way in which a trunk may write this number of ours: the exchange looks it up as it came in."""
    written = {for_trunk(number, form, country) for form in NumberForm}
    return written | {number, f"00{number}"}
