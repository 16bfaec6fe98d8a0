"""All practice callers together, on a road that only notes what travels it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import phonenumbers
import pytest

from cordboard.app.numbers import read_number
from cordboard.asterisk.binary import ExchangeBinary
from cordboard.asterisk.transport import AriResponse, AriUnavailable
from cordboard.practice import speech
from cordboard.practice.caller import AFTER_RESUMED_MS, BREATH_MS, PATIENCE_MS
from cordboard.practice.callers import CALLERS_MAX, PracticeCallers, TooManyCallers
from cordboard.practice.people import PEOPLE, PracticePerson, Saying
from cordboard.simulator.clock import VirtualClock


class Road:
    """An `AriTransport` that does what it is asked."""

    def __init__(self) -> None:
        self.connected = True
        self.asked: list[tuple[str, str]] = []
        self.variables: list[object] = []
        self.refuses = 0
        """Status that every originate gets; 0: it is done."""
        self.living: list[tuple[str, str]] = []
        """Ids and names that `GET channels` lists."""
        self.on_event: Callable[[bytes], None] = lambda _data: None
        self.on_up: Callable[[], None] = lambda: None

    async def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        if not self.connected:
            raise AriUnavailable("gone")
        path = uri
        if (method, uri) == ("POST", "channels"):
            assert query is not None and body is not None
            path = f"{uri} {query['endpoint']} {query['channelId']}"
            self.variables.append(body["variables"])
        if "/play/" in uri and query is not None:
            path = f"{uri} {query['media']}"
        self.asked.append((method, path))
        if (method, uri) == ("GET", "channels"):
            return AriResponse(200, json.dumps([channel(*one) for one in self.living]).encode())
        if method == "POST" and uri == "channels" and self.refuses:
            return AriResponse(self.refuses)
        return AriResponse(204)

    def set_listener(
        self, on_event: Callable[[bytes], None], on_up: Callable[[], None], on_down: Callable[[], None]
    ) -> None:
        self.on_event, self.on_up = on_event, on_up
        if self.connected:
            on_up()

    def tell(self, kind: str, **what: object) -> None:
        event = {
            "type": kind,
            "application": "cordboard-practice",
            "timestamp": "2026-01-05T09:00:00.000+0100",
        }
        self.on_event(json.dumps(event | what).encode())

    def dialled(self) -> list[str]:
        """The legs that were dialled, in order."""
        return [path.split()[-1] for method, path in self.asked if path.startswith("channels PJSIP/")]

    def played(self) -> list[str]:
        return [path.split()[-1] for method, path in self.asked if "/play/" in path]

    def hung_up(self) -> list[str]:
        return [path for method, path in self.asked if method == "DELETE" and path.startswith("channels/")]


def channel(leg: str, name: str = "PJSIP/loop-00000001") -> dict[str, object]:
    """As ARI shows it."""
    return {
        "id": leg,
        "protocol_id": "",
        "name": name,
        "state": "Up",
        "caller": {"name": "", "number": ""},
        "connected": {"name": "", "number": ""},
        "accountcode": "",
        "dialplan": {"context": "", "exten": "", "priority": 1, "app_name": "", "app_data": ""},
        "creationtime": "2026-01-05T09:00:00.000+0100",
        "language": "nl",
    }


class Office:
    """Practice callers with their road and clock."""

    def __init__(self) -> None:
        self.road, self.clock = Road(), VirtualClock()
        ids = (f"cb-{n}" for n in itertools.count(1))
        self.callers = PracticeCallers(
            self.road, new_id=lambda: next(ids), later=lambda ms, action: self.clock.call_in(ms, action)
        )

    async def wait(self, ms: int) -> None:
        self.clock.advance(ms)
        await self.callers.settle()


@pytest.fixture
async def office() -> Office:
    office = Office()
    office.callers.start()
    await office.callers.settle()
    return office


async def test_a_caller_dials_the_number_over_the_loopback_and_shows_name_and_number(office: Office) -> None:
    """As somebody from outside would."""
    assert await office.callers.call("31534800937") == 1

    assert ("POST", "channels PJSIP/31534800937@loop cb-1") in office.road.asked
    person = PEOPLE[0]
    assert office.road.variables == [{"CONNECTEDLINE(all,i)": f'"{person.name}" <{person.number}>'}]


async def test_several_at_once_are_different_people(office: Office) -> None:
    """And the next one is somebody who has not called yet."""
    assert await office.callers.call("900", count=5) == 5
    assert await office.callers.call("900", count=5) == 5

    assert len({str(v) for v in office.road.variables}) == 10


async def test_more_than_five_at_once_or_twelve_in_all_are_refused_and_nobody_is_called(
    office: Office,
) -> None:
    """The limits, each reached."""
    with pytest.raises(TooManyCallers):
        await office.callers.call("900", count=6)
    for count in (5, 5, 2):
        await office.callers.call("900", count=count)
    assert office.callers.alive == CALLERS_MAX

    with pytest.raises(TooManyCallers):
        await office.callers.call("900")

    assert len(office.road.dialled()) == CALLERS_MAX


async def test_who_has_hung_up_makes_room(office: Office) -> None:
    """Whoever ended the call."""
    for count in (5, 5, 2):
        await office.callers.call("900", count=count)

    office.road.tell("ChannelDestroyed", cause=16, cause_txt="", channel=channel("cb-1"))

    assert await office.callers.call("900") == 1


async def test_nobody_is_started_while_the_exchange_is_away_or_refuses(office: Office) -> None:
    """The count says so, and no place stays taken."""
    office.road.refuses = 500
    assert await office.callers.call("900", count=2) == 0
    office.road.connected = False
    assert await office.callers.call("900", count=2) == 0

    assert office.callers.alive == 0


@pytest.mark.parametrize("form", [PEOPLE[0].number, PEOPLE[0].number[1:], "0690010101"])
async def test_the_caller_whose_call_is_answered_speaks_and_no_other(office: Office, form: str) -> None:
    """Found by the number, in whichever form the product keeps it."""
    await office.callers.call("900", count=3)
    for leg in office.road.dialled():
        office.road.tell("StasisStart", args=[], channel=channel(leg))

    office.callers.observe(form, "active")
    await office.wait(BREATH_MS)

    assert office.road.played() == [f"sound:{PEOPLE[0].sound(Saying.QUESTION)}"]


async def test_a_held_caller_is_cut_off_and_goes_on_when_taken_back(office: Office) -> None:
    """The end of the sentence that was cut off is not taken for the end of the next."""
    await office.callers.call("900", urgent=True)
    office.road.tell("StasisStart", args=[], channel=channel("cb-1"))
    number, person = PEOPLE[0].number, PEOPLE[0]
    office.callers.observe(number, "active")
    await office.wait(BREATH_MS)

    office.callers.observe(number, "held")
    await office.wait(5_000)
    assert ("DELETE", "playbacks/cb-2") in office.road.asked
    office.callers.observe(number, "active")
    await office.wait(BREATH_MS)
    for playback in ("cb-2", "cb-3"):
        office.road.tell("PlaybackFinished", playback=finished(playback, "cb-1"))
    await office.wait(AFTER_RESUMED_MS)

    said = [Saying.URGENT, Saying.RESUMED, Saying.URGENT]
    assert office.road.played() == [f"sound:{person.sound(saying)}" for saying in said]


def finished(playback: str, leg: str) -> dict[str, object]:
    return {"id": playback, "media_uri": "", "target_uri": f"channel:{leg}", "state": "done"}


async def test_a_caller_without_patience_hangs_up_and_is_forgotten_when_the_leg_has_ended(
    office: Office,
) -> None:
    """Not earlier: the exchange says when."""
    await office.callers.call("900")

    await office.wait(PATIENCE_MS)
    assert office.road.hung_up() == ["channels/cb-1"]
    assert office.callers.alive == 1

    office.road.tell("ChannelDestroyed", cause=16, cause_txt="", channel=channel("cb-1"))
    assert office.callers.alive == 0


async def test_everybody_can_be_sent_home(office: Office) -> None:
    """At the end of the practice."""
    await office.callers.call("900", count=3)

    await office.callers.hang_up_all()

    assert office.road.hung_up() == ["channels/cb-1", "channels/cb-2", "channels/cb-3"]


async def test_callers_of_an_earlier_server_are_hung_up_and_other_calls_are_left_alone() -> None:
    """Nobody would ever tell them what to say."""
    office = Office()
    office.road.living = [("old-1", "PJSIP/loop-0000000a"), ("call", "PJSIP/practice-0000000b")]

    office.callers.start()
    await office.callers.settle()

    assert office.road.hung_up() == ["channels/old-1"]


async def test_callers_that_died_with_the_exchange_are_forgotten_and_the_living_stay(office: Office) -> None:
    """After a reconnect the exchange is believed."""
    await office.callers.call("900", count=2)
    office.road.living = [("cb-2", "PJSIP/loop-00000002")]

    office.road.on_up()
    await office.callers.settle()

    assert office.callers.alive == 1
    assert office.road.hung_up() == []


async def test_what_is_not_ours_is_ignored(office: Office) -> None:
    """Legs, sounds and numbers of others."""
    office.road.tell("StasisStart", args=[], channel=channel("stranger"))
    office.road.tell("PlaybackFinished", playback=finished("x", "stranger"))
    office.road.tell("ChannelDestroyed", cause=16, cause_txt="", channel=channel("stranger"))
    office.callers.observe("0612345678", "active")

    assert office.callers.alive == 0


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.slug)
def test_a_person_has_a_number_that_nobody_has_and_that_is_kept_as_a_number(person: PracticePerson) -> None:
    """A callback to a practice caller must never ring at a stranger's."""
    assert not phonenumbers.is_valid_number(phonenumbers.parse(person.number))
    assert read_number(person.number, "nl") == person.number[1:]


def test_no_two_people_are_alike() -> None:
    """Names, numbers and sound files are each one person's; there are as many as may be alive."""
    for value in ("name", "number", "slug", "question"):
        assert len({getattr(person, value) for person in PEOPLE}) == len(PEOPLE) == CALLERS_MAX


def test_speech_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three sentences a person, in the person's own voice, where the exchange looks for them."""
    spoken: list[Path] = []

    def speak(_binary: object, _text: str, voice: str, out: Path, **_how: int) -> bool:
        assert voice.startswith("nl+")
        new = out not in spoken
        spoken.append(out)
        return new

    monkeypatch.setattr(speech, "synthesise", speak)
    binary = object.__new__(ExchangeBinary)

    assert speech.prepare_speech(binary, tmp_path) == 3 * len(PEOPLE)
    assert speech.prepare_speech(binary, tmp_path) == 0

    assert tmp_path / "cordboard/practice/anneke-question.wav" in spoken
