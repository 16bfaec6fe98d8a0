"""A real directory for tests: OpenLDAP's slapd as Debian has it, unpacked by set-up, on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap3  # type: ignore[import-untyped]

from cordboard.app.ldap import LdapRow
from cordboard.asterisk.ports import pick
from cordboard.certificate import certificate_for
from tools.debian import slapd as unpacked

BASE = "dc=twente,dc=example"
PEOPLE = f"ou=people,{BASE}"
ADMIN, PASSWORD = f"cn=admin,{BASE}", "lees mij maar"
STARTED_S = 15

_CONFIGURATION = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
pidfile {data}/pid
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
sizelimit {most}
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
rootpw {password}
directory {data}
maxsize 67108864
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{admin}" read by dn.exact="cn=nobody,{base}" none by * none
limits dn.exact="{admin}" size={most}
"""
_FIRST = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: twente
o: Twente

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {ADMIN}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: admin
userPassword: {PASSWORD}
"""


@dataclass(frozen=True, kw_only=True)
class Slapd:
    """One that runs."""

    plain: str
    """`ldap://…`"""
    secure: str
    """`ldaps://…`"""
    certificate: str
    """Its own, PEM."""

    def source(self, **fields: Any) -> LdapRow:
        """It, as an administrator set it up."""
        known = {
            "id": "gids",
            "name": "Gids",
            "url": self.secure,
            "bind_dn": ADMIN,
            "password": PASSWORD,
            "certificate": self.certificate,
            "base": PEOPLE,
        }
        return LdapRow(**known | fields)

    def add(self, uid: str, **values: Any) -> str:
        """Somebody new; gives the distinguished name."""
        name = f"uid={uid},{PEOPLE}"
        said = {"cn": uid, "sn": uid, "uid": uid} | values
        with self._root() as root:
            assert root.add(name, ["inetOrgPerson"], said), root.result
        return name

    def add_many(self, count: int) -> None:
        """So many, each with a number."""
        with self._root() as root:
            for number in range(count):
                said = {"cn": f"Persoon {number}", "sn": "x", "telephoneNumber": f"053480{number:04}"}
                assert root.add(f"uid=p{number},{PEOPLE}", ["inetOrgPerson"], said), root.result

    def change(self, name: str, **values: Any) -> None:
        """Those attributes of that entry."""
        with self._root() as root:
            changes = {key: [(ldap3.MODIFY_REPLACE, [value])] for key, value in values.items()}
            assert root.modify(name, changes), root.result

    def rename(self, name: str, uid: str) -> str:
        """The same entry under another distinguished name."""
        with self._root() as root:
            assert root.modify_dn(name, f"uid={uid}"), root.result
        return f"uid={uid},{PEOPLE}"

    def remove(self, name: str) -> None:
        """It is gone."""
        with self._root() as root:
            assert root.delete(name), root.result

    @contextmanager
    def _root(self) -> Iterator[Any]:
        server = ldap3.Server(self.plain, get_info=ldap3.NONE)
        root = ldap3.Connection(server, f"cn=root,{BASE}", PASSWORD, auto_bind=True, check_names=False)
        try:
            yield root
        finally:
            # Its own `with` would open it once more.
            root.unbind()


@contextmanager
def running_slapd(folder: Path, *, most: int = 100_000) -> Iterator[Slapd]:
    """Empty but for who may read it.

    Args:
        most: entries that it gives to one question.
    """
    program = unpacked()
    assert program is not None, "run `make test`, which fetches slapd"
    root = program.parents[2]
    (folder / "db").mkdir(parents=True)
    certificate, key = certificate_for(folder / "tls", ["127.0.0.1"])
    written = folder / "slapd.conf"
    modules = root / "usr/lib/ldap"
    written.write_text(
        _CONFIGURATION.format(
            schema=root / "etc/ldap/schema",
            modules=modules,
            data=folder / "db",
            certificate=certificate,
            key=key,
            base=BASE,
            password=f'"{PASSWORD}"',
            admin=ADMIN,
            most=most,
        )
    )
    libraries = ":".join(str(path) for path in root.glob("usr/lib/*-linux-gnu*"))
    env = dict(os.environ) | {"LD_LIBRARY_PATH": libraries}
    first = folder / "first.ldif"
    first.write_text(_FIRST)
    subprocess.run([program, "-T", "add", "-f", written, "-l", first], env=env, check=True)
    ports = pick(2)
    plain, secure = (
        f"{scheme}://127.0.0.1:{port}" for scheme, port in zip(("ldap", "ldaps"), ports, strict=True)
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-d", "0", "-f", written, "-h", f"{plain}/ {secure}/"], env=env, stdout=log, stderr=log
        )
        try:
            _wait(process, ports[1], folder / "log")
            yield Slapd(plain=plain, secure=secure, certificate=certificate.read_text())
        finally:
            process.terminate()
            process.wait(STARTED_S)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + STARTED_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())
