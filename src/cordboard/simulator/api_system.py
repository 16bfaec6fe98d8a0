"""The commands on everything else: claims, endpoints, device states, applications, the exchange itself."""

from __future__ import annotations

from cordboard.asterisk.transport import AriResponse
from cordboard.simulator.answers import NO_CONTENT, Command, Refused, ok
from cordboard.simulator.dialplan import Dialplan
from cordboard.simulator.outbox import ALL_DEVICES, Application
from cordboard.simulator.recordings import Recordings
from cordboard.simulator.registry import Registry
from cordboard.simulator.things import Endpoint, Recording, Who
from cordboard.simulator.words import ari_time

VERSION = "22.10.1"
OBJECT_TYPES = ("auth", "aor", "endpoint")


class SystemCommands:
    """Everything under `events`, `endpoints`, `deviceStates`, `applications`, `recordings` and `asterisk`."""

    def __init__(self, registry: Registry, dialplan: Dialplan, recordings: Recordings) -> None:
        self._registry, self._dialplan, self._recordings = registry, dialplan, recordings
        self.provisioned: dict[tuple[str, str], dict[str, str]] = {}
        """What was put into the exchange's own database: object type and id -> its fields."""

    def handle(self, command: Command) -> AriResponse:
        """Carry out one command."""
        match command.method, command.path:
            case "POST", ("events", "claim"):
                return self._claim(command)
            case "GET", ("endpoints",) | ("endpoints", "PJSIP"):
                return ok([endpoint.json() for endpoint in self._registry.endpoints.values()])
            case "GET", ("endpoints", technology, name):
                endpoint = self._registry.endpoints.get(name)
                if technology != "PJSIP" or endpoint is None:
                    raise Refused(404, "Endpoint not found")
                return ok(endpoint.json())
            case "GET", ("deviceStates",):
                return ok([])
            case "GET", ("deviceStates", name):
                return ok({"name": name, "state": self._device_state(name)})
            case "GET", ("recordings", "live", name):
                return ok(self._live_recording(name).json())
            case "POST", ("recordings", "live", name, "stop"):
                self._recordings.end(self._registry.channels[self._live_recording(name).channel])
                return NO_CONTENT
            case "GET" | "DELETE", ("recordings", "stored", name):
                return self._stored_recording(command.method, name)
            case "GET", ("applications",):
                return ok([application.json() for application in self._registry.applications.values()])
            case _, ("applications", name, *rest):
                return self._application(command, name, rest)
            case _, ("asterisk", *rest):
                return self._asterisk(command, rest)
            case _, ("events" | "endpoints" | "deviceStates" | "applications", *_):
                raise Refused(405, "Invalid method")
            case _:
                raise Refused(404, "Resource not found")

    def _claim(self, command: Command) -> AriResponse:
        channel_id, application = command.get("channelId"), command.get("application")
        if not channel_id:
            raise Refused(400, "channelId parameter is required")
        if not application:
            raise Refused(400, "application parameter is required")
        status, message = self._dialplan.claim(channel_id, application)
        if message:
            raise Refused(status, message)
        return NO_CONTENT

    def _device_state(self, name: str) -> str:
        endpoint = self._registry.endpoints.get(name.removeprefix("PJSIP/"))
        return "INVALID" if endpoint is None else self._registry.device_state(endpoint)

    def _live_recording(self, name: str) -> Recording:
        for channel in self._registry.channels.values():
            if channel.recording is not None and channel.recording.name == name:
                return channel.recording
        raise Refused(404, "Recording not found")

    def _stored_recording(self, method: str, name: str) -> AriResponse:
        kept = self._recordings.kept
        if name not in kept:
            raise Refused(404, "Recording not found")
        if method == "DELETE":
            del kept[name]
            return NO_CONTENT
        return ok({"name": name, "format": "wav"})

    # -- applications -----------------------------------------------------------------------------------------

    def _application(self, command: Command, name: str, rest: list[str]) -> AriResponse:
        application = self._registry.applications.get(name)
        if application is None:
            raise Refused(404, "Application not found")
        match command.method, rest:
            case "GET", []:
                pass
            case "POST" | "DELETE", ["subscription"]:
                self._subscribe(command, application)
            case "PUT", ["eventFilter"]:
                for key in ("allowed", "disallowed"):
                    rules = command.body.get(key)
                    if isinstance(rules, list):
                        setattr(application, key, rules)
            case _:
                raise Refused(405, "Invalid method")
        return ok(application.json())

    def _subscribe(self, command: Command, application: Application) -> None:
        source = command.get("eventSource")
        if not source:
            raise Refused(400, "Missing parameter eventSource")
        for one in source.split(","):
            scheme, _, name = one.partition(":")
            match scheme:
                case "channel":
                    subscriptions, exists = application.channels, name in self._registry.channels
                case "bridge":
                    subscriptions, exists = application.bridges, name in self._registry.bridges
                case "endpoint":
                    known = name.removeprefix("PJSIP/") in self._registry.endpoints
                    subscriptions, exists = application.endpoints, name == "PJSIP" or known
                case "deviceState":
                    subscriptions, exists, name = application.devices, True, name or ALL_DEVICES
                case _:
                    raise Refused(400, "Invalid event source URI scheme")
            if not exists:
                raise Refused(422, "Event source does not exist")
            if command.method == "POST":
                subscriptions[name] += 1
            elif name in subscriptions:
                application.drop(subscriptions, name)
            else:
                raise Refused(422, "Event source was not subscribed to")

    # -- the exchange itself ----------------------------------------------------------------------------------

    def _asterisk(self, command: Command, rest: list[str]) -> AriResponse:
        registry = self._registry
        match command.method, rest:
            case "GET", ["ping"]:
                now = ari_time(registry.clock.now())
                return ok({"ping": "pong", "timestamp": now, "asterisk_id": registry.asterisk_id})
            case "GET", ["info"]:
                started = ari_time(registry.started_ms)
                return ok(
                    {
                        "system": {"version": VERSION, "entity_id": registry.asterisk_id},
                        "config": {
                            "name": "",
                            "default_language": "en",
                            "setid": {"user": "", "group": ""},
                        },
                        "status": {"startup_time": started, "last_reload_time": started},
                    }
                )
            case _, ["config", "dynamic", config_class, object_type, id_]:
                if config_class != "res_pjsip":
                    raise Refused(404, f"configClass '{config_class}' not found")
                if object_type not in OBJECT_TYPES:
                    raise Refused(404, f"objectType '{object_type}' not found")
                return self._dynamic(command, object_type, id_)
            case _:
                raise Refused(404, "Resource not found")

    def _dynamic(self, command: Command, object_type: str, id_: str) -> AriResponse:
        key = (object_type, id_)
        # What stands in pjsip.conf (the trunks) can be neither changed nor removed from here.
        is_static = id_ in self._registry.endpoints and self._registry.endpoints[id_].is_trunk
        match command.method:
            case "PUT":
                if is_static:
                    raise Refused(403, f"Cannot update sorcery objects of type '{object_type}'")
                self.provisioned.setdefault(key, {}).update(_fields(command))
                if object_type == "endpoint" and id_ not in self._registry.endpoints:
                    context = self.provisioned[key].get("context", "default")
                    self._registry.endpoints[id_] = Endpoint(id_, context, Who())
                return ok(self._tuples(key))
            case "GET" if key in self.provisioned:
                return ok(self._tuples(key))
            case "DELETE" if is_static:
                raise Refused(403, f"Could not delete object with id '{id_}'")
            case "DELETE" if key in self.provisioned:
                del self.provisioned[key]
                endpoint = self._registry.endpoints.get(id_)
                if object_type == "endpoint" and endpoint is not None and not endpoint.channels:
                    del self._registry.endpoints[id_]
                return NO_CONTENT
            case _:
                raise Refused(404, f"Object with id '{id_}' not found")

    def _tuples(self, key: tuple[str, str]) -> list[dict[str, str]]:
        return [{"attribute": name, "value": value} for name, value in self.provisioned[key].items()]


def _fields(command: Command) -> dict[str, str]:
    given = command.body.get("fields")
    found: dict[str, str] = {}
    for item in given if isinstance(given, list) else []:
        if isinstance(item, dict):
            found[str(item.get("attribute"))] = str(item.get("value"))
    return found
