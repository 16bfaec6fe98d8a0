"""The command line: `cordboard run | exchange | exchange-config | phones | practice | backup | restore | doctor |
new-organisation | remove-demo | export | apply`.
"""

from __future__ import annotations

import click

from cordboard.cli.alive import alive
from cordboard.cli.backup import backup, restore
from cordboard.cli.configuration import apply, export
from cordboard.cli.doctor import doctor
from cordboard.cli.exchange import exchange, exchange_config
from cordboard.cli.organisations import new_organisation, remove_demo
from cordboard.cli.phones import phones
from cordboard.cli.practice import practice
from cordboard.cli.start import run, serve


@click.group()
@click.version_option(package_name="cordboard")
def main() -> None:
    """Cordboard: telephone operator console and call queue."""


_COMMANDS = (run, serve, exchange, exchange_config, phones, practice, backup, restore, doctor, alive)
_CONFIGURING = (new_organisation, remove_demo, export, apply)
for command in _COMMANDS + _CONFIGURING:
    main.add_command(command)


if __name__ == "__main__":
    main()
