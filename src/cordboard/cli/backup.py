"""`cordboard backup` and `cordboard restore`."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from pathlib import Path

import click

from cordboard.cli.options import Complaint, config_option, data_option, fail, settings_for
from cordboard.launch import require_folder
from cordboard.parent import alone


@click.command()
@config_option
@data_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
def backup(config: Path | None, data: Path | None, file: Path | None) -> None:
    """Keep everything in one FILE, also while calls run. Without FILE: in the data folder, under backups."""
    from cordboard.backup import make_backup

    try:
        settings = settings_for(config, data=data)
        folder = settings.data_folder()
        require_folder(folder)
        if file is None:
            name = time.strftime("cordboard-%Y%m%d-%H%M%S.tar.gz")
            file = folder / "backups" / name
            file.parent.mkdir(mode=0o700, exist_ok=True)
        made = asyncio.run(make_backup(folder, settings.database_url(), file.absolute()))
    except Complaint as problem:
        fail(problem)
        return
    click.echo(f"{file}  ({file.stat().st_size / 2**20:.1f} MB, tables {made.tables})")
    click.echo("It holds passwords: keep it where nobody else reads it, and off this machine.")


@click.command()
@config_option
@data_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(config: Path | None, data: Path | None, file: Path) -> None:
    """Make the installation of a backup FILE, where there is none. Cordboard must not run meanwhile.

    FILE may also be a database alone, as a start copies it into backups before it changes the tables.
    """
    from cordboard.backup import is_copy, restore_backup, restore_copy

    try:
        settings = settings_for(config, data=data)
        folder = settings.data_folder()
        require_folder(folder)
        with alone(folder):
            if is_copy(file):
                tables = asyncio.run(restore_copy(file, settings.database_url()))
                click.echo(
                    f"The database is as {file.name} has it (tables {tables}, brought to this version's if they "
                    "were older); the rest of the data folder is as it was. Start it with `cordboard run`."
                )
                return
            made = asyncio.run(restore_backup(file, folder, settings.database_url()))
    except Complaint as problem:
        fail(problem)
        return
    at = datetime.fromtimestamp(made.made_at / 1000).astimezone()
    click.echo(
        f"Restored what Cordboard {made.cordboard} kept on {at:%Y-%m-%d at %H:%M}. Start it with `cordboard run`."
    )
