import { applyOps, type Entities, fromSnapshot, NOTHING, OutOfDate } from "./entities.ts";
import type { CallView, Delta, Heartbeat, Hello, Op, Snapshot } from "./wire.ts";

/** When what others do is shown; what concerns oneself is shown at once. */
export interface Pace {
  /** So long such changes are gathered, in milliseconds; 0: they are shown at once. */
  readonly gatherMs: number;
  /** Everybody is about to be told, and to draw. */
  readonly telling: () => void;
}

export const AT_ONCE: Pace = { gatherMs: 0, telling: () => undefined };

/** How colleagues and queues are doing, and callers who are for nobody here: in a large office that never stops. */
function isOfOthers(op: Op, before: Entities, after: Entities): boolean {
  const [kind, id] = op.a === "s" ? [op.e.k, op.e.id] : [op.k, op.id];
  return (
    kind === "agent" ||
    kind === "queue" ||
    (kind === "call" && isQuiet(before.call.get(id)) && isQuiet(after.call.get(id)))
  );
}

/** Neither offered nor mine, nor urgent, nor for me alone. */
function isQuiet(call: CallView | undefined): boolean {
  return (
    call === undefined ||
    (!call.mine && !call.urgent && !call.direct && call.offer === null && call.transfer?.mine !== true)
  );
}

/** What the line to the server is like, as far as the person at the screen must know. */
export type Line =
  /** Not yet connected for the first time. */
  | { state: "starting" }
  | { state: "connected" }
  /** Nothing heard for too long: what is shown may be old, and was true at `since`. */
  | { state: "lost"; since: number; retryAt: number | null }
  /** The server does not want this console any more. */
  | { state: "ended"; reason: "auth" | "superseded" | "protocol" };

/** All that the console knows from the server at one moment. Never changed in place. */
export interface World {
  readonly epoch: string;
  readonly rev: number;
  readonly entities: Entities;
  readonly line: Line;
}

/** What the connection must do after a frame. */
export type Verdict = "ok" | "resync";

/**
 * The console's copy of what it may see. Frames go in, readers are told; there is one update path: whoever
 * clicks sees the effect when the server says so, like everybody else.
 */
export class Store {
  #world: World = { epoch: "", rev: 0, entities: NOTHING, line: { state: "starting" } };
  #frames = 0;
  #left: ReadonlyMap<string, CallView> = new Map();
  #gathering: ReturnType<typeof setTimeout> | null = null;
  readonly #pace: Pace;
  readonly #readers = new Set<() => void>();
  readonly #ofLine = new Set<() => void>();

  constructor(pace: Pace = AT_ONCE) {
    this.#pace = pace;
  }

  get world(): World {
    return this.#world;
  }

  /** A call that is there, or has just left: the server says of who hung up only after the card has gone. */
  call(id: string): CallView | undefined {
    return this.#world.entities.call.get(id) ?? this.#left.get(id);
  }

  /** Be told after every change. Returns how to stop. */
  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  /** Be told only when the line changes: every row on the screen asks for it, and it hardly ever does. */
  readonly subscribeToLine = (reader: () => void): (() => void) => {
    this.#ofLine.add(reader);
    return () => this.#ofLine.delete(reader);
  };

  /** A new connection: the server counts its frames from 1 again. */
  hello(_frame: Hello): void {
    this.#frames = 0;
  }

  snapshot(frame: Snapshot): void {
    this.#change({ epoch: frame.epoch, rev: frame.rev, entities: fromSnapshot(frame.ents) });
  }

  /** Apply one delta; a gap in the numbers or an unknown entity means that a fresh snapshot is needed. */
  delta(frame: Delta): Verdict {
    if (frame.n !== this.#frames + 1) return "resync";
    this.#frames = frame.n;
    const before = this.#world.entities;
    try {
      // The revision moves only with a frame that was really applied.
      this.#know({ rev: frame.rev, entities: applyOps(this.#world.entities, frame.ops) });
    } catch (problem) {
      if (problem instanceof OutOfDate) return "resync";
      throw problem;
    }
    const after = this.#world.entities;
    const left = frame.ops.flatMap((op) =>
      op.a === "x" && op.k === "call" ? (before.call.get(op.id) ?? []) : [],
    );
    if (left.length > 0) this.#left = new Map(left.map((one) => [one.id, one]));
    const { gatherMs } = this.#pace;
    if (gatherMs > 0 && frame.ops.every((op) => isOfOthers(op, before, after))) {
      this.#gathering ??= setTimeout(() => this.#tell(), gatherMs);
    } else {
      this.#tell();
    }
    return "ok";
  }

  heartbeat(frame: Heartbeat): void {
    // Nothing visible changed, so nobody needs to be told.
    this.#world = { ...this.#world, rev: Math.max(this.#world.rev, frame.rev) };
  }

  line(line: Line): void {
    this.#change({ line });
    for (const reader of this.#ofLine) reader();
  }

  /** Forget what is held, so that the next connection asks for everything. */
  forget(): void {
    this.#world = { ...this.#world, epoch: "", rev: 0 };
  }

  #change(part: Partial<World>): void {
    this.#know(part);
    this.#tell();
  }

  #know(part: Partial<World>): void {
    this.#world = { ...this.#world, ...part };
  }

  /** Everybody reads all that is known by now. */
  #tell(): void {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#gathering = null;
    this.#pace.telling();
    for (const reader of this.#readers) reader();
  }
}
