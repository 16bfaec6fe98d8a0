"""The shapes of the REST interface under `/api` (its OpenAPI document is at `/api/openapi.json`).

    GET    /api/portal              public: what the log-in page shows                   PortalInfo
    POST   /api/session             log in            LogIn  -> SessionInfo | 401 Problem(code="wrong_credentials" |
                                    "too_many_attempts" with args.seconds)
    GET    /api/session             who am I                 -> SessionInfo | 401 Problem(code="no_session")
    GET    /api/session/desk        own phone and own calls  -> OwnDesk (what a log-out would end or leave, 4-b, 4-f)
    DELETE /api/session?device=1    log out (device=1: also unpair the device, 4-c)      204 | 409 "live_call" (there is
                                    one on hold) | "last_in_urgent" (args.queue; confirmed=1: all the same)
    POST   /api/password/forgotten  mail me a link           Forgotten -> ForgottenAnswer | 404 "unknown_email" | 429
    POST   /api/password/link       whose link is this       PasswordLink -> PasswordLinkInfo | 410 "link_gone"
    POST   /api/password            choose it by that link   NewPassword -> 204 | 410 | 422
    PUT    /api/password            change my own            PasswordChange -> 204 | 401 | 422
    GET    /api/preferences         own sounds and keys      -> Preferences       PUT the same
    GET    /api/second-factor       own second factor        -> SecondFactorInfo
    POST   /api/second-factor       begin one                Confirmation -> SecondFactorStart | 409
    PUT    /api/second-factor       its first code           Code -> RecoveryCodes | 422 "wrong_code"
    POST   /api/second-factor/off   take it away             Confirmation -> 204
    PUT    /api/settings            own language and theme   Settings -> 204
    POST   /api/softphone           credentials for the paired browser phone             SoftphoneCredentials | 409
    GET    /api/history?before=&limit=&kind=&q=   own calls, newest first                HistoryPage | 403
    GET    /api/history/file?kind=&q=    all of them, to be opened in a spreadsheet      text/csv | 403
    GET    /api/history/{call}/back      which number calls back                         CallBackNumber | 404
    GET    /api/calls/{id}/log      why it rang whom (X-h), oldest first                 CallLog | 404
    GET    /api/messages            messages left for me or my group's queues            MessagePage
    GET    /api/messages/{name}     one of them as sound (WAV)                           bytes | 404
    GET    /api/contacts?q=&external=&internal=&group=   own favourites, and whom it finds         ContactPage
    POST   /api/contacts/import     a file of them, dry run first            ContactFile -> ContactsImported | 403
                                    | 409 "import_busy"
    GET    /api/contacts/export?format=   all of them: csv or vcard, by right        200 | 403
    GET    /api/contacts/groups     by which groups to filter   ContactGroups
    POST   /api/contacts            add one                  ContactFields -> 201 ContactRow | 403 | 422 "wrong_contact"
    GET    /api/contacts/{id}       one      ContactRow | 404        PUT, DELETE  by right, If-Match | 412 | 428
    PUT    /api/contacts/{id}/favourite   give it my star; DELETE takes it                204 | 404
    GET    /api/missed              who called my groups' queues in vain                 MissedPage
    /api/admin/...                  the administration: docs/admin/rest.md                       AdminProblem
    GET    /api/health              for machines                                         Health

Every state-changing request must carry the header `X-Cordboard: 1` and, from a browser, an Origin that is ours.
Errors are `Problem` with a stable code.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from cordboard.app.views import CallBackView, CallState, HistoryGap


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not carried out; `code` is stable and translated by the console."""

    code: str
    args: dict[str, str] = {}


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why one field cannot be so."""

    field: str
    """With dots for one inside another: `exits.full.target`."""
    code: str
    args: dict[str, str] = {}


class AdminProblem(msgspec.Struct, frozen=True, kw_only=True):
    """The same from the administration (RFC 9457); nothing has changed."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    args: dict[str, str] = {}
    errors: list[FieldProblem] = []


class AdminResource(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of thing that can be administered."""

    name: str
    may_change: bool


class AdminOverview(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody may do in the administration."""

    rights: list[str]
    resources: list[AdminResource]
    mail: Literal["smtp", "outbox"]
    """outbox: no mail server is set; an invitation becomes a file at the server."""


class AdminRights(msgspec.Struct, frozen=True, kw_only=True):
    """All rights that there are."""

    rights: list[str]


class AdminRows(msgspec.Struct, frozen=True, kw_only=True):
    """A whole list; the fields of a row are in docs/admin/rest.md."""

    rows: list[dict[str, Any]]


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody changed something."""

    id: str
    at: int
    user: str
    """Id; empty: a command on the server itself."""
    user_name: str
    action: str
    resource: str
    thing: str
    name: str
    before: dict[str, Any] | None
    """The fields that differ, as they were."""
    after: dict[str, Any] | None


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first."""

    rows: list[AuditRow]
    before: str | None
    """Ask with this for the page after; None: there is none."""


class DevicePassword(msgspec.Struct, frozen=True, kw_only=True):
    """A telephone's new password, shown this once."""

    password: str


class PortalInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Public facts for the log-in page."""

    product: str
    version: str
    contact: str
    """Whom to ask when name or password never came (1.1-g); free text, may be empty."""
    mail: Literal["smtp", "outbox"]
    """outbox: no mail server is set; letters become files at the server, and the page says so."""
    demo: list[DemoLogIn]
    """Log-ins of the demo organisation; filled only on a loopback address, else empty."""


class DemoLogIn(msgspec.Struct, frozen=True, kw_only=True):
    """A ready log-in of the demo organisation (the password stands on the server's terminal only)."""

    user_name: str
    name: str


class LogIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """User name and password as typed."""

    user_name: str
    password: str
    code: str = ""
    """Of the second factor; empty: it was not asked for yet (401 `code_needed` asks for it)."""


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A tile on the portal; one that is not active is shown but cannot be chosen (1.1-l)."""

    id: Literal["operator", "callback", "wallboard", "reports", "administration"]
    active: bool


class SessionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Who is logged in."""

    user: str
    name: str
    user_name: str
    organisation: str
    language: Literal["nl", "en"]
    theme: Literal["system", "light", "dark", "contrast"]
    modules: list[Module]
    contact: str
    """Whom to ask for a module that is not active (1.1-l), in the words of the own organisation; may be empty."""


class OwnCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that the user has now."""

    id: str
    state: CallState
    number: str | None
    name: str | None
    queue_name: str | None


class OwnDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What the user has at the desk, for pages that have no live connection: asked before a log-out (4-b, 4-f)."""

    device: str | None
    """Name of the paired telephone; None: there is none."""
    keeps: bool
    """Who stays logged in there goes on with the queues too (D17)."""
    calls: list[OwnCall]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Own settings; None leaves one as it is."""

    language: Literal["nl", "en"] | None = None
    theme: Literal["system", "light", "dark", "contrast"] | None = None


class Forgotten(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address at which somebody wants a link (1.1-h)."""

    email: str


class ForgottenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """sent: a link is on its way; if_known: it is, if there is an account with that address (D20)."""

    answer: Literal["sent", "if_known"]


class PasswordLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secret part of a link that was mailed."""

    token: str


class PasswordLinkInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Whose link it is and what for."""

    purpose: Literal["invitation", "reset"]
    name: str
    user_name: str
    language: Literal["nl", "en"]


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password that somebody with a link chooses."""

    token: str
    password: str


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another password, by who is logged in; the present one and the second factor's code are asked again."""

    password: str
    new_password: str
    code: str = ""


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It is really me: the password, and the second factor's code where there is one."""

    password: str
    code: str = ""


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Six digits of an authenticator."""

    code: str


class SecondFactorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Whether log-in asks for a code."""

    on: bool
    recovery_codes: int
    """How many are left."""


class SecondFactorStart(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator needs, as a picture and as text; made here, no other service sees it."""

    picture: str
    """An SVG image as a data address."""
    secret: str


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """For when the telephone is lost; shown this once, each works once."""

    codes: list[str]


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Own sounds and keys, the same at every desk."""

    ring_volume: int
    """0 to 100."""
    beeps: bool
    keys_on: bool
    keys: dict[str, str]
    """Action -> key, where it differs from the usual one."""


class SoftphoneCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser phone registers with; the password is new at every pairing and kept in memory only."""

    device: str
    uri: str
    """`sip:d-12@cordboard`"""
    auth_user: str
    password: str
    ws_path: str
    """`/ws`, on the console's own origin."""
    echo: str
    """What to dial for the echo test: `*43`."""


HistoryKind = Literal["answered", "missed", "rejected", "outbound"]


class HistoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One participation of the user in a call (D24)."""

    id: str
    call: str
    kind: HistoryKind
    direction: Literal["in", "out"]
    number: str | None
    name: str | None
    queue: str | None
    """Queue name; None for a direct call."""
    urgent: bool
    at: int
    """When it was answered, else when it was offered or dialled."""
    wait_ms: int | None
    talk_ms: int | None
    ended_by: Literal["caller", "agent", "lost", "transfer", "not_reached", "exit", "call_back"] | None
    """lost: broken off by a failure of the exchange; transfer: the consultation that ended in one; not_reached: an
    outgoing call that was busy, rejected or not answered; exit: a rule led the caller out."""
    transferred_to: str | None
    """To whom the user passed it on, by name or number; None: not at all."""


class HistoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first; `before` asks the next page, None: that was all."""

    rows: list[HistoryRow]
    before: str | None
    gaps: list[HistoryGap]


class CallBackNumber(msgspec.Struct, frozen=True, kw_only=True):
    """What is dialled to call somebody back: a contact's primary number, else the one of the call (3.4-g)."""

    number: str


class CallBackPage(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the planning, or what a search found (3.6)."""

    rows: list[CallBackView]
    open: int
    """Of the rows: still to take place (3.6-h)."""
    done: int
    """Succeeded, failed or cancelled."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """For machines: `ok` when calls can be handled."""

    ok: bool
    version: str
    exchange: Literal["up", "down"]
    database: Literal["ok", "failing"]
    calls: int
    consoles: int


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a call's log; the console has the words for each `why` (core.records.Why)."""

    at: int
    why: str
    agent_name: str | None
    detail: str | None
    """A queue's name, a recipient, a reason's code; None: nothing more to say."""


class CallLog(msgspec.Struct, frozen=True, kw_only=True):
    """Why a call rang whom and why not, and what became of it."""

    call: str
    lines: list[LogLine]


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message that a caller left (D29)."""

    name: str
    """Of the recording."""
    call: str
    number: str | None
    caller_name: str | None
    queue: str | None
    """Queue's name; None: left for me."""
    at: int
    ms: int


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first."""

    rows: list[MessageRow]


class MissedClaim(msgspec.Struct, frozen=True, kw_only=True):
    """Who has said "I call", as the live console shows it."""

    by: str
    """User id."""
    by_name: str
    since: int
    calling: bool
    """At this moment."""


class MissedRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who called a queue of the user's groups and was not spoken to since (D14)."""

    call: str
    """The last of the calls; its log is at `/api/calls/{id}/log`."""
    number: str | None
    """None: withheld."""
    name: str | None
    queue: str | None
    """Queue's name."""
    at: int
    wait_ms: int
    ended_by: Literal["caller", "lost", "exit"] | None
    """caller: hung up; lost: broken off by a failure of the exchange; exit: a rule led the caller out."""
    times: int
    """How often in vain."""
    claim: MissedClaim | None
    """None: nobody calls, or one may not see the planning (`callback.see`)."""


class MissedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The latest first, of the last seven days."""

    rows: list[MissedRow]
