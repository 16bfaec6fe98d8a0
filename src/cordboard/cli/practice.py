"""`cordboard practice`: let practice callers call the running Cordboard."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cordboard.cli.options import Complaint, config_option, data_option, fail, settings_for
from cordboard.control import Question, ServerAway, ask


@click.command()
@config_option
@data_option
@click.option("--queue", help="Name of the queue to call; the first one when left out.")
@click.option(
    "--count", type=click.IntRange(1, 5), default=1, show_default=True, help="How many call at once."
)
@click.option("--urgent", is_flag=True, help="Call the urgent queue about something that cannot wait.")
def practice(config: Path | None, data: Path | None, queue: str | None, count: int, urgent: bool) -> None:
    """Let practice callers call the demo organisation of the running Cordboard."""
    try:
        settings = settings_for(config, data=data)
        answer = ask(
            settings.data_folder(), Question(ask="practice", queue=queue, count=count, urgent=urgent)
        )
    except (*Complaint, ServerAway) as problem:
        fail(problem)
        return
    click.echo(f"cordboard: {answer.sentence}", err=not answer.done)
    sys.exit(0 if answer.done else 1)
