import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyOps, type Entities, NOTHING } from "./entities.ts";
import { kept } from "./kept.ts";
import { agentView } from "./pretend.ts";
import { roster } from "./roster.ts";
import { callLayers, colleagues, queueAgents, totals } from "./select.ts";
import { armed } from "./transfer.ts";
import type { AgentView, CallView, Kind, MeView, Op, QueueView } from "./wire.ts";

const set = (...agents: AgentView[]): Op[] => agents.map((e) => ({ a: "s", e }));

describe("a reading that is kept", () => {
  it("is worked out anew only when a kind that it looks at has changed", () => {
    let times = 0;
    const count = kept(["agent"], (all) => {
      times += 1;
      return all.agent.size;
    });
    const one = applyOps(NOTHING, set(agentView("anja")));
    expect([count(one), count(one), count({ ...one, call: new Map() })]).toEqual([1, 1, 1]);
    expect(times).toBe(1);
    expect(count(applyOps(one, set(agentView("piet"))))).toBe(2);
    expect(times).toBe(2);
  });

  const mine = { k: "me", id: "anja", signed_in: ["q1"] } as unknown as MeView;
  const transfer = { kind: "attended", state: "armed", mine: true, recipient: null, recipient_name: null };
  const call = {
    k: "call",
    id: "c1",
    mine: true,
    state: "active",
    queue: "q1",
    since: 1,
    transfer,
    offer: null,
  };
  const other = { ...call, id: "c2", mine: false, state: "waiting", transfer: null };
  const queue = {
    k: "queue",
    id: "q1",
    waiting: 1,
    handled: 1,
    total: 1,
    average_wait_ms: 1,
    longest_since: 1,
  };
  const full = applyOps(NOTHING, [
    { a: "s", e: mine },
    { a: "s", e: call as unknown as CallView },
    { a: "s", e: other as unknown as CallView },
    { a: "s", e: queue as unknown as QueueView },
    ...set(agentView("anja"), agentView("piet")),
  ]);
  const readings: readonly (readonly [string, (all: Entities) => unknown, readonly Kind[]])[] = [
    ["callLayers", callLayers, ["me", "call"]],
    ["armed", armed, ["call"]],
    ["totals", totals, ["queue", "agent"]],
    ["colleagues", colleagues, ["me", "agent"]],
    ["roster", roster, ["agent"]],
  ];
  it.each(readings)("%s looks at no other kinds than it says", (_, read, kinds) => {
    const seen = new Set<string | symbol>();
    // Fresh tables, so that nothing is kept from before.
    const fresh = Object.fromEntries(
      Object.entries(full).map(([kind, rows]) => [kind, new Map<string, unknown>(rows)]),
    ) as unknown as Entities;
    read(
      new Proxy(fresh, {
        get: (all, kind) => {
          seen.add(kind);
          return all[kind as Kind];
        },
      }),
    );
    expect([...seen].sort()).toEqual([...kinds].sort());
  });
});

describe("the order of colleagues", () => {
  const change: fc.Arbitrary<Op> = fc.oneof(
    fc
      .record({
        id: fc.integer({ min: 0, max: 8 }),
        name: fc.constantFrom("Anja", "anja", "Élise", "Eva", "Piet", "Zoë"),
        status: fc.constantFrom("available" as const, "in_call" as const, "paused" as const),
        reachable: fc.boolean(),
        queues: fc.subarray(["q1", "q2"]),
      })
      .map(
        ({ id, ...part }): Op => ({
          a: "s",
          e: agentView(`u${id}`, { ...part, name: `${part.name} ${id}` }),
        }),
      ),
    fc.integer({ min: 0, max: 8 }).map((id): Op => ({ a: "x", k: "agent", id: `u${id}` })),
  );
  const byName = (a: AgentView, b: AgentView): number => a.name.localeCompare(b.name);
  const free = (one: AgentView): number => Number(one.status === "available");

  it("is that of their names after whatever happened, among those who are alike", () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 12 }), (changes) => {
        let all: Entities = NOTHING;
        for (const ops of changes) {
          all = applyOps(all, ops);
          const people = [...all.agent.values()];
          for (const queue of ["q1", "q2"]) {
            const wanted = people
              .filter((one) => one.queues.includes(queue))
              .sort((a, b) => free(b) - free(a) || byName(a, b));
            expect(queueAgents(all, queue)).toEqual(wanted);
          }
          const wanted = people.sort(
            (a, b) => Number(b.reachable) - Number(a.reachable) || free(b) - free(a) || byName(a, b),
          );
          expect(colleagues(all)).toEqual(wanted);
        }
      }),
    );
  });

  it("leaves the list of a queue as it was that a change does not concern", () => {
    const before = applyOps(NOTHING, set(agentView("anja"), agentView("piet", { queues: ["q2"] })));
    const [one, two] = [queueAgents(before, "q1"), queueAgents(before, "q2")];
    const after = applyOps(before, [{ a: "m", k: "agent", id: "piet", f: { status: "paused" } }]);
    expect(queueAgents(after, "q1")).toBe(one);
    expect(queueAgents(after, "q2")).not.toBe(two);
  });
});
