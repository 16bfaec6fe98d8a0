import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServerClock } from "../model/clock.ts";
import { Store } from "../model/store.ts";
import type { ConsoleFrame, ServerFrame } from "../model/wire.ts";
import { waitBefore } from "./backoff.ts";
import { LiveLine, LOST_MS, type Socket } from "./live.ts";

/** The server's end of one connection. */
class Wire implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: ConsoleFrame[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ConsoleFrame);
  }

  close(): void {
    this.closed = true;
  }

  says(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  greets(epoch = "e1"): void {
    this.onopen?.();
    this.says({ t: "hello", v: 1, epoch, conn: "c", now: Date.now(), hb_ms: 2000, user: "u" });
  }

  shows(rev = 1, epoch = "e1"): void {
    this.greets(epoch);
    this.says({ t: "snap", epoch, rev, ents: [] });
  }
}

let wires: Wire[];
let store: Store;
let line: LiveLine;
let loggedIn: boolean;
let greetings: number;
const notices: string[] = [];
const last = (): Wire => {
  const wire = wires.at(-1);
  if (wire === undefined) throw new Error("no connection was made");
  return wire;
};

beforeEach(() => {
  vi.useFakeTimers();
  wires = [];
  notices.length = 0;
  loggedIn = true;
  greetings = 0;
  store = new Store();
  line = new LiveLine({
    store,
    clock: new ServerClock(),
    notice: ({ code }) => notices.push(code),
    chat: ({ t }) => notices.push(t),
    greeted: () => {
      greetings += 1;
    },
    loggedIn: () => Promise.resolve(loggedIn),
    random: () => 1,
    open: () => {
      const wire = new Wire();
      wires.push(wire);
      return wire;
    },
  });
  line.start();
});

afterEach(() => {
  line.stop();
  vi.useRealTimers();
});

describe("the line to the server", () => {
  it("asks for everything the first time", () => {
    last().shows();
    expect(last().sent[0]).toEqual({ t: "sync", epoch: "", rev: 0 });
    expect(store.world.line).toEqual({ state: "connected" });
  });

  it("goes on where it was after a break", async () => {
    last().shows(7);
    last().onclose?.();
    expect(store.world.line.state).toBe("lost");

    await vi.advanceTimersByTimeAsync(500);
    expect(wires).toHaveLength(2);
    last().greets();

    expect(last().sent[0]).toEqual({ t: "sync", epoch: "e1", rev: 7 });
    expect(store.world.line.state).toBe("connected");
  });

  it("tells of every new connection, because notices are not said again", async () => {
    last().shows(7);
    last().onclose?.();
    await vi.advanceTimersByTimeAsync(500);
    last().greets();
    expect(greetings).toBe(2);
    // A frame is missing: a new connection, without the line ever being called lost.
    last().says({ t: "d", n: 9, rev: 20, ops: [] });
    last().greets();
    expect(greetings).toBe(3);
  });

  it("waits for a snapshot when the server is a new one", async () => {
    last().shows(7);
    last().onclose?.();
    await vi.advanceTimersByTimeAsync(500);

    last().greets("e2");
    expect(store.world.line.state).toBe("lost");
    last().says({ t: "snap", epoch: "e2", rev: 1, ents: [] });

    expect(store.world).toMatchObject({ epoch: "e2", rev: 1, line: { state: "connected" } });
  });

  it("is lost when nothing is heard for five seconds, and says since when", async () => {
    last().shows();
    const heard = Date.now();
    await vi.advanceTimersByTimeAsync(LOST_MS - 100);
    expect(store.world.line.state).toBe("connected");

    await vi.advanceTimersByTimeAsync(1_000);

    expect(store.world.line).toMatchObject({ state: "lost" });
    const { line: now } = store.world;
    expect(now.state === "lost" && Math.abs(now.since - heard)).toBeLessThan(600);
    expect(wires[0]?.closed).toBe(true);
  });

  it("is lost as soon when this computer's clock is set back meanwhile", async () => {
    last().shows();
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(LOST_MS + 1_500);
    expect(store.world.line.state).toBe("lost");
  });

  it("stays while the server's heart beats, and answers each beat", async () => {
    last().shows();
    for (let beat = 0; beat < 10; beat += 1) {
      await vi.advanceTimersByTimeAsync(2_000);
      last().says({ t: "hb", rev: 1 + beat, now: Date.now() });
    }
    expect(store.world.line.state).toBe("connected");
    expect(last().sent.at(-1)).toEqual({ t: "pong", rev: 10 });
  });

  it("tries less and less often, at most every thirty seconds", () => {
    const waits = [0, 1, 2, 3, 6, 12].map((attempt) => waitBefore(attempt, () => 1));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000]);
    expect(waitBefore(6, () => 0)).toBeLessThan(waitBefore(6, () => 1));
  });

  it("tries at once when the person asks", async () => {
    last().shows();
    last().onclose?.();
    line.retryNow();
    expect(wires).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(60_000);
  });

  it("throws its copy away when a frame is missing", () => {
    last().shows(3);
    last().says({ t: "d", n: 2, rev: 5, ops: [] });

    expect(wires).toHaveLength(2);
    last().onopen?.();
    expect(last().sent[0]).toEqual({ t: "sync", epoch: "", rev: 0 });
  });

  it("waits as long as a leaving server asks", async () => {
    last().shows();
    last().says({ t: "bye", code: "drain", resume: true, after_ms: 3_000 });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(wires).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(600);
    expect(wires).toHaveLength(2);
  });

  it("does not come back when the server says that it is over", async () => {
    last().shows();
    last().says({ t: "bye", code: "superseded", resume: false, after_ms: 0 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.world.line).toEqual({ state: "ended", reason: "superseded" });
    expect(wires).toHaveLength(1);
  });

  it("stops trying when the log-in is over", async () => {
    loggedIn = false;
    last().onclose?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(store.world.line).toEqual({ state: "ended", reason: "auth" });
  });

  it("passes notices on once", () => {
    last().shows();
    last().says({ t: "ev", code: "caller_hung_up", args: {}, call: "c1" });
    expect(notices).toEqual(["caller_hung_up"]);
  });
});

describe("a command", () => {
  it("carries an id of its own and resolves with the server's answer", async () => {
    last().shows();
    const outcome = line.command("call.answer", { call: "c1" });
    const sent = last().sent.at(-1);
    if (sent?.t !== "cmd") throw new Error("no command was sent");
    expect(sent).toMatchObject({ op: "call.answer", args: { call: "c1" } });

    last().says({ t: "res", id: sent.id, ok: false, rev: 1, code: "answered_by", args: { name: "Piet" } });

    expect(await outcome).toEqual({ ok: false, code: "answered_by", args: { name: "Piet" } });
  });

  it("says that there is no connection when the line falls away before the answer", async () => {
    last().shows();
    const outcome = line.command("call.hold", { call: "c1" });
    last().onclose?.();
    expect(await outcome).toMatchObject({ ok: false, code: "no_connection" });
  });

  it("is not sent without a connection", async () => {
    expect(await line.command("call.hold", { call: "c1" })).toMatchObject({ code: "no_connection" });
  });
});
