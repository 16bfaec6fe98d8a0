"""`cordboard new-organisation`, `remove-demo`, `export` and `apply`, as a person uses them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cordboard.app.accounts import LogIns
from cordboard.app.demo import DEMO, LOGINS_FILE, create_demo, write_demo_logins
from cordboard.app.passwords import Passwords
from cordboard.app.throttle import Throttle
from cordboard.asterisk.sentences import TEXTS
from cordboard.core.types import Right
from cordboard.storage.copies import look_into
from cordboard.storage.open import open_database
from tests.cli.command import cordboard, within
from tests.contracts.storage.test_migrations import change
from tests.support.installation import Installation


async def _with_demo(folder: Path) -> None:
    database = await open_database(f"sqlite:///{folder}/cordboard.db", backups=None)
    passwords = Passwords()
    made = await create_demo(database.directories, database.accounts, 0, passwords=passwords)
    assert made is not None
    write_demo_logins(folder, made)
    passwords.close()
    await database.close()


@pytest.mark.rule("X-b")
async def test_from_the_demo_to_an_organisation_of_ones_own(tmp_path: Path) -> None:
    """Made, its administrator logs in with the password that was told once, and the demo goes for good."""
    await _with_demo(tmp_path)

    made = cordboard(
        "new-organisation",
        "Zorg Almelo",
        "--user-name",
        "marije",
        "--person",
        "Marije Bosma",
        "--data",
        tmp_path,
    )
    removed = cordboard("remove-demo", "--yes", "--data", tmp_path)
    again = cordboard("remove-demo", "--yes", "--data", tmp_path)

    assert (made.code, removed.code, again.code) == (0, 0, 0), (made, removed, again)
    assert "The demo organisation is gone." in removed.out and "provider.manage" not in removed.out
    assert "There is no demo organisation." in again.out
    assert not (tmp_path / LOGINS_FILE).exists()
    password = next(line.split()[1] for line in made.out.splitlines() if line.startswith("    marije"))
    database = await open_database(f"sqlite:///{tmp_path}/cordboard.db", backups=None)
    passwords = Passwords()
    try:
        assert await database.directories.organisations() == ("zorg-almelo",)
        directory = await database.directories.directory((await database.directories.organisations())[0])
        assert directory.users[0].rights == frozenset(Right)
        log = await database.audit.page(
            directory.organisation.id, before=None, limit=9, resource=None, thing=None, user=None
        )
        assert {(one.entry.user_name, one.entry.action.value, one.entry.name) for one in log} == {
            ("", "create", "Zorg Almelo"),
            ("", "create", "Marije Bosma"),
        }
        log_ins = LogIns(database.accounts, passwords, Throttle())
        await log_ins.log_in("marije", password, address="127.0.0.1", now=1)
        assert await database.accounts.credential("chantal") is None
        assert DEMO not in await database.directories.organisations()
    finally:
        passwords.close()
        await database.close()

    taken = cordboard(
        "new-organisation", "Zorg Almelo", "--user-name", "x", "--person", "X", "--data", tmp_path
    )
    assert taken.complaint == "cordboard: There is an organisation zorg-almelo already."
    wrong = cordboard("new-organisation", "Y", "--user-name", "marije", "--person", "Y", "--data", tmp_path)
    assert wrong.complaint == "cordboard: Somebody has the user name marije already."


async def test_a_file_is_exported_changed_and_applied_without_a_server(tmp_path: Path) -> None:
    """The difference is shown first; who says no, changes nothing."""
    await _with_demo(tmp_path)
    exported = cordboard("export", "--data", tmp_path)
    assert exported.code == 0, exported.err
    file = tmp_path / "zorggroep.toml"
    file.write_text(exported.out.replace("\nring_ms = 20000", "\nring_ms = 25000", 1), encoding="utf-8")

    refused = cordboard("apply", file, "--data", tmp_path)
    done = cordboard("apply", file, "--yes", "--data", tmp_path)
    again = cordboard("apply", file, "--yes", "--data", tmp_path)

    assert refused.code == 1 and "    ring_ms: 20000 -> 25000" in refused.out
    assert done.code == 0 and "~ queues Algemeen (demo-algemeen)" in done.out
    assert again.out.strip() == "The organisation would be as the file says already."
    assert "ring_ms = 25000" in cordboard("export", "--data", tmp_path).out
    file.write_text("[[queues]]\nname = 'X'\nring_ms = 1\n", encoding="utf-8")
    wrong = cordboard("apply", file, "--yes", "--data", tmp_path)
    assert "queues 1 (X): ring_ms is too_small" in wrong.complaint


@pytest.mark.rule("D25")
def test_sentences_in_the_organisations_own_words_are_exported_and_applied(tmp_path: Path) -> None:
    """As they lie in the data folder, while nothing runs; ours come back by their own text."""
    asyncio.run(_with_demo(tmp_path))
    spoken = tmp_path / "recordings" / DEMO / "nl"
    spoken.mkdir(parents=True)
    (spoken / "closed.wav").write_bytes(b"")
    (spoken / "closed.said").write_text("Tot morgen.")

    exported = within("export", "--data", tmp_path)
    file = tmp_path / "zorggroep.toml"
    file.write_text(exported.out, encoding="utf-8")
    same = within("apply", file, "--yes", "--data", tmp_path)
    ours = TEXTS["nl"]["closed"]
    file.write_text(f'[[announcements]]\nid = "nl.closed"\ntext = "{ours}"\n', encoding="utf-8")
    back = within("apply", file, "--yes", "--data", tmp_path)

    assert '[[announcements]]\nid = "nl.closed"\ntext = "Tot morgen."\n' in exported.out
    assert same.out.strip() == "The organisation would be as the file says already."
    assert back.code == 0 and '    text: "Tot morgen." -> ' in back.out, back
    assert not list(spoken.iterdir())


@pytest.mark.rule("X-a", "1.1-l")
def test_the_installation_is_kept_in_a_file_of_its_own(tmp_path: Path) -> None:
    """Organisations, modules, numbers and the network: the difference first, then all of it, then nothing more."""
    asyncio.run(_with_demo(tmp_path))
    file = tmp_path / "installation.toml"
    file.write_text(
        """
        [network]
        listen = "0.0.0.0"
        external_address = "192.0.2.10"
        local_networks = ["10.0.0.0/8"]

        [[organisations]]
        id = "demo"
        modules = ["operator", "administration"]

        [[organisations]]
        name = "Zorg Almelo"
        numbers = ["0546 80 00 00"]
        administrator_name = "Marije Bosma"
        administrator_email = "marije@almelo.example"
        """,
        encoding="utf-8",
    )

    refused = within("apply", file, "--data", tmp_path)
    assert refused.code == 1 and not (tmp_path / "network.json").exists()
    assert '+ organisations Zorg Almelo (zorg-almelo)\n    name: "Zorg Almelo"' in refused.out
    assert 'administrator: "Marije Bosma (marije@almelo.example)"' in refused.out
    assert '"administration"] -> ["operator", "administration"]' in refused.out
    assert '    external_address: null -> "192.0.2.10"' in refused.out
    done = within("apply", file, "--yes", "--data", tmp_path)
    assert done.code == 0, done
    assert "Told once: marije@almelo.example logs in with" in done.out
    again = within("apply", file, "--yes", "--data", tmp_path)
    assert again.out.strip() == "The installation would be as the file says already."
    exported = within("export", "--installation", "--data", tmp_path)
    assert 'numbers = ["31546800000"]' in exported.out and 'listen = "0.0.0.0"' in exported.out
    file.write_text(exported.out, encoding="utf-8")
    assert within("apply", file, "--yes", "--data", tmp_path).out == again.out
    # Henk of the demo was the only one who stood above the organisations.
    gone = within("remove-demo", "--yes", "--data", tmp_path)
    assert "give somebody the right provider.manage" in gone.out
    # The first administrator of an installation stands above its organisations; another one's does not.
    made = within("new-organisation", "Z", "--user-name", "z", "--person", "Z", "--data", tmp_path)
    assert made.code == 0, made
    assert '"provider.manage"' not in within("export", "--organisation", "z", "--data", tmp_path).out


async def test_a_look_at_an_older_database_keeps_it_before_it_changes(tmp_path: Path) -> None:
    """Every command that brings tables up to date copies them first, also one that only reads."""
    await _with_demo(tmp_path)
    database = await open_database(f"sqlite:///{tmp_path}/cordboard.db", backups=None)
    await change(database, "0004")
    await database.close()

    assert cordboard("export", "--data", tmp_path).code == 0

    [kept] = (tmp_path / "backups").iterdir()
    assert look_into(kept) == "0004"


@pytest.mark.exchange
@pytest.mark.rule("X-d")
async def test_a_running_server_takes_a_file_over_at_once(tmp_path: Path) -> None:
    """Henk sees the new queue and signs in to it; nothing was started again."""
    async with Installation(tmp_path) as installation, installation.desk("henk") as desk:
        await desk.work("Enschede", "demo-206", "Algemeen")
        file = tmp_path / "more.toml"
        file.write_text('[[queues]]\nid = "verkoop"\nname = "Verkoop"\ngroups = ["demo-enschede"]\n')

        done = await asyncio.to_thread(cordboard, "apply", file, "--yes", "--data", installation.data)

        assert done.code == 0, done
        await desk.until(lambda: ("queue", "verkoop") in desk.entities)
