"""Secrets that we hand out: sessions, links in letters, browsers, recovery codes. Only a hash of each is stored."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, in letters that a link and a cookie can carry (ASVS 7.2.3)."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What is stored of a token: who reads the database cannot use what is in it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
