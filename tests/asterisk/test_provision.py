"""One telephone that the exchange refuses leaves the others, of whatever organisation, as they should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import msgspec
import pytest

from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.provision import DeviceKind, DeviceProvision, Fallbacks, Provisioner, ProvisionFailed
from cordboard.asterisk.settings import ExchangeSettings
from cordboard.asterisk.transport import AriResponse


class Refusing:
    """An exchange without telephones that does not like one of them."""

    connected = True

    def __init__(self, refused: str, *known: str) -> None:
        self.refused, self.known = refused, known
        self.written: list[str] = []

    async def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        """Take what is written, but not of that one."""
        if method == "GET":
            endpoints = [{"technology": "PJSIP", "resource": name} for name in self.known]
            return AriResponse(200, msgspec.json.encode(endpoints))
        if uri.endswith(self.refused):
            return AriResponse(400, b'{"message":"its password is secret"}')
        self.written.append(uri.rpartition("/")[2])
        return AriResponse(200, b"[]")

    def set_listener(
        self, on_event: Callable[[bytes], None], on_up: Callable[[], None], on_down: Callable[[], None]
    ) -> None:
        """Nobody is told."""


@pytest.mark.rule("X-c")
@pytest.mark.parametrize("stays", [False, True])
async def test_one_telephone_that_is_refused_does_not_keep_the_others_out(
    tmp_path: Path, stays: bool
) -> None:
    """Those before it and those behind it are written; the complaint names it and not its password.

    The same of one that the exchange does not let go: in an Asterisk of somebody else's it may be his.
    """
    exchange = Refusing("d-4", "d-4") if stays else Refusing("d-2")
    settings = ExchangeSettings(run_dir=tmp_path)
    phones = [
        DeviceProvision(
            id=id, kind=DeviceKind.SIP, name=id, extension=id, username=f"d-{id}", password="secret"
        )
        for id in ("1", "2", "3")
    ]
    with pytest.raises(ProvisionFailed, match=exchange.refused) as refused:
        await Provisioner(exchange, cast(AmiClient, None), settings).write_all(phones)

    assert set(exchange.written) == {"d-1", "d-2", "d-3"} - {exchange.refused}
    assert "secret" not in str(refused.value)


class Database:
    """The exchange's small database, as its management socket writes it."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], str] = {}
        self.writes = 0
        self.fails_at: int | None = None
        """The write that it refuses."""

    async def put(self, family: str, key: str, value: str) -> None:
        """One row."""
        if self.writes == self.fails_at:
            raise AmiFailed("refused")
        self.writes += 1
        self.rows[family, key] = value

    async def remove(self, family: str, key: str) -> None:
        """One row less."""
        if self.writes == self.fails_at:
            raise AmiFailed("no answer")
        del self.rows[family, key]

    async def family(self, family: str) -> dict[str, str]:
        """All of a family."""
        return {key: value for (one, key), value in self.rows.items() if one == family}


@pytest.mark.rule("D28")
async def test_of_what_the_exchange_does_by_itself_only_changes_are_written(tmp_path: Path) -> None:
    """A sign-in changes one number's telephones, not how a thousand telephones call for help; the end is the same."""
    database = Database()
    made = Provisioner(Refusing(""), cast(AmiClient, database), ExchangeSettings(run_dir=tmp_path))
    trunks = {f"d-{n}": ("t-a", "t-b") for n in range(50)}

    await made.write_fallbacks(Fallbacks(groups={"900": ("d-1",)}, emergency_trunks=trunks))
    assert (database.writes, database.rows["cordboard-emergency", "d-7"]) == (51, "t-a&t-b")
    await made.write_fallbacks(Fallbacks(groups={"900": ("d-1", "d-2")}, emergency_trunks=trunks))
    assert (database.writes, database.rows["cordboard-fallback", "900"]) == (52, "PJSIP/d-1&PJSIP/d-2")

    await made.write_fallbacks(Fallbacks(emergency_trunks=trunks))
    assert ("cordboard-fallback", "900") not in database.rows
    assert database.writes == 52
    made.forget()
    await made.write_fallbacks(Fallbacks(emergency_trunks=trunks))
    assert database.writes == 52


@pytest.mark.rule("D28")
async def test_a_number_keeps_its_telephones_while_the_exchange_is_told_anew(tmp_path: Path) -> None:
    """Whoever dies, or is refused, in the middle of it leaves what was there; the next one puts it right."""
    database = Database()
    made = Provisioner(Refusing(""), cast(AmiClient, database), ExchangeSettings(run_dir=tmp_path))
    await made.write_fallbacks(Fallbacks(groups={"900": ("d-1",), "901": ("d-1",), "902": ("d-1",)}))

    made.forget()
    database.fails_at = database.writes + 1
    with pytest.raises(AmiFailed):
        await made.write_fallbacks(Fallbacks(groups={"900": ("d-2",), "901": ("d-2",)}))
    assert {key for _, key in database.rows} == {"900", "901", "902"}

    # Also when it is only what is to go that cannot be told.
    database.fails_at = database.writes + 1
    with pytest.raises(AmiFailed):
        await made.write_fallbacks(Fallbacks(groups={"900": ("d-2",), "901": ("d-2",)}))

    database.fails_at = None
    await made.write_fallbacks(Fallbacks(groups={"900": ("d-2",), "901": ("d-2",)}))
    assert {key: value for (_, key), value in database.rows.items()} == {
        "900": "PJSIP/d-2",
        "901": "PJSIP/d-2",
    }
