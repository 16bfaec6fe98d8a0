"""Names of legs, bridges and calls are never used twice (F8)."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cordboard.wiring.server import Server


def test_two_servers_that_start_in_one_millisecond_never_make_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does one of them, whatever the machine's clock says: Asterisk has crashed on ids that came again."""
    monkeypatch.setattr(time, "time_ns", lambda: 1_800_000_000_000_000_000)
    servers = [Server(cast(Any, SimpleNamespace(data=tmp_path))) for _ in range(50)]

    names = [server._new_id() for server in servers for _ in range(200)]

    assert len(set(names)) == len(names)
    assert all(name.startswith("cb-") for name in names)
