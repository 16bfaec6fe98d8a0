"""Keeps every console in step with the board: state is pushed, never events (see `wire`).

What must be sent to a console is a set of things that may look different; they are projected when the socket
takes them. So a console that does not read costs memory for things, not for events, and delays nobody else
(reliability F12).
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from cordboard.app import projection
from cordboard.app.modules import Module
from cordboard.app.projection import Viewer
from cordboard.app.troubles import NONE, Trouble
from cordboard.app.views import Kind, MeView, View
from cordboard.core.board import Board
from cordboard.core.notices import Changed, Say, Thing
from cordboard.core.types import GroupId, Instant, OrganisationId, Right, UserId
from cordboard.web import wire
from cordboard.web.browser_phones import BrowserPhones

AMBIENT_MS = 50
"""Queue numbers and colleagues may wait this long, so that a burst costs one frame; calls never wait."""
WOKEN_AT_A_TIME = 4
"""Consoles that are sent to before the exchange is listened to again: about a millisecond's work."""
TOMBSTONES_MAX = 10_000
"""Things that went, remembered for consoles that come back; past it they get a snapshot."""
COMMANDS_REMEMBERED = 256
"""Per user: a command that arrives again within this many is answered, not done again (2.1.1-r)."""
SYNC_EVERY_MS = 1_000
"""What a console asks for anew takes everybody's time: the next one waits this long."""
CONSOLES_PER_USER_MAX = 20
"""Tabs of one person; with more the oldest ends, so that nobody fills the server with connections."""

Key = tuple[Thing, str]
Eyes = tuple[GroupId | None, frozenset[Right]]
"""What decides which things somebody sees at all: with others everything may look different."""


@dataclass(slots=True)
class _CommandEntry:
    result: wire.Result | None = None
    consoles: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Organisation:
    rev: int = 0
    last_rev: dict[Key, int] = field(default_factory=dict)
    forgotten_before: int = 0
    """Consoles that hold an older revision than this get a snapshot."""
    eyes: dict[str, Eyes] = field(default_factory=dict)
    """Of everybody who has been shown something."""
    other_eyes: dict[str, int] = field(default_factory=dict)
    """Since which revision; a console of theirs that holds an older one gets a snapshot."""
    consoles: dict[str, Console] = field(default_factory=dict)
    ambient: asyncio.TimerHandle | None = None
    is_over: bool = False
    """It was deleted; what stands here goes with its last console."""


class Console:
    """One connection of one browser tab."""

    def __init__(self, hub: Hub, organisation: OrganisationId, viewer: Viewer, session: bytes) -> None:
        self.id = secrets.token_hex(6)
        self.hub = hub
        self.organisation = organisation
        self.viewer = viewer
        self.session = session
        self.wake = asyncio.Event()
        self.bye: wire.Bye | None = None
        self.synced = False
        self._dirty: set[Key] = set()
        self._sent: dict[tuple[str, str], View] = {}
        self._direct: list[wire.ServerFrame] = []
        self._snapshot_due = False
        self._synced_at: Instant = 0
        self._asks: wire.Sync | None = None
        """The last of those that wait."""
        self._n = 0

    @property
    def user(self) -> UserId:
        """Whose console it is."""
        return self.viewer.user.id

    def end(self, bye: wire.Bye) -> None:
        """Say good-bye and close."""
        self.bye = bye
        self.wake.set()

    def send(self, frame: wire.ServerFrame) -> None:
        """A frame for this console alone, after the changes that it rests on."""
        self._direct.append(frame)
        self.wake.set()

    def touch(self, key: Key) -> None:
        """This thing may look different; does not wake the sender."""
        self._dirty.add(key)

    def sync(self, frame: wire.Sync) -> None:
        """The console says what it holds: go on from there, or begin with a snapshot.

        The first time at once; whoever says it again and again is answered once a second.
        """
        wait_ms = self._synced_at + SYNC_EVERY_MS - self.hub.now() if self.synced else 0
        if wait_ms <= 0:
            self._sync(frame)
            return
        if self._asks is None:
            asyncio.get_running_loop().call_later(wait_ms / 1000, self._sync_asked)
        self._asks = frame

    def _sync_asked(self) -> None:
        frame, self._asks = self._asks, None
        if frame is not None:
            self._sync(frame)

    def _sync(self, frame: wire.Sync) -> None:
        state = self.hub.state(self.organisation)
        # A change of group is told only when it is kept; it may be on the board already.
        self.hub.look_at_eyes(self.organisation, [self.user], state.rev + 1)
        oldest = max(state.forgotten_before, state.other_eyes.get(self.user, 0))
        known = frame.epoch == self.hub.epoch and oldest <= frame.rev <= state.rev
        self.synced, self._synced_at = True, self.hub.now()
        if known:
            # What it holds may be any mix up to that revision, so changed things are sent whole.
            self._dirty |= {key for key, rev in state.last_rev.items() if rev > frame.rev}
            self._dirty.add((Thing.AGENT, self.user))
        else:
            self._snapshot_due = True
        self.wake.set()

    def take(self) -> list[wire.ServerFrame]:
        """What is to be sent now; afterwards the console is in step."""
        state = self.hub.state(self.organisation)
        board = self.hub.board(self.organisation)
        frames: list[wire.ServerFrame] = []
        if self.synced and board is not None and self.user in board.agents:
            ops: list[wire.Op] = []
            if not self._snapshot_due:
                ops = self._ops(board)
            if self._snapshot_due:
                frames.append(self._snapshot(board, state.rev))
                state.eyes.setdefault(self.user, _eyes(board, self.user))
            elif ops:
                self._n += 1
                frames.append(wire.Delta(n=self._n, rev=state.rev, ops=ops))
        frames += self._direct
        self._direct.clear()
        return frames

    def _snapshot(self, board: Board, rev: int) -> wire.Snapshot:
        self._snapshot_due = False
        self._dirty.clear()
        entities = list(projection.views(board, self.viewer, self.hub.troubles))
        self._sent = {(_kind(view), view.id): view for view in entities}
        return wire.Snapshot(epoch=self.hub.epoch, rev=rev, ents=entities)

    def _ops(self, board: Board) -> list[wire.Op]:
        ops: list[wire.Op] = []
        dirty, self._dirty = self._dirty, set()
        if (Thing.AGENT, self.user) in dirty:
            mine = projection.me(board, self.viewer)
            before = self._sent.get(("me", mine.id))
            if isinstance(before, MeView) and (before.group, before.rights) != (mine.group, mine.rights):
                # Other eyes: everything may look different.
                self._snapshot_due = True
                return []
            # What a console that comes back holds of it is not known.
            if not isinstance(before, MeView) or _shielded(before) != _shielded(mine):
                dirty |= {(Thing.CALL, call.id) for call in board.waiting() if call.urgent}
            self._op(ops, "me", mine.id, mine)
        for thing, id_ in dirty:
            view = projection.view_of(board, self.viewer, thing, id_, self.hub.troubles)
            self._op(ops, thing.value, id_, view)
        return ops

    def _op(self, ops: list[wire.Op], kind: str, id_: str, view: View | None) -> None:
        key = (kind, id_)
        before = self._sent.get(key)
        if view is None:
            if self._sent.pop(key, None) is not None or before is None:
                ops.append(wire.OpRemove(k=_as_kind(kind), id=id_))
            return
        self._sent[key] = view
        if before is None:
            ops.append(wire.OpSet(e=view))
            return
        fields = {
            name: getattr(view, name)
            for name in view.__struct_fields__
            if getattr(view, name) != getattr(before, name)
        }
        if fields:
            ops.append(wire.OpMerge(k=_as_kind(kind), id=id_, f=fields))


class Hub:
    """All consoles of all organisations; the `Screens` of the engine."""

    def __init__(
        self,
        *,
        epoch: str,
        now: Callable[[], Instant],
        board: Callable[[OrganisationId], Board | None],
        present: Callable[[OrganisationId, UserId], None],
        absent: Callable[[OrganisationId, UserId], None],
    ) -> None:
        """`present` and `absent` are told of a user's first and last console."""
        self.epoch = epoch
        self.now = now
        self.board = board
        self._present, self._absent = present, absent
        self.troubles: Mapping[str, Trouble] = NONE
        """What is wrong with the house now, by id; whoever fills it says what changed (`trouble_changed`)."""
        self.phones = BrowserPhones()
        """They end with the log-in, as consoles do."""
        self._organisations: dict[OrganisationId, _Organisation] = {}
        self._commands: dict[UserId, OrderedDict[str, _CommandEntry]] = {}

    def state(self, organisation: OrganisationId) -> _Organisation:
        """Revisions and consoles of one organisation."""
        return self._organisations.setdefault(organisation, _Organisation())

    def count(self) -> int:
        """How many consoles are connected."""
        return sum(len(state.consoles) for state in self._organisations.values())

    def users(self, organisation: OrganisationId) -> set[UserId]:
        """Whose consoles are connected."""
        return {console.user for console in self.state(organisation).consoles.values()}

    # --- what the engine tells ---

    def changed(self, organisation: OrganisationId, things: Iterable[Changed]) -> None:
        """These things may look different now; calls and alarms are sent at once, the rest within 50 ms."""
        state = self.state(organisation)
        state.rev += 1
        keys = [(thing.thing, thing.id) for thing in things]
        for key in keys:
            state.last_rev[key] = state.rev
        if len(state.last_rev) > TOMBSTONES_MAX:
            self._forget_old(organisation, state)
        at_once = any(thing in (Thing.CALL, Thing.ALARM) for thing, _ in keys)
        own = {id_ for thing, id_ in keys if thing is Thing.AGENT}
        self.look_at_eyes(organisation, own, state.rev)
        # Who is woken first is sent to first: a card comes before everybody else's numbers.
        consoles = sorted(state.consoles.values(), key=lambda console: console.user not in own)
        for console in consoles:
            for key in keys:
                console.touch(key)
        concerned = sum(console.user in own for console in consoles)
        _wake(consoles if at_once else consoles[:concerned])
        if state.ambient is None and state.consoles:
            loop = asyncio.get_running_loop()
            state.ambient = loop.call_later(AMBIENT_MS / 1000, self._flush_ambient, state)

    def look_at_eyes(self, organisation: OrganisationId, agents: Iterable[str], rev: int) -> None:
        """Who has other eyes since this revision: a console of theirs that was away holds what others saw."""
        state, board = self.state(organisation), self.board(organisation)
        for id_ in agents:
            before = state.eyes.get(id_)
            if before is None or board is None or UserId(id_) not in board.agents:
                continue
            state.eyes[id_] = now = _eyes(board, UserId(id_))
            if now != before:
                state.other_eyes[id_] = rev

    def trouble_changed(self, id_: str) -> None:
        """Something is wrong with the house, or is wrong no more."""
        for organisation in self._organisations:
            self.changed(organisation, [Changed(Thing.ALARM, id_)])

    def _flush_ambient(self, state: _Organisation) -> None:
        state.ambient = None
        _wake(list(state.consoles.values()))

    def _forget_old(self, organisation: OrganisationId, state: _Organisation) -> None:
        """Things that are no more are dropped from the list, oldest first."""
        board = self.board(organisation)
        there: dict[Thing, Container[str]] = {
            Thing.CALL: board.calls if board is not None else (),
            Thing.CALLBACK: board.callbacks if board is not None else (),
            Thing.MISSED: board.missed if board is not None else (),
        }
        # Of the other kinds there are no more than somebody has set up.
        gone = [
            (rev, (thing, id_))
            for (thing, id_), rev in state.last_rev.items()
            if thing in there and id_ not in there[thing]
        ]
        for rev, key in sorted(gone, key=lambda pair: pair[0])[: TOMBSTONES_MAX // 2]:
            del state.last_rev[key]
            state.forgotten_before = max(state.forgotten_before, rev)

    def say(self, organisation: OrganisationId, sayings: Iterable[Say]) -> None:
        """Tell agents something once, on every console they have open."""
        for saying in sayings:
            notice = wire.Notice(code=saying.saying.value, args=dict(saying.args), call=saying.call)
            for console in self.state(organisation).consoles.values():
                if console.user == saying.agent:
                    console.send(notice)

    def tell(self, organisation: OrganisationId, user: UserId, frame: wire.ServerFrame) -> None:
        """A frame for every console of this person that is in step."""
        for console in self.state(organisation).consoles.values():
            if console.user == user and console.synced:
                console.send(frame)

    def heartbeat(self) -> None:
        """Tell everybody that nothing was missed up to here."""
        now = self.now()
        for state in self._organisations.values():
            for console in state.consoles.values():
                if console.synced:
                    console.send(wire.Heartbeat(rev=state.rev, now=now))

    def refresh_viewer(self, organisation: OrganisationId, viewer: Viewer) -> None:
        """The user's own settings changed; they hold at once on every console of that user (X-d)."""
        state = self.state(organisation)
        for console in state.consoles.values():
            if console.user == viewer.user.id:
                console.viewer = viewer
        self.changed(organisation, [Changed(Thing.AGENT, viewer.user.id)])

    def everything_changed(self, organisation: OrganisationId) -> None:
        """The organisation was rebuilt: every console begins with a snapshot."""
        state = self.state(organisation)
        state.rev += 1
        state.last_rev.clear()
        state.forgotten_before = state.rev
        for console in state.consoles.values():
            console._snapshot_due = True
            console.wake.set()

    def reconfigured(
        self, organisation: OrganisationId, viewer_of: Callable[[UserId], Viewer | None]
    ) -> None:
        """An administrator changed something: everybody begins with a snapshot, who may not look any more ends."""
        for console in list(self.state(organisation).consoles.values()):
            viewer = viewer_of(console.user)
            if viewer is None or Module.OPERATOR in viewer.organisation.modules_off:
                console.end(wire.Bye(code="auth", resume=False, after_ms=0))
            else:
                console.viewer = viewer
        self.phones.reconfigured(organisation, viewer_of)
        self.everything_changed(organisation)

    def forget(self, organisation: OrganisationId, users: Iterable[UserId]) -> None:
        """It is no more: whoever still looks ends."""
        for user in users:
            self._commands.pop(user, None)
        self.phones.end(lambda phone: phone.by.organisation == organisation)
        state = self._organisations.get(organisation)
        if state is None:
            return
        state.is_over = True
        for console in state.consoles.values():
            console.end(wire.Bye(code="auth", resume=False, after_ms=0))
        if not state.consoles:
            del self._organisations[organisation]

    # --- consoles come and go ---

    def join(self, console: Console) -> None:
        """A console connected."""
        consoles = self.state(console.organisation).consoles
        consoles[console.id] = console
        own = [other for other in consoles.values() if other.user == console.user]
        for oldest in own[:-CONSOLES_PER_USER_MAX]:
            oldest.end(wire.Bye(code="superseded", resume=False, after_ms=0))
        self._present(console.organisation, console.user)

    def leave(self, console: Console) -> None:
        """A console is gone."""
        state = self.state(console.organisation)
        consoles = state.consoles
        consoles.pop(console.id, None)
        if not any(other.user == console.user for other in consoles.values()):
            self._absent(console.organisation, console.user)
        if state.is_over and not consoles:
            del self._organisations[console.organisation]

    def end_session(self, session: bytes) -> None:
        """Logged out: every tab of that log-in ends (4-g)."""
        for state in self._organisations.values():
            for console in list(state.consoles.values()):
                if console.session == session:
                    console.end(wire.Bye(code="auth", resume=False, after_ms=0))
        self.phones.end(lambda phone: phone.by.session == session)

    def end_sessions_of(self, user: UserId, but: bytes = b"") -> None:
        """The password is new: every tab of this person ends, except those of one log-in."""
        for state in self._organisations.values():
            for console in list(state.consoles.values()):
                if console.user == user and console.session != but:
                    console.end(wire.Bye(code="auth", resume=False, after_ms=0))
        self.phones.end(lambda phone: phone.user == user and phone.by.session != but)

    def drain(self, spread_ms: int) -> None:
        """The server stops: consoles come back, not all at once."""
        for state in self._organisations.values():
            for index, console in enumerate(list(state.consoles.values())):
                after = 100 + spread_ms * index // max(1, len(state.consoles))
                console.end(wire.Bye(code="drain", resume=True, after_ms=after))

    # --- commands are done once ---

    def begin(self, console: Console, command: str) -> bool:
        """True: new, do it. False: it was done (the result is sent again) or is being done."""
        entries = self._commands.setdefault(console.user, OrderedDict())
        entry = entries.get(command)
        if entry is not None:
            if entry.result is not None:
                console.send(entry.result)
            else:
                entry.consoles.add(console.id)
            return False
        entries[command] = _CommandEntry(consoles={console.id})
        while len(entries) > COMMANDS_REMEMBERED:
            entries.popitem(last=False)
        return True

    def finish(self, organisation: OrganisationId, user: UserId, result: wire.Result) -> None:
        """The command's answer, for every console that asked."""
        entry = self._commands.get(user, OrderedDict()).get(result.id)
        if entry is None:
            return
        entry.result = result
        consoles = self.state(organisation).consoles
        for console_id in entry.consoles:
            if (console := consoles.get(console_id)) is not None:
                console.send(result)


def _wake(consoles: Sequence[Console]) -> None:
    """Have them sent to, some at a time: what the exchange says meanwhile must not wait for fifty consoles.

    A single pass over all of them kept its words unread for 20 ms and more, and so (TCP) its next ones unsent.
    """
    for console in consoles[:WOKEN_AT_A_TIME]:
        console.wake.set()
    if len(consoles) > WOKEN_AT_A_TIME:
        asyncio.get_running_loop().call_soon(_wake, consoles[WOKEN_AT_A_TIME:])


def _eyes(board: Board, user: UserId) -> Eyes:
    agent = board.agents[user]
    return agent.group, agent.rights


def _shielded(me: MeView) -> tuple[object, ...]:
    """What decides whether an urgent call that waits is pointed out to its viewer (D6)."""
    return me.wrap_up is None, me.pause is None, me.signed_in


def _kind(view: View) -> str:
    tag = view.__struct_config__.tag
    assert isinstance(tag, str), view
    return tag


_KINDS: dict[str, Kind] = {
    "me": "me",
    "queue": "queue",
    "agent": "agent",
    "call": "call",
    "device": "device",
    "exchange": "exchange",
    "alarm": "alarm",
    "callback": "callback",
    "missed": "missed",
}


def _as_kind(kind: str) -> Kind:
    return _KINDS[kind]


encoder = msgspec.json.Encoder()
