"""The tables of the address book."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
)

from cordboard.storage.tables import metadata
from cordboard.storage.tables_access import of_user

books = Table(
    "contact_books",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    # Drawn by chance: an index made of another book is not this one's, whatever its number of changes.
    Column("book", Text, nullable=False),
    # How often somebody was added or changed; the number of the last time stands with each contact.
    Column("changes", BigInteger, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    # Folded, so that both databases sort alike whatever their collation.
    Column("name_key", Text, nullable=False),
    Column("function", Text, nullable=False),
    # JSON lists; the first is the primary one.
    Column("numbers", Text, nullable=False),
    Column("addresses", Text, nullable=False),
    Column("internal", Boolean, nullable=False),
    # No foreign key: groups are written anew with every configuration; one that is gone is no group.
    Column("group_id", Text),
    # Everything by which it is found, folded.
    Column("found_by", Text, nullable=False),
    Column("change", BigInteger, nullable=False),
    # Id of a directory. No foreign key: when one is taken away its contacts go in parts, since calls are written
    # down between them.
    Column("source", Text),
    Index(None, "organisation", "name_key"),
    Index(None, "organisation", "change"),
    Index(None, "organisation", "source", "id"),
)

contact_numbers = Table(
    "contact_numbers",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("contact", Text, primary_key=True),
    # 0 is the primary one.
    Column("place", Integer, nullable=False),
    ForeignKeyConstraint(
        ["organisation", "contact"], ["contacts.organisation", "contacts.id"], ondelete="CASCADE"
    ),
    Index(None, "organisation", "contact"),
)

favourites = Table(
    "favourites",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("contact", Text, primary_key=True),
    ForeignKeyConstraint(
        ["organisation", "contact"], ["contacts.organisation", "contacts.id"], ondelete="CASCADE"
    ),
    of_user(),
)

favourite_colleagues = Table(
    "favourite_colleagues",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("colleague", Text, primary_key=True),
    of_user(),
    of_user("colleague"),
)
