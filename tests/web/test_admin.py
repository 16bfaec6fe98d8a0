"""The administration over REST, on a real database and the real core: docs/admin/rest.md."""

from __future__ import annotations

import httpx
import pytest

from cordboard.app.engine import NotDone
from cordboard.app.ports import StorageFailure
from cordboard.core.requests import MakeCallBack
from cordboard.core.types import NumberKind, Right
from tests.contracts.storage.samples import BROWSER, ENSCHEDE
from tests.web.administrator import asked, change, code_of, delete, errors_of, give, make, one
from tests.web.rig import ALGEMEEN, CHANTAL, EVERYTHING, OWN, PIET, TWENTE, Rig


async def test_what_was_read_may_be_sent_back(chantal: httpx.AsyncClient) -> None:
    """Every list, each row of it as it is: nothing changes, and nothing is in the log."""
    overview = (await chantal.get("/api/admin")).json()
    assert [r["name"] for r in overview["resources"] if r["may_change"]] == [
        "organisation",
        "users",
        "roles",
        "groups",
        "queues",
        "hours",
        "links",
        "own_announcements",
        "devices",
        "numbers",
        "trunks",
        "ldap",
        "announcements",
    ]
    assert (await make(chantal, "roles", name="Receptie", rights=["queue.pick"])).status_code == 201
    hours = {
        "name": "Kantoor",
        "week": [{"day": 1, "from": "08:30", "to": "17:00"}],
        "holidays": [{"day": "2026-12-25", "name": "Kerst", "open": []}],
    }
    assert (await make(chantal, "hours", **hours)).status_code == 201
    assert (
        await make(chantal, "links", name="Almelo", numbers=["0546 12*"], queue=ALGEMEEN)
    ).status_code == 201
    trunk = {"name": "KPN", "host": "sip.example.net", "user_name": "us", "password": "geheim"}
    assert (await make(chantal, "trunks", **trunk)).status_code == 201
    book = {"name": "AD", "url": "ldaps://ad.example.net", "base": "dc=example,dc=net", "password": "geheim"}
    assert (await make(chantal, "ldap", **book, bind_dn="cn=cordboard")).status_code == 201
    said = {"name": "Welkom", "text": "Welkom bij Twente.", "numbers": ["053 480 0980"]}
    assert (await make(chantal, "own_announcements", **said)).status_code == 201
    before = (await chantal.get("/api/admin/audit")).json()["rows"]
    for resource in overview["resources"]:
        rows = (await chantal.get(f"/api/admin/{resource['name']}")).json()["rows"]
        assert rows
        for row in rows:
            read_only = {"registered", "used_by", "used_by_name", "server", "user", "open_now"}
            read_only |= {"all_rights", "has_password", "state", "state_detail", "test", "last", "running"}
            read_only |= {"source", "ms", "speaking"} if resource["name"] == "own_announcements" else set()
            sent = {key: value for key, value in row.items() if key not in read_only}
            answer = await chantal.patch(
                f"/api/admin/{resource['name']}/{row['id']}",
                json=sent,
                headers=OWN | {"If-Match": f'"{row["version"]}"'},
            )
            assert answer.status_code == 200, (resource, row, answer.text)
            # A text that is being spoken may be ready by now.
            assert {key: value for key, value in answer.json().items() if key not in read_only} == sent
            assert answer.headers["etag"] == f'"{row["version"]}"'

    assert (await chantal.get("/api/admin/audit")).json()["rows"] == before


async def test_a_queue_with_callers_stays(web: Rig, chantal: httpx.AsyncClient) -> None:
    """Also when it is only tried; its name may change."""
    web.arrives("caller")
    path = f"queues/{ALGEMEEN}"

    refused = await delete(chantal, path)

    assert code_of(refused) == (409, "queue_has_callers")
    assert refused.json()["args"] == {"queue": "Algemeen", "count": "1"}
    version = (await one(chantal, path))["version"]
    tried = await chantal.delete(f"/api/admin/{path}?check=1", headers=OWN | {"If-Match": f'"{version}"'})
    assert code_of(tried) == (409, "queue_has_callers")
    assert (await one(chantal, path))["name"] == "Algemeen"
    renamed = await change(chantal, path, name="Receptie", check=True)
    assert renamed.json()["name"] == "Receptie"
    assert (await one(chantal, path))["name"] == "Algemeen"


async def test_only_who_saw_the_last_version_may_change_it(chantal: httpx.AsyncClient) -> None:
    """Two administrators: the second is told, and without a version nothing is done at all."""
    path = f"/api/admin/queues/{ALGEMEEN}"
    seen = (await one(chantal, f"queues/{ALGEMEEN}"))["version"]
    assert (await change(chantal, f"queues/{ALGEMEEN}", ring_ms=30_000)).status_code == 200

    late = await chantal.patch(path, json={"ring_ms": 10_000}, headers=OWN | {"If-Match": f'"{seen}"'})
    assert code_of(late) == (412, "out_of_date")
    assert code_of(await chantal.patch(path, json={}, headers=OWN)) == (428, "version_missing")
    assert code_of(await chantal.delete(path, headers=OWN)) == (428, "version_missing")
    assert (await one(chantal, f"queues/{ALGEMEEN}"))["ring_ms"] == 30_000


async def test_every_wrong_field_is_named(chantal: httpx.AsyncClient) -> None:
    """All at once, with a code and what was expected."""
    answer = await make(
        chantal,
        "queues",
        name="Algemeen",
        ring_ms=1_000,
        calls_max=5_000,
        urgent="yes",
        strategy="loudest",
        groups=["g-nowhere"],
        numbers=["hello"],
        escalate_to="ambulance",
        exits={"full": {"action": "queue", "target": "q-nowhere"}, "closed": {"action": "number"}},
        hours="h-nowhere",
        colour="red",
    )

    assert errors_of(answer) == {
        "ring_ms": "too_small",
        "calls_max": "too_large",
        "urgent": "wrong_type",
        "strategy": "bad_choice",
        "groups.1": "not_there",
        "numbers.1": "bad_number",
        "escalate_to": "bad_number",
        "exits.full.target": "not_there",
        "hours": "not_there",
        "colour": "unknown_field",
    }
    assert errors_of(await make(chantal, "queues", name="algemeen")) == {"name": "taken"}
    taken = await make(chantal, "queues", name="Nieuw", numbers=["0534800937"])
    assert errors_of(taken) == {"numbers": "taken"}
    assert errors_of(await make(chantal, "users", name="X", email="x@")) == {
        "user_name": "required",
        "email": "bad_email",
    }
    assert errors_of(await make(chantal, "hours", name="H", week=[{"day": 8, "from": "9", "to": "8"}])) == {
        "week.1.day": "bad_day"
    }
    assert errors_of(await change(chantal, f"organisation/{TWENTE}", time_zone="Mars", country="XX")) == {
        "country": "bad_country",
        "time_zone": "bad_time_zone",
    }
    assert errors_of(await make(chantal, "roles", id="Not OK", name="R")) == {"id": "bad_id"}
    assert errors_of(await make(chantal, "numbers", number="0534800999")) == {"queue": "one_of"}


async def test_a_telephones_password_is_told_once(web: Rig, chantal: httpx.AsyncClient) -> None:
    """When it is made, when it gets a new one, and in the file for its make; never when it is read."""
    made = (await make(chantal, "devices", name="Balie", extension="209")).json()
    assert len(made["password"]) == 32
    assert made["server"] == {"host": "192.0.2.10", "port": 5060, "transport": "udp"}
    path = f"/api/admin/devices/{made['id']}"
    assert "password" not in (await chantal.get(path)).json()

    second = (await chantal.post(f"{path}/password", headers=OWN)).json()["password"]
    assert second not in ("", made["password"])
    password = ""
    for maker in ("yealink", "snom", "grandstream"):
        file = await chantal.post(f"{path}/settings/{maker}", headers=OWN)
        stored = await web.database.directories.directory(TWENTE)
        password = next(row.password for row in stored.devices if row.id == made["id"])
        assert password in file.text and f"d-{made['id']}" in file.text
        assert "attachment" in file.headers["content-disposition"]
    assert code_of(await chantal.post(f"{path}/settings/nokia", headers=OWN)) == (404, "not_found")
    assert web.told and set(web.told) == {"telephones"}
    log = (await chantal.get("/api/admin/audit")).text
    assert password not in log and second not in log and made["password"] not in log


@pytest.mark.rule("D28", "X-c")
async def test_a_number_of_ours_is_one_of_the_world_or_as_short_as_an_extension(
    chantal: httpx.AsyncClient,
) -> None:
    """Other digits could be another organisation's number, as its country reads them."""
    path = f"queues/{ALGEMEEN}"
    wrong = await change(chantal, path, numbers=["053 480 09 37", "099 999 99 99"])
    assert errors_of(wrong) == {"numbers.2": "bad_number"}
    short = await change(chantal, path, numbers=["053 480 09 37", "900"])
    assert short.status_code == 200, short.text


@pytest.mark.rule("2.6-g")
async def test_nobody_leads_callers_to_a_number_that_he_may_not_call(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """By a way out of a queue, a person's or the organisation's rule; what stands there may stay (2.6-g)."""
    inside = {right.value for right in EVERYTHING} - {"dial.international", "dial.premium"}
    assert (await change(chantal, f"users/{CHANTAL}", rights=sorted(inside))).status_code == 200
    for number, status in (("+88 16 12345678", 403), ("0900 1234", 403), ("053 480 09 99", 200)):
        way = {"action": "number", "target": number}
        for path, fields in (
            (f"queues/{ALGEMEEN}", {"exits": {"full": way}}),
            (f"users/{CHANTAL}", {"direct_exit": way}),
            (f"organisation/{TWENTE}", {"direct_exit": way}),
        ):
            answer = await change(chantal, path, **fields)
            assert (path, number, answer.status_code) == (path, number, status), answer.text
            assert status == 200 or code_of(answer)[1] == "right_not_yours"


@pytest.mark.rule("2.6-g", "D21")
@pytest.mark.parametrize("typed", ["0900 1234 567 890", "053 480", "0", "12"])
async def test_callers_are_led_to_no_number_that_nobody_can_call(
    chantal: httpx.AsyncClient, typed: str
) -> None:
    """Digits too many are no way around the right to call there, and digits too few reach nobody."""
    way = {"action": "number", "target": typed}
    wrong = {"exits.full.target": "bad_number", "escalate_to": "bad_number"}

    answer = await change(chantal, f"queues/{ALGEMEEN}", exits={"full": way}, escalate_to=typed)
    assert errors_of(answer) == wrong
    refused = await change(chantal, f"users/{CHANTAL}", direct_exit=way)
    assert errors_of(refused) == {"direct_exit.target": "bad_number"}


@pytest.mark.rule("X-b")
async def test_nobody_gives_rights_that_he_has_not_or_locks_everybody_out(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """Not directly, not by a role, not by another's mailbox; and the last administrator stays."""
    await give(web, CHANTAL, Right.ADMIN_USERS)
    piets = f"users/{PIET}"
    assert code_of(await change(chantal, piets, rights=["admin.audit"])) == (403, "right_not_yours")
    assert code_of(await change(chantal, piets, email="me@elsewhere.example")) == (403, "right_not_yours")
    assert code_of(await delete(chantal, piets)) == (403, "right_not_yours")

    await give(web, PIET)
    role = (await make(chantal, "roles", name="Alles", rights=["admin.queues"])).json()["id"]
    assert code_of(await change(chantal, piets, role=role)) == (403, "right_not_yours")
    assert (await change(chantal, piets, email="piet@twente.example")).status_code == 200
    mine = f"users/{CHANTAL}"
    assert code_of(await change(chantal, mine, rights=[])) == (409, "last_administrator")
    assert code_of(await change(chantal, mine, disabled=True)) == (409, "yourself")
    assert code_of(await delete(chantal, mine)) == (409, "yourself")
    assert (await change(chantal, piets, rights=["admin.users"])).status_code == 200


@pytest.mark.rule("3.6-t", "X-d")
async def test_a_call_back_is_a_way_out_of_a_queue_alone(chantal: httpx.AsyncClient) -> None:
    """With a message for who does not want it, or nothing; a direct call has no queue to be called back from."""
    for target in ("message", None):
        exits = {"full": {"action": "call_back", "target": target}}
        answer = await change(
            chantal,
            f"queues/{ALGEMEEN}",
            exits=exits,
            callback_caller_first_ms=30_000,
            callback_caller_key="5",
        )
        assert (answer.status_code, answer.json()["exits"]) == (200, exits)
    wrong = {"full": {"action": "call_back", "target": PIET}}
    assert (await change(chantal, f"queues/{ALGEMEEN}", exits=wrong)).status_code == 422
    assert (await change(chantal, f"queues/{ALGEMEEN}", callback_caller_key="*")).status_code == 422
    answer = await change(chantal, f"users/{CHANTAL}", direct_exit={"action": "call_back"})
    assert answer.status_code == 422


async def test_what_is_needed_elsewhere_stays(chantal: httpx.AsyncClient) -> None:
    """And it is said by what."""
    refused = await delete(chantal, f"groups/{ENSCHEDE}")
    assert code_of(refused) == (409, "still_used")
    assert refused.json()["args"] == {"by": "queues", "name": "Algemeen"}
    exits = {"full": {"action": "queue", "target": ALGEMEEN}}
    assert (await change(chantal, "queues/q-urgent", exits=exits)).status_code == 200
    assert (await delete(chantal, f"queues/{ALGEMEEN}")).json()["args"]["by"] == "queues"
    to_piet = {"action": "colleague", "target": PIET}
    assert (await change(chantal, f"users/{CHANTAL}", direct_exit=to_piet)).status_code == 200
    assert (await delete(chantal, f"users/{PIET}")).json()["args"] == {"by": "users", "name": "Chantal"}
    assert (await change(chantal, f"users/{CHANTAL}", direct_exit=None)).status_code == 200
    assert (await change(chantal, f"organisation/{TWENTE}", direct_exit=to_piet)).status_code == 200
    assert (await delete(chantal, f"users/{PIET}")).json()["args"] == {"by": "organisation", "name": "Twente"}
    assert code_of(await delete(chantal, f"organisation/{TWENTE}")) == (404, "not_found")
    assert code_of(await make(chantal, "organisation", name="X")) == (404, "not_found")
    assert code_of(await make(chantal, "users", name="Anja", user_name="anja@brabant.example")) == (
        409,
        "taken_elsewhere",
    )


async def test_the_log_says_who_changed_what_from_what_to_what(web: Rig, chantal: httpx.AsyncClient) -> None:
    """Only the fields that differ, newest first, page by page; readable by right."""
    await change(chantal, f"queues/{ALGEMEEN}", ring_ms=30_000)
    await change(chantal, f"queues/{ALGEMEEN}", name="Receptie", ring_ms=25_000)
    await make(chantal, "groups", name="Almelo")

    page = (await chantal.get("/api/admin/audit?limit=2")).json()
    rest = (await chantal.get(f"/api/admin/audit?limit=2&before={page['before']}")).json()

    newest, second = page["rows"]
    assert (newest["action"], newest["resource"], newest["name"]) == ("create", "groups", "Almelo")
    assert newest["before"] is None and newest["after"] == {"name": "Almelo"}
    assert (second["user_name"], second["name"], second["thing"]) == ("Chantal", "Receptie", ALGEMEEN)
    assert second["before"] == {"name": "Algemeen", "ring_ms": 30_000}
    assert second["after"] == {"name": "Receptie", "ring_ms": 25_000}
    assert [row["after"] for row in rest["rows"]] == [{"ring_ms": 30_000}]
    assert rest["before"] is None
    await give(web, CHANTAL, Right.ADMIN_QUEUES)
    assert code_of(await chantal.get("/api/admin/audit")) == (403, "no_right")


async def test_a_full_disk_changes_nothing(
    web: Rig, chantal: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk goes back to what is stored."""

    async def full(*_: object) -> None:
        raise StorageFailure("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(type(web.database.directories), "save", full)
        answer = await change(chantal, f"queues/{ALGEMEEN}", name="Receptie")

    assert code_of(answer) == (503, "not_saved")
    board = web.services.engine.desks[TWENTE].board
    assert board.queues[ALGEMEEN].name == "Algemeen"
    assert web.services.tenancy.all[TWENTE].queues[0].name == "Algemeen"


async def test_passwords_of_telephones_stay_when_something_else_changes(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """A rename does not throw a telephone out."""
    assert (await change(chantal, f"devices/{BROWSER}", name="Laptop")).status_code == 200
    stored = await web.database.directories.directory(TWENTE)
    assert [row.password for row in stored.devices] == ["secret", "geheim"]
    assert errors_of(await change(chantal, f"devices/{BROWSER}", answer_method="header")) == {
        "answer_method": "bad_choice"
    }


@pytest.mark.rule("D27", "X-d")
async def test_a_leg_for_each_call_holds_at_once(web: Rig, chantal: httpx.AsyncClient) -> None:
    """The switchboard obeys it from the same moment, and it is stored."""
    assert (await one(chantal, f"devices/{BROWSER}"))["one_line"] is True

    assert (await change(chantal, f"devices/{BROWSER}", one_line=False)).json()["one_line"] is False

    assert not web.services.engine.desks[TWENTE].board.devices[BROWSER].one_line
    stored = await web.database.directories.directory(TWENTE)
    assert [row.one_line for row in stored.devices if row.id == BROWSER] == [False]


@pytest.mark.rule("D14", "D28")
async def test_numbers_that_are_not_called_back_are_written_in_any_form_and_hold_at_once(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """Kept once each; the desk is refused an appointment, however it writes the number."""
    of = f"organisation/{TWENTE}"
    numbers = ["+31 6 8765 4321", "06-87654321", "053-4809*", "0900-1234"]
    assert (await change(chantal, of, never_called_back=numbers)).status_code == 200
    shown = (await one(chantal, of))["never_called_back"]
    again = await change(chantal, of, never_called_back=shown)
    wrong = await change(chantal, of, never_called_back=["jan", "0534800937"])
    board, codes = web.services.engine.desks[TWENTE].board, []
    board.agents[CHANTAL].rights |= {Right.CALLBACK_MANAGE}
    for dialled in ("0687654321", "0031534809371", "0612345678"):
        number, kind = board.reads(dialled) or ("", NumberKind.NATIONAL)
        answer = await asked(web, MakeCallBack(agent=CHANTAL, number=number, kind=kind, queue=ALGEMEEN))
        codes.append(answer.code if isinstance(answer, NotDone) else None)

    assert shown == ["31534809*", "31687654321", "319001234"]
    assert again.status_code == 200
    assert errors_of(wrong) == {"never_called_back.1": "bad_number"}
    assert codes == ["callback_blocked", "callback_blocked", None]
