"""An organisation as a file: written, changed, applied."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.administration.administration import RESOURCES, Conflict, edited, resource_of
from cordboard.app.administration.audit import differences
from cordboard.app.administration.fields import Context
from cordboard.app.administration.file import FileWrong, applied, read_file, told, written
from cordboard.app.demo import demo_directory
from cordboard.app.ports import Directory
from cordboard.core.rules import ExitReason
from tests.support.everything import emptied, everything, may_be_empty


def apply(directory: Directory, text: str, *, prune: bool = False) -> tuple[Directory, list[str]]:
    """The configuration afterwards, and what is different."""
    after = applied(directory, read_file(text), prune=prune)
    return after, list(told(list(differences(RESOURCES, directory, after))))


def test_what_is_written_changes_nothing_when_it_is_applied() -> None:
    """Of an organisation with one of everything; and no password is in it."""
    there = everything()
    assert all(resource.rows(there) for resource in RESOURCES)
    text = written(there)

    after, lines = apply(there, text, prune=True)

    assert (after, lines) == (there, [])
    assert not any(device.password in text for device in there.devices)
    assert "geheim" not in text


def test_what_is_empty_in_a_file_is_emptied_where_somebody_filled_it_in() -> None:
    """A field that has nothing is written as an empty text, so that a file that is kept undoes what came later."""
    full = everything()
    bare = emptied(full)
    for resource in RESOURCES:
        for field in resource.fields:
            if may_be_empty(field, full) and resource.name != "numbers":
                assert any(row[field.name] is not None for row in resource.rows(full)), field.name
                assert field.read("", Context(directory=full)) is None, field.name
    assert bare != full and bare.organisation.settings.history_days is None

    after, lines = apply(full, written(bare))

    assert "    history_days: 183 -> null" in lines
    assert written(after) == written(bare)
    assert after == bare


def test_the_order_of_a_file_is_the_order_of_what_it_has() -> None:
    """Whatever was moved since it was written."""
    there = everything()
    shuffled = replace(
        there,
        groups=there.groups[::-1],
        devices=there.devices[::-1],
        queues=tuple(replace(one, position=at) for at, one in enumerate(there.queues[::-1])),
    )

    assert apply(shuffled, written(there))[0] == there


def test_an_empty_organisation_becomes_the_one_of_the_file() -> None:
    """Whatever refers to what: people to queues and queues to people."""
    demo = demo_directory()
    queue, user = demo.queues[0], demo.users[0]
    text = written(demo)
    at = text.index(f'user_name = "{user.user_name}"')
    way = f'direct_exit = {{ action = "queue", target = "{queue.id}" }}'
    text = text[:at] + text[at:].replace('direct_exit = ""', way, 1)
    text = text.replace(f'name = "{queue.name}"', f'name = "{queue.name}"\norder = ["{user.id}"]')
    text = text.replace("order = []\n", "", 1)
    empty = replace(demo, users=(), queues=(), groups=(), devices=())

    after, _ = apply(empty, text)

    assert [row.id for row in after.users] == [row.id for row in demo.users]
    assert after.users[0].direct_exit is not None and after.users[0].direct_exit.target == queue.id
    assert after.queues[0].rules.order == (user.id,)
    assert {row.id for row in after.devices} == {row.id for row in demo.devices}


def test_things_are_known_by_id_or_by_name_and_what_is_not_mentioned_stays() -> None:
    """One setting of one queue, one new person, and what a person reads of it."""
    text = """
[[queues]]
name = "algemeen"
ring_ms = 30_000

[[users]]
user_name = "anouk"
name = "Anouk"
groups = ["demo-enschede"]
"""
    after, lines = apply(demo_directory(), text)

    assert after.queues[0].ring_ms == 30_000 and len(after.queues) == 3
    assert "~ queues Algemeen (demo-algemeen)" in lines
    assert "    ring_ms: 20000 -> 30000" in lines
    assert any(line.startswith("+ users Anouk (u-anouk-") for line in lines)


def test_with_prune_what_the_lists_do_not_have_goes_unless_it_is_used() -> None:
    """Kinds that the file does not mention are left alone."""
    demo = demo_directory()
    queues = "\n".join(f'[[queues]]\nid = "{queue.id}"' for queue in demo.queues[:2])
    after, lines = apply(demo, queues, prune=True)
    assert len(after.queues) == 2 and len(after.users) == len(demo.users)
    assert lines[0] == "- queues Intercollegiaal (demo-intercollegiaal)"

    with pytest.raises(Conflict):
        apply(demo, '[[groups]]\nid = "demo-utrecht"', prune=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[queues]", "it is no TOML"),
        ("[[printers]]\nname = 'x'", "[printers] is not known"),
        ("queues = 3", "has to be written as [[queues]]"),
        (
            "[[queues]]\nname = 'Algemeen'\nring_ms = 1",
            "queues 1 (Algemeen): ring_ms is too_small (least 5000)",
        ),
        ("[[queues]]\nname = 'X'\ngroups = ['nowhere']", "queues 1 (X): groups.1 is not_there (id nowhere)"),
        ("[[users]]\nname = 'X'", "users 1 (X): user_name is required"),
    ],
)
def test_a_mistake_is_one_sentence_that_says_where(text: str, why: str) -> None:
    """Nothing has changed."""
    with pytest.raises(FileWrong) as wrong:
        apply(demo_directory(), text)
    assert why in str(wrong.value)


ABROAD = "32450007725"
"""A Belgian number whose digits, dialled in Germany without plus, are a German one."""


def in_germany() -> Directory:
    """A queue, a person and a trunk that know somebody in Belgium."""
    made = everything()
    made = replace(made, organisation=replace(made.organisation, country="DE"))
    for name, sent in (
        (
            "queues",
            {"escalate_to": f"+{ABROAD}", "exits": {"full": {"action": "number", "target": f"+{ABROAD}"}}},
        ),
        ("users", {"number": f"+{ABROAD}"}),
        ("trunks", {"caller_ids": [f"+{ABROAD}"]}),
        ("links", {"numbers": [f"+{ABROAD}"]}),
        ("organisation", {"never_called_back": [f"+{ABROAD}"]}),
    ):
        resource = resource_of(name)
        made = edited(resource, made, resource.rows(made)[0], sent)
    return made


@pytest.mark.rule("D28")
def test_a_number_is_the_same_one_when_it_is_sent_back_as_it_was_shown() -> None:
    """Also with another beside it: callers are led to whom they were led to before."""
    there = in_germany()
    queues = resource_of("queues")
    row = queues.rows(there)[0]

    again = edited(queues, there, row, row)
    more = edited(queues, there, row, {"exits": row["exits"] | {"closed": {"action": "hang_up"}}})

    assert again == there
    assert more.queues[0].rules.exits[ExitReason.FULL].target == ABROAD
    trunks = resource_of("trunks")
    trunk = trunks.rows(there)[0]
    shown = edited(trunks, there, trunk, {"caller_ids": [*trunk["caller_ids"], "030 1234567"]})
    assert set(shown.trunks[0].caller_ids) == {ABROAD, "49301234567"}


@pytest.mark.rule("D28")
def test_a_number_in_a_file_is_the_same_one_where_it_is_new() -> None:
    """The file of one installation, applied to an empty one."""
    there = in_germany()
    bare = replace(there, users=(), queues=(), groups=(), devices=(), links=())

    assert apply(there, written(there), prune=True) == (there, [])
    after, _ = apply(bare, written(there))

    assert after.queues[0].rules.escalate_to == ABROAD
    assert after.queues[0].rules.exits == there.queues[0].rules.exits
    assert after.users[0].number == there.users[0].number == ABROAD
    assert after.links == there.links
