"""`cordboard phones`: what to type into a desk phone."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import click

from cordboard.app.ports import DeviceRow, OrganisationRow
from cordboard.cli.options import Complaint, fail, launch_for, launch_options
from cordboard.core.types import DeviceKind
from cordboard.launch import CannotStart, Launch, own_address


@click.command()
@launch_options
def phones(config: Path | None, listen: str | None, port: int | None, data: Path | None) -> None:
    """Show what to type into each desk phone: server, user name, password."""
    try:
        launch = launch_for(config, listen, port, data)
        found = asyncio.run(_desk_phones(launch))
    except Complaint as problem:
        fail(problem)
        return
    exchange = launch.server.exchange
    click.echo(f"Server     {_server(launch)}")
    click.echo(
        "Transport  UDP or TCP"
        + (f"; TLS on port {exchange.ports.sip_tls}" if exchange.tls_certificate else "")
    )
    if exchange.is_loopback:
        click.echo(
            '           (this machine only: set listen = "0.0.0.0" under [exchange] for telephones elsewhere)'
        )
    for organisation, row in found:
        click.echo(f"\n{row.name}  ({organisation.name})")
        click.echo(f"  User name, also for authentication   d-{row.id}")
        click.echo(f"  Password                             {row.password}")


async def _desk_phones(launch: Launch) -> list[tuple[OrganisationRow, DeviceRow]]:
    # Loaded here only: the other commands need not wait for it.
    from cordboard.storage.look import look_at_database
    from cordboard.storage.open import open_database

    if await look_at_database(launch.server.database_url) is None:
        raise CannotStart("There is no database yet: start Cordboard once with `make run`.")
    database = await open_database(launch.server.database_url, backups=launch.data / "backups")
    try:
        found = []
        for each in await database.directories.organisations():
            directory = await database.directories.directory(each)
            found += [
                (directory.organisation, row) for row in directory.devices if row.kind is DeviceKind.SIP
            ]
        return found
    finally:
        await database.close()


def _server(launch: Launch) -> str:
    exchange = launch.server.exchange
    host = launch.settings.web.public_host or exchange.listen
    if host in ("0.0.0.0", "::"):
        # An address rather than this machine's name, which telephones often cannot look up.
        host = next(iter(own_address(host)), socket.gethostname())
    return f"{host}:{exchange.ports.sip}"
