"""Whose call is it: by trunk and number, by telephone, and never another organisation's (X-c, D28)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.dialling import dial_plan
from cordboard.app.ports import Directory, GroupRow
from cordboard.app.tenancy import Destination, Tenancy
from cordboard.core.types import DeviceId, GroupId, OrganisationId, QueueId, UserId
from tests.contracts.storage.samples import (
    ALGEMEEN,
    BRABANT,
    CHANTAL,
    DESK,
    TWENTE,
    directory,
    other_directory,
    queue,
)

BREDA = QueueId("q-breda")


class Stored:
    """Two organisations; both have a telephone with extension 201, and a short number 900."""

    def __init__(self) -> None:
        mine = directory()
        theirs = other_directory()
        group = GroupRow(id=GroupId("g-breda"), name="Breda")
        breda = replace(
            queue(BREDA, position=0, numbers=frozenset({"31765296000"})), groups=frozenset({group.id})
        )
        device = replace(mine.devices[0], id=DeviceId("d-9"))
        self.rows: dict[OrganisationId, Directory] = {
            TWENTE: mine,
            BRABANT: replace(theirs, groups=(group,), queues=(breda,), devices=(device,)),
        }

    async def organisations(self) -> tuple[OrganisationId, ...]:
        """Both."""
        return tuple(self.rows)

    async def directory(self, organisation: OrganisationId) -> Directory:
        """As configured."""
        return self.rows[organisation]

    async def save(self, directory: Directory) -> None:
        """Not asked here."""
        raise NotImplementedError

    async def set_user_settings(self, user: UserId, *, language: str | None, theme: str | None) -> None:
        """Not asked here."""
        raise NotImplementedError


@pytest.fixture
async def tenancy() -> Tenancy:
    """Of both."""
    made = Tenancy(Stored())
    await made.load()
    return made


@pytest.mark.rule("D28")
@pytest.mark.parametrize("dialled", ["0534800937", "31534800937", "0031534800937", "+31534800937"])
async def test_a_called_number_is_one_number_in_every_form(tenancy: Tenancy, dialled: str) -> None:
    """However the trunk writes it, it leads to the same queue; the caller's number is read the same way."""
    assert tenancy.destination(device=None, dialled=dialled, caller="0612345678") == Destination(
        organisation=TWENTE, queue=ALGEMEEN, number="31612345678", dialled="31534800937"
    )


@pytest.mark.rule("D28", "X-c")
async def test_a_number_of_nobody_is_nobody_s(tenancy: Tenancy) -> None:
    """It is refused, not given to the first organisation."""
    assert tenancy.destination(device=None, dialled="+31701234567", caller=None) is None
    assert tenancy.destination(device=None, dialled="", caller=None) is None
    assert tenancy.destination(device=DeviceId("nobody"), dialled="+31534800937", caller=None) is None


@pytest.mark.rule("X-c")
async def test_a_telephone_reaches_its_own_organisation_s_queues_only(tenancy: Tenancy) -> None:
    """From inside, another organisation's number is an outside number, and shows the extension to its own."""
    own = tenancy.destination(device=DESK, dialled="0534800937", caller="201")
    other = tenancy.destination(device=DESK, dialled="0765296000", caller="201")
    theirs = tenancy.destination(device=DeviceId("d-9"), dialled="0765296000", caller="201")

    assert own == Destination(organisation=TWENTE, queue=ALGEMEEN, number="201", dialled=None)
    assert other is None
    assert theirs is not None
    assert (theirs.organisation, theirs.queue) == (BRABANT, BREDA)


@pytest.mark.rule("X-d")
async def test_what_a_user_chose_shows_at_once_and_changes_nobody_else(tenancy: Tenancy) -> None:
    """One field may be left as it was."""
    viewer = tenancy.user_chose(CHANTAL, language="en", theme=None)
    again = tenancy.user_chose(CHANTAL, language=None, theme="dark")

    assert viewer is not None
    assert (viewer.user.language, viewer.user.theme) == ("en", "system")
    assert again is not None
    assert (again.user.language, again.user.theme) == ("en", "dark")
    # By which letters are written, and told who is found by a mail address.
    assert {user.id: user.language for user in tenancy.all[TWENTE].users}[CHANTAL] == "en"
    piet = tenancy.viewer(UserId("u-piet"))
    assert piet is not None
    assert (piet.user.language, piet.user.theme) == ("nl", "system")
    assert tenancy.user_chose(UserId("nobody"), language="en", theme=None) is None


async def test_a_disabled_user_looks_at_nothing(tenancy: Tenancy) -> None:
    """Also with a console that is still open: there is no viewer any more."""
    stored = Stored()
    users = tuple(replace(user, disabled=user.id == CHANTAL) for user in stored.rows[TWENTE].users)
    stored.rows[TWENTE] = replace(stored.rows[TWENTE], users=users)
    made = Tenancy(stored)
    await made.load()

    assert made.viewer(CHANTAL) is None
    assert made.viewer(UserId("u-piet")) is not None


@pytest.mark.rule("D29")
async def test_a_persons_own_number_leads_to_the_person() -> None:
    """From outside, past the queues; who is disabled is not reached, and a queue's number stays the queue's."""
    stored = Stored()
    made = stored.rows[TWENTE]
    chantal, piet = made.users
    stored.rows[TWENTE] = replace(
        made,
        users=(
            replace(chantal, numbers=frozenset({"31534800201", "31534800937"})),
            replace(piet, numbers=frozenset({"31534800203"}), disabled=True),
        ),
    )
    tenancy = Tenancy(stored)
    await tenancy.load()

    direct = tenancy.destination(device=None, dialled="0534800201", caller="0612345678")
    queued = tenancy.destination(device=None, dialled="0534800937", caller=None)

    assert direct == Destination(
        organisation=TWENTE, queue=None, number="31612345678", dialled="31534800201", to=CHANTAL
    )
    assert queued is not None
    assert (queued.queue, queued.to) == (ALGEMEEN, None)
    assert tenancy.destination(device=None, dialled="0534800203", caller=None) is None
    assert tenancy.destination(device=DESK, dialled="0534800201", caller=None) is None


async def _with(breda: frozenset[str], country: str, *, first: bool) -> Tenancy:
    """Both organisations, the other with these numbers and of that country, before or behind."""
    stored = Stored()
    theirs = stored.rows[BRABANT]
    made = replace(
        theirs,
        organisation=replace(theirs.organisation, country=country),
        queues=tuple(replace(queue, numbers=breda) for queue in theirs.queues),
    )
    mine = {TWENTE: stored.rows[TWENTE]}
    stored.rows = {BRABANT: made, **mine} if first else {**mine, BRABANT: made}
    tenancy = Tenancy(stored)
    await tenancy.load()
    return tenancy


@pytest.mark.rule("D28", "X-c")
async def test_an_organisation_s_own_trunk_is_read_with_its_country_whoever_else_is_there() -> None:
    """National digits mean two numbers in two countries; each trunk leads to its own organisation's."""
    stored = Stored()
    for name, country, number in ((TWENTE, "NL", "31301234567"), (BRABANT, "DE", "49301234567")):
        known = stored.rows[name]
        stored.rows[name] = replace(
            known,
            organisation=replace(known.organisation, country=country),
            queues=tuple(replace(queue, numbers=frozenset({number})) for queue in known.queues[:1]),
        )
    tenancy = Tenancy(stored)
    await tenancy.load()

    german = tenancy.destination(device=None, dialled="0301234567", caller=None, over=(BRABANT,))
    dutch = tenancy.destination(device=None, dialled="0301234567", caller=None, over=(TWENTE,))

    assert (german and german.organisation, german and german.dialled) == (BRABANT, "49301234567")
    assert (dutch and dutch.organisation, dutch and dutch.dialled) == (TWENTE, "31301234567")


@pytest.mark.rule("D28", "X-c")
@pytest.mark.parametrize("dialled", ["0534800937", "31534800937", "+31534800937"])
async def test_a_trunk_of_one_organisation_reaches_no_other(tenancy: Tenancy, dialled: str) -> None:
    """Whoever has a trunk of his own sends any caller's number over it."""
    assert tenancy.destination(device=None, dialled=dialled, caller="0612345678", over=(BRABANT,)) is None


@pytest.mark.rule("D28", "X-c")
async def test_digits_that_are_no_number_take_nobody_s_calls() -> None:
    """The first in the list has them as they stand; they are another's number as that one's country reads them."""
    tenancy = await _with(frozenset({"0534800937"}), "US", first=True)

    found = tenancy.destination(device=None, dialled="0534800937", caller=None)

    assert found is not None
    assert (found.organisation, found.queue) == (TWENTE, ALGEMEEN)


@pytest.mark.rule("D28", "X-c")
async def test_on_everybody_s_trunk_a_number_of_the_world_counts_before_any_country_s_reading() -> None:
    """A German house that has 49 31534800937 does not take a Dutch house's 31534800937."""
    tenancy = await _with(frozenset({"4931534800937"}), "DE", first=True)

    found = tenancy.destination(device=None, dialled="31534800937", caller=None)

    assert found is not None
    assert found.organisation == TWENTE


@pytest.mark.rule("D28")
async def test_two_organisations_may_have_the_same_short_number() -> None:
    """Each on its own trunk."""
    stored = Stored()
    for name, known in stored.rows.items():
        first, *others = known.queues
        stored.rows[name] = replace(known, queues=(replace(first, numbers=first.numbers | {"900"}), *others))
    tenancy = Tenancy(stored)
    await tenancy.load()

    found = [tenancy.destination(device=None, dialled="900", caller=None, over=(o,)) for o in stored.rows]

    assert [one and one.organisation for one in found] == [TWENTE, BRABANT]


@pytest.mark.rule("D28")
async def test_a_trunk_of_an_organisation_that_is_not_there_is_everybody_s(tenancy: Tenancy) -> None:
    """No caller is lost for a name in the configuration file."""
    over = (OrganisationId("gone"),)
    found = tenancy.destination(device=None, dialled="0534800937", caller=None, over=over)

    assert found is not None
    assert found.organisation == TWENTE


LUND = "46468122390"
STOCKHOLM = "468122390"
"""These digits, dialled in Sweden without plus, are a number in Lund."""


@pytest.mark.rule("D28")
@pytest.mark.parametrize("dialled", ["08122390", "468122390", "0046 8 12 23 90", "+46 8 12 23 90"])
@pytest.mark.parametrize("alone", [True, False])
async def test_a_number_is_ours_also_where_its_digits_are_dialled_for_another(
    dialled: str, alone: bool
) -> None:
    """A queue of a Swedish organisation has one in Stockholm; the one in Lund is nobody's."""
    stored = Stored()
    made = stored.rows[TWENTE]
    stored.rows[TWENTE] = replace(
        made,
        organisation=replace(made.organisation, country="SE"),
        queues=(replace(made.queues[0], numbers=frozenset({STOCKHOLM})), *made.queues[1:]),
    )
    if alone:
        del stored.rows[BRABANT]
    tenancy = Tenancy(stored)
    await tenancy.load()

    found = tenancy.destination(device=None, dialled=dialled, caller=None)

    assert found is not None and (found.organisation, found.queue) == (TWENTE, made.queues[0].id)
    assert tenancy.destination(device=None, dialled=f"+{LUND}", caller=None) is None


@pytest.mark.rule("D26")
def test_a_colleague_is_reached_by_a_number_whose_digits_are_dialled_for_another() -> None:
    """Also by how it is dialled in the own country."""
    made = directory()
    user = replace(made.users[0], numbers=frozenset({STOCKHOLM}))
    plan = dial_plan(replace(made, organisation=replace(made.organisation, country="SE"), users=(user,)))

    assert plan.colleague("+46 8 12 23 90") == plan.colleague("08-12 23 90") == user.id
    assert plan.colleague(f"+{LUND}") is None
