import type { ServerClock } from "../model/clock.ts";
import type { Store } from "../model/store.ts";
import type {
  ChatMessage,
  ChatUnread,
  Command,
  CommandName,
  ConsoleFrame,
  Notice,
  Result,
  ServerFrame,
} from "../model/wire.ts";
import { PROTOCOL } from "../model/wire.ts";
import { waitBefore } from "./backoff.ts";

/** Nothing heard for this long: what is shown may be old (D16). The server beats every 2 s. */
export const LOST_MS = 5_000;
const LOOK_EVERY_MS = 500;

/** The part of a browser's WebSocket that is used, so that a test can play the server. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LineOptions {
  readonly store: Store;
  readonly clock: ServerClock;
  readonly notice: (notice: Notice) => void;
  readonly chat: (frame: ChatMessage | ChatUnread) => void;
  /** The server hears us, again perhaps: what it told while there was no line was not heard here. */
  readonly greeted?: () => void;
  /** Asked when the line could not be made: false when the log-in is over, so that trying again is no use. */
  readonly loggedIn: () => Promise<boolean>;
  readonly open?: () => Socket;
  readonly random?: () => number;
}

/** What became of a command; a refusal carries a stable code that `text/refusals` says in words. */
export type Outcome = { ok: true } | { ok: false; code: string; args: Readonly<Record<string, string>> };

/**
 * The live connection: keeps the store equal to what the server shows, and carries commands.
 *
 *     starting -> connected <-> lost -> ended (logged out, taken over)
 *
 * Source: console.md 3.2; D16 (heartbeat), D23 (commands).
 */
export class LiveLine {
  readonly #options: LineOptions;
  readonly #pending = new Map<string, (outcome: Outcome) => void>();
  #socket: Socket | null = null;
  #heardAt = 0;
  #attempt = 0;
  #greeted = false;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #look: ReturnType<typeof setInterval> | null = null;
  #over = false;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  start(): void {
    this.#look = setInterval(() => this.#lookWhetherLost(), LOOK_EVERY_MS);
    this.#connect();
  }

  /** Leave for good: the page closes, or the person logs out. */
  stop(): void {
    this.#over = true;
    if (this.#look !== null) clearInterval(this.#look);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#drop();
  }

  /** The person does not want to wait for the next attempt. */
  retryNow(): void {
    if (this.#over || this.#retry === null) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#connect();
  }

  /**
   * Ask the server to do one thing. Resolves with its answer, or with `no_connection` when the line is not there
   * or falls away before the answer: then nobody here knows, and the screen after the resume tells.
   */
  command(
    op: CommandName,
    args: Readonly<Record<string, string>> = {},
    expect: Readonly<Record<string, number>> = {},
  ): Promise<Outcome> {
    if (!this.#greeted) return Promise.resolve({ ok: false, code: "no_connection", args: {} });
    const command: Command = { t: "cmd", id: crypto.randomUUID(), op, args, if: expect };
    return new Promise((resolve) => {
      this.#pending.set(command.id, resolve);
      this.#send(command);
    });
  }

  #connect(): void {
    const socket = (this.#options.open ?? openSocket)();
    this.#socket = socket;
    this.#greeted = false;
    this.#heardAt = Date.now();
    socket.onopen = () => {
      const { epoch, rev } = this.#options.store.world;
      this.#send({ t: "sync", epoch, rev });
    };
    socket.onmessage = (event) => this.#heard(JSON.parse(String(event.data)) as ServerFrame);
    socket.onclose = () => this.#lost();
  }

  #heard(frame: ServerFrame): void {
    const { store, clock } = this.#options;
    this.#heardAt = Date.now();
    switch (frame.t) {
      case "hello":
        clock.heard(frame.now);
        store.hello(frame);
        this.#greeted = true;
        this.#options.greeted?.();
        // After a resume without changes no frame follows: what we hold is what the server shows.
        if (store.world.epoch === frame.epoch) this.#connected();
        break;
      case "snap":
        store.snapshot(frame);
        this.#connected();
        break;
      case "d":
        if (store.delta(frame) === "resync") this.#startOver();
        else this.#connected();
        break;
      case "hb":
        clock.heard(frame.now);
        store.heartbeat(frame);
        this.#send({ t: "pong", rev: store.world.rev });
        break;
      case "res":
        this.#answer(frame);
        break;
      case "ev":
        this.#options.notice(frame);
        break;
      case "chat":
      case "unread":
        this.#options.chat(frame);
        break;
      case "bye":
        if (frame.resume) this.#lost(frame.after_ms);
        else this.#end(frame.code === "auth" || frame.code === "superseded" ? frame.code : "protocol");
        break;
    }
  }

  #answer(result: Result): void {
    const resolve = this.#pending.get(result.id);
    this.#pending.delete(result.id);
    resolve?.(
      result.ok ? { ok: true } : { ok: false, code: result.code ?? "bad_command", args: result.args },
    );
  }

  #connected(): void {
    this.#attempt = 0;
    if (this.#options.store.world.line.state !== "connected") {
      this.#options.store.line({ state: "connected" });
    }
  }

  /** Our copy cannot be trusted: throw it away and ask for a snapshot on a new connection. */
  #startOver(): void {
    this.#options.store.forget();
    this.#drop();
    this.#connect();
  }

  #lookWhetherLost(): void {
    // A clock that was set back would make the silence look short for as long as the step.
    this.#heardAt = Math.min(this.#heardAt, Date.now());
    if (this.#socket !== null && Date.now() - this.#heardAt > LOST_MS) this.#lost();
  }

  /** @param afterMs what the server asked to wait at least; 0 when it just fell away. */
  #lost(afterMs = 0): void {
    if (this.#over) return;
    const greeted = this.#greeted;
    this.#drop();
    const wait = afterMs + waitBefore(this.#attempt, this.#options.random);
    this.#attempt += 1;
    const { store, clock } = this.#options;
    const { line } = store.world;
    const since = line.state === "lost" ? line.since : clock.now() - (Date.now() - this.#heardAt);
    store.line({ state: "lost", since, retryAt: clock.now() + wait });
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#connect();
    }, wait);
    if (!greeted) void this.#lookWhetherLoggedIn();
  }

  async #lookWhetherLoggedIn(): Promise<void> {
    // A refused upgrade looks like a broken line to a browser; only a request can tell the two apart.
    if (!(await this.#options.loggedIn())) this.#end("auth");
  }

  #end(reason: "auth" | "superseded" | "protocol"): void {
    if (this.#over) return;
    this.stop();
    this.#options.store.line({ state: "ended", reason });
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#greeted = false;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const resolve of this.#pending.values()) resolve({ ok: false, code: "no_connection", args: {} });
    this.#pending.clear();
  }

  #send(frame: ConsoleFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }
}

function openSocket(): Socket {
  const url = new URL("/live", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(url, PROTOCOL) as unknown as Socket;
}
