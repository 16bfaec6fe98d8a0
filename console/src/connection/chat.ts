import { useSyncExternalStore } from "react";
import {
  answered,
  type Chats,
  counted,
  drafted,
  NO_CHATS,
  opened,
  received,
  sending,
} from "../model/chat.ts";
import type { ChatMessage, ChatUnread } from "../model/wire.ts";
import { type Desk, useDesk } from "./desk.tsx";

interface Options {
  readonly me: string;
  readonly command: Desk["command"];
  /** A message came while the chat tab was not in front (3.5-g). */
  readonly popUp: (from: string, text: string) => void;
  readonly now?: () => number;
}

/** The conversations of this tab: what comes in, what goes out, what has been read. */
export class ChatBook {
  readonly #options: Options;
  readonly #readers = new Set<() => void>();
  #chats: Chats = NO_CHATS;

  constructor(options: Options) {
    this.#options = options;
  }

  get chats(): Chats {
    return this.#chats;
  }

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  /** A message of a colleague, or one of mine that arrived. */
  heard(message: ChatMessage): void {
    const { me, command, popUp } = this.#options;
    const from = message.sender;
    const known = this.#chats.talks.get(from)?.some((line) => line.id === message.id) ?? false;
    this.#change(received(this.#chats, me, message));
    if (from === me) return;
    const read = this.#reads(from);
    // The sender is told that it arrived only after this; said again when it came again.
    void command("chat.got", { from, message: message.id, ...(read && { read: "true" }) });
    if (!known && !this.#chats.looking) popUp(from, message.text);
  }

  /** The server's count of what was not read. */
  counts({ counts }: ChatUnread): void {
    this.#change(counted(this.#chats, counts));
    this.#markRead();
  }

  /** Send what is typed (3.5-e). A message that did not arrive keeps its id when it is sent again. */
  async send(to: string, text: string, id: string = crypto.randomUUID()): Promise<void> {
    const at = (this.#options.now ?? Date.now)();
    this.#change(drafted(sending(this.#chats, to, id, text, at), to, ""));
    const outcome = await this.#options.command("chat.send", { to, message: id, text });
    this.#change(answered(this.#chats, to, id, outcome.ok ? null : outcome.code));
  }

  /** What is being typed, kept while one looks at another conversation. */
  draft(to: string, text: string): void {
    this.#change(drafted(this.#chats, to, text));
  }

  /** Open the conversation with this colleague (3.5-d, 3.5-l). */
  open(other: string): void {
    this.#change(opened(this.#chats, other));
    this.#markRead();
  }

  /** The same from anywhere on the screen: the chat tab comes in front (3.5-h). */
  show(other: string): void {
    this.#change({ ...this.#chats, summoned: !this.#chats.looking });
    this.open(other);
  }

  /** The chat tab comes in front, or goes. */
  look(looking: boolean): void {
    const summoned = this.#chats.summoned && !looking;
    this.#change({ ...this.#chats, looking, summoned });
    this.#markRead();
  }

  /** The field to write in has the focus. */
  writes(): void {
    this.#change({ ...this.#chats, writing: false });
  }

  /** The window is looked at again. */
  readonly lookedAgain = (): void => this.#markRead();

  #reads(other: string): boolean {
    const { looking, open } = this.#chats;
    return looking && open === other && document.visibilityState === "visible";
  }

  #markRead(): void {
    const { open, unread } = this.#chats;
    if (open === null || !this.#reads(open) || (unread.get(open) ?? 0) === 0) return;
    void this.#options.command("chat.read", { with: open });
  }

  #change(next: Chats): void {
    this.#chats = next;
    for (const reader of this.#readers) reader();
  }
}

/** Read something of the conversations; only what is the same object or value as before is not drawn anew. */
export function useChats<T>(read: (chats: Chats) => T): T {
  const { chat } = useDesk();
  return useSyncExternalStore(chat.subscribe, () => read(chat.chats));
}
