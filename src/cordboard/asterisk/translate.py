"""Between ARI's words and the core's: pure functions, no socket, no clock.

Source: the ARI description of Asterisk 22; telephony notes 3 to 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cordboard.asterisk import messages as ari
from cordboard.asterisk.provision import ENDPOINT_PREFIX
from cordboard.core.commands import Dial, DialColleague, HangUpReason, RingDevice
from cordboard.core.events import (
    AnnouncementEnded,
    Event,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegFound,
    LegHeldByPhone,
    LegResumedByPhone,
    LegRinging,
    LegRole,
    MessageRecorded,
    PhoneTransferAsked,
    Place,
)
from cordboard.core.types import CallId, DeviceId, Instant, LegId, OrganisationId, QueueId, UserId

SAID = "cb-say-"
"""Ids of the sounds whose end the core hears of begin so."""

HANG_UP_REASONS = {
    HangUpReason.NORMAL: {"reason": "normal"},
    HangUpReason.BUSY: {"reason": "busy"},
    HangUpReason.NO_ANSWER: {"reason": "no_answer"},
    # Q.850: call rejected; nobody has this number.
    HangUpReason.REJECTED: {"reason_code": "21"},
    HangUpReason.UNALLOCATED: {"reason_code": "1"},
}
"""What a caller who was never answered is told, as the exchange wants it asked for."""

# Q.850 causes, as far as they tell people's doings from failures.
_CAUSES_HUNG_UP = {0, 16, 26, 31, 127}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A call that the dialplan offers to us, not claimed yet."""

    channel: str
    endpoint: str
    """Of the trunk or phone that it comes from."""
    dialled: str
    number: str | None
    name: str | None
    announced_at: Instant


STALE_ANNOUNCEMENT_MS = 1_000
"""Announcements that waited for us longer than this belong to an earlier try of the dialplan."""


def endpoint_of(channel_name: str) -> str:
    """`PJSIP/t-provider-00000012` comes from endpoint `t-provider`."""
    return channel_name.partition("/")[2].rpartition("-")[0]


def device_of_endpoint(endpoint: str) -> DeviceId | None:
    """The device behind an endpoint; None for a trunk."""
    return DeviceId(endpoint.removeprefix(ENDPOINT_PREFIX)) if endpoint.startswith(ENDPOINT_PREFIX) else None


def endpoint_of_device(device: DeviceId) -> str:
    """The endpoint's name in the exchange."""
    return f"{ENDPOINT_PREFIX}{device}"


def instant(timestamp: str) -> Instant:
    """`2026-11-23T21:40:01.123+0000` as milliseconds UTC."""
    return int(datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)


def pressed(event: ari.ChannelDtmfReceived) -> tuple[LegId, str, Instant, int]:
    """On which leg, which key, when it came up, and how many milliseconds it was down."""
    return LegId(event.channel.id), event.digit, instant(event.timestamp), event.duration_ms


def arrival(event: ari.CallBroadcast) -> Arrival:
    """What we need to know to decide whose call this is."""
    channel = event.channel
    return Arrival(
        channel=channel.id,
        endpoint=endpoint_of(channel.name),
        dialled=channel.dialplan.exten,
        # ARI sends "" for a withheld number, never null.
        number=channel.caller.number or None,
        name=name_of(channel.caller.name),
        announced_at=instant(event.timestamp),
    )


def fact(event: ari.Event | ari.RawEvent) -> Event | None:
    """The event in the core's words; None: it means nothing to the core by itself."""
    match event:
        case ari.StasisStart(channel=channel, args=["line"]):
            return LegAnswered(leg=LegId(channel.id))
        case ari.StasisEnd(channel=channel) if _role(channel) is not LegRole.LINE and not is_dialled(channel):
            # Earlier than the channel's end; an agent's line and who was dialled wait for that, as it tells why.
            return LegEnded(leg=LegId(channel.id), how=LegEnd.HUNG_UP)
        case ari.ChannelStateChange(channel=channel) if is_dialled(channel):
            return _progress(channel)
        case ari.ChannelDestroyed(channel=channel, cause=cause):
            return LegEnded(leg=LegId(channel.id), how=how_ended(cause, channel.state))
        case ari.ChannelHold(channel=channel):
            return LegHeldByPhone(leg=LegId(channel.id))
        case ari.ChannelUnhold(channel=channel):
            return LegResumedByPhone(leg=LegId(channel.id))
        case ari.ChannelTransfer(state=None):
            return _transfer_asked(event)
        case ari.PlaybackFinished(playback=playback) if playback.id.startswith(SAID):
            return AnnouncementEnded(leg=_target(playback.target_uri))
        case ari.ChannelDtmfReceived(channel=channel, digit=digit):
            return KeyPressed(leg=LegId(channel.id), key=digit)
        case ari.RecordingFinished(recording=recording) | ari.RecordingFailed(recording=recording):
            return MessageRecorded(
                leg=_target(recording.target_uri),
                name=recording.name,
                ms=_message_ms(recording),
            )
        case _:
            return None


def _message_ms(recording: ari.LiveRecording) -> int:
    """How long a message is; silence alone is told as one second (22.10, seen), and nobody says anything in less."""
    seconds = recording.talking_duration or 0
    return 1000 * seconds if seconds > 1 else 0


def _progress(channel: ari.Channel) -> Event | None:
    match channel.state:
        case "Ringing":
            return LegRinging(leg=LegId(channel.id))
        case "Up":
            return LegAnswered(leg=LegId(channel.id))
        case _:
            return None


def _transfer_asked(event: ari.ChannelTransfer) -> PhoneTransferAsked | None:
    """The transfer key; later tellings of the same wish carry a state. None: to somebody who is not with us."""
    wanted, source = event.refer_to, event.referred_by.source_channel
    if wanted.destination_channel is not None:
        other = LegId(wanted.destination_channel.id)
        return PhoneTransferAsked(leg=LegId(source.id), number=None, other=other)
    if wanted.requested_destination.protocol_id is not None:
        return None
    number = clean_number(wanted.requested_destination.destination)
    return PhoneTransferAsked(leg=LegId(source.id), number=number, other=None) if number else None


def _target(uri: str) -> LegId:
    """Whose sound it is: `channel:c-1`."""
    return LegId(uri.removeprefix("channel:"))


def how_ended(cause: int, state: str) -> LegEnd:
    """People's doing or a failure, from the Q.850 cause and the state that the channel had."""
    if state == "Up":
        return LegEnd.HUNG_UP if cause in _CAUSES_HUNG_UP else LegEnd.LOST
    match cause:
        case 17:
            return LegEnd.BUSY
        case 21:
            return LegEnd.REJECTED
        case 18 | 19:
            return LegEnd.NO_ANSWER
        case 0 | 16 | 26 | 31 | 127:
            return LegEnd.HUNG_UP
        case _:
            return LegEnd.UNREACHABLE


def _variable(channel: ari.Channel, name: str) -> str | None:
    value = (channel.channelvars or {}).get(name)
    return value if isinstance(value, str) and value else None


def _role(channel: ari.Channel) -> LegRole | None:
    match _variable(channel, "CB_ROLE"):
        case "caller":
            return LegRole.CALLER
        case "line":
            return LegRole.LINE
        case _:
            return None


BEGUN = "CB_BEGUN"
"""Variable of a leg that we have had dialled: until somebody rings its state does not tell."""

HEARS = "CB_HEARS"
"""Variable of a leg to which something was said: the id of that sound, for a server that did not begin it."""
RECORDS = "records "
"""Begins the value of `HEARS` when a message is recorded after what was said; the recording's name follows."""


def hears(channel: ari.Channel) -> str | None:
    """What was said last to this leg, or is recorded of it (`RECORDS`), perhaps still; None: nothing."""
    return _variable(channel, HEARS)


def records(channel: ari.Channel) -> str | None:
    """Name of the recording that was begun of this leg, which may be over; None: none was."""
    value = _variable(channel, HEARS)
    return value.removeprefix(RECORDS) if value is not None and value.startswith(RECORDS) else None


def is_dialled(channel: ari.Channel) -> bool:
    """We called this party: its ringing and answering are told, and its end says why."""
    return _variable(channel, "CB_OUT") is not None


def is_wire_end(channel: ari.Channel) -> bool:
    """The far end of a wire between two desks, of which we hear nothing more once it has left us."""
    return channel.name.startswith("Local/") and channel.name.endswith(";2")


def organisation_of(channel: ari.Channel) -> OrganisationId | None:
    """Whose leg this is; None: it was not marked yet."""
    value = _variable(channel, "CB_ORG")
    return OrganisationId(value) if value is not None else None


def ring_variables(organisation: OrganisationId, command: RingDevice) -> dict[str, str]:
    """The new leg's variables: who it is for us, what the phone shows, how it shall answer."""
    label = clean(command.name or command.number or "Onbekend")
    if command.queue_name is not None:
        label = f"{clean(command.queue_name)}: {label}"
    shown = clean_number(command.number) or "anonymous"
    variables = {
        "CB_CALL": command.call,
        "CB_ROLE": "line",
        "CB_ORG": organisation,
        # `callerId=` would set the line's own identity, and the caller would see his own number.
        "CONNECTEDLINE(all,i)": f'"{label}" <{shown}>',
        "PJSIP_HEADER(add,X-Cordboard-Call)": command.call,
        # The phone's own transfer key asks us; nothing moves in the exchange behind our back.
        "PJSIP_TRANSFER_HANDLING()": "ari-only",
    }
    if command.queue is not None:
        variables["CB_QUEUE"] = command.queue
    if command.at_once:
        variables["PJSIP_HEADER(add,Call-Info)"] = "<sip:cordboard>;answer-after=0"
        variables["PJSIP_HEADER(add,Alert-Info)"] = "<http://127.0.0.1>;info=alert-autoanswer;delay=0"
    return variables


def dial_variables(organisation: OrganisationId, command: Dial, show: str | None) -> dict[str, str]:
    """The variables of a leg towards an outside number: whose it is, whom each side sees."""
    variables = {
        **_party_marks(organisation, command.call),
        # What the agent's telephone shows once they are connected.
        "CALLERID(num)": clean_number(command.number),
    }
    if command.queue is not None:
        variables["CB_QUEUE"] = command.queue
    if show is not None:
        # What an INVITE says of its sender is the *connected* line of the leg that it makes (22.10, seen).
        variables["CONNECTEDLINE(num,i)"] = clean_number(show) or clean(show)
    return variables


def wire_variables(organisation: OrganisationId, command: DialColleague) -> dict[str, str]:
    """The variables of both ends of a wire: the far one is born with the near one's and then told what it is."""
    label, number = clean(command.name or command.number or ""), clean_number(command.number)
    return {
        **_party_marks(organisation, command.call),
        "CB_OTHER": command.other_call,
        "CONNECTEDLINE(all,i)": f'"{label}" <{number}>',
    }


def _party_marks(organisation: OrganisationId, call: CallId) -> dict[str, str]:
    return {"CB_CALL": call, "CB_ROLE": "caller", "CB_ORG": organisation, "CB_OUT": "1"}


NAME_CHARACTERS_MAX = 80


def name_of(text: str | None) -> str | None:
    """A caller's name as strangers send it, made fit for screens, logs and databases; None: there is none.

    No control signs, no signs that turn the direction of the text, and not longer than a name is.
    """
    kept = "".join(c if c.isprintable() else " " for c in (text or "")[: 4 * NAME_CHARACTERS_MAX])
    return " ".join(kept.split())[:NAME_CHARACTERS_MAX].strip() or None


def clean(text: str) -> str:
    """A name as it may stand in a SIP header and a dialplan value: no quotes, separators or control signs."""
    return "".join(c for c in text if c.isprintable() and c not in '"<>\\;,(){}$`|')[
        :NAME_CHARACTERS_MAX
    ].strip()


def clean_number(number: str | None) -> str:
    """Only what can be dialled."""
    return "".join(c for c in number or "" if c in "+0123456789*#")[:40]


# --- what lives in the exchange ---


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeName:
    """What a bridge is for, as its name says.

    `cb|hold|<org>|`, `cb|queue|<org>|<queue>`, `cb|line|<org>|<leg>`, `cb|pair|<org>|<leg>`.
    """

    place: Place
    organisation: OrganisationId
    subject: str
    """The queue, the line's leg, or the one who was passed on; "" for hold."""

    def __str__(self) -> str:
        return f"cb|{self.place.value}|{self.organisation}|{self.subject}"

    @staticmethod
    def parse(name: str) -> BridgeName | None:
        """None: not one of ours."""
        match name.split("|"):
            case ["cb", ("hold" | "queue" | "line" | "pair") as place, organisation, subject]:
                return BridgeName(
                    place=Place(place), organisation=OrganisationId(organisation), subject=subject
                )
            case _:
                return None


def found(channel: ari.Channel, bridge: BridgeName | None) -> LegFound | None:
    """A living channel in the core's words; None: none of ours, or not in our hands."""
    endpoint = endpoint_of(channel.name)
    device = device_of_endpoint(endpoint)
    role = _role(channel)
    if role is None:
        return None
    call, queue, to, says = (_variable(channel, name) for name in ("CB_CALL", "CB_QUEUE", "CB_TO", "CB_SAYS"))
    place = bridge.place if bridge is not None else Place.NOWHERE
    return LegFound(
        leg=LegId(channel.id),
        role=role,
        call=CallId(call) if call is not None else None,
        queue=QueueId(queue) if queue is not None else None,
        device=device if role is LegRole.LINE else None,
        answered=channel.state == "Up",
        place=place,
        line=LegId(bridge.subject) if bridge is not None and place is Place.LINE else None,
        number=channel.caller.number or None,
        name=name_of(channel.caller.name),
        since=instant(channel.creationtime),
        to=UserId(to) if to is not None else None,
        announcement=says,
        outgoing=is_dialled(channel) or channel.name.startswith("Local/"),
        pair=bridge.subject if bridge is not None and place is Place.PAIR else None,
        begun=not is_dialled(channel) or channel.state != "Down" or _variable(channel, BEGUN) is not None,
    )
