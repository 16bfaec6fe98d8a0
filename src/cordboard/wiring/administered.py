"""What is administered beside the organisations' configuration: the network of this machine, and the sounds."""

from __future__ import annotations

from typing import TypedDict

from cordboard.app.administration.administration import Administration
from cordboard.app.administration.announcements import Announcements
from cordboard.app.administration.network import NetworkAdministration
from cordboard.app.tenancy import Tenancy
from cordboard.server_settings import ServerSettings
from cordboard.wiring.network import network_of
from cordboard.wiring.voices import KeptVoices


class Administered(TypedDict):
    """By their names among the services."""

    network: NetworkAdministration | None
    announcements: Announcements


def administered(
    settings: ServerSettings, administration: Administration, tenancy: Tenancy, voices: KeptVoices
) -> Administered:
    """Of this server."""
    return Administered(
        network=network_of(settings, administration, tenancy),
        announcements=Announcements(voices, administration),
    )
