"""Plays `packaging/Containerfile` without a container engine: in a new Debian, in a folder, with its own processes.

::

    sudo python -m tools.image /var/tmp/image

Makes the base with debootstrap from this machine's own Debian address, copies what the image is made of, runs each RUN
as it stands there, and starts the ENTRYPOINT as process 1 of a process namespace. Then the server and the exchange
are killed in it, it must be healthy again each time, and nothing may be left when it is told to end. The folder must
not exist; it is removed afterwards.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tools.steps import ROOT

CONTAINERFILE = ROOT / "packaging" / "Containerfile"
PORT = 8477
NETWORK = (
    "etc/resolv.conf",
    "etc/hosts",
    "etc/pip.conf",
    "etc/npmrc",
    "usr/etc/npmrc",
    "usr/local/etc/npmrc",
)
"""How this machine reaches the world, in which an engine's containers live too."""
AUTHORITIES = "etc/ssl/certs/ca-certificates.crt"
HEALTHY_S = 60


def instructions() -> list[tuple[str, str]]:
    """What the Containerfile says, a word and what stands behind it, in its order."""
    text = re.sub(r"\\\n\s*", " ", CONTAINERFILE.read_text())
    lines = (line.partition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return [(word, rest.strip()) for word, _, rest in lines]


def said(word: str) -> str:
    """Behind the last instruction of this name."""
    return [rest for name, rest in instructions() if name == word][-1]


def run(*words: str | Path, **more: object) -> None:
    """One step, which must succeed."""
    subprocess.run([str(word) for word in words], check=True, **more)  # type: ignore[call-overload]


def inside(root: Path, script: str) -> None:
    """As root in the image, with the little that an engine leaves of the environment."""
    kept = [
        f"{name}={os.environ[name]}" for name in ("PIP_CERT", "NODE_EXTRA_CA_CERTS") if name in os.environ
    ]
    path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    run("chroot", root, "env", "-i", path, "DEBIAN_FRONTEND=noninteractive", *kept, "sh", "-ec", script)


def base(root: Path, suite: str) -> None:
    """A minimal Debian, which reaches the world as this machine does."""
    [address] = {
        line.split()[1]
        for file in Path("/etc/apt/sources.list.d").glob("*.sources")
        for line in file.read_text().splitlines()
        if line.startswith("URIs:") and "security" not in line
    }
    run("debootstrap", "--variant=minbase", suite, root, address)
    shutil.copytree("/etc/apt/sources.list.d", root / "etc/apt/sources.list.d", dirs_exist_ok=True)
    (root / "etc/apt/sources.list").write_text("")
    for name in NETWORK:
        if Path("/", name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path("/", name), root / name)


@contextlib.contextmanager
def mounted(root: Path) -> Iterator[None]:
    """With devices and processes, as an engine gives them."""
    run("mount", "--bind", "/dev", root / "dev")
    run("mount", "-t", "proc", "proc", root / "proc")
    try:
        yield
    finally:
        run("umount", root / "proc")
        run("umount", root / "dev")


def build(root: Path) -> None:
    """Every instruction that changes the image, in its order."""
    for word, rest in instructions():
        began = time.monotonic()
        if word == "FROM":
            base(root, rest.partition(":")[2].removesuffix("-slim"))
        elif word == "COPY":
            archive = subprocess.Popen(["git", "archive", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE)
            run("tar", "-x", "-C", f"{root}{said('WORKDIR')}", stdin=archive.stdout)
            assert archive.wait() == 0
            inside(root, f"chown -R cordboard: {said('WORKDIR')}")
        elif word == "RUN":
            folder = said("WORKDIR")
            with mounted(root):
                inside(root, f"mkdir -p {folder}; cd {folder}; {rest}")
            # Its own authorities have been installed by then.
            if Path("/", AUTHORITIES).is_file() and (root / AUTHORITIES).is_file():
                shutil.copy(Path("/", AUTHORITIES), root / AUTHORITIES)
        else:
            continue
        print(f"image: {word} {rest[:60]} ... {time.monotonic() - began:.0f} s", flush=True)


def health() -> dict[str, object]:
    """What the server says of itself; empty: there is none."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api/health", timeout=1) as answer:
            return dict(json.load(answer))
    except (OSError, ValueError):
        return {}


def healthy() -> float:
    """Seconds until it is."""
    began = time.monotonic()
    while health().get("ok") is not True or health().get("exchange") != "up":
        assert time.monotonic() - began < HEALTHY_S, health()
        time.sleep(0.05)
    return time.monotonic() - began


def living(words: str) -> list[int]:
    """Processes of the image with these words in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_text().replace("\0", " ")
            if (
                said("WORKDIR") in line
                and words in line
                and not line.startswith(("unshare", "sh ", "nsenter"))
            ):
                found.append(int(folder.name))
    return sorted(found)


def play(root: Path) -> None:
    """Start it, let parts of it die, ask for its health as the engine does, and end it."""
    (root / "etc/cordboard.toml").write_text(f"[web]\nport = {PORT}\n")
    user = said("USER")
    as_user = [
        "chroot",
        f"--userspec={user}:{user}",
        str(root),
        "env",
        "-i",
        "PATH=/usr/local/bin:/usr/bin:/bin",
    ]
    entry = [*json.loads(said("ENTRYPOINT")), *json.loads(said("CMD"))]
    asks = json.loads(said("HEALTHCHECK").partition("CMD ")[2])
    assert not living(""), "another one is running"
    script = f"mount -t proc proc {shlex.quote(str(root / 'proc'))}; exec {shlex.join([*as_user, *entry])}"
    with mounted(root):
        first = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--mount", "--kill-child", "sh", "-ec", script],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            print(f"image: healthy {healthy():.1f} s after the start", flush=True)
            tini = living("tini")[0]
            ask = ["nsenter", "-t", str(tini), "-p", "-m", *as_user, *asks]
            run(*ask)
            for name, words in (("server", " serve "), ("exchange", "asterisk.conf")):
                os.kill(living(words)[0], signal.SIGKILL)
                time.sleep(0.3)
                print(f"image: healthy {healthy():.1f} s after the death of its {name}", flush=True)
            run(*ask)
            os.kill(tini, signal.SIGTERM)
            first.wait(30)
            assert not living(""), "something is left"
            print("image: ended, with nothing left", flush=True)
        finally:
            first.kill()
            first.wait()


def main() -> int:
    """Build, play, remove."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    root = parser.parse_args().folder.resolve()
    assert not root.exists(), f"{root} is there already"
    try:
        build(root)
        play(root)
    finally:
        assert not os.path.ismount(root / "dev"), f"{root}/dev is still mounted; it is left as it is"
        shutil.rmtree(root, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
