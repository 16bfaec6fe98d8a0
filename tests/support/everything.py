"""An organisation that has one of everything that can be configured, with every field filled in; and one with none."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from cordboard.app.administration.administration import RESOURCES, create_row, edited, resource_of
from cordboard.app.administration.fields import Context, Field, Wrong
from cordboard.app.demo import demo_directory
from cordboard.app.ports import Directory
from cordboard.certificate import certificate_for

MADE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("roles", {"id": "r-1", "name": "Balie", "rights": ["chat.use"]}),
    ("groups", {"id": "g-1", "name": "Almelo", "number": "0546800001"}),
    (
        "own_announcements",
        {"id": "a-1", "name": "Welkom", "language": "nl", "text": "Welkom.", "numbers": ["0546800009"]},
    ),
    (
        "users",
        {
            "id": "u-1",
            "user_name": "marije",
            "name": "Marije",
            "email": "marije@almelo.example",
            "extension": "401",
            "language": "nl",
            "groups": ["g-1"],
            "role": "r-1",
            "rights": ["history.view"],
            "numbers": ["0546800002"],
            "number": "0546800001",
            "direct_exit": {"action": "announcement", "target": "a-1"},
        },
    ),
    (
        "hours",
        {
            "id": "h-1",
            "name": "Kantoor",
            "week": [{"day": 1, "from": "08:30", "to": "24:00"}],
            "holidays": [
                {"day": "2026-12-25", "name": "Kerst", "open": []},
                {"day": "2026-12-31", "name": "", "open": [{"from": "08:30", "to": "12:00"}]},
            ],
        },
    ),
    (
        "queues",
        {
            "id": "q-1",
            "name": "Balie",
            "groups": ["g-1"],
            "numbers": ["0546800003"],
            "order": ["u-1"],
            "escalate_to": "0546800001",
            "exits": {
                "closed": {"action": "announcement", "target": "a-1"},
                "full": {"action": "announcement", "target": None},
                "timeout": {"action": "call_back", "target": "message"},
            },
            "wait_ms_max": 600_000,
            "calls_max": 50,
            "greeting": "a-1",
            "music": "a-1",
            "announce_first_ms": 30_000,
            "callback_per_ten_minutes": 5,
            "callback_caller_first_ms": 30_000,
            "message_mail": "balie@almelo.example",
            "number": "0546800003",
            "language": "nl",
            "hours": "h-1",
        },
    ),
    ("links", {"id": "l-1", "name": "Huisartsen", "numbers": ["0546*"], "queue": "q-1"}),
    ("devices", {"id": "t-1", "name": "Toestel 401", "extension": "401"}),
    (
        "trunks",
        {
            "id": "tr-1",
            "name": "Provider",
            "host": "sip.example",
            "port": 5061,
            "transport": "tls",
            "user_name": "almelo",
            "password": "geheim",
            "contact_user": "almelo",
            "from_domain": "sip.example",
            "match": ["192.0.2.0/24"],
            "caller_id": "0546800001",
            "caller_ids": ["0546800001"],
        },
    ),
    (
        "ldap",
        {
            "id": "ad-1",
            "name": "Active Directory",
            "url": "ldaps://ad.example:3269",
            "bind_dn": "cn=cordboard",
            "password": "geheim",
            "base": "dc=almelo",
            "group_attribute": "department",
            "repeats": "nightly",
        },
    ),
)
OF_THE_HOUSE: dict[str, Any] = {
    "contact": "Bel toestel 100.",
    "pause_reasons": ["Lunch"],
    "direct_exit": {"action": "message", "target": None},
    "manual_wrap_up_ms_max": 600_000,
    "manual_wrap_up_told_ms": 1_800_000,
    "sign_in_reminder_ms": 600_000,
    "number": "0546800001",
    "never_called_back": ["0900*"],
    "history_days": 183,
    "hold_music": "a-1",
}


@cache
def certificate() -> str:
    """One in a file's lines."""
    with tempfile.TemporaryDirectory() as folder:
        path, _ = certificate_for(Path(folder), ["ad.example"])
        return path.read_text().strip()


def everything() -> Directory:
    """The demo, and beside its things one of every kind."""
    directory = demo_directory()
    for name, fields in MADE:
        if name == "ldap":
            fields = fields | {"certificate": certificate()}
        directory, _ = create_row(resource_of(name), directory, fields)
    house = resource_of("organisation")
    return edited(house, directory, house.rows(directory)[0], OF_THE_HOUSE)


def emptied(directory: Directory) -> Directory:
    """The same things, with nothing in every field that may have nothing."""
    for name in reversed([resource.name for resource in RESOURCES if resource.name != "numbers"]):
        resource = resource_of(name)
        nothing = {one.name: None for one in resource.fields if may_be_empty(one, directory)}
        for row in resource.rows(directory):
            directory = edited(resource, directory, row, nothing)
    return directory


def may_be_empty(field: Field, directory: Directory) -> bool:
    """It may have nothing."""
    try:
        return field.read(None, Context(directory=directory)) is None
    except Wrong:
        return False
