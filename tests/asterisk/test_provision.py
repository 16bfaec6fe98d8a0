"""One telephone that the exchange refuses leaves the others, of whatever organisation, as they should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import pytest

from cordboard.asterisk.ami import AmiClient
from cordboard.asterisk.provision import DeviceKind, DeviceProvision, Provisioner, ProvisionFailed
from cordboard.asterisk.settings import ExchangeSettings
from cordboard.asterisk.transport import AriResponse


class Refusing:
    """An exchange without telephones that does not like one of them."""

    connected = True

    def __init__(self, refused: str) -> None:
        self.refused = refused
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
            return AriResponse(200, b"[]")
        if uri.endswith(self.refused):
            return AriResponse(400, b'{"message":"its password is secret"}')
        self.written.append(uri.rpartition("/")[2])
        return AriResponse(200, b"[]")

    def set_listener(
        self, on_event: Callable[[bytes], None], on_up: Callable[[], None], on_down: Callable[[], None]
    ) -> None:
        """Nobody is told."""


@pytest.mark.rule("X-c")
async def test_one_telephone_that_is_refused_does_not_keep_the_others_out(tmp_path: Path) -> None:
    """Those before it and those behind it are written; the complaint names it and not its password."""
    exchange = Refusing("d-2")
    settings = ExchangeSettings(run_dir=tmp_path)
    phones = [
        DeviceProvision(
            id=id, kind=DeviceKind.SIP, name=id, extension=id, username=f"d-{id}", password="secret"
        )
        for id in ("1", "2", "3")
    ]
    with pytest.raises(ProvisionFailed, match="d-2") as refused:
        await Provisioner(exchange, cast(AmiClient, None), settings).write_all(phones)

    assert set(exchange.written) == {"d-1", "d-3"}
    assert "secret" not in str(refused.value)
