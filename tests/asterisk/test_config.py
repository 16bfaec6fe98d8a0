"""The generated configuration: what stands in it, and that no value can break out of its line."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from cordboard.asterisk import config, existing
from cordboard.asterisk.conffile import value_text
from cordboard.asterisk.modules import REQUIRED, missing_modules
from cordboard.asterisk.settings import (
    CalledNumberIn,
    ExchangeSettings,
    Ports,
    Registration,
    SettingsWrong,
    Trunk,
    TrunkTransport,
)

PLACES = config.Places(Path("/modules"))


def settings(**changes: object) -> ExchangeSettings:
    """Settings with known passwords, so that two of them are equal."""
    known: dict[str, object] = {
        "run_dir": Path("/run/cb"),
        "ari_password": "ari-secret",
        "ami_password": "ami-secret",
        "practice_password": "practice-secret",
    }
    return ExchangeSettings(**(known | changes))  # type: ignore[arg-type]


def test_equal_settings_give_equal_files() -> None:
    """Whether a living exchange runs with today's settings is seen by comparing text."""
    assert config.files(settings(), PLACES) == config.files(settings(), PLACES)


def test_management_never_leaves_this_machine() -> None:
    """ARI's password is root of the exchange: ARI and AMI stay on loopback, whatever phones may reach."""
    files = config.files(settings(listen="0.0.0.0"), PLACES)

    assert "bindaddr=127.0.0.1" in files["http.conf"]
    assert "bindaddr=127.0.0.1" in files["manager.conf"]
    assert "uri=ws://127.0.0.1:" in files["websocket_client.conf"]
    assert "bind=0.0.0.0:5060" in files["pjsip.conf"]


def test_calls_can_be_found_again_after_a_crash() -> None:
    """Every channel object carries our variables."""
    assert (
        "channelvars=CB_CALL,CB_ROLE,CB_ORG,CB_QUEUE,CB_LEG,CB_TO,CB_SAYS,CB_OUT"
        in config.files(settings(), PLACES)["ari.conf"]
    )


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\x00b", "a\x7fb"])
def test_a_value_cannot_break_out_of_its_line(value: str) -> None:
    """A line break in a password would be a new option."""
    with pytest.raises(SettingsWrong, match="The value of password"):
        value_text("password", value)


def test_a_semicolon_in_a_password_is_not_a_comment() -> None:
    """Asterisk would read half of it."""
    assert value_text("password", "a;b") == r"a\;b"


@pytest.mark.rule("D28")
def test_an_emergency_call_goes_straight_to_a_trunk() -> None:
    """The lines for 112 name no application of ours, and fall back on the first trunk."""
    trunk = Trunk(name="one", host="sip.example")
    text = config.files(settings(trunks=(trunk,), emergency_numbers=("112", "999")), PLACES)[
        "extensions.conf"
    ]

    for number in ("112", "999"):
        lines = text.split(f"exten => {number},1,")[1].split("exten =>")[0]
        assert "Stasis" not in lines
        assert "?t-one:${CB_TRUNKS}" in lines
        assert "Dial(PJSIP/${EXTEN}@${CB_TRUNK},120)" in lines


def test_what_a_caller_says_to_be_is_in_no_expression_of_the_dialplan() -> None:
    """It is percent-encoded where it is written down, and nowhere else."""
    text = config.files(settings(), PLACES)["extensions.conf"]
    inbound = text.split("[inbound]")[1].split("[phones]")[0]

    said = re.findall(r"\S*CALLERID\S*", inbound)

    assert [part.split("CALLERID")[0] for part in said] == ["${URIENCODE(n${", "${URIENCODE(n${"]
    assert "CALLERID" not in "".join(re.findall(r"\$\[.*?\]", text))
    assert {"app_stack", "func_uri", "func_strings", "func_db"} <= set(REQUIRED)


def test_an_asterisk_of_ones_own_writes_down_what_it_does_alone_as_well() -> None:
    """The same dialplan, and the modules that it needs."""
    shared = config.shared_files(settings())["extensions.conf"]
    assert shared == config.files(settings(), PLACES)["extensions.conf"]
    assert "[cordboard-alone]" in shared


def test_a_trunk_is_known_by_its_address_and_never_by_a_name() -> None:
    """A From header proves nothing, and a stranger must not become the provider by writing one."""
    text = config.files(settings(trunks=(Trunk(name="one", host="192.0.2.9"),)), PLACES)["pjsip.conf"]

    section = text.split("[t-one]\ntype=endpoint")[1].split("\n[")[0]
    assert "identify_by=ip" in section
    assert "allow_transfer=no" in section
    assert "match=192.0.2.9" in text


def test_a_registering_trunk_registers_and_takes_calls_by_its_own_line() -> None:
    """The account's calls are known by the registration itself, whatever address they come from."""
    account = Registration(username="0201234567", password="geheim;1")
    trunk = Trunk(name="one", host="sip.example", registration=account, transport=TrunkTransport.TLS)

    text = config.files(settings(trunks=(trunk,)), PLACES)["pjsip.conf"]

    registration = text.split("type=registration")[1]
    assert "client_uri=sip:0201234567@sip.example" in registration
    assert "server_uri=sip:sip.example\\;transport=tls" in registration
    assert "line=yes" in registration
    assert r"password=geheim\;1" in text
    assert "media_encryption=sdes" in text


@pytest.mark.rule("D28")
def test_the_called_number_may_stand_in_the_to_header() -> None:
    """Each trunk has its own rule for where it puts the called number."""
    trunk = Trunk(name="one", host="sip.example", called_number_in=CalledNumberIn.TO)

    files = config.files(settings(trunks=(trunk,)), PLACES)

    assert "context=inbound-one" in files["pjsip.conf"]
    assert "[inbound-one]" in files["extensions.conf"]
    assert "PJSIP_HEADER(read,To)" in files["extensions.conf"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"run_dir": Path("relative")},
        {"trunks": (Trunk(name="A b", host="x"),)},
        {"trunks": (Trunk(name="a", host="x y"),)},
        {"trunks": (Trunk(name="a", host="x"), Trunk(name="a", host="y"))},
        {"trunks": (Trunk(name="a", host="x", codecs=()),)},
        {"emergency_numbers": ("1-1-2",)},
        {"country": "Nederland"},
        {"tls_certificate": Path("/c.pem")},
        {"ports": Ports(rtp_first=2000, rtp_last=1000)},
    ],
)
def test_wrong_settings_are_refused_with_a_sentence(wrong: dict[str, object]) -> None:
    """Before anything is written."""
    with pytest.raises(SettingsWrong, match=r"\w+ \w+.*\.$"):
        settings(**wrong)


def test_no_password_is_shown_by_printing_settings() -> None:
    """A log line or a crash report may hold settings."""
    account = Registration(username="u", password="trunk-secret")

    text = repr(settings(trunks=(Trunk(name="a", host="x", registration=account),)))

    assert not re.search("secret", text)


def test_files_are_private(tmp_path: Path) -> None:
    """They hold passwords."""
    config.write(tmp_path / "etc", {"ari.conf": "x\n"})

    assert stat.S_IMODE((tmp_path / "etc/ari.conf").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "etc").iterdir()] == ["ari.conf"]


def test_missing_modules_are_named_in_order() -> None:
    """What is absent is said before the start, not found in a log afterwards."""
    assert missing_modules(frozenset(REQUIRED) - {"app_dial", "res_srtp"}) == ["res_srtp", "app_dial"]


@pytest.mark.parametrize("country", ["nl", "be", "gb", "us", "se"])
def test_every_country_has_tones(country: str) -> None:
    """An unlisted country gets the common European ones."""
    text = config.files(settings(country=country), PLACES)["indications.conf"]

    assert f"country={country}" in text
    assert f"[{country}]" in text


def test_the_files_for_an_existing_asterisk_pass_their_own_check(tmp_path: Path) -> None:
    """What `exchange-config` writes, its check accepts."""
    existing.write_for_existing(tmp_path, settings())

    assert existing.check_folder(tmp_path, settings()) == []


def test_the_check_says_what_an_existing_asterisk_lacks(tmp_path: Path) -> None:
    """One sentence for each thing."""
    existing.write_for_existing(tmp_path, settings())
    (tmp_path / "sorcery.conf").unlink()
    (tmp_path / "ari.conf").write_text("[general]\nenabled=yes ; on\nchannelvars=CB_CALL\n")

    found = [finding.sentence for finding in existing.check_folder(tmp_path, settings(ports=Ports(ari=9999)))]

    assert any("sorcery.conf is not there" in sentence for sentence in found)
    assert any("CB_ROLE, CB_ORG, CB_QUEUE, CB_LEG" in sentence for sentence in found)
    assert any("websocket_write_timeout" in sentence for sentence in found)
    assert any("no outbound_websocket" in sentence for sentence in found)
    assert any("ws://127.0.0.1:9999/ari/cordboard" in sentence for sentence in found)


@pytest.mark.rule("D28")
def test_the_trunk_for_emergency_numbers_comes_first_and_others_follow() -> None:
    """Named, then the organisation's own, then everybody's; somebody else's own never."""
    shared, named = Trunk(name="shared", host="a.example"), Trunk(name="help", host="b.example")
    own = Trunk(name="own", host="c.example", organisation="vtel")
    theirs = Trunk(name="theirs", host="d.example", organisation="other")
    made = settings(trunks=(theirs, shared, own, named), emergency_trunk="help")

    assert made.emergency_trunks("vtel") == (named, own, shared)
    assert made.emergency_trunks(None) == (named, shared)
    assert settings(trunks=(theirs, own)).emergency_trunks("vtel") == (own,)
    assert "?t-help&t-shared:${CB_TRUNKS}" in config.files(made, PLACES)["extensions.conf"]
    with pytest.raises(SettingsWrong):
        settings(trunks=(shared,), emergency_trunk="help")
