"""`cordboard apply` on a running server, or on the database alone when none runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from cordboard.app.administration.administration import (
    RESOURCES,
    Actor,
    Administration,
    Conflict,
    OutOfDate,
)
from cordboard.app.administration.announcements import Announcements
from cordboard.app.administration.audit import Action, Difference, differences
from cordboard.app.administration.fields import Invalid, Row
from cordboard.app.administration.file import FileWrong, applied, field_wrong, read_file, read_spoken, told
from cordboard.app.administration.installation_file import Parts, Step, parts, steps
from cordboard.app.administration.network import NetworkAdministration, differs
from cordboard.app.administration.provider import Provider
from cordboard.app.administration.spoken_file import say, sayings
from cordboard.app.password_links import PasswordLinks, TooManyLetters
from cordboard.app.ports import Directory, OrganisationRow, StorageFailure, UserRow
from cordboard.control import Answer, Question
from cordboard.core.types import OrganisationId, Right

LINES_MAX = 5_000
"""Of what is different; more is cut, with a word about it."""


class IdleDesk:
    """The port `Desk` when nothing runs: everything can be done, and nobody has to be told."""

    def try_it(self, directory: Directory) -> None:
        """It could."""

    def take(self, directory: Directory) -> None:
        """At the next start."""

    async def taken(self, before: Directory, after: Directory) -> None:
        """Nobody is there to be told."""

    async def begin(self, organisation: OrganisationId) -> None:
        """With the next start."""

    async def facts(self, organisation: OrganisationId, resource: str) -> Callable[[Row], Row]:
        """None are known."""
        return lambda _row: {}


async def invited_by_letter(links: PasswordLinks, house: OrganisationRow, person: UserRow) -> str:
    """A first administrator chooses a password by the letter that goes now (1.1-e)."""
    try:
        return f"An invitation has gone to {await links.invite(house, person)}."
    except TooManyLetters:
        return f"Too many letters wait: {person.name} has to be invited again later."


def by_the_server(organisation: OrganisationId) -> Actor:
    """A command on the server itself, in this organisation: it may do everything."""
    return Actor(organisation=organisation, user=None, name="", rights=frozenset(Right))


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """What a file is applied to."""

    administration: Administration
    provider: Provider
    announcements: Announcements
    network: NetworkAdministration | None
    """None: the exchange is not ours."""
    invite: Callable[[OrganisationRow, UserRow], Awaitable[str]]
    """Lets a new organisation's first administrator choose a password; gives what there is to say of it."""


async def apply_file(to: Applying, question: Question) -> Answer:
    """Make installation and organisation what the file says; each organisation all of it or nothing."""
    lines: list[str] = []
    sentences: list[str] = []
    try:
        found = parts(question.text)
        if found.above:
            sentences += await _installation(to, question, found, lines)
        if found.within:
            before = len(lines)
            await _organisation(to, question, lines)
            sentences.append(_outcome("organisation", question, different=len(lines) > before))
    except FileWrong as wrong:
        return _not(str(wrong), sentences)
    except Conflict as no:
        args = ", ".join(f"{key} {value}" for key, value in no.args_.items())
        return _not(f"It cannot be done now: {no.code}{f' ({args})' if args else ''}.", sentences)
    except OutOfDate:
        return _not("Somebody changed it meanwhile: try again.", sentences)
    except StorageFailure as wrong:
        return _not(f"It is not stored: {wrong}", sentences)
    if len(lines) > LINES_MAX:
        lines[LINES_MAX:] = [f"... and {len(lines) - LINES_MAX} more lines"]
    return Answer(done=True, sentence=" ".join(sentences), lines=lines)


def _not(sentence: str, before: list[str]) -> Answer:
    return Answer(done=False, sentence=" ".join([sentence, *before]))


def _outcome(what: str, question: Question, *, different: bool) -> str:
    done = "would be" if question.check else "is"
    return f"The {what} {done} {'different' if different else 'as the file says already'}."


async def _organisation(to: Applying, question: Question, lines: list[str]) -> None:
    actor = by_the_server(OrganisationId(question.organisation))

    found: list[Difference] = []

    def edit(directory: Directory) -> Directory:
        after = applied(directory, read_file(question.text), prune=question.prune)
        found[:] = differences(RESOURCES, directory, after)
        return after

    sentences = read_spoken(question.text)
    if sentences is not None:
        # Speaking may fail: it comes when nothing else can be refused any more, and before the rest is so.
        after = await to.administration.apply(actor, edit, check=True)
        wanted = await sayings(to.announcements, actor, after, sentences, prune=question.prune)
        lines.extend(told([one.difference for one in wanted]))
        if not question.check:
            await say(to.announcements, actor, after, wanted)
    await to.administration.apply(actor, edit, check=question.check)
    lines.extend(told(found))


async def _installation(to: Applying, question: Question, found: Parts, lines: list[str]) -> list[str]:
    known = await to.provider.directories()
    actor = by_the_server(_home(known))
    wanted = steps(known, found.organisations)
    # Between organisations of this file a number changes hands: who had it gives it up first.
    released = _changing_hands(wanted)
    carry_out = partial(_carry_out, to, actor, known, released)
    # All of it is tried before any of it is done: who gave up a number would be left half as the file says.
    for step in wanted:
        await carry_out(step, check=True)
        lines.extend(told(step.differences))
    if found.network is not None:
        lines.extend(await _network(to, actor, found.network, check=True))
    outcome = _outcome("installation", question, different=bool(lines))
    if question.check:
        return [outcome]
    for step in wanted:
        if step.before is not None and step.released & released:
            id_ = step.before.organisation.id
            await to.provider.apply(actor, id_, step.without_released, check=False)
    sentences = [sentence for step in wanted for sentence in await carry_out(step, check=False)]
    if found.network is not None:
        await _network(to, actor, found.network, check=False)
    return [outcome, *sentences]


async def _carry_out(
    to: Applying,
    actor: Actor,
    known: Sequence[Directory],
    released: frozenset[str],
    step: Step,
    *,
    check: bool,
) -> list[str]:
    """One organisation as the file says; gives what else there is to say of it."""
    if step.before is not None:
        id_, edit = step.before.organisation.id, partial(step.edit, known)
        await to.provider.apply(actor, id_, edit, check=check, released=released)
        return []
    made = await to.provider.create(actor, step.sent, check=check, released=released)
    if check:
        return []
    sentence = await to.invite(made.organisation, made.administrator)
    await to.provider.invited(actor, made.organisation, made.administrator)
    return [sentence]


def _changing_hands(wanted: Sequence[Step]) -> frozenset[str]:
    given_up = frozenset[str]().union(*(step.released for step in wanted))
    return given_up & frozenset[str]().union(*(step.taken for step in wanted))


async def _network(to: Applying, actor: Actor, sent: Row, *, check: bool) -> list[str]:
    if to.network is None:
        raise FileWrong("[network]: the exchange is an Asterisk of your own; its network is set up there.")
    if not actor.organisation:
        raise FileWrong("[network]: there is no organisation yet; make one first.")
    before = to.network.row(actor)
    try:
        after = await to.network.change(actor, sent, before["version"], check=check)
    except Invalid as wrong:
        raise field_wrong("[network]", wrong) from wrong
    was, now = differs(before, after)
    if not now:
        return []
    change = Difference(
        action=Action.CHANGE, resource="network", thing="network", name="network", before=was, after=now
    )
    return [*told([change]), "    it counts from the next start of Cordboard"]


def _home(known: Sequence[Directory]) -> OrganisationId:
    """Where the log of what is above all organisations stands: where the provider's people are.

    Empty: there is no organisation.
    """
    ordered = sorted(known, key=lambda one: one.organisation.demo)
    providers = (
        one
        for one in ordered
        if any(Right.PROVIDER in one.rights_of(user) for user in one.users if not user.disabled)
    )
    home = next(providers, ordered[0] if ordered else None)
    return home.organisation.id if home is not None else OrganisationId("")
