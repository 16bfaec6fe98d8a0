"""The command line: `cordboard run | exchange | exchange-config | phones | practice | backup | restore | doctor`."""

from __future__ import annotations

import click

from cordboard.cli.backup import backup, restore
from cordboard.cli.doctor import doctor
from cordboard.cli.exchange import exchange, exchange_config
from cordboard.cli.phones import phones
from cordboard.cli.practice import practice
from cordboard.cli.start import run, serve


@click.group()
@click.version_option(package_name="cordboard")
def main() -> None:
    """Cordboard: telephone operator console and call queue."""


for command in (run, serve, exchange, exchange_config, phones, practice, backup, restore, doctor):
    main.add_command(command)


if __name__ == "__main__":
    main()
