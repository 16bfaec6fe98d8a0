"""What the exchange is told for the time without us."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import phonenumbers
import pytest

from cordboard.app.assembly import empty_board
from cordboard.app.tenancy import Tenancy
from cordboard.asterisk.ami import AmiFailed
from cordboard.asterisk.provision import DeviceProvision, Fallbacks, Provisioner
from cordboard.asterisk.settings import Trunk
from cordboard.asterisk.way_out import WaysOut
from cordboard.core.board import Board
from cordboard.core.types import DeviceId, OrganisationId, UserId
from cordboard.simulator.clock import VirtualClock
from cordboard.wiring.telephones import FALLBACK_SETTLE_MS, Telephones, forms_of
from tests.app.test_tenancy import Stored
from tests.contracts.storage.samples import BRABANT, CHANTAL, TWENTE
from tests.support.waiting import until


@pytest.mark.rule("D28")
def test_a_fallback_is_found_however_the_trunk_writes_our_number() -> None:
    """The exchange looks the called number up as it came in, without anybody to read it."""
    assert forms_of("31534800937", "NL") >= {"0534800937", "31534800937", "0031534800937", "+31534800937"}


class Written:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.fallbacks = Fallbacks()
        self.refuses = 0
        """So many times more."""
        self.tries = 0

    def forget(self) -> None:
        """Nothing is known of the exchange."""

    async def write_all(self, devices: list[DeviceProvision]) -> int:
        """All of them."""
        return len(list(devices))

    async def write_fallbacks(self, fallbacks: Fallbacks) -> None:
        """What the exchange does by itself."""
        self.tries += 1
        if self.refuses:
            self.refuses -= 1
            raise AmiFailed("no answer")
        self.fallbacks = fallbacks

    async def was_tried(self, times: int) -> None:
        """Wait until it was told so often."""
        await until(lambda: self.tries >= times)


@pytest.mark.rule("D28", "X-c")
async def test_every_telephone_calls_for_help_over_its_organisation_s_trunks_with_its_users_number() -> None:
    """Not over another organisation's, and with the number of who has it, else the organisation's."""
    stored = Stored()
    tenancy = Tenancy(stored)
    await tenancy.load()
    boards: dict[OrganisationId, Board] = {o: empty_board(d, now=0) for o, d in tenancy.all.items()}
    board = boards[TWENTE]
    board.rules = replace(board.rules, number="31534800900")
    chantal = board.agents[UserId(CHANTAL)]
    chantal.number = "31534800911"
    device = next(iter(board.devices.values()))
    chantal.device, device.used_by = device.id, chantal.id
    shared, theirs = (
        Trunk(name="shared", host="a.example"),
        Trunk(name="breda", host="b.example", organisation=BRABANT),
    )
    orders = {TWENTE: (shared,), BRABANT: (theirs, shared)}
    ways = WaysOut((shared, theirs), (), lambda _o: "NL", for_emergencies=lambda o: orders[o])
    exchange = Written()

    await Telephones(
        cast(Provisioner, exchange), tenancy, boards.get, VirtualClock(), lambda: True, ways
    ).write()

    told = exchange.fallbacks
    assert told.emergency_trunks[f"d-{device.id}"] == ("t-shared",)
    assert told.emergency_trunks["d-d-9"] == ("t-breda", "t-shared")
    assert told.emergency_number[f"d-{device.id}"] == "+31534800911"
    others = [f"d-{other}" for other in board.devices if other != device.id]
    assert {told.emergency_number[other] for other in others} == {"+31534800900"}


@pytest.mark.rule("D28")
async def test_an_exchange_that_did_not_take_the_fall_backs_is_told_again() -> None:
    """Nobody has to sign in for it: at night nobody does."""
    tenancy = Tenancy(Stored())
    await tenancy.load()
    boards: dict[OrganisationId, Board] = {o: empty_board(d, now=0) for o, d in tenancy.all.items()}
    exchange, clock = Written(), VirtualClock()
    exchange.refuses = 2
    ways = WaysOut((), (), lambda _o: "NL")
    await Telephones(cast(Provisioner, exchange), tenancy, boards.get, clock, lambda: True, ways).write()
    assert not exchange.fallbacks.groups

    for tries in (2, 3):
        clock.advance(FALLBACK_SETTLE_MS)
        await exchange.was_tried(tries)

    assert exchange.fallbacks.groups


@pytest.mark.rule("D28", "X-c")
async def test_without_us_a_trunk_of_one_organisation_rings_its_telephones_alone() -> None:
    """As it leads to its numbers alone with us; on everybody's trunk a number of the world counts first."""
    stored = Stored()
    theirs = stored.rows[BRABANT]
    german = replace(
        theirs,
        organisation=replace(theirs.organisation, country="DE"),
        queues=tuple(replace(queue, numbers=frozenset({"49301234567"})) for queue in theirs.queues),
    )
    stored.rows = {BRABANT: german, TWENTE: stored.rows[TWENTE]}
    tenancy = Tenancy(stored)
    await tenancy.load()
    boards: dict[OrganisationId, Board] = {o: empty_board(d, now=0) for o, d in tenancy.all.items()}
    trunks = (Trunk(name="shared", host="a.example"), Trunk(name="b", host="b.example", organisation=BRABANT))
    exchange = Written()

    await Telephones(
        cast(Provisioner, exchange),
        tenancy,
        boards.get,
        VirtualClock(),
        lambda: True,
        WaysOut(trunks, (), lambda _o: "NL"),
    ).write()

    told = exchange.fallbacks
    assert told.beginnings == {"t-b": f"{BRABANT}-"}
    assert told.groups[f"{BRABANT}-0301234567"] == told.groups["+49301234567"] == ("d-d-9",)
    assert told.groups["+31534800937"] != ("d-d-9",)
    assert f"{BRABANT}-+31534800937" not in told.groups


@pytest.mark.rule("D28", "X-c")
async def test_a_change_of_status_has_no_number_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of twenty organisations with a hundred numbers each none has changed: the desk of all of them does not wait."""
    stored = Stored()
    sample = stored.rows[TWENTE]
    stored.rows = {}
    for n in range(20):
        organisation = replace(sample.organisation, id=OrganisationId(f"o-{n}"))
        numbers = frozenset(f"3153480{n:02}{m:02}" for m in range(100))
        queues = (replace(sample.queues[0], numbers=numbers), *sample.queues[1:])
        stored.rows[organisation.id] = replace(sample, organisation=organisation, queues=queues)
    tenancy = Tenancy(stored)
    await tenancy.load()
    boards: dict[OrganisationId, Board] = {o: empty_board(d, now=0) for o, d in tenancy.all.items()}
    exchange, clock = Written(), VirtualClock()
    ways = WaysOut((Trunk(name="shared", host="a.example"),), (), lambda _o: "NL")
    telephones = Telephones(cast(Provisioner, exchange), tenancy, boards.get, clock, lambda: True, ways)
    await telephones.write()
    parse, read = phonenumbers.parse, list[str]()

    def counted(number: str, region: str | None = None) -> phonenumbers.PhoneNumber:
        read.append(number)
        return parse(number, region)

    monkeypatch.setattr(phonenumbers, "parse", counted)
    board = boards[OrganisationId("o-7")]
    board.queues[sample.queues[0].id].signed_in.add(UserId(CHANTAL))
    board.agents[UserId(CHANTAL)].device = DeviceId("hers")
    telephones.agents_changed()
    clock.advance(FALLBACK_SETTLE_MS)
    await exchange.was_tried(2)

    assert exchange.fallbacks.groups["31534800742"] == ("d-hers",)
    assert read == []


@pytest.mark.rule("D28", "X-c")
async def test_a_call_on_everybody_s_trunk_is_read_once_for_a_country(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not once for each organisation that it could be for."""
    stored = Stored()
    sample = stored.rows[TWENTE]
    for n in range(20):
        organisation = replace(sample.organisation, id=OrganisationId(f"o-{n}"))
        stored.rows[organisation.id] = replace(sample, organisation=organisation)
    tenancy = Tenancy(stored)
    await tenancy.load()
    parse, read = phonenumbers.parse, list[str]()

    def counted(number: str, region: str | None = None) -> phonenumbers.PhoneNumber:
        read.append(number)
        return parse(number, region)

    monkeypatch.setattr(phonenumbers, "parse", counted)

    assert tenancy.destination(device=None, dialled="0534809999", caller=None) is None

    assert read.count("0534809999") == 1
