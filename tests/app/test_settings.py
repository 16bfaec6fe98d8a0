"""The configuration file: defaults that work, and one clear sentence for what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordboard.app.numbers import NumberForm
from cordboard.app.settings import Settings, SettingsWrong, parse_settings, read_settings

EXAMPLE = Path(__file__).parents[2] / "docs" / "admin" / "cordboard.example.toml"


def test_without_a_file_everything_has_a_default() -> None:
    """Loopback only, an exchange of our own, SQLite in the data folder, no trunk."""
    settings = read_settings(None)

    assert settings == Settings() == parse_settings("", "cordboard.toml")
    assert (settings.web.listen, settings.exchange.listen) == ("127.0.0.1", "127.0.0.1")
    assert (settings.exchange.kind, settings.trunks, settings.web.port) == ("own", (), None)
    assert settings.database_url() == f"sqlite:///{Path.cwd() / '.run' / 'cordboard.db'}"


@pytest.mark.rule("D28")
def test_the_example_file_is_understood() -> None:
    """What the administrator is told to copy is right, with both kinds of trunk."""
    settings = read_settings(EXAMPLE)

    registering, by_address = settings.trunks
    assert (registering.user_name, registering.form) == ("31534800900", NumberForm.PLUS)
    assert (by_address.user_name, by_address.form, by_address.called_number_in) == (
        None,
        NumberForm.NATIONAL,
        "to",
    )
    assert [(entry.number, entry.queue, entry.person) for entry in settings.numbers] == [
        ("+31 53 480 09 00", "Algemeen", None),
        ("053 480 09 11", "Urgent", None),
        ("053 480 02 01", None, "chantal"),
    ]
    assert settings.exchange.local_networks == ("192.168.0.0/16", "10.0.0.0/8")


def test_the_examples_other_half_is_understood_too() -> None:
    """The lines for an existing exchange, without their signs of comment."""
    lines = EXAMPLE.read_text().partition("# With an Asterisk of your own")[2].splitlines()[1:]

    settings = parse_settings("\n".join(line.removeprefix("#").strip() for line in lines), "example")

    assert (settings.exchange.kind, settings.exchange.ari_user) == ("existing", "cordboard")


@pytest.mark.rule("1.1-g")
def test_whom_to_ask_is_configurable() -> None:
    """The administrator's own words."""
    assert parse_settings('contact = "Bel 200"', "x").contact == "Bel 200"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("web = ", "c.toml is not valid TOML: Invalid value (at end of document). A line reads"),
        ('shape = "round"', "c.toml: shape is not a setting; known here: data, database, language"),
        ('[web]\nlisten_on = "x"', "c.toml: web.listen_on is not a setting; did you mean listen?"),
        ("[exchange.ports]\nsipp = 1", "c.toml: exchange.ports.sipp is not a setting; did you mean sip?"),
        ('[[trunks]]\nname="a"\nhosts="b"', "c.toml: trunks 1, hosts is not a setting; did you mean host?"),
        ('[web]\nport = "8443"', "c.toml: web.port must be a whole number without quotes, not str."),
        ("contact = 5", 'c.toml: contact must be a text in quotes, such as "text", not int.'),
        ("[exchange]\npractice = 1", "c.toml: exchange.practice must be true or false without quotes"),
        ("web = 5", "c.toml: web must be a section, such as [web], not int."),
        ('[[trunks]]\nname = "a"', 'c.toml: trunks 1 has no host; add host = "..." to it.'),
        ('[exchange]\nkind = "old"', "c.toml: exchange.kind is 'old', which it cannot be"),
        ("[web]\nport = 70000", "c.toml: web.port is 70000; a port is a number from 1 to 65535."),
        ('[web]\nlisten = "everywhere"', 'c.toml: web.listen is "everywhere"; write an address'),
        ('[web]\nkey = "x"', "c.toml: web.certificate and web.key belong together"),
        ('country = "Nederland"', 'c.toml: country is "Nederland"; write two capitals'),
        ('time_zone = "Amsterdam"', 'c.toml: time_zone is "Amsterdam", which is none'),
        ('database = "mysql://x"', 'c.toml: database must start with "sqlite:///"'),
        ('[exchange]\nkind = "existing"', "c.toml: exchange.ari_url is needed with kind"),
        (
            '[exchange]\nemergency_trunk = "help"',
            'exchange.emergency_trunk is "help"; write one of: (no trunk yet)',
        ),
        ('[exchange]\nemergency_numbers = ["1-1-2"]', 'exchange.emergency_numbers has "1-1-2"; write 2'),
        ('[exchange]\nlocal_networks = ["10.0.0.1/8"]', 'exchange.local_networks has "10.0.0.1/8"; write'),
        ("[exchange.ports]\nrtp_first = 30000", "exchange.ports.rtp_first and rtp_last belong together"),
        ("[exchange.ports]\nrtp_first = 30000\nrtp_last = 30005", "rtp_last must be at least 99 above"),
        ("[exchange.ports]\nsip = 5060\nhttp = 5060", "exchange.ports use 5060 twice"),
        ('[[trunks]]\nname = "A b"\nhost = "x"', 'trunks 1.name is "A b"; write lower-case letters'),
        ('[[trunks]]\nname="a"\nhost="x"\n[[trunks]]\nname="a"\nhost="y"', 'trunks 2.name is "a", which'),
        ('[[trunks]]\nname = "a"\nhost = "x:5060"', 'trunks 1.host is "x:5060"; write a name'),
        ('[[trunks]]\nname = "a"\nhost = "x"\npassword = "y"', "trunks 1.user_name and password belong"),
        ('[[trunks]]\nname = "a"\nhost = "x"\ncaller_id = ""', "trunks 1.caller_id is no number"),
        (
            '[[numbers]]\nnumber = "053 480 09 00"',
            'numbers 1 leads nowhere or to two places; write queue = "',
        ),
        (
            '[[numbers]]\nnumber = "053 480 09 00"\nqueue = "a"\nperson = "b"',
            "numbers 1 leads nowhere or to two",
        ),
        ('[[numbers]]\nnumber = "jan"\nqueue = "Urgent"', 'numbers 1.number is "jan"; write a number'),
        (
            '[[numbers]]\nnumber="0534800900"\nqueue="a"\n[[numbers]]\nnumber="+31534800900"\nqueue="b"',
            'numbers 2.number is "+31534800900", the same as 0534800900',
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_says_what_to_write(text: str, says: str) -> None:
    """File, setting, what is wrong, what to do."""
    with pytest.raises(SettingsWrong) as refused:
        parse_settings(text, "c.toml")

    sentence = str(refused.value)
    assert says in sentence
    assert sentence.startswith("c.toml")
    assert "\n" not in sentence


def test_a_file_that_is_not_there_or_not_text_is_said(tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(SettingsWrong, match=r"no configuration file .*nothing\.toml"):
        read_settings(tmp_path / "nothing.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsWrong, match=r"binary\.toml cannot be read"):
        read_settings(tmp_path / "binary.toml")
    with pytest.raises(SettingsWrong, match="cannot be read"):
        read_settings(tmp_path)
