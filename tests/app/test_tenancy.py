"""Whose call is it: by trunk and number, by telephone, and never another organisation's (X-c, D28)."""

from __future__ import annotations

from dataclasses import replace

import pytest

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
