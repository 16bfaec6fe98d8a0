"""Directories over LDAP, asked of a real one: OpenLDAP's slapd."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cordboard.app.ldap import LdapFailure, LdapProblem
from cordboard.ldap import asking
from cordboard.ldap.asking import PAGE, UNFINISHED_MAX
from cordboard.ldap.servers import Ldap
from tests.support.boundless import Boundless, Flood, entries, two_gigabytes
from tests.support.slapd import BASE, PEOPLE, Slapd, running_slapd
from tests.support.taken import taken

IN_ALL = 10_000_000
"""Bytes that a directory may say here."""
BUFFERED = 8_000_000
"""Bytes that are under way between two programs of one machine."""


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """With Jan and Truus in it, and somebody without a number."""
    with running_slapd(tmp_path_factory.mktemp("slapd") / "one") as one:
        one.add("jan", displayName="Jan Jansen", telephoneNumber=["053 480 09 00"], title="Inkoper")
        one.add("truus", cn="Truus Yıldız", mobile=["06-12345678"], mail="t@twente.example")
        one.add("stil", cn="Zonder Nummer")
        yield one


async def why(slapd: Slapd, **fields: Any) -> LdapProblem:
    """What is wrong with it, set up so."""
    with pytest.raises(LdapFailure) as caught:
        await Ldap().entries(slapd.source(**fields), 100)
    return caught.value.problem


@pytest.mark.rule("3.3-p")
@pytest.mark.parametrize("way", ["secure", "plain"])
async def test_everybody_with_a_number_is_read_over_tls(slapd: Slapd, way: str) -> None:
    """From the first byte, or after StartTLS; with the attributes that were asked for and a key that stays."""
    found = await Ldap().entries(slapd.source(url=getattr(slapd, way)), 100)

    said = {one.name: one.values for one in found}
    assert said.keys() == {f"uid=jan,{PEOPLE}", f"uid=truus,{PEOPLE}"}
    assert said[f"uid=jan,{PEOPLE}"]["displayname"] == ("Jan Jansen",)
    assert said[f"uid=truus,{PEOPLE}"]["cn"] == ("Truus Yıldız",)
    assert all(one.key.startswith("entryUUID:") for one in found)


@pytest.mark.rule("3.3-p")
@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"password": "verkeerd"}, LdapProblem.PASSWORD),
        ({"bind_dn": f"cn=niemand,{BASE}"}, LdapProblem.PASSWORD),
        ({"bind_dn": "geen naam"}, LdapProblem.PASSWORD),
        ({"base": f"ou=weg,{BASE}"}, LdapProblem.NO_BASE),
        ({"base": "geen naam"}, LdapProblem.NO_BASE),
        ({"bind_dn": None, "password": None}, LdapProblem.NO_BASE),
        ({"filter": "(geen filter)"}, LdapProblem.FILTER),
        ({"certificate": None}, LdapProblem.CERTIFICATE),
    ],
)
async def test_what_is_wrong_is_told_apart(
    slapd: Slapd, fields: dict[str, Any], problem: LdapProblem
) -> None:
    """A wrong password is not a wrong base, so that an administrator knows where to look."""
    assert await why(slapd, **fields) is problem


@pytest.mark.rule("3.3-p")
async def test_a_password_goes_to_nobody_who_does_not_prove_to_be_that_host(slapd: Slapd) -> None:
    """Another name than the certificate has, a port without TLS, and StartTLS with a stranger."""
    assert await why(slapd, url=slapd.secure.replace("127.0.0.1", "localhost")) is LdapProblem.CERTIFICATE
    assert await why(slapd, url=slapd.plain, certificate=None) is LdapProblem.CERTIFICATE
    assert await why(slapd, url=slapd.plain.replace("ldap:", "ldaps:")) is LdapProblem.NO_TLS


@pytest.mark.rule("3.3-p")
async def test_a_directory_that_is_away_or_says_nothing_holds_nobody_up(
    slapd: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens there; or somebody does and is silent, while this process goes on with its own things."""
    monkeypatch.setattr(asking, "ANSWER_S", 1)
    with taken() as port:
        asked = asyncio.create_task(why(slapd, url=f"ldaps://127.0.0.1:{port}"))
        turns = 0
        while not asked.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert await asked is LdapProblem.UNREACHABLE
    assert turns > 10
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert await why(slapd, url=f"ldaps://127.0.0.1:{nobody.getsockname()[1]}") is LdapProblem.UNREACHABLE


@pytest.mark.rule("3.3-p")
async def test_more_than_one_answer_holds_is_read_in_pages_and_too_many_are_none(tmp_path: Path) -> None:
    """Every one of them once; a limit of ours or of the directory's means that nothing was read."""
    with running_slapd(tmp_path / "many") as many:
        many.add_many(PAGE + 3)
        found = await Ldap().entries(many.source(), PAGE + 3)
        assert len({one.key for one in found}) == PAGE + 3
        with pytest.raises(LdapFailure) as ours:
            await Ldap().entries(many.source(), PAGE)
    with running_slapd(tmp_path / "stingy", most=2) as stingy:
        stingy.add_many(3)
        with pytest.raises(LdapFailure) as theirs:
            await Ldap().entries(stingy.source(), 100)
    assert [one.value.problem for one in (ours, theirs)] == [LdapProblem.TOO_MANY] * 2


@pytest.mark.rule("3.3-p", "X-c")
@pytest.mark.parametrize(
    ("flood", "most"),
    [
        (two_gigabytes, UNFINISHED_MAX),
        (entries([b"x" * 1_000_000]), IN_ALL),
        (entries([b"xy"] * 20_000), IN_ALL // 10),
    ],
    ids=["one without end", "large ones without end", "many small things"],
)
async def test_a_directory_does_not_fill_everybody_s_memory(
    tmp_path: Path, flood: Flood, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it announces, and however small the parts are: no more is taken than a directory of people has."""
    monkeypatch.setattr(asking, "BYTES_MAX", IN_ALL)
    boundless = Boundless(tmp_path, flood)

    with pytest.raises(LdapFailure) as caught:
        await Ldap().entries(boundless.source(), 50_000)

    boundless.stop()
    assert caught.value.problem is LdapProblem.TOO_MANY
    assert boundless.sent < most + BUFFERED
