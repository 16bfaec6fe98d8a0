"""The installation as a file: what it comes to, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.administration.file import FileWrong, read_file, told
from cordboard.app.administration.installation_file import parts, steps, written
from cordboard.app.demo import demo_directory
from cordboard.app.modules import Module
from cordboard.app.ports import Directory
from cordboard.core.types import OrganisationId


def another(name: str) -> Directory:
    """An organisation beside the demo."""
    demo = demo_directory()
    house = replace(demo.organisation, id=OrganisationId(name.lower()), name=name, demo=False)
    return replace(demo, organisation=house)


@pytest.mark.rule("X-a")
def test_an_installation_that_is_written_changes_nothing_when_it_is_applied() -> None:
    """And tells nothing of what is inside an organisation."""
    demo, other = demo_directory(), another("Almelo")
    house = replace(
        other.organisation,
        modules_off=frozenset({Module.CALLBACK}),
        numbers=frozenset({"31546800000"}),
        disabled=True,
    )
    other = replace(other, organisation=house)

    text = written([demo, other], {"id": "network", "listen": "0.0.0.0", "stun_server": None})

    found = parts(text)
    assert (found.network, found.within) == ({"listen": "0.0.0.0", "stun_server": ""}, False)
    assert steps([demo, other], found.organisations) == []
    assert "chantal" not in text


@pytest.mark.rule("1.1-l")
def test_each_organisation_of_the_file_is_found_by_id_or_name() -> None:
    """What is not written of it stays; the first administrator is only for one that is new."""
    demo, other = demo_directory(), another("Almelo")
    text = """
    [[organisations]]
    name = "almelo"
    disabled = true
    administrator_name = "Marije"

    [[organisations]]
    id = "demo"
    name = "Zorg Oost"

    [[organisations]]
    name = "Hengelo"
    administrator_name = "Els"
    administrator_email = "els@hengelo.example"
    """
    first, second, third = steps([demo, other], parts(text).organisations)

    lines = [line for step in (first, second, third) for line in told(step.differences)]
    assert lines[:4] == [
        "~ organisations Almelo (almelo)",
        "    disabled: false -> true",
        "~ organisations Zorg Oost (demo)",
        '    name: "Zorggroep Twente" -> "Zorg Oost"',
    ]
    assert lines[4] == "+ organisations Hengelo (hengelo)"
    assert '    administrator: "Els (els@hengelo.example)"' in lines
    assert first.edit([demo, other], other) == first.after


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[organisations]\nname = 'X'", "has to be written as [[organisations]]"),
        ("network = 3", "has to be written as [network]"),
        ("[[organisations]]\nname = 'X'", "organisations 1 (X): administrator_name is required"),
        (
            "[[organisations]]\nid = 'demo'\nname = 'Almelo'",
            "organisations 1 (Almelo): name is taken (by Almelo)",
        ),
        ("[[organisations]]\nid = 'demo'\nmodules = ['x']", "modules.1 is bad_choice"),
        ("[[organisations]]\nid = 'demo'\ncolour = 1", "colour is unknown_field"),
    ],
)
def test_what_is_wrong_with_an_installations_file_is_said_by_its_place(text: str, says: str) -> None:
    """Nothing is applied of it."""
    with pytest.raises(FileWrong) as wrong:
        steps([demo_directory(), another("Almelo")], parts(text).organisations)
    assert says in str(wrong.value)


def test_a_file_may_be_of_both_the_installation_and_an_organisation() -> None:
    """Each takes what is its own; a file with nothing in it is an organisation's."""
    text = "[network]\nsip = 5070\n[[groups]]\nname = 'Almelo'"
    found = parts(text)
    assert found.above and found.within
    assert [str(entry) for entry in read_file(text)] == ["groups 1 (Almelo)"]
    assert parts("").within and not parts("").above
