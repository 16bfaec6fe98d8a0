"""Programs that nobody here wrote, run beside a test and never left behind."""

import asyncio
import itertools
import os
import shutil
import socket
from asyncio.subprocess import Process

_next = itertools.count(os.getpid() % 500)
FIRST_PORT, PORT_STEP, PORT_BLOCKS = 22_000, 10, 500
"""Below the range from which the kernel hands out ports, so that nobody takes one in between."""


def program(name: str, package: str) -> str:
    """The path of a program.

    Raises:
        FileNotFoundError: it is not installed; says which Debian package has it.
    """
    path = shutil.which(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not installed; it is in the Debian package {package}")
    return path


def free_ports(ip: str) -> int:
    """The first of ten neighbouring ports on which nothing listens, neither UDP nor TCP."""
    for _ in range(PORT_BLOCKS):
        base = FIRST_PORT + next(_next) % PORT_BLOCKS * PORT_STEP
        if all(is_free(ip, port) for port in range(base, base + PORT_STEP)):
            return base
    raise OSError(f"no ten neighbouring free ports on {ip}")


def is_free(ip: str, port: int) -> bool:
    """Nothing listens on this port, neither UDP nor TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((ip, port))
            except OSError:
                return False
    return True


def mortal(*command: str) -> tuple[str, ...]:
    """The command, to be ended by the kernel should this process die first; lines come out unbuffered."""
    return ("setpriv", "--pdeathsig", "TERM", "stdbuf", "-oL", *command)


async def end(process: Process, patience_s: float = 3.0) -> None:
    """Ask it to go; insist after `patience_s` seconds."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), patience_s)
    except TimeoutError:
        process.kill()
        await process.wait()
