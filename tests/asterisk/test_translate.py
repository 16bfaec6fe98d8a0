"""What strangers send is made fit before it goes anywhere: names into SIP headers, screens and the database."""

from __future__ import annotations

import pytest

from cordboard.asterisk.translate import clean, name_of, ring_variables
from cordboard.core.commands import RingDevice
from cordboard.core.types import CallId, DeviceId, LegId, OrganisationId, QueueId

NASTY = (
    '"><svg/onload=alert(1)>',
    'x"\r\nContact: <sip:evil@example.net>\r\n',
    "${SHELL(id)}",
    'a" <112>',
    "a,b;c|d`e$(f)",
    "\u202egnp.exe",
    "\x00\x07\x1b[31m",
    "n" * 10_000,
    "\ud800",
    "Zoë Yılmaz 日本",
)


def ring(name: str | None, number: str | None, queue_name: str | None = "Algemeen") -> dict[str, str]:
    """The variables of a leg that shows this."""
    command = RingDevice(
        leg=LegId("cb-1"),
        device=DeviceId("1"),
        call=CallId("c-1"),
        queue=QueueId("q"),
        queue_name=queue_name,
        number=number,
        name=name,
        urgent=False,
        at_once=False,
        ring_ms=20_000,
    )
    return ring_variables(OrganisationId("o"), command)


@pytest.mark.parametrize("text", NASTY)
def test_a_caller_s_name_cannot_leave_its_place_in_a_sip_header(text: str) -> None:
    """No quote, bracket, separator, line break or dialplan sign of it survives, and it is not endless."""
    shown = ring(text, "+31612345678", queue_name=text)["CONNECTEDLINE(all,i)"]

    assert shown.startswith('"')
    label, closed, number = shown[1:].rpartition('" <')
    assert closed
    assert number == "+31612345678>"
    assert not set(label) & set('"<>\\;,(){}$`|\r\n\0')
    assert label.isprintable()
    assert len(label) <= 2 * 80 + 2


@pytest.mark.parametrize("text", ["+31 6", "x\r\ny", "sip:evil@example.net", "1" * 10_000, None])
def test_a_caller_s_number_is_digits_there(text: str | None) -> None:
    """Or "anonymous"."""
    shown = ring(None, text)["CONNECTEDLINE(all,i)"]
    number = shown.rpartition("<")[2].rstrip(">")

    assert number == "anonymous" or set(number) <= set("+0123456789*#")
    assert len(number) <= 40


@pytest.mark.parametrize("text", NASTY)
def test_a_caller_s_name_is_one_line_of_a_name_s_length(text: str) -> None:
    """For screens, logs and databases: nothing that moves a cursor or turns the writing round."""
    name = name_of(text)

    assert name is None or (name.isprintable() and len(name) <= 80 and name == name.strip())
    if name is not None:
        name.encode()


def test_names_of_people_stay_as_they_are() -> None:
    """Accents and other scripts are no danger."""
    assert name_of("Zoë Yılmaz 日本") == "Zoë Yılmaz 日本"
    assert clean("Zoë Yılmaz") == "Zoë Yılmaz"
    assert name_of("") is None
    assert name_of(" \r\n ") is None
