import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { applyOps, type Entities, fromSnapshot, NOTHING, OutOfDate } from "./entities.ts";
import { call } from "./pretend.ts";
import { Store } from "./store.ts";
import type { CallView, Delta, Op, QueueView, View } from "./wire.ts";

const queue = (id: string, part: Partial<QueueView> = {}): QueueView => ({
  k: "queue",
  id,
  name: id,
  urgent: false,
  position: 0,
  agents_signed_in: 0,
  agents_available: 0,
  waiting: 0,
  average_wait_ms: null,
  longest_since: null,
  handled: 0,
  total: 0,
  counted_since: 0,
  ...part,
});
const hello = { t: "hello", v: 1, epoch: "e1", conn: "c1", now: 0, hb_ms: 2000, user: "u1" } as const;
const delta = (n: number, rev: number, ops: Op[]): Delta => ({ t: "d", n, rev, ops });

/** The plainest possible server: what is true now, and what changed since it was last asked. */
class Server {
  readonly truth = new Map<string, QueueView>();

  change(id: string, waiting: number | null): Op {
    const before = this.truth.get(id);
    if (waiting === null) {
      this.truth.delete(id);
      return { a: "x", k: "queue", id };
    }
    const after = queue(id, { waiting });
    this.truth.set(id, after);
    return before === undefined ? { a: "s", e: after } : { a: "m", k: "queue", id, f: { waiting } };
  }

  views(): View[] {
    return [...this.truth.values()];
  }
}

const plain = (entities: Entities): unknown =>
  Object.fromEntries(Object.entries(entities).map(([kind, rows]) => [kind, Object.fromEntries(rows)]));

describe("the console's copy", () => {
  it("is after a snapshot and its deltas what a fresh snapshot would show", () => {
    const step = fc.record({
      id: fc.constantFrom("a", "b", "c"),
      waiting: fc.option(fc.nat(9), { nil: null }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 5 }),
        fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 8 }),
        (before, frames) => {
          const server = new Server();
          for (const { id, waiting } of before) server.change(id, waiting);
          const store = new Store();
          store.hello(hello);
          store.snapshot({ t: "snap", epoch: "e1", rev: 1, ents: server.views() });

          frames.forEach((steps, index) => {
            const ops = steps.map(({ id, waiting }) => server.change(id, waiting));
            expect(store.delta(delta(index + 1, index + 2, ops))).toBe("ok");
          });

          expect(plain(store.world.entities)).toEqual(plain(fromSnapshot(server.views())));
          expect(store.world.rev).toBe(frames.length + 1);
        },
      ),
    );
  });

  it("tells who asks for the line alone of nothing else", () => {
    const store = new Store();
    let everything = 0;
    let line = 0;
    store.subscribe(() => {
      everything += 1;
    });
    const leave = store.subscribeToLine(() => {
      line += 1;
    });
    store.hello(hello);
    store.snapshot({ t: "snap", epoch: "e1", rev: 1, ents: [queue("a")] });
    store.delta(delta(1, 2, [{ a: "m", k: "queue", id: "a", f: { waiting: 1 } }]));
    expect([everything, line]).toEqual([2, 0]);

    store.line({ state: "connected" });
    expect([everything, line]).toEqual([3, 1]);

    leave();
    store.line({ state: "starting" });
    expect(line).toBe(1);
  });

  it("asks for a snapshot when a frame is missing, and keeps its revision", () => {
    const store = new Store();
    store.hello(hello);
    store.snapshot({ t: "snap", epoch: "e1", rev: 5, ents: [queue("a")] });

    expect(store.delta(delta(2, 7, [{ a: "x", k: "queue", id: "a" }]))).toBe("resync");

    expect(store.world.rev).toBe(5);
    expect(store.world.entities.queue.has("a")).toBe(true);
  });

  it("asks for a snapshot when a change names an entity that was never shown", () => {
    const store = new Store();
    store.hello(hello);
    store.snapshot({ t: "snap", epoch: "e1", rev: 5, ents: [] });

    expect(store.delta(delta(1, 6, [{ a: "m", k: "call", id: "c9", f: { state: "held" } }]))).toBe("resync");
    expect(store.world.rev).toBe(5);
  });

  it("does not disturb readers of kinds that a delta leaves alone", () => {
    const before = fromSnapshot([queue("a"), queue("b")]);

    const after = applyOps(before, [{ a: "m", k: "queue", id: "a", f: { waiting: 1 } }]);

    expect(after.call).toBe(before.call);
    expect(after.queue.get("b")).toBe(before.queue.get("b"));
    expect(after.queue.get("a")?.waiting).toBe(1);
  });

  it("takes null as a value", () => {
    const before = fromSnapshot([queue("a", { longest_since: 5 })]);
    expect(
      applyOps(before, [{ a: "m", k: "queue", id: "a", f: { longest_since: null } }]).queue.get("a")
        ?.longest_since,
    ).toBeNull();
  });

  it("throws nothing away when a delta cannot be applied", () => {
    expect(() => applyOps(NOTHING, [{ a: "m", k: "queue", id: "a", f: {} }])).toThrow(OutOfDate);
  });

  describe("with a pace", () => {
    const waiting = (n: number): Op => ({ a: "m", k: "queue", id: "a", f: { waiting: n } });
    const opened = (...ents: View[]) => {
      const telling = vi.fn();
      const store = new Store({ gatherMs: 150, telling });
      store.hello(hello);
      store.snapshot({ t: "snap", epoch: "e1", rev: 5, ents: [queue("a"), queue("b"), ...ents] });
      telling.mockClear();
      return { store, telling };
    };

    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it("gathers what others do, and shows an own call at once with all that was gathered", () => {
      const { store } = opened(call("c1", { mine: true }));
      const seen: (number | undefined)[] = [];
      store.subscribe(() => seen.push(store.world.entities.queue.get("a")?.waiting));

      store.delta(delta(1, 6, [waiting(1)]));
      vi.advanceTimersByTime(100);
      store.delta(delta(2, 7, [waiting(2)]));
      expect(seen).toEqual([]);
      expect(store.world.rev).toBe(7);
      vi.advanceTimersByTime(50);
      expect(seen).toEqual([2]);

      store.delta(delta(3, 8, [waiting(3)]));
      store.delta(delta(4, 9, [waiting(4), { a: "x", k: "call", id: "c1" }]));
      expect(seen).toEqual([2, 4]);
      vi.advanceTimersByTime(1_000);
      expect(seen).toEqual([2, 4]);
    });

    it("gathers callers who are for nobody here, and shows at once whoever is offered, urgent or for me", () => {
      const { store, telling } = opened(call("c1"), call("c2"));
      const at = (part: Partial<CallView>): Op => ({ a: "s", e: call("new", part) });
      const gone: Op = { a: "x", k: "call", id: "new" };
      let n = 0;
      const toldAtOnce = (op: Op): boolean => {
        n += 1;
        telling.mockClear();
        store.delta(delta(n, 5 + n, [op]));
        const told = telling.mock.calls.length === 1;
        vi.advanceTimersByTime(150);
        expect(telling).toHaveBeenCalledTimes(1);
        return told;
      };
      const loud: Partial<CallView>[] = [
        { offer: { since: 0, ringing: false, rejectable: true } },
        { urgent: true },
        { mine: true },
        { direct: true },
      ];
      expect(toldAtOnce({ a: "x", k: "call", id: "c1" })).toBe(false);
      expect(toldAtOnce({ a: "m", k: "call", id: "c2", f: { name: "Jansen" } })).toBe(false);
      expect(toldAtOnce(at({}))).toBe(false);
      for (const part of loud) {
        // Who becomes it, and who is it no more.
        expect(toldAtOnce(at(part))).toBe(true);
        expect(toldAtOnce(at({}))).toBe(true);
      }
      expect(toldAtOnce(gone)).toBe(false);
    });
  });

  it("moves its revision with a heartbeat without telling anybody", () => {
    const store = new Store();
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    store.heartbeat({ t: "hb", rev: 9, now: 0 });
    expect(store.world.rev).toBe(9);
    expect(told).toBe(0);
  });
});
