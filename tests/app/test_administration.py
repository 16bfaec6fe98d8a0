"""What the administration can set is all that there is to set."""

from __future__ import annotations

from dataclasses import fields

from cordboard.app.administration.house import ORGANISATION
from cordboard.app.administration.queues import QUEUES
from cordboard.app.administration.settings_files import MAKERS, settings_file
from cordboard.app.ports import QueueRow, QueueRules
from cordboard.core.rules import CallBackRules, HouseRules


def test_every_rule_of_the_organisation_and_of_a_queue_can_be_set() -> None:
    """A new one without a field would be known to the database only."""
    of_house = {field.name for field in ORGANISATION.fields}
    of_queue = {field.name for field in QUEUES.fields}

    assert {field.name for field in fields(HouseRules)} <= of_house
    assert {field.name for field in fields(QueueRules)} - {"callback"} <= of_queue
    assert {f"callback_{field.name}" for field in fields(CallBackRules)} <= of_queue
    assert {field.name for field in fields(QueueRow)} - {"id", "rules"} <= of_queue


def test_a_name_cannot_smuggle_settings_into_a_telephones_file() -> None:
    """Line ends, equal signs and angle brackets of a name stay words."""
    device = {
        "name": 'Balie\naccount.1.password = "x" <b>',
        "user": "d-1",
        "password": "geheim",
        "server": {"host": "192.0.2.10", "port": 5060, "transport": "udp"},
    }
    for maker in MAKERS:
        text = settings_file(maker, device).text
        assert text.count("geheim") == 1
        assert "<b>" not in text or maker == "yealink"
        keys = [line.partition(" = ")[0] for line in text.splitlines()]
        assert keys.count("account.1.password") == (maker == "yealink")
