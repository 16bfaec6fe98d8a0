"""The commands on channels: POST channels, channels/{id}/answer, DELETE channels/{id} and their like."""

from __future__ import annotations

import re

from cordboard.asterisk.transport import AriResponse
from cordboard.simulator.answers import NO_CONTENT, Command, Refused, ok
from cordboard.simulator.calls import Calls
from cordboard.simulator.dialplan import Dialplan
from cordboard.simulator.registry import CHANNEL_VARIABLES, Registry
from cordboard.simulator.things import Channel, Endpoint, Person, Playback
from cordboard.simulator.wires import WIRE, Wires
from cordboard.simulator.words import NORMAL_CLEARING, REASONS, ChannelState

ORIGINATE_TIMEOUT_S = 30
PROMPT_MS = 1_500
"""How long a sound lasts here, whatever it says."""

METHODS = {
    "": {"GET", "POST"},
    "answer": {"POST"},
    "ring": {"POST", "DELETE"},
    "moh": {"POST", "DELETE"},
    "hold": {"POST", "DELETE"},
    "variable": {"GET", "POST"},
    "variables": {"GET"},
    "dial": {"POST"},
    "play": {"POST"},
    "continue": {"POST"},
    "dtmf": {"POST"},
    "progress": {"POST"},
    "record": {"POST"},
    "transfer_progress": {"POST"},
}


class TrunkAway(Refused):
    """A trunk that did not answer is not dialled by its name."""


class ChannelCommands:
    """Everything under `channels`, and `playbacks`."""

    def __init__(self, registry: Registry, calls: Calls, dialplan: Dialplan) -> None:
        self._registry, self._calls, self._dialplan = registry, calls, dialplan
        self._wires = Wires(registry, calls)

    def handle(self, command: Command) -> AriResponse:
        """Carry out one command."""
        match command.method, command.path:
            case "GET", ("channels",):
                return ok([channel.json(CHANNEL_VARIABLES) for channel in self._registry.channels.values()])
            case "POST", ("channels",):
                return self._originate(command, command.get("channelId"))
            case "POST", ("channels", "create"):
                return self._create(command)
            case "GET", ("channels", id_):
                return ok(self._found(id_).json(CHANNEL_VARIABLES))
            case "POST", ("channels", id_):
                return self._originate(command, id_)
            case "DELETE", ("channels", id_):
                return self._hang_up(command, self._found(id_))
            case _, ("channels", id_, action) if command.method in METHODS.get(action, ()):
                return self._act(command, self._found(id_), action)
            case _, ("channels", *_):
                raise Refused(405, "Invalid method")
            case "GET", ("playbacks", id_):
                return ok(self._playback(id_).json())
            case "DELETE", ("playbacks", id_):
                playback = self._playback(id_)
                self._calls.stop(self._found(playback.channel), playback, "done")
                return NO_CONTENT
            case _:
                raise Refused(405, "Invalid method")

    def _found(self, channel_id: str) -> Channel:
        channel = self._registry.channels.get(channel_id)
        if channel is None:
            raise Refused(404, "Channel not found")
        return channel

    def _playback(self, playback_id: str) -> Playback:
        playback = self._registry.playbacks.get(playback_id)
        if playback is None:
            raise Refused(404, "Playback not found")
        return playback

    # -- beginning --------------------------------------------------------------------------------------------

    def _endpoint(self, command: Command) -> tuple[Endpoint, Person | None]:
        """Where to, and over a trunk: who has that number."""
        given = command.get("endpoint")
        if not given:
            raise Refused(400, "Endpoint must be specified")
        if "/" not in given:
            raise Refused(400, "Invalid endpoint specified")
        technology, _, resource = given.partition("/")
        # Both "PJSIP/number@trunk" and "PJSIP/trunk/sip:number@host" lead to the trunk.
        name = resource.rpartition("@")[2] if "/" not in resource else resource.partition("/")[0]
        endpoint = self._registry.endpoints.get(name)
        if technology != "PJSIP" or endpoint is None:
            raise Refused(500, "Allocation failed", key="error")
        if endpoint.is_trunk:
            if endpoint.seems_away and "/" not in resource:
                raise TrunkAway(500, "Allocation failed", key="error")
            number = resource.partition("/sip:")[2] if "/" in resource else resource
            return endpoint, self._registry.outside.get(number.partition("@")[0])
        if endpoint.person is None or not endpoint.has_contact:
            raise Refused(500, "Allocation failed", key="error")
        return endpoint, endpoint.person

    def _new_id(self, given: str | None) -> str:
        if given in self._registry.channels:
            raise Refused(409, "Channel with given unique ID already exists")
        return given or self._registry.new_token()

    def _args(self, command: Command) -> list[str]:
        given = command.get("appArgs")
        return given.split(",") if given else []

    def _originate(self, command: Command, given_id: str | None) -> AriResponse:
        if not command.get("endpoint"):
            raise Refused(400, "Endpoint must be specified")
        application = command.get("app")
        if not application and not command.get("extension"):
            raise Refused(400, "Application or extension must be specified")
        # Asterisk finds out about the endpoint first, and about the id when it makes the channel.
        endpoint, person = self._endpoint(command)
        channel_id = self._new_id(given_id)
        channel = self._calls.go_out(
            endpoint, channel_id, application or "", self._args(command), person=person
        )
        for name, value in command.variables().items():
            self._calls.set_variable(channel, name, value)
        # Later than the variables: they are not reported to the application.
        self._calls.subscribe(channel)
        timeout_s = int(command.get("timeout") or ORIGINATE_TIMEOUT_S)
        self._calls.dial(channel, timeout_s * 1000 if timeout_s > 0 else None)
        return ok(channel.json(CHANNEL_VARIABLES))

    def _create(self, command: Command) -> AriResponse:
        application = command.get("app")
        if not command.get("endpoint") or not application:
            raise Refused(
                400, "Endpoint must be specified" if application else "Application must be specified"
            )
        given = command.get("channelId")
        if given in self._registry.channels:
            raise Refused(409, "Channel with given unique ID already exists")
        args = self._args(command)
        if command.get("endpoint") == WIRE:
            far_id = command.get("otherChannelId") or self._registry.new_token()
            channel = self._wires.lay(self._new_id(given), far_id, application, args)
        else:
            try:
                endpoint, person = self._endpoint(command)
            except Refused as refusal:
                if refusal.response.status != 500 or isinstance(refusal, TrunkAway):
                    raise
                # 22.10.1 gives the same answer for a telephone that is not registered.
                raise Refused(409, "Channel with given unique ID already exists") from refusal
            channel = self._calls.go_out(endpoint, self._new_id(given), application, args, person=person)
        self._calls.subscribe(channel)
        for name, value in command.variables().items():
            self._calls.set_variable(channel, name, value)
        if application in self._registry.applications:
            self._calls.enter_stasis(channel, application, args)
        return ok(channel.json(CHANNEL_VARIABLES))

    # -- living -----------------------------------------------------------------------------------------------

    def _act(self, command: Command, channel: Channel, action: str) -> AriResponse:
        match command.method, action:
            case "GET", "variable":
                return self._variable(command, channel)
            case "GET", "variables":
                names = (command.get("variables") or "").split(",")
                if any(name not in channel.variables for name in names):
                    raise Refused(404, "Provided variable was not found")
                return ok({"variables": {name: channel.variables[name] for name in names}})
            case "POST", "dial":
                if channel.state is not ChannelState.DOWN or channel.was_dialled:
                    raise Refused(409, "Channel is not in the 'Down' state")
                timeout_s = int(command.get("timeout") or 0)
                self._calls.dial(channel, timeout_s * 1000 if timeout_s > 0 else None)
                return NO_CONTENT
            case _:
                pass
        if action == "variable" and not command.get("variable"):
            raise Refused(400, "Variable name is required")
        if channel.application is None:
            raise Refused(409, "Channel not in Stasis application")
        match action:
            case "answer":
                self._calls.answer(channel)
            case "ring":
                channel.is_ringing_tone = command.method == "POST"
                if channel.is_ringing_tone and not channel.is_up and channel.person is not None:
                    channel.person.told_ringing(channel)
            case "moh" | "hold":
                channel.has_music = command.method == "POST"
            case "variable":
                self._calls.set_variable(channel, command.get("variable") or "", command.get("value") or "")
            case "play":
                return self._play(command, channel)
            case "dtmf":
                for digit in command.get("dtmf") or "":
                    self._calls.send_key(channel, digit)
            case "record":
                return self._record(command, channel)
            case "transfer_progress":
                self._calls.transfer_progress(channel, command.get("states") or "")
            case "continue":
                self._dialplan.go_on(channel)
        return NO_CONTENT

    def _variable(self, command: Command, channel: Channel) -> AriResponse:
        name = command.get("variable")
        if not name:
            raise Refused(400, "Variable name is required")
        if name == "CHANNEL(endpoint)":
            return ok({"value": channel.endpoint})
        if name == "CHANNEL(pjsip,call-id)":
            # Answered by the thread that takes the requests of this dialog: so the REFER before it is done with.
            channel.is_deaf_to_answers = False
            return ok({"value": channel.id})
        if re.fullmatch(r"PJSIP_RESPONSE_HEADER\(read,Allow-Events.*\)", name):
            events = self._registry.allowed_events(channel)
            if events is None:
                raise Refused(500, "Unable to read provided function")
            return ok({"value": events})
        # A variable without a value counts as unset.
        if not channel.variables.get(name):
            raise Refused(404, "Provided variable was not found")
        return ok({"value": channel.variables[name]})

    def _play(self, command: Command, channel: Channel) -> AriResponse:
        media = command.get("media")
        if not media:
            raise Refused(500, "Failed to queue media for playback")
        length_ms = None if media.startswith("tone:") else PROMPT_MS * len(media.split(","))
        playback_id = command.get("playbackId") or self._registry.new_token()
        playback = Playback(playback_id, media.split(",")[0], channel.id, length_ms)
        answer = ok(playback.json(), 201)
        self._calls.play(channel, playback)
        return answer

    def _record(self, command: Command, channel: Channel) -> AriResponse:
        name = command.get("name")
        if not name:
            raise Refused(400, "Missing parameter name")
        recordings = self._calls.recordings
        if name in recordings.kept:
            raise Refused(409, f"Recording '{name}' already exists and can not be overwritten")
        longest_s, silence_s = (
            int(command.get(key) or 0) for key in ("maxDurationSeconds", "maxSilenceSeconds")
        )
        recording = recordings.begin(
            channel,
            name,
            ms_max=1000 * longest_s if longest_s else None,
            silence_ms_max=1000 * silence_s if silence_s else None,
        )
        return ok(recording.json(), 201)

    # -- ending -----------------------------------------------------------------------------------------------

    def _hang_up(self, command: Command, channel: Channel) -> AriResponse:
        cause = NORMAL_CLEARING
        code, reason = command.get("reason_code"), command.get("reason")
        if code:
            cause = int(code)
        elif reason:
            if reason not in REASONS:
                raise Refused(400, "Invalid reason for hangup reason provided")
            cause = REASONS[reason]
        self._calls.hang_up(channel, cause)
        return NO_CONTENT
