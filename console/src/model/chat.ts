import type { ChatMessage } from "./wire.ts";

/** One line of a conversation. */
export interface Line {
  /** Made by the sender's console; the same id is the same message, however often it comes. */
  readonly id: string;
  readonly mine: boolean;
  readonly text: string;
  readonly at: number;
  /** sending: no answer yet; failed: it did not arrive, `code` says why. Of colleagues' lines always sent. */
  readonly state: "sending" | "sent" | "failed";
  readonly code: string | null;
}

/** Everything this tab knows of chat. In its memory alone: gone with a reload (3.5-b, D18). */
export interface Chats {
  /** Conversations by colleague; who wrote last is the first. */
  readonly talks: ReadonlyMap<string, readonly Line[]>;
  /** What the server counts as unread; it counts on when this tab is loaded anew. */
  readonly unread: ReadonlyMap<string, number>;
  /** What was typed and not sent, by colleague. */
  readonly drafts: ReadonlyMap<string, string>;
  /** The conversation that is open; null: none. */
  readonly open: string | null;
  /** The chat tab is in front. */
  readonly looking: boolean;
  /** Somebody wants the chat tab in front, and it is not there yet. */
  readonly summoned: boolean;
  /** A conversation was just opened: the field to write in still has to take the focus. */
  readonly writing: boolean;
}

export const NO_CHATS: Chats = {
  talks: new Map(),
  unread: new Map(),
  drafts: new Map(),
  open: null,
  looking: false,
  summoned: false,
  writing: false,
};

/** Lines of one conversation that are kept; older ones go. */
export const LINES_MAX = 500;

/** A message that came, or one of mine from another tab; one that is known already changes nothing but its state. */
export function received(chats: Chats, me: string, message: ChatMessage): Chats {
  const { id, sender, to, text, at } = message;
  const mine = sender === me;
  return withLine(chats, mine ? to : sender, { id, mine, text, at, state: "sent", code: null });
}

/** I pressed Enter. */
export function sending(chats: Chats, to: string, id: string, text: string, at: number): Chats {
  return withLine(chats, to, { id, mine: true, text, at, state: "sending", code: null });
}

/** The server's answer to it; null: it arrived. What came back as a message arrived, whatever is answered later. */
export function answered(chats: Chats, to: string, id: string, code: string | null): Chats {
  const line = chats.talks.get(to)?.find((one) => one.id === id);
  if (line === undefined || line.state === "sent") return chats;
  return withLine(chats, to, { ...line, state: code === null ? "sent" : "failed", code }, false);
}

/** The conversation with a colleague, begun when there is none yet. */
export function opened(chats: Chats, other: string): Chats {
  const talks = chats.talks.has(other) ? chats.talks : new Map([[other, []], ...chats.talks]);
  return { ...chats, talks, open: other, writing: true };
}

/** What was counted while this tab knew nothing of it has its place in the list too. */
export function counted(chats: Chats, counts: Readonly<Record<string, number>>): Chats {
  const unread = new Map(Object.entries(counts));
  const talks = new Map(chats.talks);
  for (const other of unread.keys()) if (!talks.has(other)) talks.set(other, []);
  return { ...chats, unread, talks };
}

export function drafted(chats: Chats, other: string, text: string): Chats {
  const drafts = new Map(chats.drafts);
  if (text === "") drafts.delete(other);
  else drafts.set(other, text);
  return { ...chats, drafts };
}

/** Messages that wait to be read, of everybody together. */
export function unreadOfAll(chats: Chats): number {
  let sum = 0;
  for (const count of chats.unread.values()) sum += count;
  return sum;
}

function withLine(chats: Chats, other: string, line: Line, first = true): Chats {
  const before = chats.talks.get(other) ?? [];
  const known = before.some((one) => one.id === line.id);
  const lines = known
    ? before.map((one) => (one.id === line.id ? { ...line, at: one.at } : one))
    : [...before, line].slice(-LINES_MAX);
  const talks = new Map(chats.talks);
  if (first && !known) {
    talks.delete(other);
    return { ...chats, talks: new Map([[other, lines], ...talks]) };
  }
  talks.set(other, lines);
  return { ...chats, talks };
}
