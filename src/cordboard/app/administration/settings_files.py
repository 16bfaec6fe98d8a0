"""Files that telephones of a few makes read: server, user, password, and what lets a click answer (2.1.1-w)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from cordboard.app.administration.fields import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """One file to be put into a telephone."""

    name: str
    media_type: str
    text: str


def settings_file(maker: str, device: Row) -> SettingsFile:
    """The file for that make.

    Args:
        device: a telephone as the administration shows it, with its `server` and `password`.
    """
    return MAKERS[maker](device)


def _yealink(device: Row) -> SettingsFile:
    """`account.1.*` and `features.*` as in Yealink's auto provisioning guide; the first line is a version mark."""
    server = device["server"]
    lines = {
        "account.1.enable": "1",
        "account.1.label": _plain(device["name"]),
        "account.1.display_name": _plain(device["name"]),
        "account.1.user_name": device["user"],
        "account.1.auth_name": device["user"],
        "account.1.password": device["password"],
        "account.1.sip_server.1.address": server["host"],
        "account.1.sip_server.1.port": str(server["port"]),
        "account.1.sip_server.1.transport_type": "0",
        "account.1.sip_server.1.expires": "120",
        "account.1.codec.pcma.enable": "1",
        # The click in the console answers: on a new call that asks for it, or on a NOTIFY while it rings.
        "features.intercom.allow": "1",
        "features.action_uri_limit_ip": "",
        "sip.notify_reboot_enable": "0",
        "call_waiting.enable": "0",
    }
    text = "#!version:1.0.0.1\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())
    return SettingsFile(name="yealink.cfg", media_type="text/plain; charset=utf-8", text=text)


def _snom(device: Row) -> SettingsFile:
    """`<settings><phone-settings>` with identity 1, as in Snom's provisioning pages."""
    server = device["server"]
    host = f"{server['host']}:{server['port']}"
    lines = {
        "user_active": "on",
        "user_realname": _plain(device["name"]),
        "user_name": device["user"],
        "user_pname": device["user"],
        "user_pass": device["password"],
        "user_host": host,
        "user_outbound": f"{host};transport=udp",
        "user_expiry": "120",
        "user_srtp": "off",
    }
    settings = "".join(
        f'    <{key} idx="1" perm="RW">{escape(value)}</{key}>\n' for key, value in lines.items()
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<settings>\n  <phone-settings>\n'
        + settings
        + '    <answer_after_policy perm="RW">always</answer_after_policy>\n'
        + '    <call_waiting perm="RW">off</call_waiting>\n'
        + "  </phone-settings>\n</settings>\n"
    )
    return SettingsFile(name="snom.xml", media_type="application/xml; charset=utf-8", text=text)


def _grandstream(device: Row) -> SettingsFile:
    """`<gs_provision>` with P-values of account 1, as in Grandstream's configuration templates."""
    server = device["server"]
    lines = {
        "P271": "1",  # account active
        "P270": _plain(device["name"]),
        "P47": f"{server['host']}:{server['port']}",
        "P35": device["user"],
        "P36": device["user"],
        "P34": device["password"],
        "P3": _plain(device["name"]),
        "P32": "2",  # minutes between registrations
        "P130": "0",  # UDP
        "P298": "1",  # answer a call that asks for it (Call-Info, Alert-Info)
    }
    values = "".join(f"    <{key}>{escape(value)}</{key}>\n" for key, value in lines.items())
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gs_provision version="1">\n  <config version="1">\n'
        + values
        + "  </config>\n</gs_provision>\n"
    )
    return SettingsFile(name="grandstream.xml", media_type="application/xml; charset=utf-8", text=text)


def _plain(name: str) -> str:
    """Nothing that would end a line or begin another setting."""
    return " ".join(name.split()).replace("=", "-").replace("#", "")


MAKERS: dict[str, Callable[[Row], SettingsFile]] = {
    "yealink": _yealink,
    "snom": _snom,
    "grandstream": _grandstream,
}
"""The makes of telephone that a file can be made for."""
