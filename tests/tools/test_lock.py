"""The lock files are the same everywhere, whatever the registry at hand carries."""

from __future__ import annotations

import json

from tools.lock import add_other_platforms
from tools.setup import CONSOLE


def test_optional_packages_of_other_platforms_are_named() -> None:
    """A registry that lacks them does not make `npm ci` refuse the lock file."""
    lock = {
        "packages": {
            "node_modules/tool": {
                "dev": True,
                "optionalDependencies": {
                    "@tool/cli-linux-x64": "1.0.0",
                    "@tool/cli-linux-arm64-musl": "1.0.0",
                },
            },
            "node_modules/@tool/cli-linux-x64": {"version": "1.0.0", "integrity": "sha512-x"},
        }
    }

    assert add_other_platforms(lock) == ["@tool/cli-linux-arm64-musl"]
    assert lock["packages"]["node_modules/@tool/cli-linux-arm64-musl"] == {
        "version": "1.0.0",
        "optional": True,
        "dev": True,
        "cpu": ["arm64"],
        "libc": ["musl"],
        "os": ["linux"],
    }
    assert add_other_platforms(lock) == []


def test_the_console_lock_file_names_every_platform() -> None:
    """What `make lock` writes can be installed by `npm ci` as it is."""
    path = CONSOLE / "package-lock.json"

    assert not path.is_file() or not add_other_platforms(json.loads(path.read_text()))
