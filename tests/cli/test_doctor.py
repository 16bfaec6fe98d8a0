"""`cordboard doctor` looks at everything, with and without a running Cordboard, and says what to do."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cordboard.asterisk.ports import pick
from tests.cli.command import Done, cordboard
from tests.support.exchange import exchange_binary
from tests.support.installation import CONFIGURATION, Installation
from tests.support.taken import taken

pytestmark = pytest.mark.exchange


def line(done: Done, about: str) -> str:
    """What it says about one thing."""
    assert "Traceback" not in done.err, done.err
    found = [each for each in done.out.splitlines() if each[7:].startswith(about)]
    assert found, done.out + done.err
    return found[0]


def test_before_the_first_start_all_is_well(tmp_path: Path) -> None:
    """Nothing is wrong with what is not there yet, and looking makes nothing."""
    exchange_binary()

    done = cordboard("doctor", "--data", tmp_path / "d")

    assert done.code == 0, done.out
    assert line(done, "data folder").startswith("note")
    assert line(done, "exchange program").startswith("ok")
    assert line(done, "Python").startswith("ok")
    assert not (tmp_path / "d").exists()


def test_what_is_wrong_is_said_with_what_to_do(tmp_path: Path) -> None:
    """A taken port, a database that is none, a certificate that has ended: all three, and a bad exit code."""
    exchange_binary()
    data = tmp_path / "d"
    data.mkdir()
    (data / "cordboard.db").write_bytes(os.urandom(8192))
    certificate, key = ended_certificate(tmp_path)
    with taken() as port:
        file = tmp_path / "cordboard.toml"
        file.write_text(
            f'[web]\nport = {port}\ncertificate = "{certificate}"\nkey = "{key}"\n[exchange]\nbinary = "/no/asterisk"\n'
        )

        done = cordboard("doctor", "--config", file, "--data", data)

    assert done.code == 1
    assert line(done, "ports").startswith("wrong")
    assert f"Port {port} on 127.0.0.1" in line(done, "ports")
    assert line(done, "database").startswith("wrong")
    assert line(done, "certificate").startswith("wrong")
    assert "is valid from" in line(done, "certificate")
    assert "Renew it" in done.out
    assert line(done, "exchange program").startswith("wrong")
    assert "4 of these must be put right." in done.out


def ended_certificate(folder: Path) -> tuple[Path, Path]:
    """One that was valid until yesterday."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "old")])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(yesterday - timedelta(days=1))
        .not_valid_after(yesterday)
        .sign(private, hashes.SHA256())
    )
    certificate, key = folder / "old.pem", folder / "old.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, key


def test_a_wrong_configuration_is_one_sentence(tmp_path: Path) -> None:
    """As at a start."""
    file = tmp_path / "cordboard.toml"
    file.write_text("contact = 5\n")

    done = cordboard("doctor", "--config", file)

    assert done.code != 0
    assert f"{file}: contact must be a text in quotes" in done.complaint


async def test_a_running_cordboard_is_looked_at_from_within(tmp_path: Path) -> None:
    """Server, exchange and trunks; a server that is stuck and a trunk that nobody answers are found out."""
    silent = pick(1)[0]
    trunk = (
        f'[[trunks]]\nname = "silent"\nhost = "127.0.0.1"\nport = {silent}\nuser_name = "u"\npassword = "p"\n'
    )
    async with Installation(tmp_path, configuration=CONFIGURATION + trunk) as installation:
        file = tmp_path / "cordboard.toml"

        def doctor() -> Done:
            return cordboard(
                "doctor", "--config", file, "--data", installation.data, "--port", str(installation.port)
            )

        done = await asyncio.to_thread(doctor)
        assert done.code == 1
        assert f"runs at {installation.url}/ with 0 consoles and 0 calls" in line(done, "Cordboard")
        assert line(done, "exchange  ").startswith("ok")
        assert "is connected" in line(done, "exchange line")
        assert line(done, "database").startswith("ok")
        assert line(done, "trunk silent").startswith("wrong")
        assert "is not registered with 127.0.0.1" in line(done, "trunk silent")

        # The parent as well: it would put another server in the place of one that does not answer.
        assert installation.parent is not None
        stuck = (installation.parent.pid, installation.server_pid())
        for pid in stuck:
            os.kill(pid, signal.SIGSTOP)
        try:
            done = await asyncio.to_thread(doctor)
        finally:
            for pid in reversed(stuck):
                os.kill(pid, signal.SIGCONT)
        assert done.code == 1
        assert "its server does not answer" in line(done, "Cordboard")
        assert "server.log" in done.out


def test_an_older_database_is_a_note(tmp_path: Path) -> None:
    """The next start brings it up to date; the doctor does not."""
    exchange_binary()
    data = tmp_path / "d"
    data.mkdir()
    database = sqlite3.connect(data / "cordboard.db")
    database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    database.execute("INSERT INTO alembic_version VALUES ('0001')")
    database.commit()
    database.close()
    before = (data / "cordboard.db").read_bytes()

    done = cordboard("doctor", "--data", data)

    assert done.code == 0
    assert line(done, "database").startswith("note")
    assert "version 0001" in line(done, "database")
    assert (data / "cordboard.db").read_bytes() == before
