"""An Asterisk that Cordboard did not start: write the files that it needs, and say what it still misses.

Behind `cordboard exchange-config`. Nothing is written into a living /etc/asterisk: the files go to a folder, and
the person who keeps that Asterisk decides.
"""

from __future__ import annotations

import configparser
import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cordboard.asterisk import config, operations
from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.binary import OLDEST, Version
from cordboard.asterisk.http import AriOverHttp
from cordboard.asterisk.mend import FIRST_WHOLE, is_whole
from cordboard.asterisk.modules import REQUIRED, modules_conf
from cordboard.asterisk.settings import APPLICATION, CHANNEL_VARIABLES, ExchangeSettings
from cordboard.asterisk.transport import AriTransport, AriUnavailable, send

EXPLANATION = """\
These files make an Asterisk {oldest} or newer serve Cordboard.

1. Compare each with its namesake in /etc/asterisk and merge it; where you have none, copy it.
   extensions.conf and pjsip.conf hold only what Cordboard needs: `#include` them from yours.
   modules.conf lists what must be loaded; with autoload=yes you have it already.
2. The passwords in ari.conf, websocket_client.conf and manager.conf belong together with Cordboard's
   own settings. Nobody else may read these files: ARI's password is root of the exchange.
3. Copy the folders in sounds/ into the `sounds` folder of that Asterisk (often /usr/share/asterisk/sounds).
4. Restart Asterisk, start Cordboard, then run `cordboard exchange-config --check`.

Asterisk dials Cordboard at {authority} (websocket_client.conf), Cordboard asks Asterisk at {http}.
Between two machines neither is encrypted: keep that road in a network of your own, or in a tunnel.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is missing or wrong, with what to do, in one sentence."""

    sentence: str


def write_for_existing(folder: Path, settings: ExchangeSettings) -> list[Path]:
    """Write the files and an explanation into `folder`; returns what was written.

    Raises:
        OSError: the folder cannot be written.
    """
    contents = config.shared_files(settings) | {
        "modules.conf": modules_conf(None),
        "README.txt": EXPLANATION.format(
            oldest=f"{OLDEST.major}.{OLDEST.minor}",
            authority=settings.ari_authority,
            http=settings.http_url,
        ),
    }
    config.write(folder, contents)
    return [folder / name for name in sorted(contents)]


def copy_sounds(sounds: Path, target: Path) -> int:
    """Copy what Cordboard has spoken, for an exchange that cannot read our folder; how many sounds.

    Raises:
        OSError: the folder cannot be written.
    """
    found = sorted(sounds.rglob("*.wav")) if sounds.is_dir() else []
    for sound in found:
        place = target / sound.relative_to(sounds)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sound, place)
    return len(found)


async def check_running(settings: ExchangeSettings) -> list[Finding]:
    """What the running exchange lacks, asked over HTTP and the management socket; empty when it will do."""
    ami = AmiClient(settings.ports.ami, settings.ami_password, host=settings.ami_host, user=settings.ami_user)
    try:
        async with AriOverHttp(settings) as transport:
            try:
                ping = await send(transport, operations.asterisk_ping())
            except AriUnavailable as problem:
                return [Finding(f"{problem} Is it running, and is [exchange] ari_url right?")]
            if ping.status == 401:
                return [
                    Finding(f"The exchange refuses user {settings.ari_user}; compare ari.conf's password.")
                ]
            if not ping.is_done:
                return [
                    Finding(
                        f"{settings.http_url}/ari answers {ping.status}; is res_ari loaded, ari.conf there?"
                    )
                ]
            return await check_live(transport, ami) + await _check_applications(transport, settings)
    finally:
        await ami.close()


async def advice(settings: ExchangeSettings) -> str | None:
    """What whoever keeps the running exchange should know of it, though it will do; None: nothing."""
    try:
        async with AriOverHttp(settings) as transport:
            version = await _version(transport)
    except AriUnavailable:
        return None
    if version is None or is_whole(version):
        return None
    return (
        f"The exchange is Asterisk {version}: any telephone can end it, with every call, by a transfer key that sends "
        f"`Refer-Sub: false`. Use {FIRST_WHOLE.major}.{FIRST_WHOLE.minor} or newer, or set allow_transfer=no on the "
        "telephones."
    )


async def _version(transport: AriTransport) -> Version | None:
    info = await send(transport, operations.asterisk_get_info())
    return Version.read(msgspec.json.decode(info.body, type=_Info).system.version)


async def _check_applications(transport: AriTransport, settings: ExchangeSettings) -> list[Finding]:
    """Each application is there once its socket to Cordboard has stood; it stays when that falls away."""
    found = []
    for name in config.applications(settings):
        answer = await send(transport, operations.applications_get(application_name=name))
        if not answer.is_done:
            found.append(
                Finding(
                    f"The exchange has never connected application {name} to Cordboard at {settings.ari_authority}: "
                    "is Cordboard running, and was Asterisk restarted with websocket_client.conf?"
                )
            )
    return found


def check_folder(folder: Path, settings: ExchangeSettings) -> list[Finding]:
    """What the configuration in `folder` (an /etc/asterisk) lacks; empty when it will do."""
    found: list[Finding] = []
    for name, wanted in sorted(config.shared_files(settings).items()):
        path = folder / name
        if not path.exists():
            found.append(Finding(f"{name} is not there."))
        elif name == "ari.conf":
            found += _check_ari(_options(path.read_text(errors="replace")))
        elif name == "websocket_client.conf" and _uri(wanted) not in path.read_text(errors="replace"):
            found.append(Finding(f"websocket_client.conf does not dial Cordboard at {_uri(wanted)}."))
    return found


async def check_live(transport: AriTransport, ami: AmiClient) -> list[Finding]:
    """What a connected exchange lacks: version, modules, channel variables; empty when it will do."""
    try:
        version = await _version(transport)
        modules = await send(transport, operations.asterisk_list_modules())
    except AriUnavailable as problem:
        return [Finding(f"{problem} Check websocket_client.conf, and that Asterisk was reloaded.")]
    found: list[Finding] = []
    if version is None or version < OLDEST:
        oldest = f"{OLDEST.major}.{OLDEST.minor}"
        found.append(Finding(f"The exchange is Asterisk {version}; Cordboard needs {oldest} or newer."))
    running = {
        module.name.removesuffix(".so")
        for module in msgspec.json.decode(modules.body, type=list[_Module])
        if module.status == "Running"
    }
    missing = [name for name in REQUIRED if name not in running]
    if missing:
        found.append(
            Finding(f"These modules are not running: {', '.join(missing)}; load them in modules.conf.")
        )
    try:
        found += _check_ari(await ami.config("ari.conf"))
    except AmiFailed as problem:
        found.append(
            Finding(f"{problem} Without it desk phones cannot be answered by a click; see manager.conf.")
        )
    return found


class _System(msgspec.Struct):
    version: str = ""


class _Info(msgspec.Struct):
    system: _System


class _Module(msgspec.Struct):
    name: str
    status: str = ""


def _check_ari(sections: dict[str, dict[str, str]]) -> list[Finding]:
    found: list[Finding] = []
    general = sections.get("general", {})
    carried = {name.strip() for name in general.get("channelvars", "").split(",")}
    missing = [name for name in CHANNEL_VARIABLES if name not in carried]
    if missing:
        found.append(
            Finding(
                f"channelvars in ari.conf lacks {', '.join(missing)}: calls cannot be found again after a crash."
            )
        )
    if int(general.get("websocket_write_timeout", "100") or 0) < 1000:
        found.append(
            Finding("websocket_write_timeout in ari.conf is under 1000 ms: a busy moment cuts the line.")
        )
    if not any(
        options.get("type") == "outbound_websocket" and APPLICATION in options.get("apps", "").split(",")
        for options in sections.values()
    ):
        found.append(Finding(f"ari.conf has no outbound_websocket for application {APPLICATION}."))
    return found


def _options(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(
        strict=False,
        interpolation=None,
        comment_prefixes=(";",),
        inline_comment_prefixes=(";",),
        default_section="\0",
    )
    parser.read_string("\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return {name: dict(parser[name]) for name in parser.sections()}


def _uri(text: str) -> str:
    return next(line.removeprefix("uri=") for line in text.splitlines() if line.startswith("uri="))
