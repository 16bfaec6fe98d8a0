"""A line to the public network as an administrator set it up (D28)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from cordboard.app.numbers import NumberForm
from cordboard.core.types import OrganisationId


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkRow:
    """One trunk of one organisation; its id is also its name in the exchange."""

    id: str
    name: str
    host: str
    """The provider's name or address."""
    port: int | None = None
    """None: the transport's own, or what DNS says."""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    user_name: str | None = None
    """Of the account to register with; None: the provider knows us by our address."""
    password: str | None = field(default=None, repr=False)
    password_changes: int = 0
    """How often it was chosen; what the log shows of it."""
    contact_user: str | None = None
    from_domain: str | None = None
    match: tuple[str, ...] = ()
    """Addresses or networks that its calls come from; empty: `host`."""
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    called_number_in: Literal["uri", "to"] = "uri"
    sends: NumberForm = NumberForm.PLUS
    """How numbers are written in what we send; what comes in is understood in every form."""
    caller_id: str | None = None
    """Our number that called people see when nothing else says so."""
    caller_ids: tuple[str, ...] = ()
    """Our numbers that the provider lets us show; empty: any of ours."""
    trusts_our_caller_id: bool = True
    emergency: bool = False
    """Calls for help are tried here first, and other calls only when there is no other trunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkState:
    """How a trunk is right now."""

    state: Literal["fine", "not_registered", "no_answer", "unknown"]
    """`unknown`: the exchange is away or has not said it yet."""
    detail: str = ""
    """What the exchange says of the registration: `Rejected`."""
    test: TestCall | None = None
    """The last test call since the start; None: there was none."""


TestResult = Literal[
    "dialling",
    "answered",
    "busy",
    "no_answer",
    "unknown_number",
    "refused",
    "no_sound",
    "unreachable",
    "failed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCall:
    """What came back from a test call."""

    __test__ = False

    number: str
    result: TestResult
    cause: int = 0
    """Q.850, as the exchange has it; 0: none."""


class TrunkLines(Protocol):
    """The trunks as they run."""

    async def states(self, organisation: OrganisationId) -> dict[str, TrunkState]:
        """Of the organisation's own trunks, by id."""

    async def test(self, organisation: OrganisationId, trunk: str, number: str) -> bool:
        """Ring that number over this trunk; False: the exchange did not begin it.

        Args:
            number: as `read_number` keeps it.
        """
