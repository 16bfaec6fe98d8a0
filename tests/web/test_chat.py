"""Chat over the live connection (3.5): frames of two consoles, and what is left of a message afterwards."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from cordboard.core.events import ConsoleSeen
from tests.web.consoles import console, cookies
from tests.web.rig import CHANTAL, PIET, TWENTE, Rig, log_in


async def names(web: Rig) -> tuple[str, str]:
    """User names of Chantal and Piet."""
    chantal, piet = (web.services.tenancy.viewer(user) for user in (CHANTAL, PIET))
    assert chantal is not None and piet is not None
    return chantal.user.user_name, piet.user.user_name


@pytest.mark.rule("3.5-f", "3.5-k")
async def test_two_consoles_write_to_each_other(web: Rig) -> None:
    """A message comes with its sender and time, is counted until the conversation is opened, and is answered; the
    text goes as it was typed, as text."""
    text = "<b>Ben je er?</b>\nMet \u202e en 'aanhaling'"
    async with AsyncExitStack() as stack:
        chantal, piet = [
            await stack.enter_async_context(console(web, await cookies(web, one))) for one in await names(web)
        ]
        command = chantal.command("chat.send", to=PIET, message="m1", text=text)
        message = await piet.told(t="chat", id="m1")
        piet.command("chat.got", **{"from": CHANTAL, "message": "m1"})
        await piet.told(t="unread", counts={CHANTAL: 1})
        answer = await chantal.told(t="res", id=command)
        echo = await chantal.told(t="chat", id="m1")
        piet.command("chat.read", **{"with": CHANTAL})
        await piet.told(t="unread", counts={})
        bad = piet.command("chat.send", to=CHANTAL, text="zonder naam")
        refused = await piet.told(t="res", id=bad)

    assert message == {
        "t": "chat",
        "id": "m1",
        "sender": CHANTAL,
        "to": PIET,
        "text": text,
        "at": message["at"],
    }
    assert echo == message
    assert answer["ok"] is True
    assert (refused["ok"], refused["code"]) == (False, "bad_command")


@pytest.mark.rule("3.1-r", "3.5-a", "3.5-c")
async def test_a_console_knows_who_can_be_written_to(web: Rig) -> None:
    """Piet opens his console: from then on he is in the list; nobody is in his own."""
    async with console(web, await cookies(web, (await names(web))[0])) as chantal:
        for colleague in (PIET, CHANTAL):
            web.services.engine.tell(TWENTE, ConsoleSeen(agent=colleague))
        await chantal.told_op(k="agent", id=PIET, f={"chat": True})
        ops = [op for frame in chantal.frames if frame["t"] == "d" for op in frame["ops"]]

    assert [op["id"] for op in ops if "chat" in op.get("f", {})] == [PIET]


@pytest.mark.rule("3.5-n", "D18")
async def test_who_has_no_console_is_not_there_and_logging_out_ends_the_counting(web: Rig) -> None:
    """The refusal names the colleague."""
    first, second = await names(web)
    async with console(web, await cookies(web, first)) as chantal:
        command = chantal.command("chat.send", to=PIET, message="m1", text="Ben je er?")
        refused = await chantal.told(t="res", id=command)
        async with console(web, await cookies(web, second)) as piet:
            chantal.command("chat.send", to=PIET, message="m2", text="En nu?")
            await piet.told(t="chat", id="m2")
            piet.command("chat.got", **{"from": CHANTAL, "message": "m2"})
            await piet.told(t="unread", counts={CHANTAL: 1})
            async with web.client() as client:
                await log_in(client, second)
                await client.delete("/api/session", headers={"X-Cordboard": "1"})
        async with console(web, await cookies(web, second)) as piet:
            chantal.command("chat.send", to=PIET, message="m3", text="Welkom terug")
            await piet.told(t="chat", id="m3")
            assert [frame["counts"] for frame in piet.frames if frame["t"] == "unread"] == [{}]

    assert (refused["code"], refused["args"]) == ("chat_not_there", {"name": "Piet"})


@pytest.mark.rule("3.5-b", "3.5-p", "D18")
async def test_of_a_message_nothing_is_left_on_the_disk_or_in_the_log(
    web: Rig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A random word goes from one to the other; then neither the database with its write-ahead log nor any line of
    the log has it, at the loudest level."""
    canary = secrets.token_hex(16)
    caplog.set_level("DEBUG")
    async with AsyncExitStack() as stack:
        chantal, piet = [
            await stack.enter_async_context(console(web, await cookies(web, one))) for one in await names(web)
        ]
        chantal.command("chat.send", to=PIET, message="m1", text=canary)
        await piet.told(t="chat", text=canary)
        piet.command("chat.got", **{"from": CHANTAL, "message": "m1"})
        await chantal.told(t="chat", id="m1")
        refused = chantal.command("chat.send", to="nobody", message="m2", text=canary)
        await chantal.told(t="res", id=refused)
    await web.writer.flushed()

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if canary.encode() in path.read_bytes()] == []
    assert canary not in caplog.text
