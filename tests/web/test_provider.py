"""The provider's level: organisations made, named, with their modules and numbers, in service or not (X-a, 1.1-l)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordboard.app.administration.numbers import all_numbers
from cordboard.app.modules import Module
from cordboard.app.settings import Settings
from cordboard.control import Question
from cordboard.core.requests import ChooseGroup, MakeCallBack, SignIn
from cordboard.core.rules import CallBackRules, Exit, ExitAction, ExitReason
from cordboard.core.types import NumberKind, OrganisationId, QueueId, Right
from cordboard.wiring.applying import Applying, apply_file, invited_by_letter
from cordboard.wiring.network import idle_network_of
from tests.contracts.storage.samples import ENSCHEDE
from tests.web.administrator import (
    ORGANISATIONS,
    PIET_IN,
    announcements_of,
    apply,
    asked,
    change,
    change_organisation,
    code_of,
    errors_of,
    give,
    make,
)
from tests.web.consoles import console
from tests.web.rig import ALGEMEEN, BRABANT, CHANTAL, OWN, PIET, TWENTE, Rig, log_in

ALMELO = OrganisationId("zorg-almelo")
NEW: dict[str, Any] = {
    "name": "Zorg Almelo",
    "numbers": ["0546 80 00 00"],
    "administrator_name": "Marije Bosma",
    "administrator_email": "marije@almelo.example",
}


@pytest.fixture
async def provider(web: Rig, provider: httpx.AsyncClient) -> httpx.AsyncClient:
    """Who stands above the organisations also reads the log of his own."""
    await give(web, PIET, Right.PROVIDER, Right.ADMIN_AUDIT)
    return provider


async def create(client: httpx.AsyncClient, check: bool = False, **fields: Any) -> httpx.Response:
    """A new organisation."""
    return await client.post(f"{ORGANISATIONS}{'?check=1' if check else ''}", json=NEW | fields, headers=OWN)


async def active(client: httpx.AsyncClient) -> list[str]:
    """What can be chosen in the portal."""
    modules = (await client.get("/api/session")).json()["modules"]
    assert [one["id"] for one in modules] == [module.value for module in Module]
    return [one["id"] for one in modules if one["active"]]


@pytest.mark.rule("X-a", "1.1-e", "1.1-c")
async def test_a_new_organisation_works_at_once_and_its_first_administrator_is_invited(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """By a letter, in which a password is chosen; then everything inside it can be set up, and calls come in."""
    tried = await create(provider, check=True)
    assert tried.status_code == 201 and ALMELO not in web.services.tenancy.all

    made = await create(provider)

    assert made.status_code == 201, made.text
    assert (made.json()["id"], made.json()["numbers"], made.json()["users"]) == (ALMELO, ["31546800000"], 1)
    assert "administrator_name" not in made.json()
    await web.mailing.settle()
    [letter] = [mail for mail in web.letters.mails if mail.to == "marije@almelo.example"]
    token = letter.text.split("/password#")[1].split()[0]
    async with web.client() as marije:
        chosen = await marije.post(
            "/api/password", json={"token": token, "password": "groene olifant op zolder"}, headers=OWN
        )
        assert chosen.status_code in (200, 204), chosen.text
        log = {"user_name": "marije@almelo.example", "password": "groene olifant op zolder"}
        assert (await marije.post("/api/session", json=log, headers=OWN)).status_code == 200
        overview = (await marije.get("/api/admin")).json()
        assert "users" in {one["name"] for one in overview["resources"]}
        assert "provider.manage" not in overview["rights"]
        group = (await make(marije, "groups", name="Almelo")).json()["id"]
        queue = await make(marije, "queues", name="Balie", groups=[group], numbers=["0546 80 00 00"])
        assert queue.status_code == 201, queue.text
        found = web.services.tenancy.destination(device=None, dialled="31546800000", caller=None)
        assert found is not None and found.organisation == ALMELO
        # Who did it stands in its own log by name, without an id of another organisation's.
        rows = (await marije.get("/api/admin/audit?limit=50")).json()["rows"]
        first = [(row["action"], row["resource"], row["user"], row["user_name"]) for row in rows][-3:]
        assert set(first) == {
            ("create", "organisations", "", "Piet"),
            ("create", "users", "", "Piet"),
            ("invite", "users", "", "Piet"),
        }
    own = (await provider.get(f"/api/admin/audit?resource=organisations&thing={ALMELO}")).json()["rows"]
    assert [(row["action"], row["user_name"], row["after"]["numbers"]) for row in own] == [
        ("create", "Piet", ["31546800000"])
    ]


@pytest.mark.rule("X-a", "1.1-e")
async def test_an_organisation_is_made_when_its_letter_cannot_go(
    web: Rig, provider: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there, so that is the answer; the letter goes when it is asked for again."""
    with monkeypatch.context() as patch:
        patch.setattr("cordboard.app.mailing.MAILS_WAITING_OF_ONE_MAX", 0)
        made = await create(provider)
    assert made.status_code == 201, made.text
    assert ALMELO in web.services.tenancy.all
    await web.mailing.settle()
    assert web.letters.mails == []

    again = await provider.post(f"{ORGANISATIONS}/{ALMELO}/invitation", headers=OWN)
    assert again.status_code == 204
    await web.mailing.settle()
    assert [mail.to for mail in web.letters.mails] == [NEW["administrator_email"]]


@pytest.mark.parametrize(
    "email", ["a,b@almelo.example", "marije@älmelo.example", "marije@almelo", "x;y@z.nl"]
)
async def test_where_no_letter_can_go_nobody_is_made_administrator(
    web: Rig, provider: httpx.AsyncClient, email: str
) -> None:
    """One reading of an address for what is kept and for what is sent: who is taken can be invited."""
    assert errors_of(await create(provider, administrator_email=email)) == {
        "administrator_email": "bad_email"
    }


async def test_what_cannot_be_a_new_organisation_is_refused_by_its_field(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """A name that is taken, no administrator, a user name that somebody has; nothing is left behind."""
    assert errors_of(await create(provider, name="twente")) == {"name": "taken"}
    assert errors_of(await create(provider, administrator_email="x", country="XX", modules=["x"])) == {
        "administrator_email": "bad_email",
        "country": "bad_country",
        "modules.1": "bad_choice",
    }
    assert errors_of(await create(provider, id=TWENTE)) == {"id": "taken"}
    assert errors_of(await create(provider, id="Een naam")) == {"id": "bad_id"}
    taken = await create(provider, administrator_user_name="chantal@TWENTE.example")
    assert code_of(taken) == (409, "taken_elsewhere")
    assert len((await provider.get(ORGANISATIONS)).json()["rows"]) == 2
    assert len(web.services.tenancy.all) == 2


@pytest.mark.rule("X-a")
async def test_the_letter_goes_again_to_who_has_not_chosen_a_password(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """And to nobody else: in Brabant everybody has one."""
    await create(provider)
    again = await provider.post(f"{ORGANISATIONS}/{ALMELO}/invitation", headers=OWN)
    assert again.status_code == 204, again.text
    await web.mailing.settle()
    assert [mail.to for mail in web.letters.mails] == ["marije@almelo.example"] * 2
    refused = await provider.post(f"{ORGANISATIONS}/{BRABANT}/invitation", headers=OWN)
    assert code_of(refused) == (409, "nobody_to_invite")
    assert code_of(await provider.post(f"{ORGANISATIONS}/nobody/invitation", headers=OWN)) == (
        404,
        "not_found",
    )


@pytest.mark.rule("1.1-l", "3.6-a", "X-d")
async def test_a_module_that_is_switched_off_is_shown_and_cannot_be_chosen(
    web: Rig, provider: httpx.AsyncClient, chantal: httpx.AsyncClient
) -> None:
    """The tab goes from her console at once, callers are offered no call back, and what was planned waits."""
    await change(chantal, f"queues/{ALGEMEEN}", callback_caller_first_ms=30_000)
    await change(
        chantal, f"queues/{ALGEMEEN}", exits={"timeout": {"action": "call_back", "target": "message"}}
    )
    await asked(web, ChooseGroup(agent=CHANTAL, group=ENSCHEDE))
    await asked(web, SignIn(agent=CHANTAL, queue=ALGEMEEN))
    await asked(
        web,
        MakeCallBack(agent=CHANTAL, number="31687654321", kind=NumberKind.NATIONAL, queue=ALGEMEEN),
    )
    assert await active(chantal) == ["operator", "callback", "administration"]
    board = web.services.engine.desks[TWENTE].board
    async with console(web, dict(chantal.cookies)) as tab:
        tab.frames.clear()

        off = await change_organisation(provider, TWENTE, modules=["operator", "administration", "reports"])

        assert off.status_code == 200, off.text
        snap = await tab.told(t="snap")
        mine = next(one for one in snap["ents"] if one["k"] == "me")
        assert not any(right.startswith("callback.") for right in mine["rights"])
    assert await active(chantal) == ["operator", "administration"]
    queue = board.queues[ALGEMEEN]
    assert queue.callback.caller_first_ms is None
    assert queue.exits[ExitReason.TIMEOUT] == Exit(action=ExitAction.MESSAGE)
    assert board.callbacks_rest and len(board.callbacks) == 1
    # What was set up is still there for when it comes back.
    stored = await web.database.directories.directory(TWENTE)
    rules = next(row for row in stored.queues if row.id == ALGEMEEN).rules
    assert rules.callback == CallBackRules(caller_first_ms=30_000)

    await change_organisation(provider, TWENTE, modules=[module.value for module in Module])

    assert await active(chantal) == ["operator", "callback", "administration"]
    assert board.queues[ALGEMEEN].callback.caller_first_ms == 30_000
    assert (await chantal.get("/api/callbacks?number=0687654321")).json()["open"] == 1
    log = (await chantal.get("/api/admin/audit?resource=organisations")).json()["rows"]
    assert [(row["user_name"], row["before"], row["after"]) for row in log][-1] == (
        "Piet",
        {"modules": [module.value for module in Module]},
        {"modules": ["operator", "reports", "administration"]},
    )


@pytest.mark.rule("X-c", "D28")
async def test_a_number_is_one_organisation_s_alone(
    web: Rig, provider: httpx.AsyncClient, chantal: httpx.AsyncClient
) -> None:
    """Neither the provider nor an administrator takes it from the other; whose it is, only the provider is told."""
    clash = await change_organisation(
        provider, TWENTE, numbers=["076 529 60 00", "053 480 09 37", "088 480 09 43"]
    )
    assert code_of(clash) == (409, "number_taken")
    assert clash.json()["args"] == {"number": "31765296000", "by": "Brabant"}
    hers = await change(chantal, f"users/{CHANTAL}", numbers=["076 529 60 00"])
    assert code_of(hers) == (409, "number_elsewhere")
    assert hers.json()["args"] == {"number": "31765296000"}

    # Algemeen has two: a list that leaves one out is refused, and says where it leads.
    short = await change_organisation(provider, TWENTE, numbers=["053 480 09 37"])
    assert (code_of(short), short.json()["args"]) == (
        (409, "number_leads"),
        {"number": "31884800943", "name": "Algemeen"},
    )
    given = ["053 480 09 37", "088 480 09 43", "053 480 09 50"]
    assert (await change_organisation(provider, TWENTE, numbers=given)).status_code == 200
    assert (await change_organisation(provider, BRABANT, numbers=given)).json()["code"] == "number_taken"

    fine = await change(chantal, f"users/{CHANTAL}", numbers=["053 480 09 50"])
    assert fine.status_code == 200, fine.text
    other = await change(chantal, f"users/{CHANTAL}", numbers=["053 480 09 51"])
    assert (code_of(other), other.json()["args"]) == ((409, "number_not_given"), {"number": "31534800951"})


@pytest.mark.rule("X-c", "D28")
async def test_a_number_that_is_still_shown_is_not_taken_away(
    web: Rig, provider: httpx.AsyncClient, chantal: httpx.AsyncClient
) -> None:
    """The next moment it could be another's; where it is shown is told."""
    kept = ["053 480 09 37", "088 480 09 43"]
    assert (await change_organisation(provider, TWENTE, numbers=[*kept, "053 480 09 50"])).status_code == 200
    assert (await change(chantal, f"groups/{ENSCHEDE}", number="053 480 09 50")).status_code == 200

    refused = await change_organisation(provider, TWENTE, numbers=kept)
    assert (code_of(refused), refused.json()["args"]) == (
        (409, "number_leads"),
        {"number": "31534800950", "name": "Enschede"},
    )
    assert (await change(chantal, f"groups/{ENSCHEDE}", number=None)).status_code == 200
    assert (await change_organisation(provider, TWENTE, numbers=kept)).status_code == 200


@pytest.mark.rule("X-a", "X-d")
async def test_an_organisation_that_is_disabled_is_out_of_service_at_once(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """Sessions end, nobody logs in, its number leads nowhere; and back, with everything that was set up."""
    before = web.services.tenancy.all[BRABANT]
    async with web.client() as anja:
        await log_in(anja, "Anja@brabant.example")
        async with console(web, dict(anja.cookies)) as tab:
            call = web.arrives("now", BRABANT, QueueId("q-breda"))
            busy = await change_organisation(provider, BRABANT, disabled=True)
            assert code_of(busy) == (409, "organisation_in_call")
            web.hangs_up("now", BRABANT)
            assert call not in web.services.engine.desks[BRABANT].board.calls

            done = await change_organisation(provider, BRABANT, disabled=True, name="Brabant (oud)")

            assert done.status_code == 200, done.text
            assert (await tab.told(t="bye"))["code"] == "auth"
        assert (await anja.get("/api/session")).status_code == 401
        wrong = await anja.post(
            "/api/session",
            json={"user_name": "Anja@brabant.example", "password": "een lang wachtwoord"},
            headers=OWN,
        )
        assert code_of(wrong) == (401, "wrong_credentials")
        routed = web.services.tenancy.destination(device=None, dialled="31765296000", caller=None)
        assert routed is None
        assert not web.services.engine.desks[BRABANT].board.agents

        await change_organisation(provider, BRABANT, disabled=False, name=before.organisation.name)

        assert web.services.tenancy.all[BRABANT] == before
        await log_in(anja, "Anja@brabant.example")


@pytest.mark.rule("X-a", "X-d")
async def test_a_file_of_the_installation_holds_at_once_on_a_running_server(web: Rig, tmp_path: Path) -> None:
    """The same as in the browser: with a letter, at once, and in the log of whoever is above the organisations."""
    administration, services = web.services.administration, web.services
    await give(web, PIET, Right.PROVIDER, Right.ADMIN_AUDIT)
    known = [await web.database.directories.directory(TWENTE)]
    to = Applying(
        administration=administration,
        provider=services.provider,
        announcements=announcements_of(web),
        network=idle_network_of(Settings(data=str(tmp_path)), administration, known),
        invite=partial(invited_by_letter, services.password_links),
    )
    text = """
    [network]
    external_address = "192.0.2.10"
    [[organisations]]
    name = "Brabant"
    modules = ["operator"]
    [[organisations]]
    name = "Zorg Almelo"
    administrator_name = "Marije"
    administrator_email = "marije@almelo.example"
    """

    tried = await apply_file(to, Question(ask="apply", text=text, check=True))
    assert tried.sentence == "The installation would be different."
    assert not web.services.tenancy.modules_off and ALMELO not in web.services.tenancy.all
    done = await apply_file(to, Question(ask="apply", text=text))

    assert done.lines == tried.lines
    assert done.sentence == (
        "The installation is different. An invitation has gone to marije@almelo.example."
    )
    assert web.services.tenancy.organisation(BRABANT).modules_off == set(Module) - {Module.OPERATOR}
    assert ALMELO in web.services.engine.desks
    async with web.client() as piet:
        await log_in(piet, PIET_IN)
        rows = (await piet.get("/api/admin/audit")).json()["rows"]
    assert {(row["resource"], row["name"], row["user"]) for row in rows} == {
        ("network", "network", ""),
        ("organisations", "Brabant", ""),
        ("organisations", "Zorg Almelo", ""),
    }
    clash = '[[organisations]]\nname = "Brabant"\nnumbers = ["053 480 09 37"]'
    refused = await apply_file(to, Question(ask="apply", text=clash, check=True))
    assert not refused.done and "number_taken (number 31534800937, by Twente)" in refused.sentence
    # Two organisations change numbers with each other, in one file.
    for one, other in (("053 480 09 60", "053 480 09 61"), ("053 480 09 61", "053 480 09 60")):
        swap = f"""
        [[organisations]]
        name = "Zorg Almelo"
        numbers = ["{one}"]
        [[organisations]]
        name = "Brabant"
        numbers = ["076 529 60 00", "{other}"]
        """
        assert (await apply_file(to, Question(ask="apply", text=swap, check=True))).done
        assert (await apply_file(to, Question(ask="apply", text=swap))).done
    assert web.services.tenancy.organisation(ALMELO).numbers == {"31534800961"}
    wrong = await apply_file(to, Question(ask="apply", text="[network]\nsip = 1", check=True))
    assert wrong.sentence.startswith("[network]: sip is too_small")


@pytest.mark.rule("X-a", "X-d")
async def test_a_file_of_the_installation_that_cannot_be_done_takes_nobodys_numbers(web: Rig) -> None:
    """Brabant's callers keep it in service; Twente, which would have had its number, is as it was."""
    used = sorted(all_numbers(web.services.tenancy.all[TWENTE]))
    first = f'[[organisations]]\nname = "Twente"\nnumbers = {[*used, "31534800960"]}'
    assert (await apply(web, first)).done
    before = dict(web.services.tenancy.all)
    web.arrives("caller", BRABANT, web.services.tenancy.all[BRABANT].queues[0].id)
    second = f"""
    [[organisations]]
    name = "Brabant"
    numbers = ["076 529 60 00", "053 480 09 60"]
    disabled = true
    [[organisations]]
    name = "Twente"
    numbers = {used}
    """

    refused = await apply(web, second)

    assert not refused.done and "organisation_in_call" in refused.sentence
    assert web.services.tenancy.all == before


async def test_nobody_disables_his_own_organisation_or_writes_over_what_another_has_set(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """With the rules of every resource: version, unknown fields, names."""
    assert code_of(await change_organisation(provider, TWENTE, disabled=True)) == (409, "yourself")
    stale = await provider.patch(
        f"{ORGANISATIONS}/{TWENTE}", json={"name": "X"}, headers=OWN | {"If-Match": '"1"'}
    )
    assert code_of(stale) == (412, "out_of_date")
    bare = await provider.patch(f"{ORGANISATIONS}/{TWENTE}", json={"name": "X"}, headers=OWN)
    assert code_of(bare) == (428, "version_missing")
    assert errors_of(await change_organisation(provider, TWENTE, name="Brabant")) == {"name": "taken"}
    assert errors_of(await change_organisation(provider, TWENTE, administrator_name="X")) == {
        "administrator_name": "unknown_field"
    }
    assert code_of(await provider.get(f"{ORGANISATIONS}/nobody")) == (404, "not_found")
    assert web.services.tenancy.organisation(TWENTE).name == "Twente"


@pytest.mark.rule("1.1-l")
async def test_the_provider_reaches_its_page_where_administration_is_not_taken(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """Its own organisation is switched off like any other, and can be switched on again."""
    await change_organisation(provider, TWENTE, modules=["operator"])
    assert await active(provider) == ["operator", "administration"]
    assert (await provider.get("/api/admin")).json()["resources"] == [
        {"name": "organisations", "may_change": True}
    ]
    assert code_of(await provider.get("/api/admin/audit")) == (403, "module_off")
    assert (
        await change_organisation(provider, TWENTE, modules=["operator", "administration"])
    ).status_code == 200
    directory = await web.database.directories.directory(TWENTE)
    assert replace(directory.organisation, modules_off=frozenset()).name == "Twente"


@pytest.mark.rule("X-c", "D28")
async def test_a_number_of_another_organisation_is_shown_to_nobody(
    web: Rig, provider: httpx.AsyncClient, chantal: httpx.AsyncClient
) -> None:
    """Not as the organisation's, a person's, a group's, a queue's or a trunk's; nor one that was not given."""
    trunk = await make(chantal, "trunks", name="Lijn", host="sip.example")
    assert trunk.status_code == 201, trunk.text
    shows = (
        (f"organisation/{TWENTE}", "number"),
        (f"users/{CHANTAL}", "number"),
        (f"groups/{ENSCHEDE}", "number"),
        (f"queues/{ALGEMEEN}", "number"),
        (f"trunks/{trunk.json()['id']}", "caller_id"),
    )

    async def show(path: str, field: str, number: str) -> httpx.Response:
        fields: dict[str, Any] = {field: number}
        return await change(chantal, path, **fields)

    for path, field in shows:
        theirs = await show(path, field, "076 529 60 00")
        assert (path, *code_of(theirs)) == (path, 409, "number_elsewhere")
        ours = await show(path, field, "053 480 09 37")
        assert (path, ours.status_code) == (path, 200), ours.text

    given = ["053 480 09 37", "088 480 09 43"]
    assert (await change_organisation(provider, TWENTE, numbers=given)).status_code == 200
    for path, field in shows:
        other = await show(path, field, "053 480 09 51")
        assert (path, *code_of(other)) == (path, 409, "number_not_given")


@pytest.mark.rule("1.1-g", "1.1-l")
async def test_each_reads_whom_to_ask_in_the_words_of_ones_own_organisation(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """The log-in page has the text of the only one in service that has any, whatever the demo says."""
    texts = {TWENTE: "Bel 100.", BRABANT: "Demo: bel niemand."}
    for organisation, text in texts.items():
        directory = await web.database.directories.directory(organisation)
        assert directory.organisation.demo is (organisation == BRABANT)
        house = replace(directory.organisation, contact=text)
        await web.database.directories.save(replace(directory, organisation=house))
    await web.services.tenancy.load()

    async with web.client() as anja:
        assert (await anja.get("/api/portal")).json()["contact"] == "Bel 100."
        hers = await log_in(anja, "Anja@brabant.example")
        assert hers.json()["contact"] == "Demo: bel niemand."
        assert (await anja.get("/api/session")).json() == hers.json()
    assert (await provider.get("/api/session")).json()["contact"] == "Bel 100."

    made = {"name": "Almelo", "administrator_name": "M", "administrator_email": "m@almelo.example"}
    assert (await provider.post(ORGANISATIONS, json=made, headers=OWN)).status_code == 201
    almelo = await web.database.directories.directory(OrganisationId("almelo"))
    for disabled, shown in ((False, ""), (True, "Bel 100.")):
        house = replace(almelo.organisation, contact="Bel 200.", disabled=disabled)
        await web.database.directories.save(replace(almelo, organisation=house))
        await web.services.tenancy.load()
        assert (await provider.get("/api/portal")).json()["contact"] == shown
