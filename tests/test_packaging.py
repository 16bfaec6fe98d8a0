"""What is packaged fits the tree: a file that was moved, a command that was renamed, a path that the manual says."""

from __future__ import annotations

import configparser
import json
import os
import re
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from cordboard.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
CONTAINERFILE = (ROOT / "packaging" / "Containerfile").read_text()
MANUAL = (ROOT / "docs" / "admin" / "install.md").read_text()
HOME = PurePosixPath("/opt/cordboard")
"""Where both have the clone."""


def instructions(name: str) -> list[str]:
    """What stands behind this word in the Containerfile, with continued lines as one."""
    lines = re.sub(r"\\\n\s*", " ", CONTAINERFILE).splitlines()
    return [line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} ")]


def unit() -> dict[str, str]:
    """Of systemd, all its sections in one."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ROOT / "packaging" / "cordboard.service")
    return {key: value for section in parser.sections() for key, value in parser[section].items()}


def understood(words: list[str]) -> dict[str, object]:
    """The options of this command line, as the command reads them.

    Raises:
        AssertionError: it is no program of ours, or there is no such command.
        click.UsageError: it has no such option.
    """
    program, name, *rest = words
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert PurePosixPath(program) == HOME / ".venv" / "bin" / "cordboard"
    assert "cordboard" in scripts
    assert name in main.commands, name
    return main.commands[name].make_context(name, rest).params


def test_both_builders_of_images_leave_out_the_same() -> None:
    """Docker reads another file than Podman; without it the database and its passwords would be in the image."""
    left_out = (ROOT / ".containerignore").read_text()

    assert (ROOT / ".dockerignore").read_text() == left_out
    assert {".git", ".run", ".venv", ".cache"} <= set(left_out.split())
    assert not (ROOT / "packaging" / "Containerfile.dockerignore").exists(), "it would be read instead"


def test_everything_that_the_image_is_made_of_is_there() -> None:
    """Each source of a COPY, and the set-up that it runs."""
    sources = [
        word for line in instructions("COPY") for word in line.split()[:-1] if not word.startswith("--")
    ]
    assert sources
    assert all((ROOT / source).exists() for source in sources), sources
    assert "tools/setup run" in CONTAINERFILE
    assert os.access(ROOT / "tools" / "setup", os.X_OK)
    assert instructions("WORKDIR") == [str(HOME)]


def test_the_container_starts_a_command_that_there_is() -> None:
    """With the data in its volume and the configuration where the manual mounts it."""
    [entry], [more], [volume] = instructions("ENTRYPOINT"), instructions("CMD"), instructions("VOLUME")
    words = json.loads(entry)
    begin = words.index("--") + 1

    options = understood([*words[begin:], *json.loads(more)])

    assert options["data"] == Path(volume)
    assert options["config"] == Path("/etc/cordboard.toml")
    assert "/etc/cordboard.toml:ro" in CONTAINERFILE


def test_an_unhealthy_container_is_one_whose_server_does_not_answer() -> None:
    """Whoever starts it anew ends every call: not for a trunk that is silent, which is the doctor's business."""
    [check] = instructions("HEALTHCHECK")
    words = json.loads(check.partition("CMD ")[2])

    options = understood(words)

    assert words[1] == "alive"
    assert options == {"data": Path("/data"), "config": Path("/etc/cordboard.toml")}


@pytest.mark.parametrize("key", ["WorkingDirectory", "ExecStart", "Documentation", "StateDirectory"])
def test_the_service_s_paths_are_those_of_the_manual(key: str) -> None:
    """And what lies in the clone is there."""
    said = unit()
    match key:
        case "WorkingDirectory":
            assert said[key] == str(HOME)
            assert f"`{HOME}`" in MANUAL
        case "ExecStart":
            options = understood(said[key].split())
            assert f"`{options['config']}`" in MANUAL
            assert f"`{options['data']}`" in MANUAL
        case "Documentation":
            file = PurePosixPath(said[key].removeprefix("file:")).relative_to(HOME)
            assert (ROOT / file).is_file()
        case _:
            options = understood(said["ExecStart"].split())
            assert options["data"] == Path("/var/lib") / said[key]


def test_the_service_is_started_again_whatever_ended_it() -> None:
    """A database that is not up yet after a power cut, a port that is still in use, a full disk: all of that passes.

    By itself systemd gives up after five starts within ten seconds, and for ever.
    """
    said = unit()

    assert said["Restart"] == "always"
    assert said["StartLimitIntervalSec"] == "0"
    assert "RestartPreventExitStatus" not in said
    assert "postgresql.service" in said["After"].split()


def test_calls_go_on_when_a_part_of_the_service_ends() -> None:
    """The exchange outlives its parent; and a server for which there was no memory, which is no reason to stop all."""
    said = unit()

    assert said["KillMode"] == "process"
    assert said["OOMPolicy"] == "continue"
    assert said["ExecReload"].endswith("kill -HUP $MAINPID")
