"""Sign-ins that somebody had last time in a group, where the organisation remembers them (D12)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.core.refusals import Code
from tests.scenarios.test_at_the_desk import two_groups
from tests.support.desk import World


def remembering() -> World:
    """The same two groups, in an organisation that remembers."""
    world = two_groups()
    world.board.rules = replace(world.board.rules, remember_sign_ins=True)
    return world


@pytest.mark.rule("D12")
def test_who_comes_back_to_a_group_is_signed_in_as_last_time_where_it_is_wanted() -> None:
    """In Hengelo she takes Magazijn too; back in Enschede she has Balie again, and in Hengelo Magazijn.

    What both have goes with her, also when she had it not there last time (1.3-c).
    """
    world = remembering()

    world.chooses_group("chantal", "hengelo")
    assert world.person("chantal").signed_in == {"algemeen"}
    world.signs_in("chantal", "magazijn")
    world.chooses_group("chantal", "enschede")
    assert world.person("chantal").signed_in == {"algemeen", "balie"}

    world.signs_out("chantal", "algemeen")
    world.chooses_group("chantal", "hengelo")
    assert world.person("chantal").signed_in == {"algemeen", "magazijn"}
    world.chooses_group("chantal", "enschede")
    assert world.person("chantal").signed_in == {"algemeen", "balie"}


@pytest.mark.rule("D12")
def test_who_signs_out_of_a_queue_is_not_signed_in_to_it_again() -> None:
    """She left Balie by herself in Enschede; the next time she is not there."""
    world = remembering()
    world.signs_out("chantal", "balie")

    world.chooses_group("chantal", "hengelo")
    world.chooses_group("chantal", "enschede")

    assert world.person("chantal").signed_in == {"algemeen"}


@pytest.mark.rule("D12", "D17")
def test_who_logs_in_to_a_group_is_signed_in_as_before_logging_out() -> None:
    """Logging out signs out; choosing the same group at the next log-in signs in again, and rings."""
    world = remembering()
    world.logs_out("chantal")
    assert world.person("chantal").signed_in == set()
    world.call_arrives("c1", "balie")
    assert world.who_sees("c1") == []

    world.chooses_group("chantal", "enschede")

    assert world.person("chantal").signed_in == {"algemeen", "balie"}
    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("D12", "D6")
def test_an_urgent_queue_is_asked_about_as_ever_where_sign_ins_are_remembered() -> None:
    """Refused at first, and nothing is signed in to; confirmed, she goes, and finds it again when she comes back."""
    world = remembering()
    world.queue("storing", urgent=True, groups=("enschede",))
    world.signs_in("chantal", "storing")
    world.chooses_group("chantal", "hengelo", confirmed=True)
    world.signs_in("chantal", "magazijn")
    world.chooses_group("chantal", "enschede")
    assert world.person("chantal").signed_in == {"algemeen", "balie", "storing"}

    with world.refuses(Code.LAST_IN_URGENT):
        world.chooses_group("chantal", "hengelo")
    assert world.person("chantal").signed_in == {"algemeen", "balie", "storing"}
    world.chooses_group("chantal", "hengelo", confirmed=True)

    assert world.person("chantal").signed_in == {"algemeen", "magazijn"}


@pytest.mark.rule("D12")
def test_sign_ins_are_remembered_from_before_the_organisation_wanted_it() -> None:
    """The rule is switched on while she works in Hengelo: Balie is found again."""
    world = two_groups()
    world.chooses_group("chantal", "hengelo")
    world.chooses_group("chantal", "enschede")
    assert world.person("chantal").signed_in == {"algemeen"}
    world.chooses_group("chantal", "hengelo")

    world.board.rules = replace(world.board.rules, remember_sign_ins=True)
    world.chooses_group("chantal", "enschede")

    assert world.person("chantal").signed_in == {"algemeen", "balie"}
