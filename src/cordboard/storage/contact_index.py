"""Finds contacts in milliseconds, a million of them too: one small SQLite file per address book.

It is made from the database and can be thrown away at any time. It stands beside PostgreSQL as well, whose own
trigrams were measured ten times slower for what people type (docs/performance.md). What makes it quick: a contact's
row number is its place in the alphabet, so that the first fifty hits are the first fifty of the list, and none has to
be sorted. Places have gaps for those who come between.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from cordboard.app.contacts import FOUND_MAX, LETTERS_MIN, Wanted

FORMAT = 4
"""Another one makes the file anew."""
GAP = 1024
"""Between two places; half of it each time somebody comes between."""
NEIGHBOURS = 64
"""Moved up, on either side, where there is no gap left; more of them when that is not enough."""
CACHE_KIB = 64 * 1024
"""Of one book in memory, if it is so large."""
MAPPED_BYTES = 1 << 30

_TABLES = f"""
CREATE TABLE book (book TEXT NOT NULL, changes INTEGER NOT NULL);
CREATE TABLE entries (
  place INTEGER PRIMARY KEY, contact TEXT NOT NULL, name_key TEXT NOT NULL, side TEXT NOT NULL, found_by TEXT NOT NULL,
  shown TEXT NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5 (found_by, content=entries, content_rowid=place, tokenize=trigram);
PRAGMA user_version={FORMAT};
"""
_KEYS = (
    "CREATE UNIQUE INDEX by_contact ON entries (contact); CREATE INDEX by_name ON entries (name_key, contact);"
    # Of the house, by group, in the order of the places: who is found by the group's name alone.
    " CREATE INDEX by_side ON entries (side) WHERE side <> 'x';"
)


class Entry(NamedTuple):
    """What the index knows of a contact."""

    contact: str
    name_key: str
    side: str
    """`x`: external; else `i`, and the group's id."""
    found_by: str
    shown: str
    """What the list shows of it, so that nobody else has to be asked for it."""


class ContactIndex:
    """One organisation's; for one thread at a time.

    Every method raises `sqlite3.Error` when the file is not whole or cannot be written: delete it and build it anew.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        new = not file.exists()
        if new:
            # Names and numbers are in it.
            file.touch(mode=0o600)
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        try:
            for setting in ("journal_mode=WAL", "synchronous=NORMAL", f"cache_size=-{CACHE_KIB}"):
                self._db.execute(f"PRAGMA {setting}")
            self._db.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
            if new:
                self._db.executescript(_TABLES + _KEYS)
                self._db.execute("INSERT INTO book VALUES ('', 0)")
            elif self._db.execute("PRAGMA user_version").fetchone() != (FORMAT,):
                raise sqlite3.DatabaseError("made by another version")
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def count(self) -> int:
        """How many are in it."""
        return int(self._db.execute("SELECT count(*) FROM entries").fetchone()[0])

    def state(self) -> tuple[str, int]:
        """Of which book it is, and how many of its changes are in it."""
        book, changes = self._db.execute("SELECT book, changes FROM book").fetchone()
        return str(book), int(changes)

    # --- writing ---

    def take(self, book: str, entries: Iterable[Entry], changes: int) -> None:
        """These are new in this book, or different now."""
        self._db.execute("BEGIN")
        try:
            for entry in entries:
                self._remove(entry.contact)
                place = self._place_between(entry)
                self._db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", (place, *entry))
                self._db.execute("INSERT INTO words (rowid, found_by) VALUES (?, ?)", (place, entry.found_by))
            self._db.execute("UPDATE book SET book = ?, changes = ?", (book, changes))
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def forget(self, contact: str) -> None:
        """It is no longer found."""
        self._db.execute("BEGIN")
        self._remove(contact)
        self._db.execute("COMMIT")

    def begin_book(self, book: str) -> None:
        """What follows is `add_in_order`, up to `end_book`; until then it is in no state to be asked."""
        # Nobody misses half a new book, so nothing is written twice for its sake.
        self._db.executescript(
            "PRAGMA journal_mode=OFF; DROP INDEX by_contact; DROP INDEX by_name; DROP INDEX by_side;"
        )
        self._db.execute("DELETE FROM entries")
        self._db.execute("INSERT INTO words (words) VALUES ('delete-all')")
        self._db.execute("UPDATE book SET book = ?, changes = 0", (book,))
        self._db.execute("BEGIN")
        self._last = 0

    def add_in_order(self, entries: Sequence[Entry]) -> None:
        """The next ones by `name_key` and id."""
        places = itertools.count(self._last + GAP, GAP)
        rows = [(place, *entry) for place, entry in zip(places, entries, strict=False)]
        self._db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._db.executemany(
            "INSERT INTO words (rowid, found_by) VALUES (?, ?)", ((row[0], row[4]) for row in rows)
        )
        self._last += GAP * len(entries)

    def end_book(self, changes: int) -> None:
        """That was all."""
        # In one piece it is found five times sooner.
        self._db.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._db.execute("UPDATE book SET changes = ?", (changes,))
        self._db.execute("COMMIT")
        self._db.executescript(_KEYS)
        self._db.execute("PRAGMA journal_mode=WAL")

    def _remove(self, contact: str) -> None:
        row = self._db.execute("SELECT place, found_by FROM entries WHERE contact = ?", (contact,)).fetchone()
        if row is not None:
            self._db.execute("INSERT INTO words (words, rowid, found_by) VALUES ('delete', ?, ?)", row)
            self._db.execute("DELETE FROM entries WHERE place = ?", (row[0],))

    def _place_between(self, entry: Entry) -> int:
        key = (entry.name_key, entry.contact)
        while True:
            before = self._db.execute(
                "SELECT place FROM entries WHERE (name_key, contact) < (?, ?)"
                " ORDER BY name_key DESC, contact DESC LIMIT 1",
                key,
            ).fetchone()
            after = self._db.execute(
                "SELECT place FROM entries WHERE (name_key, contact) > (?, ?) ORDER BY name_key, contact LIMIT 1",
                key,
            ).fetchone()
            if before is None and after is None:
                return 0
            if before is None:
                return int(after[0]) - GAP
            if after is None:
                return int(before[0]) + GAP
            if after[0] - before[0] > 1:
                return int(before[0] + after[0]) // 2
            self._make_room(before[0])

    def _make_room(self, place: int) -> None:
        """Spread the neighbours of this place evenly, as many as it takes."""
        many = NEIGHBOURS
        while True:
            left = self._db.execute(
                "SELECT place FROM entries WHERE place <= ? ORDER BY place DESC LIMIT ?", (place, many)
            ).fetchall()
            right = self._db.execute(
                "SELECT place FROM entries WHERE place > ? ORDER BY place LIMIT ?", (place, many)
            ).fetchall()
            moved = [row[0] for row in (*reversed(left), *right)]
            # Where the alphabet ends there is room without end.
            low = moved[0] if len(left) == many else moved[-1] - GAP * len(moved)
            high = moved[-1] if len(right) == many else low + GAP * len(moved)
            step = (high - low) // len(moved)
            if step >= 2:
                break
            many *= 4
        rows = [
            self._db.execute("SELECT * FROM entries WHERE place = ?", (place,)).fetchone() for place in moved
        ]
        for row in rows:
            self._remove(row[1])
        for number, row in enumerate(rows):
            new = low + number * step
            self._db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", (new, *row[1:]))
            self._db.execute("INSERT INTO words (rowid, found_by) VALUES (?, ?)", (new, row[4]))

    # --- finding ---

    def search(self, parts: Sequence[str], wanted: Wanted) -> list[str]:
        """What is shown of those in whom each part stands, in the alphabet's order; at most `FOUND_MAX`."""
        long = [part for part in parts if len(part) >= LETTERS_MIN]
        short = [_like(part) for part in parts if len(part) < LETTERS_MIN]
        sides = sides_of(wanted)
        conditions = ["words MATCH ?"] if long else []
        conditions += ["entries.found_by LIKE ? ESCAPE '\\'" for _ in short]
        if sides is not None:
            conditions.append(
                f"({' OR '.join('side LIKE ?' if s == 'i%' else 'side = ?' for s in sides) or 'FALSE'})"
            )
        if not wanted.external:
            # The index of those of the house is asked by this alone.
            conditions.append("side <> 'x'")
        phrases = [" ".join('"' + part.replace('"', '""') + '"' for part in long)] if long else []
        # CROSS JOIN: the words first, in the order of their places; what is asked of the entry comes after.
        rows = "words CROSS JOIN entries ON entries.place = words.rowid" if long else "entries"
        found = self._db.execute(
            f"SELECT shown FROM {rows}"
            f" WHERE {' AND '.join(conditions) or 'TRUE'}"
            f" ORDER BY {'words.rowid' if long else 'place'} LIMIT {FOUND_MAX}",
            (*phrases, *short, *(sides or ())),
        )
        return [row[0] for row in found]


def sides_of(wanted: Wanted) -> list[str] | None:
    """Which sides are let through, as LIKE patterns; None: everybody."""
    if wanted.external and wanted.internal and wanted.groups is None:
        return None
    sides = ["x"] if wanted.external else []
    if wanted.internal:
        sides += ["i%"] if wanted.groups is None else [f"i{group}" for group in sorted(wanted.groups)]
    return sides


def _like(part: str) -> str:
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
