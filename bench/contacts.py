"""Finding among a million contacts: the server's answer, two others on the same data, and key press to rows on screen.

    bench/run contacts [--quick] [--contacts N] [--keys N] [--no-screen]

All contacts are of one organisation. 400 queries, each twice after a first pass: 55 % beginnings of a first name or
surname, 30 % from the middle of a word, 10 % digits, 5 % that nobody has. Beside our index the same rows are asked of
a PostgreSQL with pg_trgm and of SQLite row by row (LIKE), in the same run. All answer the same question: every part
somewhere, the first fifty of the alphabet. Then a real Chromium types on a running Cordboard with these contacts:
from the key to the second frame after the rows that answer it stand on the page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg

from bench import report
from cordboard.app.contacts import EVERYBODY, FOUND_MAX, Contact, ContactId, folded, found_by, parts_of
from cordboard.app.demo import DEMO
from cordboard.storage.open import Database, open_database
from tests.e2e.operator import OperatorPage
from tests.support.chromium import Chromium
from tests.support.installation import Installation
from tests.support.postgres import running_postgres


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    "Jan Piet Anja Henk Johanna Cornelis Maria Willem Élise Jürgen Fatima Mohammed Sanne Daan Lotte Bram Noor Sem"
    " Julia Lucas Eva Levi Zoë Finn Tess Milan Sara Thijs Anna Luuk Yıldız Ayşe Søren Chloé Paulien Gerrit"
)
PARTICLES = ("", "", "", "", "de ", "van ", "van der ", "van den ", "ter ")
ONE = _words(
    "Ja Smi Bak Ver Mul Dij Vis Bo Ko Hen Pe Wou Har Kui Scho Oos Zwar Groe Lin Tim Mei Kla Brou Dra"
)
TWO = _words("n t k meul der kel stra ve nen ber ger wi kens ters man sen horst hui dam")
THREE = _words("sen ma stra boer berg veld huis kamp ink hof man mans dijk sma water")
WORK = _words("Inkoop Verkoop Planning Receptie Wijkverpleging Storingen Facturatie Directie Magazijn")
ROWS_AT_ONCE = 5_000
QUERIES = 400
PASSES = 2
LIKE_EVERY = 10
"""The slow ones are asked every tenth query: a million rows each time."""

PROBE = """
() => {
  window.__keys = [];
  document.addEventListener('input', (event) => {
    const pressed = event.timeStamp, typed = event.target.value;
    const look = () => {
      const list = document.querySelector('.contacts [aria-busy]');
      if (document.querySelector('.contacts search input')?.value !== typed) return;
      if (list?.getAttribute('aria-busy') !== 'false') return requestAnimationFrame(look);
      requestAnimationFrame(() => window.__keys.push([typed, performance.now() - pressed,
        document.querySelectorAll('.crow').length]));
    };
    requestAnimationFrame(look);
  }, true);
}
"""


def people(count: int) -> Iterator[Contact]:
    """The same ones in every run."""
    chance = random.Random(1)
    for number in range(count):
        surname = chance.choice(ONE) + chance.choice(TWO) + chance.choice(THREE)
        name = f"{chance.choice(FIRST)} {chance.choice(PARTICLES)}{surname}"
        mobile, fixed = chance.randrange(10**8), chance.randrange(10**6)
        numbers = (f"316{mobile:08}", f"3153{fixed:07}")[: chance.randint(1, 2)]
        yield Contact(
            id=ContactId(f"b-{number}"),
            name=name,
            function=chance.choice(WORK),
            numbers=numbers,
            addresses=(f"{folded(surname)}{number}@example.nl",),
        )


def queries(known: list[Contact]) -> list[str]:
    """55 % beginnings, 30 % middles, 10 % digits, 5 % nobody's."""
    chance = random.Random(2)
    found: list[str] = []
    for number in range(QUERIES):
        contact = chance.choice(known)
        word = max(contact.name.split(), key=len) if number % 2 else contact.name.split()[-1]
        kind = number % 20
        if kind < 11:
            found.append(word[: chance.randint(3, 6)])
        elif kind < 17:
            begin = chance.randint(1, max(1, len(word) - 4))
            found.append((word[begin : begin + 4] + word[:3])[: max(3, len(word[begin : begin + 4]))])
        elif kind < 19:
            begin = chance.randint(0, 5)
            found.append(contact.numbers[0][begin : begin + chance.randint(2, 6)])
        else:
            found.append(f"{word[:3]}qx")
    return found


def fill_sqlite(file: Path, count: int) -> None:
    """As an import would have left it, without the time that one takes."""
    connection = sqlite3.connect(file)
    [organisation] = [DEMO]
    source = enumerate(people(count), 1)
    while part := list(islice(source, ROWS_AT_ONCE)):
        connection.executemany(
            "INSERT INTO contacts (organisation, id, name, name_key, function, numbers, addresses, internal, found_by,"
            " change) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
            [
                (
                    *(organisation, c.id, c.name, folded(c.name), c.function),
                    *(json.dumps(c.numbers), json.dumps(c.addresses), found_by(c), change),
                )
                for change, c in part
            ],
        )
        connection.executemany(
            "INSERT INTO contact_numbers VALUES (?, ?, ?, ?)",
            [(organisation, n, c.id, place) for _, c in part for place, n in enumerate(c.numbers)],
        )
    connection.execute("INSERT OR REPLACE INTO contact_books VALUES (?, 'bench', ?)", (organisation, count))
    connection.commit()
    connection.close()


def fill_postgres(url: str, count: int) -> psycopg.Connection[Any]:
    """The same rows, with the index that PostgreSQL has for it."""
    connection = psycopg.connect(url, autocommit=True)
    connection.execute("CREATE EXTENSION pg_trgm")
    connection.execute("SET maintenance_work_mem = '256MB'")
    connection.execute(
        'CREATE TABLE c (id text PRIMARY KEY, name text, name_key text COLLATE "C", found_by text)'
    )
    with connection.cursor().copy("COPY c FROM STDIN") as copy:
        for one in people(count):
            copy.write_row((one.id, one.name, folded(one.name), found_by(one)))
    connection.execute("CREATE INDEX ON c USING gin (found_by gin_trgm_ops)")
    connection.execute("CREATE INDEX ON c (name_key, id)")
    connection.execute("VACUUM ANALYZE c")
    return connection


async def timed(asked: list[str], ask: Callable[[str], Awaitable[int]]) -> list[float]:
    """Milliseconds of each."""
    found: list[float] = []
    for typed in asked:
        began = time.perf_counter()
        await ask(typed)
        found.append((time.perf_counter() - began) * 1000)
    return found


async def on_server(database: Database, asked: list[str]) -> dict[str, list[float]]:
    """Ours, whole: index and rows; and the database row by row."""
    contacts = database.contacts

    async def ours(typed: str) -> int:
        return len(await contacts.search(DEMO, typed))

    async def scan(typed: str) -> int:
        return len(await contacts.scan(DEMO, parts_of(typed), EVERYBODY))

    for typed in asked[:20]:
        assert await contacts.search(DEMO, typed) == await contacts.scan(DEMO, parts_of(typed), EVERYBODY), (
            typed
        )
    return {
        "first pass, nothing in memory yet": await timed(asked, ours),
        "Cordboard": await timed(asked * PASSES, ours),
        "LIKE, row by row (SQLite)": await timed(asked[::LIKE_EVERY], scan),
    }


async def on_postgres(connection: psycopg.Connection[Any], asked: list[str]) -> list[float]:
    """Every part by LIKE, which pg_trgm's index answers; the first fifty of the alphabet."""

    async def ask(typed: str) -> int:
        parts = [f"%{part}%" for part in parts_of(typed)]
        where = " AND ".join("found_by LIKE %s" for _ in parts)
        query = f"SELECT id, name FROM c WHERE {where} ORDER BY name_key, id LIMIT {FOUND_MAX}"
        return len(connection.execute(query.encode(), parts).fetchall())

    return await timed(asked, ask)


async def on_screen(cordboard: Installation, folder: Path, keys: int) -> list[float]:
    """Somebody types names letter by letter; only keys that ask the server count."""
    chance = random.Random(3)
    known = list(people(2_000))
    async with Chromium(folder / "chromium") as browser:
        operator = await OperatorPage.visit(browser, cordboard, "paul")
        page = operator.page
        await page.get_by_role("button", name="Inloggen op een toestel").wait_for()
        await page.get_by_role("button", name="Alleen meekijken").click()
        await page.get_by_role("tab", name="Contacten").click()
        field = page.get_by_role("searchbox")
        await page.evaluate(PROBE)
        pressed = 0
        while pressed < keys:
            word = chance.choice(known).name.split()[-1][:7]
            await field.fill("")
            for letter in word:
                await page.keyboard.type(letter)
                await asyncio.sleep(chance.uniform(0.12, 0.25))
            pressed += max(0, len(word) - 2)
        await asyncio.sleep(0.5)
        found: list[tuple[str, float, int]] = await page.evaluate("window.__keys")
        await operator.close()
    counted = [ms for typed, ms, _ in found if len(typed) >= 3]
    assert len(counted) > keys / 2, f"of {keys} keys {len(counted)} were seen on the screen"
    return counted


async def measure(options: argparse.Namespace) -> None:
    """All of it, on one set of contacts."""
    machine = report.machine(sqlite=sqlite3.sqlite_version)
    rows: dict[str, list[float]] = {}
    asked = queries(list(people(5_000)))
    with tempfile.TemporaryDirectory(prefix="cordboard-bench-") as place:
        cordboard = Installation(Path(place))
        await cordboard.start()
        await cordboard.stop()
        [file] = cordboard.data.glob("*.db")
        report.say(f"{options.contacts:,} contacts are written")
        fill_sqlite(file, options.contacts)
        indexes = cordboard.data / "contacts"
        database = await open_database(f"sqlite:///{file}", backups=None, indexes=indexes)
        began = time.monotonic()
        await database.contacts.indexes.prepare([DEMO])
        built_s = time.monotonic() - began
        report.say(f"the index was made in {built_s:.0f} s")
        rows |= await on_server(database, asked)
        await database.close()
        index_mb = sum(one.stat().st_size for one in indexes.iterdir()) >> 20
        with running_postgres() as server:
            began = time.monotonic()
            connection = fill_postgres(server.new_database(), options.contacts)
            report.say(f"PostgreSQL was filled and indexed in {time.monotonic() - began:.0f} s")
            await on_postgres(connection, asked[:40])
            rows["PostgreSQL, pg_trgm"] = await on_postgres(connection, asked)
            connection.close()
        if not options.no_screen:
            await cordboard.start()
            try:
                rows["key press to rows on screen"] = await on_screen(cordboard, Path(place), options.keys)
            finally:
                await cordboard.stop()
    report.spread_table(rows)
    report.finish(
        name="contacts",
        contacts=options.contacts,
        queries=QUERIES,
        index_built_s=round(built_s, 1),
        index_mb=index_mb,
        ms={name: report.spread(values, 2) for name, values in rows.items() if values},
        dropped=0,
        machine=machine,
    )


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="bench/run contacts", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few contacts: whether measuring works")
    parser.add_argument("--contacts", type=int, default=0, help="how many; 1,000,000 when not said")
    parser.add_argument("--keys", type=int, default=300, help="key presses on the screen")
    parser.add_argument("--no-screen", action="store_true", help="only the server")
    options = parser.parse_args()
    options.contacts = options.contacts or (20_000 if options.quick else 1_000_000)
    asyncio.run(measure(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
