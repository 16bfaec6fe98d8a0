"""Chat between colleagues (3.5, D18): what is passed on, what is not, and what is remembered of it: nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from cordboard.app import chat as chat_
from cordboard.app.chat import MESSAGES_PER_SECOND_MAX, TEXT_MAX, Chat, ChatMessage
from cordboard.app.engine import Accepted, NotDone
from cordboard.app.projection import Viewer
from cordboard.core.types import OrganisationId, Right, UserId
from tests.contracts.storage.samples import BRABANT, CHANTAL, PIET, TWENTE, directory, other_directory

STRANGER = UserId("u-stranger")


@dataclass
class Consoles:
    """Who sits at a console, and what each was shown."""

    there: set[UserId]
    shown: list[tuple[UserId, ChatMessage]] = field(default_factory=list)
    unread: dict[UserId, dict[UserId, int]] = field(default_factory=dict)

    def is_there(self, organisation: OrganisationId, user: UserId) -> bool:
        """Of one organisation here."""
        assert organisation == TWENTE
        return user in self.there

    def hand_over(self, message: ChatMessage, to: UserId) -> None:
        """Shown."""
        self.shown.append((to, message))

    def tell_unread(self, _organisation: OrganisationId, user: UserId, counts: dict[UserId, int]) -> None:
        """Counted."""
        self.unread[user] = counts

    def texts(self, user: UserId) -> list[str]:
        """What this person was shown, in order."""
        return [message.text for to, message in self.shown if to == user]


class Desk:
    """Chantal and Piet in one organisation, somebody in another."""

    def __init__(self) -> None:
        self.consoles = Consoles({CHANTAL, PIET, STRANGER})
        self.viewers: dict[UserId, Viewer] = {}
        for made in (directory(), other_directory()):
            for user in made.users:
                name = STRANGER if made.organisation.id == BRABANT else user.id
                self.viewers[name] = Viewer(
                    user=replace(user, id=name, rights=frozenset(Right)),
                    organisation=made.organisation,
                    group_names={},
                )
        self.chat = Chat(self.consoles, self.viewers.get, lambda: 1_000)
        self.answers: list[Accepted | NotDone] = []
        self._news = asyncio.Event()

    def _hears(self, answer: Accepted | NotDone) -> None:
        self.answers.append(answer)
        self._news.set()

    async def answered(self) -> None:
        """Wait for an answer."""
        async with asyncio.timeout(5):
            await self._news.wait()

    def writes(self, text: str, id_: str = "m1", to: UserId = PIET, by: UserId = CHANTAL) -> None:
        """Enter is pressed."""
        self.chat.send(self.viewers[by], to, id_, text, self._hears)

    def received(self, user: UserId, sender: UserId, id_: str, *, read: bool) -> Accepted | NotDone:
        """A console confirms."""
        return self.chat.received(self.viewers[user], sender, id_, read=read)

    def without_right(self, user: UserId) -> None:
        """The administrator takes the right to chat."""
        viewer = self.viewers[user]
        self.viewers[user] = replace(viewer, user=replace(viewer.user, rights=frozenset()))

    def refusal(self) -> tuple[str, str]:
        """The only answer, which is no."""
        (answer,) = self.answers
        assert isinstance(answer, NotDone)
        return answer.code, answer.args["name"]


@pytest.fixture
async def desk() -> Desk:
    """On the running loop, which the timers need."""
    return Desk()


@pytest.mark.rule("3.5-a", "3.5-f")
async def test_a_message_goes_to_the_colleague_and_its_sender_hears_when_it_is_there(desk: Desk) -> None:
    """And the answer comes the same way back."""
    desk.writes("Ben je er?")
    assert desk.answers == []
    desk.received(PIET, CHANTAL, "m1", read=True)
    desk.writes("Ja", "m2", to=CHANTAL, by=PIET)

    assert desk.answers == [Accepted()]
    # The sender's own consoles get it too: another tab shows what was written in this one.
    assert desk.consoles.texts(PIET) == ["Ben je er?"]
    assert desk.consoles.texts(CHANTAL) == ["Ben je er?", "Ja"]


@pytest.mark.rule("3.5-n", "D18")
async def test_who_is_not_at_a_console_cannot_be_written_to(desk: Desk) -> None:
    """The sender is told who, and nothing was passed on."""
    desk.consoles.there.remove(PIET)
    desk.writes("Ben je er?")

    assert desk.refusal() == ("chat_not_there", "Piet")
    assert desk.consoles.shown == []


@pytest.mark.rule("3.5-n")
async def test_a_message_that_no_console_confirms_did_not_arrive(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piet's line was dead already; after the waiting time the sender knows."""
    monkeypatch.setattr(chat_, "DELIVERY_MS", 1)
    desk.writes("Ben je er?")
    await desk.answered()
    desk.received(PIET, CHANTAL, "m1", read=True)
    desk.chat.joined(TWENTE, PIET)

    assert desk.refusal() == ("chat_not_delivered", "Piet")
    assert desk.consoles.texts(PIET) == ["Ben je er?"]


@pytest.mark.rule("3.5-n")
async def test_a_console_that_comes_back_in_time_still_gets_it(desk: Desk) -> None:
    """Piet's browser lost its line for a moment: what was on its way comes with the next one."""
    desk.writes("Ben je er?")
    desk.chat.joined(TWENTE, PIET)
    desk.received(PIET, CHANTAL, "m1", read=False)

    assert desk.answers == [Accepted()]
    assert desk.consoles.texts(PIET) == ["Ben je er?"] * 2


async def test_a_message_that_is_sent_twice_arrives_once(desk: Desk) -> None:
    """The sender's line broke before the answer, so the console sends the same message again."""
    desk.writes("Ben je er?")
    desk.writes("Ben je er?")
    desk.received(PIET, CHANTAL, "m1", read=False)
    desk.writes("Ben je er?")
    desk.received(PIET, CHANTAL, "m1", read=False)

    assert desk.answers == [Accepted()] * 3
    assert desk.consoles.texts(PIET) == ["Ben je er?"]
    assert desk.consoles.unread == {PIET: {CHANTAL: 1}}


@pytest.mark.rule("3.5-i", "3.5-k", "D18")
async def test_unread_messages_are_counted_by_sender_until_the_conversation_is_opened(desk: Desk) -> None:
    """Also by a console that was loaded anew, for the server counts; after log-out there is nothing to count."""
    for number in ("m1", "m2"):
        desk.writes("Ben je er?", number)
        desk.received(PIET, CHANTAL, number, read=False)
    assert desk.consoles.unread == {PIET: {CHANTAL: 2}}
    desk.consoles.unread.clear()
    desk.chat.joined(TWENTE, PIET)
    assert desk.consoles.unread == {PIET: {CHANTAL: 2}}
    desk.chat.read(desk.viewers[PIET], CHANTAL)
    assert desk.consoles.unread == {PIET: {}}
    desk.writes("En nu?", "m3")
    desk.received(PIET, CHANTAL, "m3", read=False)
    desk.chat.forget(PIET)
    desk.consoles.unread.clear()
    desk.chat.joined(TWENTE, PIET)
    assert desk.consoles.unread == {PIET: {}}


@pytest.mark.rule("3.5-a", "3-c")
async def test_without_the_right_nobody_writes_and_nobody_is_written_to(desk: Desk) -> None:
    """The administrator gave it to Piet alone."""
    desk.without_right(CHANTAL)
    desk.writes("Ben je er?")
    assert desk.refusal() == ("no_right", "Piet")
    desk.answers.clear()
    desk.writes("Ben je er?", to=CHANTAL, by=PIET)
    assert desk.refusal() == ("chat_not_there", "Chantal")
    assert desk.consoles.shown == []


@pytest.mark.rule("3.5-a", "X-c", "D22")
async def test_another_organisation_is_not_there(desk: Desk) -> None:
    """Not even the name of the person is told."""
    desk.writes("Ben je er?", to=STRANGER)
    assert desk.refusal() == ("chat_not_there", "")
    desk.answers.clear()
    for answer in (
        desk.received(STRANGER, CHANTAL, "m1", read=True),
        desk.chat.read(desk.viewers[STRANGER], CHANTAL),
    ):
        assert answer == NotDone("chat_not_there", {"name": ""})
    desk.writes("Aan mijzelf", to=CHANTAL)
    assert desk.refusal() == ("chat_not_there", "Chantal")


@pytest.mark.rule("3.5-o")
async def test_a_message_has_a_length_and_a_pace(desk: Desk) -> None:
    """The longest that is allowed arrives; one character more, nothing at all, and the sixth in a second do not."""
    for text, code in (("x" * (TEXT_MAX + 1), "chat_too_long"), ("  \n ", "chat_empty")):
        desk.writes(text)
        assert desk.refusal()[0] == code
        desk.answers.clear()
    desk.writes("Hallo", "x" * 65)
    assert desk.refusal()[0] == "bad_command"
    desk.answers.clear()
    desk.writes("x" * TEXT_MAX, "m0")
    for number in range(1, MESSAGES_PER_SECOND_MAX):
        desk.writes("Hallo", f"m{number}")
    assert desk.answers == []
    desk.writes("Hallo", "once-more")
    assert desk.refusal()[0] == "too_fast"
    assert len(desk.consoles.texts(PIET)) == MESSAGES_PER_SECOND_MAX


@pytest.mark.rule("3.5-p")
async def test_a_message_does_not_show_its_text_when_it_is_printed(desk: Desk) -> None:
    """What lands in a log by mistake has no text in it."""
    desk.writes("Dit is geheim")
    (_, message) = desk.consoles.shown[0]

    assert message.text == "Dit is geheim"
    assert "geheim" not in repr(message)


async def test_a_sender_has_only_so_many_messages_on_their_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a console that confirms nothing; with the first that arrives there is room again."""
    monkeypatch.setattr(chat_, "MESSAGES_PER_SECOND_MAX", 1_000)
    for number in range(chat_.WAITING_MAX):
        desk.writes("Hallo", f"m{number}")
    desk.writes("Hallo", "one-more")
    assert desk.refusal()[0] == "too_fast"
    desk.answers.clear()
    desk.received(PIET, CHANTAL, "m0", read=True)

    desk.writes("Hallo", "one-more")

    assert desk.answers == [Accepted()]
    assert len(desk.consoles.texts(PIET)) == chat_.WAITING_MAX + 1
