// Written by tools/wire_types from src/cordboard/app/views.py and web/{wire,rest}.py. Do not edit by hand.

export const PROTOCOL = "cordboard.v1";

export const HEARTBEAT_MS = 2000;

export type AgentStatus =
  | "available"
  | "console_gone"
  | "device_lost"
  | "holding"
  | "in_call"
  | "not_answered"
  | "paused"
  | "ringing"
  | "signed_out"
  | "wrap_up";

export type Language =
  | "en"
  | "nl";

export type Theme =
  | "contrast"
  | "dark"
  | "light"
  | "system";

export type CallState =
  | "active"
  | "conference"
  | "connecting"
  | "dialling"
  | "held"
  | "leaving"
  | "offered"
  | "transferred"
  | "transferring"
  | "waiting";

export type Kind =
  | "agent"
  | "alarm"
  | "call"
  | "device"
  | "exchange"
  | "me"
  | "queue";

export type CommandName =
  | "agent.pause"
  | "agent.return"
  | "call.answer"
  | "call.colleague"
  | "call.conference"
  | "call.dial"
  | "call.hang_up"
  | "call.hold"
  | "call.keys"
  | "call.reject"
  | "call.resume"
  | "device.pair"
  | "device.unpair"
  | "group.select"
  | "practice.call"
  | "queue.sign_in"
  | "queue.sign_out"
  | "transfer.arm"
  | "transfer.cancel"
  | "transfer.colleague"
  | "transfer.complete"
  | "transfer.connect"
  | "transfer.number"
  | "transfer.queue"
  | "transfer.undo"
  | "wrap_up.extend"
  | "wrap_up.start"
  | "wrap_up.stop";

export type HistoryKind =
  | "answered"
  | "missed"
  | "outbound"
  | "rejected";

/** A department or location that the user may work for. */
export interface GroupRef {
  readonly id: string;
  readonly name: string;
}

/** The user's own wrap-up: the red bar (2.3-d). */
export interface WrapUpView {
  readonly kind: "automatic" | "manual" | "pending";
  readonly since: number | null;
  readonly until: number | null;
  readonly stoppable: boolean;
  readonly extendable: boolean;
}

/** The user of this console; exactly one in a snapshot. */
export interface MeView {
  readonly k: "me";
  readonly id: string;
  readonly name: string;
  readonly user_name: string;
  readonly organisation: string;
  readonly language: Language;
  readonly theme: Theme;
  readonly rights: string[];
  readonly groups: GroupRef[];
  readonly group: string | null;
  readonly device: string | null;
  readonly signed_in: string[];
  readonly locked: string[];
  readonly status: AgentStatus;
  readonly status_since: number;
  readonly wrap_up: WrapUpView | null;
  readonly wrap_up_armed: boolean;
  readonly pause: string | null;
  readonly pause_reasons: string[];
  readonly hold_warn_ms: number;
  readonly practice: boolean;
}

/** A queue of the current group with its live numbers (3.1-b to 3.1-g). */
export interface QueueView {
  readonly k: "queue";
  readonly id: string;
  readonly name: string;
  readonly urgent: boolean;
  readonly position: number;
  readonly agents_signed_in: number;
  readonly agents_available: number;
  readonly waiting: number;
  readonly average_wait_ms: number | null;
  readonly longest_since: number | null;
  readonly handled: number;
  readonly total: number;
  readonly counted_since: number;
}

/** Whom a colleague is talking with; only sent with the right (3.2-d). */
export interface TalkView {
  readonly direction: "in" | "out";
  readonly number: string | null;
}

/** A colleague who is known to the console. */
export interface AgentView {
  readonly k: "agent";
  readonly id: string;
  readonly name: string;
  readonly extension: string | null;
  readonly email: string | null;
  readonly status: AgentStatus;
  readonly since: number;
  readonly pause: string | null;
  readonly reachable: boolean;
  readonly queues: string[];
  readonly talk: TalkView | null;
}

/** This call is offered to me: a card with the green and (not for urgent) the red key. */
export interface OfferView {
  readonly since: number;
  readonly ringing: boolean;
  readonly rejectable: boolean;
}

/** A call that is being passed on (D7). The console names both parties on every button that connects them. */
export interface TransferView {
  readonly kind: "attended" | "blind";
  readonly state: "armed" | "completed" | "consulting" | "dialling" | "ringing";
  readonly mine: boolean;
  readonly recipient: string | null;
  readonly recipient_name: string | null;
  readonly until: number | null;
}

/** A call that this user may see: an own one, one offered, or one in a queue of the current group. */
export interface CallView {
  readonly k: "call";
  readonly id: string;
  readonly v: number;
  readonly queue: string | null;
  readonly queue_name: string | null;
  readonly urgent: boolean;
  readonly direction: "in" | "out";
  readonly state: CallState;
  readonly since: number;
  readonly entered_at: number;
  readonly answered_at: number | null;
  readonly number: string | null;
  readonly name: string | null;
  readonly agent: string | null;
  readonly agent_name: string | null;
  readonly mine: boolean;
  readonly direct: boolean;
  readonly internal: boolean;
  readonly transfer: TransferView | null;
  readonly offer: OfferView | null;
  readonly note: string | null;
  readonly reason: string | null;
}

/** A telephone or browser phone of the organisation. */
export interface DeviceView {
  readonly k: "device";
  readonly id: string;
  readonly name: string;
  readonly kind: "sip" | "web";
  readonly registered: boolean;
  readonly used_by: string | null;
  readonly used_by_me: boolean;
}

/** Whether the telephone exchange is there; one entity with id `exchange`. */
export interface ExchangeView {
  readonly k: "exchange";
  readonly id: string;
  readonly up: boolean;
  readonly since: number;
}

/** Something that somebody has to look at now; for those who supervise and for who works in that queue (D6). */
export interface AlarmView {
  readonly k: "alarm";
  readonly id: string;
  readonly code: "urgent_empty" | "urgent_unanswered";
  readonly queue: string;
  readonly queue_name: string;
  readonly since: number;
}

/** First frame: who the server is and what time it has. */
export interface Hello {
  readonly t: "hello";
  readonly v: number;
  readonly epoch: string;
  readonly conn: string;
  readonly now: number;
  readonly hb_ms: number;
  readonly user: string;
}

/** Everything this user may see, at one revision; replaces all the console had. */
export interface Snapshot {
  readonly t: "snap";
  readonly epoch: string;
  readonly rev: number;
  readonly ents: (MeView | QueueView | AgentView | CallView | DeviceView | ExchangeView | AlarmView)[];
}

/** Entity new or replaced as a whole. */
export interface OpSet {
  readonly a: "s";
  readonly e: MeView | QueueView | AgentView | CallView | DeviceView | ExchangeView | AlarmView;
}

/** Some fields of an entity have new values (null is a value). */
export interface OpMerge {
  readonly a: "m";
  readonly k: Kind;
  readonly id: string;
  readonly f: Record<string, unknown>;
}

/** The entity is gone, or no longer for this user's eyes. */
export interface OpRemove {
  readonly a: "x";
  readonly k: Kind;
  readonly id: string;
}

/** Changes since the previous frame. `n` counts frames of this connection from 1 without gaps. */
export interface Delta {
  readonly t: "d";
  readonly n: number;
  readonly rev: number;
  readonly ops: (OpSet | OpMerge | OpRemove)[];
}

/** Answer to a command: accepted (its effect is visible at or before `rev`) or refused with a stable code. */
export interface Result {
  readonly t: "res";
  readonly id: string;
  readonly ok: boolean;
  readonly rev: number;
  readonly code: string | null;
  readonly args: Record<string, string>;
}

/**
 * Something to say once, never replayed. Codes: `answered_by` (args name: a colleague was first),
 * `caller_hung_up`, `exchange_down`, `exchange_up`, and every value of `core.notices.Saying`.
 */
export interface Notice {
  readonly t: "ev";
  readonly code: string;
  readonly args: Record<string, string>;
  readonly call: string | null;
}

/** Nothing visible to this user changed up to `rev`. */
export interface Heartbeat {
  readonly t: "hb";
  readonly rev: number;
  readonly now: number;
}

/** The server ends this connection. */
export interface Bye {
  readonly t: "bye";
  readonly code: "auth" | "drain" | "protocol" | "slow" | "superseded";
  readonly resume: boolean;
  readonly after_ms: number;
}

/** First frame of the console: what it holds. `epoch` "" asks for a snapshot. */
export interface Sync {
  readonly t: "sync";
  readonly epoch: string;
  readonly rev: number;
}

/** Answer to each heartbeat; none for 15 s means that the console is gone (D16). */
export interface Pong {
  readonly t: "pong";
  readonly rev: number;
}

/** A click. `id` is a UUID made by the console: the same id twice acts once (2.1.1-r). */
export interface Command {
  readonly t: "cmd";
  readonly id: string;
  readonly op: CommandName;
  readonly args?: Record<string, string>;
  readonly if?: Record<string, number>;
}

/** Why a request was not carried out; `code` is stable and translated by the console. */
export interface Problem {
  readonly code: string;
  readonly args: Record<string, string>;
}

/** Public facts for the log-in page. */
export interface PortalInfo {
  readonly product: string;
  readonly version: string;
  readonly contact: string;
  readonly mail: "outbox" | "smtp";
  readonly demo: DemoLogIn[];
}

/** A ready log-in of the demo organisation (the password stands on the server's terminal only). */
export interface DemoLogIn {
  readonly user_name: string;
  readonly name: string;
}

/** User name and password as typed. */
export interface LogIn {
  readonly user_name: string;
  readonly password: string;
  readonly code?: string;
}

/** A tile on the portal; one that is not active is shown but cannot be chosen (1.1-l). */
export interface Module {
  readonly id: "administration" | "callback" | "operator" | "reports" | "wallboard";
  readonly active: boolean;
}

/** Who is logged in. */
export interface SessionInfo {
  readonly user: string;
  readonly name: string;
  readonly user_name: string;
  readonly organisation: string;
  readonly language: Language;
  readonly theme: Theme;
  readonly modules: Module[];
}

/** Own settings; None leaves one as it is. */
export interface Settings {
  readonly language?: Language | null;
  readonly theme?: Theme | null;
}

/** The address at which somebody wants a link (1.1-h). */
export interface Forgotten {
  readonly email: string;
}

/** sent: a link is on its way; if_known: it is, if there is an account with that address (D20). */
export interface ForgottenAnswer {
  readonly answer: "if_known" | "sent";
}

/** The secret part of a link that was mailed. */
export interface PasswordLink {
  readonly token: string;
}

/** Whose link it is and what for. */
export interface PasswordLinkInfo {
  readonly purpose: "invitation" | "reset";
  readonly name: string;
  readonly user_name: string;
  readonly language: Language;
}

/** The password that somebody with a link chooses. */
export interface NewPassword {
  readonly token: string;
  readonly password: string;
}

/** Another password, by who is logged in; the present one and the second factor's code are asked again. */
export interface PasswordChange {
  readonly password: string;
  readonly new_password: string;
  readonly code?: string;
}

/** It is really me: the password, and the second factor's code where there is one. */
export interface Confirmation {
  readonly password: string;
  readonly code?: string;
}

/** Six digits of an authenticator. */
export interface Code {
  readonly code: string;
}

/** Whether log-in asks for a code. */
export interface SecondFactorInfo {
  readonly on: boolean;
  readonly recovery_codes: number;
}

/** What an authenticator needs, as a picture and as text; made here, no other service sees it. */
export interface SecondFactorStart {
  readonly picture: string;
  readonly secret: string;
}

/** For when the telephone is lost; shown this once, each works once. */
export interface RecoveryCodes {
  readonly codes: string[];
}

/** Own sounds and keys, the same at every desk. */
export interface Preferences {
  readonly ring_volume: number;
  readonly beeps: boolean;
  readonly keys_on: boolean;
  readonly keys: Record<string, string>;
}

/** What the browser phone registers with; the password is new at every pairing and kept in memory only. */
export interface SoftphoneCredentials {
  readonly device: string;
  readonly uri: string;
  readonly auth_user: string;
  readonly password: string;
  readonly ws_path: string;
  readonly echo: string;
}

/** One participation of the user in a call (D24). */
export interface HistoryRow {
  readonly id: string;
  readonly call: string;
  readonly kind: HistoryKind;
  readonly direction: "in" | "out";
  readonly number: string | null;
  readonly name: string | null;
  readonly queue: string | null;
  readonly urgent: boolean;
  readonly at: number;
  readonly wait_ms: number | null;
  readonly talk_ms: number | null;
  readonly ended_by: "agent" | "caller" | "exit" | "lost" | "not_reached" | "transfer" | null;
  readonly transferred_to: string | null;
}

/** Newest first; `before` asks the next page, None: that was all. */
export interface HistoryPage {
  readonly rows: HistoryRow[];
  readonly before: string | null;
}

/** For machines: `ok` when calls can be handled. */
export interface Health {
  readonly ok: boolean;
  readonly version: string;
  readonly exchange: "down" | "up";
  readonly database: "failing" | "ok";
  readonly calls: number;
  readonly consoles: number;
}

/** One line of a call's log; the console has the words for each `why` (core.records.Why). */
export interface LogLine {
  readonly at: number;
  readonly why: string;
  readonly agent_name: string | null;
  readonly detail: string | null;
}

/** Why a call rang whom and why not, and what became of it. */
export interface CallLog {
  readonly call: string;
  readonly lines: LogLine[];
}

/** A message that a caller left (D29). */
export interface MessageRow {
  readonly name: string;
  readonly call: string;
  readonly number: string | null;
  readonly caller_name: string | null;
  readonly queue: string | null;
  readonly at: number;
  readonly ms: number;
}

/** Newest first. */
export interface MessagePage {
  readonly rows: MessageRow[];
}

export type View = MeView | QueueView | AgentView | CallView | DeviceView | ExchangeView | AlarmView;

export type Op = OpSet | OpMerge | OpRemove;

export type ServerFrame = Hello | Snapshot | Delta | Result | Notice | Heartbeat | Bye;

export type ConsoleFrame = Sync | Pong | Command;
