import { describe, expect, it } from "vitest";
import { fromSnapshot } from "./entities.ts";
import { agentView, call } from "./pretend.ts";
import { callLayers, queueAgents, queueCalls, totals } from "./select.ts";
import type { AgentView, CallView, MeView, QueueView, View } from "./wire.ts";

const me = (part: Partial<MeView> = {}): MeView => ({
  k: "me",
  id: "u1",
  name: "Chantal",
  user_name: "chantal",
  organisation: "o",
  language: "nl",
  theme: "system",
  rights: [],
  groups: [],
  group: "g1",
  choose_group: true,
  device: "d1",
  signed_in: ["q1", "q2"],
  locked: [],
  status: "available",
  status_since: 0,
  wrap_up: null,
  wrap_up_armed: false,
  pause: null,
  pause_reasons: [],
  picks_signed_in_only: false,
  counts_short: true,
  keeps_sign_ins: false,
  remembers_sign_ins: false,
  hold_warn_ms: 45_000,
  time_zone: "Europe/Amsterdam",
  practice: false,
  ...part,
});
const offer = { since: 0, ringing: false, rejectable: true };
const ids = (calls: readonly CallView[]): string[] => calls.map((one) => one.id);
const see = (...views: View[]) => fromSnapshot(views);

describe("the personal call field", () => {
  it("puts urgent offers first, then own calls, then other offers", () => {
    const all = see(
      me(),
      call("offer", { offer, state: "offered", entered_at: 1 }),
      call("own", { mine: true, state: "held", answered_at: 5 }),
      call("urgent", { offer, state: "offered", urgent: true, entered_at: 9 }),
    );
    expect(ids(callLayers(all).cards)).toEqual(["urgent", "own", "offer"]);
  });

  it("puts the call that rings before the other offers, and the oldest first", () => {
    const all = see(
      me(),
      call("new", { offer, state: "offered", entered_at: 9 }),
      call("old", { offer, state: "offered", entered_at: 1 }),
      call("rings", { offer: { ...offer, ringing: true }, state: "offered", entered_at: 5 }),
    );
    expect(ids(callLayers(all).cards)).toEqual(["rings", "old", "new"]);
  });

  it("lists who waits in my queues, urgent first, and nobody else's", () => {
    const all = see(
      me(),
      call("second", { entered_at: 2 }),
      call("first", { entered_at: 1, state: "offered" }),
      call("elsewhere", { queue: "q9" }),
      call("talking", { state: "active", agent: "u2" }),
      call("urgent", { queue: "q2", urgent: true, entered_at: 7 }),
    );
    expect(ids(callLayers(all).waiting)).toEqual(["urgent", "first", "second"]);
  });

  it("keeps an own card in its place when it is held", () => {
    const one = call("one", { mine: true, state: "active", answered_at: 1, since: 1 });
    const two = call("two", { mine: true, state: "held", answered_at: 2, since: 2 });
    const swapped = see(me(), { ...two, state: "active", since: 8 }, { ...one, state: "held", since: 9 });
    expect(ids(callLayers(see(me(), one, two)).cards)).toEqual(ids(callLayers(swapped).cards));
  });
});

describe("the detail field", () => {
  it("shows the calls of a queue where I am signed out too", () => {
    const all = see(me({ signed_in: [] }), call("waits"), call("talks", { state: "active", answered_at: 3 }));
    const { waiting, talking } = queueCalls(all, "q1");
    expect([ids(waiting), ids(talking)]).toEqual([["waits"], ["talks"]]);
  });

  it("shows all of a queue's calls, also of which I may not know who called whom [3.2-d]", () => {
    const secret = call("secret", { state: "active", answered_at: 3, direction: null, number: null });
    const { waiting, talking } = queueCalls(see(me(), secret, call("sent", { direction: "out" })), "q1");
    expect([ids(waiting), ids(talking)]).toEqual([["sent"], ["secret"]]);
  });

  it("shows who is available before who is not", () => {
    const agent = (id: string, status: AgentView["status"], queues = ["q1"]): AgentView =>
      agentView(id, { status, queues });
    const all = see(agent("anja", "in_call"), agent("piet", "available"), agent("jan", "available", ["q2"]));
    expect(queueAgents(all, "q1").map((one) => one.id)).toEqual(["piet", "anja"]);
  });
});

describe("all queues together", () => {
  const queue = (id: string, part: Partial<QueueView>): QueueView => ({
    k: "queue",
    id,
    name: id,
    urgent: false,
    position: 0,
    agents_signed_in: 1,
    agents_available: 1,
    waiting: 0,
    average_wait_ms: null,
    longest_since: null,
    handled: 0,
    total: 0,
    counted_since: 0,
    ...part,
  });

  it("counts a person once, weighs the averages and takes the longest wait", () => {
    const agent = agentView("u1", { name: "Chantal", queues: ["a", "b"] });
    const sum = totals(
      see(
        agent,
        queue("a", { handled: 3, total: 4, average_wait_ms: 10_000, longest_since: 500, waiting: 1 }),
        queue("b", { handled: 1, total: 1, average_wait_ms: 2_000, longest_since: 100, waiting: 2 }),
        queue("c", {}),
      ),
    );
    expect(sum).toEqual({
      signedIn: 1,
      available: 1,
      waiting: 3,
      averageWaitMs: 8_000,
      longestSince: 100,
      handled: 4,
      total: 5,
    });
  });
});
