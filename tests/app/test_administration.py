"""What the administration can set is all that there is to set."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from cordboard.app.administration.fields import Context, Wrong, number, number_or_beginning, own_number
from cordboard.app.administration.house import ORGANISATION
from cordboard.app.administration.queues import QUEUES
from cordboard.app.administration.rights import not_yours
from cordboard.app.administration.settings_files import MAKERS, settings_file
from cordboard.app.ports import QueueRow, QueueRules
from cordboard.core.rules import CallBackRules, HouseRules
from cordboard.core.types import Right
from tests.contracts.storage.samples import directory


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


@pytest.mark.rule("D28")
@pytest.mark.parametrize("typed", ["\u0660\u0665\u0663\u0664\u0668\u0660", "\u00b2\u00b2\u00b2\u00b2"])
def test_digits_that_no_telephone_has_are_no_number(typed: str) -> None:
    """Arabic ones and small ones count as digits to a program; nobody could call, or be called from, such a number."""
    context = Context(directory=directory())
    for read, sent in ((number, typed), (own_number, typed), (number_or_beginning, f"{typed}*")):
        with pytest.raises(Wrong, match="bad_number"):
            read(sent, context)


ADMINISTRATOR = frozenset({Right.ADMIN_USERS, Right.ADMIN_TELEPHONY})


@pytest.mark.rule("X-b")
@pytest.mark.parametrize("disabled", [True, False])
@pytest.mark.parametrize(
    "changed",
    [
        {"email": "me@elsewhere.example"},
        {"user_name": "me@elsewhere.example"},
        {"rights": frozenset()},
        {"rights": ADMINISTRATOR | {Right.PROVIDER}},
    ],
    ids=["mail", "user name", "fewer rights", "more rights"],
)
def test_an_administrator_who_is_disabled_is_no_prey(disabled: bool, changed: dict[str, Any]) -> None:
    """Enabled again, the mailbox and the rights would be somebody else's."""
    made = directory()
    piet = replace(made.users[1], rights=ADMINISTRATOR, disabled=disabled)
    before = replace(made, users=(made.users[0], piet))
    after = replace(made, users=(made.users[0], replace(piet, **changed)))

    assert not_yours(before, after, frozenset({Right.ADMIN_USERS})) is not None
    assert not_yours(before, after, ADMINISTRATOR | {Right.PROVIDER}) is None
    named = replace(made, users=(made.users[0], replace(piet, name="Pieter")))
    assert not_yours(before, named, frozenset({Right.ADMIN_USERS})) is None
