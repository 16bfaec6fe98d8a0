"""The provider deletes an organisation: all of it, for good, and nothing of another one (X-a, X-c)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from cordboard.app.administration.administration import Actor
from cordboard.app.administration.take import Take, TakeState
from cordboard.app.contacts import Contact, ContactId
from cordboard.app.demo import LOGINS_FILE, NO_DEMO_FILE
from cordboard.app.engine import NotDone
from cordboard.app.inbound import DirectoriesWithNumbers
from cordboard.app.settings import NumberSettings
from cordboard.asterisk.settings import Trunk
from cordboard.core.events import CallArrived
from cordboard.core.records import MessageLeft
from cordboard.core.requests import ChooseGroup
from cordboard.core.types import CallId, DeviceId, GroupId, LegId, OrganisationId, QueueId, Right, UserId
from cordboard.storage.tables import metadata
from cordboard.wiring.sounds import Sounds
from tests.contracts.storage.samples import answered_call
from tests.web.administrator import (
    ORGANISATIONS,
    asked,
    change,
    change_organisation,
    code_of,
    errors_of,
    give,
    refusing,
    state_of,
)
from tests.web.consoles import console
from tests.web.rig import ALGEMEEN, BRABANT, CHANTAL, OWN, PIET, TWENTE, Rig, log_in

ANJA, BREDA, THEIRS = UserId("u-anja"), QueueId("q-breda"), "31765296000"


@pytest.fixture
async def provider(web: Rig, provider: httpx.AsyncClient) -> httpx.AsyncClient:
    """Who stands above the organisations also reads the log of his own."""
    await give(web, PIET, Right.PROVIDER, Right.ADMIN_AUDIT)
    return provider


@pytest.fixture
async def lived(web: Rig, tmp_path: Path) -> Rig:
    """Both organisations have a past: a call, a message with its sound, a contact, words of their own."""
    now = web.services.now()
    for organisation, queue in ((BRABANT, BREDA), (TWENTE, ALGEMEEN)):
        agent = ANJA if organisation == BRABANT else CHANTAL
        call = CallId(f"c-{organisation}")
        left = MessageLeft(call=call, name=f"m-{organisation}", ms=1, to=None, queue=queue, at=now - 5_000)
        past = answered_call(call, now - 9_000, wait_ms=1, talk_ms=1, agent=agent, queue=queue)
        await web.database.journal.append(organisation, [*past, left])
        (tmp_path / f"m-{organisation}.wav").write_text("sound")
        spoken = tmp_path / "recordings" / organisation / "nl"
        spoken.mkdir(parents=True)
        (spoken / "closed.wav").write_text("sound")
        theirs = Contact(id=ContactId(f"c-{organisation}"), name="Jan Jansen", numbers=("31534800999",))
        await web.database.contacts.save(organisation, theirs)
    return web


async def out_of_service(provider: httpx.AsyncClient, organisation: OrganisationId = BRABANT) -> None:
    """As it has to be before it can be deleted."""
    done = await change_organisation(provider, organisation, disabled=True)
    assert done.status_code == 200, done.text


async def delete(
    provider: httpx.AsyncClient, organisation: OrganisationId = BRABANT, **query: str
) -> httpx.Response:
    """With the version that stands there now, and Brabant's name unless another is given."""
    there = await provider.get(f"{ORGANISATIONS}/{organisation}")
    version = there.json().get("version", "x")
    return await provider.delete(
        f"{ORGANISATIONS}/{organisation}",
        params={"name": "Brabant"} | query,
        headers=OWN | {"If-Match": f'"{version}"'},
    )


async def rows_of(web: Rig, organisation: OrganisationId) -> int:
    """In all tables."""
    count = 0
    async with web.database.access.reading() as connection:
        for table in metadata.tables.values():
            if "organisation" in table.c:
                asked_for = text(f"select count(*) from {table.name} where organisation = :o")
                count += (await connection.execute(asked_for, {"o": organisation})).scalar_one()
    return count


@pytest.mark.rule("X-a", "X-c", "X-d")
async def test_nothing_is_left_of_an_organisation_that_was_deleted_and_all_of_the_others(
    lived: Rig, provider: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Rows, sounds, contacts, people and their log-ins; who did it and when stands in the provider's own log."""
    web = lived
    (tmp_path / LOGINS_FILE).write_text("anja secret Anja")
    await out_of_service(provider)
    index = web.database.contacts.indexes._file(BRABANT)
    assert index.exists()
    others = (state_of(web, TWENTE), await web.database.directories.directory(TWENTE))

    done = await delete(provider)

    assert done.status_code == 204, done.text
    assert await rows_of(web, BRABANT) == 0
    assert await web.database.directories.organisations() == (TWENTE,)
    assert not index.exists()
    left = sorted(path.name for path in tmp_path.rglob("*.wav") if path.parent == tmp_path)
    assert left == ["m-twente.wav"]
    assert [path.name for path in (tmp_path / "recordings").iterdir()] == [TWENTE]
    assert (state_of(web, TWENTE), await web.database.directories.directory(TWENTE)) == others
    assert await web.database.contacts.owner(TWENTE, "31534800999") is not None
    # It was the demo: the next start makes no other one.
    assert (tmp_path / NO_DEMO_FILE).exists() and not (tmp_path / LOGINS_FILE).exists()
    log = (await provider.get(f"/api/admin/audit?resource=organisations&thing={BRABANT}")).json()["rows"]
    last = log[0]
    assert (last["action"], last["user_name"], last["name"]) == ("delete", "Piet", "Brabant")
    assert last["before"]["disabled"] is True and last["after"] is None
    assert abs(last["at"] - web.services.now()) < 60_000
    assert code_of(await delete(provider)) == (404, "not_found")
    listed = (await provider.get(ORGANISATIONS)).json()["rows"]
    assert [row["id"] for row in listed] == [TWENTE]


@pytest.mark.rule("X-a", "X-d")
async def test_a_running_server_forgets_it_at_once_and_its_numbers_are_free(
    lived: Rig, provider: httpx.AsyncClient, chantal: httpx.AsyncClient
) -> None:
    """Consoles end, the desk is no more, telephones go; another takes its number and its user name in that moment."""
    web, services = lived, lived.services
    services.dial_plan(BRABANT)
    async with web.client() as anja:
        await log_in(anja, "Anja@brabant.example")
        async with console(web, dict(anja.cookies)) as tab:
            await out_of_service(provider)
            web.told.clear()

            assert (await delete(provider)).status_code == 204

            assert (await tab.told(t="bye"))["code"] == "auth"
            await tab.ended()
        assert (await anja.get("/api/session")).status_code == 401
    assert web.told == ["telephones"]
    assert BRABANT not in services.engine.desks and BRABANT not in services.tenancy.all
    assert BRABANT not in services.plans and BRABANT not in services.hub._organisations
    assert not services.tenancy.devices().keys() & {"d-9"}
    hers = await change(chantal, f"users/{CHANTAL}", numbers=[THEIRS], user_name="Anja@brabant.example")
    assert hers.status_code == 200, hers.text
    found = services.tenancy.destination(device=None, dialled=THEIRS, caller=None)
    assert found is not None and (found.organisation, found.to) == (TWENTE, CHANTAL)
    # Whatever is still told of it is nothing to anybody.
    web.arrives("late", BRABANT, BREDA)
    assert not services.engine._broken and not services.engine._aside


@pytest.mark.rule("X-a")
async def test_the_same_name_can_be_had_again(lived: Rig, provider: httpx.AsyncClient) -> None:
    """A new organisation with the old one's id works, and knows nothing of it."""
    web = lived
    await out_of_service(provider)
    assert (await delete(provider)).status_code == 204

    again = await provider.post(
        ORGANISATIONS,
        json={
            "id": BRABANT,
            "name": "Brabant",
            "numbers": [THEIRS],
            "administrator_name": "Anja",
            "administrator_email": "anja@brabant.example",
        },
        headers=OWN,
    )

    assert again.status_code == 201, again.text
    assert list(web.services.engine.desks[BRABANT].board.agents) == [f"{BRABANT}-administrator"]
    assert await web.database.contacts.owner(BRABANT, "31534800999") is None
    await out_of_service(provider)
    assert (await delete(provider)).status_code == 204


@pytest.mark.rule("X-a")
async def test_only_one_that_is_meant_and_out_of_service_is_deleted(
    lived: Rig, provider: httpx.AsyncClient
) -> None:
    """In service, one's own, another name, an older version, with calls, or only tried: everything stays."""
    web = lived
    assert code_of(await delete(provider)) == (409, "organisation_in_service")
    assert code_of(await delete(provider, TWENTE, name="Twente")) == (409, "yourself")
    await out_of_service(provider)
    whole = await rows_of(web, BRABANT)
    place = f"{ORGANISATIONS}/{BRABANT}?name=Brabant"
    assert code_of(await provider.delete(place, headers=OWN)) == (428, "version_missing")
    stale = await provider.delete(place, headers=OWN | {"If-Match": '"old"'})
    assert code_of(stale) == (412, "out_of_date")
    assert errors_of(await delete(provider, name="")) == {"name": "required"}
    assert errors_of(await delete(provider, name="brabant")) == {"name": "other_name"}
    assert code_of(await delete(provider, OrganisationId("nobody"))) == (404, "not_found")
    web.services.ldap.running.add(BRABANT)
    assert code_of(await delete(provider)) == (409, "ldap_busy")
    web.services.ldap.running.clear()
    web.arrives("now", BRABANT, BREDA)
    busy = await delete(provider)
    assert (code_of(busy), busy.json()["args"]) == ((409, "organisation_in_call"), {"count": "1"})
    web.hangs_up("now", BRABANT)
    assert (await delete(provider, check="1")).status_code == 204

    await web.writer.flushed()
    assert await rows_of(web, BRABANT) >= whole
    assert BRABANT in web.services.engine.desks and BRABANT in web.services.tenancy.all


@pytest.mark.rule("X-b")
async def test_who_administers_within_an_organisation_deletes_none(
    web: Rig, provider: httpx.AsyncClient, chantal: httpx.AsyncClient
) -> None:
    """Every right inside it is none above it."""
    await out_of_service(provider)
    refused = await chantal.delete(
        f"{ORGANISATIONS}/{BRABANT}?name=Brabant", headers=OWN | {"If-Match": '"1"'}
    )
    assert code_of(refused) == (403, "no_right") and BRABANT in web.services.tenancy.all


class Lines:
    """The trunks of an exchange."""

    def __init__(self, trunk: Trunk) -> None:
        self._trunk = trunk

    def all(self) -> list[Trunk]:
        """One."""
        return [self._trunk]


@pytest.mark.rule("X-a", "D28")
async def test_one_that_the_configuration_file_names_is_not_deleted(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """The next start would look for its number in vain, and its trunk would be everybody's."""
    await out_of_service(provider)
    house: Any = web.services.removal._house
    entry = NumberSettings(number=THEIRS, organisation=BRABANT, queue="Breda")
    before, house._numbers = house._numbers, DirectoriesWithNumbers(web.database.directories, [entry])
    assert code_of(await delete(provider)) == (409, "stands_in_file")
    house._numbers = before
    house._trunks = Lines(Trunk(name="kpn", host="192.0.2.1", organisation=BRABANT))
    assert code_of(await delete(provider)) == (409, "stands_in_file")
    # Everybody's is nothing to it.
    house._trunks = Lines(Trunk(name="kpn", host="192.0.2.1"))

    assert (await delete(provider)).status_code == 204


@pytest.mark.rule("X-a")
async def test_a_disk_that_refuses_leaves_it_out_of_service_and_the_next_try_takes_the_rest(
    lived: Rig, provider: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its desk goes on from where it was, with what was told meanwhile."""
    web = lived
    await out_of_service(provider)
    desk = web.services.engine.desks[BRABANT]
    async with refusing(web, "delete on organisations"):
        failed = await delete(provider)
        assert code_of(failed) == (503, "not_saved")
    assert web.services.engine.desks[BRABANT] is desk
    assert (await provider.get(f"{ORGANISATIONS}/{BRABANT}")).json()["users"] == 1
    with monkeypatch.context() as patch:
        patch.setattr(Sounds, "forget_own", _refuse)
        assert code_of(await delete(provider)) == (503, "not_saved")

    assert (await delete(provider)).status_code == 204
    assert await rows_of(web, BRABANT) == 0


def _refuse(_sounds: Sounds, _organisation: OrganisationId) -> None:
    raise OSError(30, "Read-only file system")


@pytest.mark.rule("X-a")
async def test_with_the_database_away_nothing_is_begun(
    web: Rig, provider: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was decided last has to be written first."""
    await out_of_service(provider)
    monkeypatch.setattr("cordboard.wiring.leaving.WRITTEN_MS_MAX", 50)
    web.writer._idle.clear()
    assert code_of(await delete(provider)) == (503, "not_saved")
    assert BRABANT in web.services.engine.desks

    web.writer._wake.set()

    assert (await delete(provider)).status_code == 204


async def test_what_is_told_of_an_organisation_that_is_set_aside_waits(web: Rig) -> None:
    """A caller is not lost to a deletion that fails; who clicks meanwhile is told no."""
    engine = web.services.engine
    engine.set_aside(TWENTE)
    arrived = CallArrived(
        call=CallId("c1"), leg=LegId("l1"), queue=ALGEMEEN, number="31612345678", name=None, dialled=None
    )
    engine.tell(TWENTE, arrived)

    refused = await asked(web, ChooseGroup(agent=CHANTAL, group=GroupId("g-enschede")))
    assert isinstance(refused, NotDone) and refused.code == "exchange_down"
    assert not engine.at_rest
    engine.put_back(TWENTE)

    assert list(engine.desks[TWENTE].board.calls) == ["c1"]


@pytest.mark.rule("D25")
async def test_a_recording_that_nobody_decided_on_goes_too(web: Rig, provider: httpx.AsyncClient) -> None:
    """And a telephone that is being spoken into is hung up."""
    studio = web.services.studio
    assert studio is not None
    actor = Actor(organisation=BRABANT, user=ANJA, name="Anja", rights=frozenset())
    take = Take(
        leg=LegId("take"),
        actor=actor,
        announcement="nl.closed",
        language="nl",
        device=DeviceId("d-9"),
        device_name="Browser",
    )
    studio._takes[take.leg] = take
    await out_of_service(provider)

    assert (await delete(provider)).status_code == 204

    assert web.telephones.told == [("hang_up", "take")] and take.state is TakeState.FAILED
