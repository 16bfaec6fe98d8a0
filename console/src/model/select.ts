import type { Entities } from "./entities.ts";
import { kept } from "./kept.ts";
import { roster } from "./roster.ts";
import { cordsTogether, ringingElsewhere } from "./transfer.ts";
import type { AgentView, AlarmView, CallView, DeviceView, ExchangeView, MeView, QueueView } from "./wire.ts";

/** Readings of the entities: which cards, rows and sums the screen shows. Pure, so they are tested without one. */

/** A waiting caller turns amber after this long; urgent ones are red at once. */
export const WAIT_LATE_MS = 60_000;
/** More waiting rows than this collapse into one button (D1). */
export const WAITING_ROWS = 8;

export const me = (all: Entities): MeView | undefined => all.me.values().next().value;
export const alarms = (all: Entities): AlarmView[] =>
  [...all.alarm.values()].sort((a, b) => a.since - b.since);
/** Those of queues, which also stand in the banner. */
export const queueAlarms = (all: Entities): AlarmView[] =>
  alarms(all).filter((alarm) => alarm.queue !== null);
export const exchange = (all: Entities): ExchangeView | undefined => all.exchange.values().next().value;

/** The device that this user has paired, if it is known. */
export function myDevice(all: Entities): DeviceView | undefined {
  const device = me(all)?.device;
  return device ? all.device.get(device) : undefined;
}

/** The queues of the current group in their order. */
export function queues(all: Entities): QueueView[] {
  return [...all.queue.values()].sort((a, b) => a.position - b.position || a.name.localeCompare(b.name));
}

/** The three layers of the personal call field (D1). */
export interface CallLayers {
  /** Cards, in order: offered urgent, own calls and whom I passed on and could pull back, other offers. */
  readonly cards: readonly CallView[];
  /** Rows without sound: waiting in my queues or for me alone, not offered to me. Urgent first. */
  readonly waiting: readonly CallView[];
}

export const callLayers = kept(["me", "call"], (all): CallLayers => {
  const signedIn = new Set(me(all)?.signed_in ?? []);
  const urgentOffers: CallView[] = [];
  const own: CallView[] = [];
  const offers: CallView[] = [];
  const waiting: CallView[] = [];
  for (const call of all.call.values()) {
    if (call.mine || ringingElsewhere(call)) own.push(call);
    else if (call.offer !== null) (call.urgent ? urgentOffers : offers).push(call);
    else if (isWaiting(call) && (call.queue === null || signedIn.has(call.queue) || call.note === "returned"))
      waiting.push(call);
  }
  const oldest = (a: CallView, b: CallView): number => a.entered_at - b.entered_at || byId(a, b);
  // An own card keeps its place while it goes from active to held and back: the hand knows where it is.
  own.sort((a, b) => (a.answered_at ?? a.since) - (b.answered_at ?? b.since) || byId(a, b));
  offers.sort(
    (a, b) => Number(b.offer?.ringing ?? false) - Number(a.offer?.ringing ?? false) || oldest(a, b),
  );
  return {
    cards: [...urgentOffers.sort(oldest), ...cordsTogether(all, own), ...offers],
    waiting: waiting.sort((a, b) => Number(b.urgent) - Number(a.urgent) || oldest(a, b)),
  };
});

/** Still waiting for somebody: in the queue, or ringing at colleagues. */
export function isWaiting(call: CallView): boolean {
  return call.state === "waiting" || call.state === "offered";
}

/** What happens in one queue now, for the detail field (2.1.2). */
export interface QueueCalls {
  readonly waiting: readonly CallView[];
  readonly talking: readonly CallView[];
}

export function queueCalls(all: Entities, queue: string): QueueCalls {
  const waiting: CallView[] = [];
  const talking: CallView[] = [];
  for (const call of all.call.values()) {
    // Only who came into a queue has one, whoever called whom: also whom we called ourselves and sent to it.
    if (call.queue === queue) (isWaiting(call) ? waiting : talking).push(call);
  }
  waiting.sort((a, b) => a.entered_at - b.entered_at || byId(a, b));
  talking.sort((a, b) => (a.answered_at ?? a.since) - (b.answered_at ?? b.since) || byId(a, b));
  return { waiting, talking };
}

/** Can be offered a call: free, or about to answer one (D11). */
export function isFree(agent: AgentView): boolean {
  return agent.status === "available" || agent.status === "ringing";
}

/** Has nothing to do now and a telephone at hand. */
function picksUp(agent: AgentView): boolean {
  return agent.status === "available" || agent.status === "phone_free";
}

/** In no queue and doing nothing: at a console, or known by the telephone alone (D11). */
export function isSignedOut(agent: AgentView): boolean {
  return agent.status === "signed_out" || agent.status === "phone_free" || agent.status === "unknown";
}

/** Who is signed in to a queue: available first, then by name. */
export function queueAgents(all: Entities, queue: string): readonly AgentView[] {
  return roster(all).signedIn.get(queue) ?? NOBODY;
}
const NOBODY: readonly AgentView[] = [];

/** The row below the queues: all of them together. */
export interface Totals {
  readonly signedIn: number;
  readonly available: number;
  readonly waiting: number;
  readonly averageWaitMs: number | null;
  readonly longestSince: number | null;
  readonly handled: number;
  readonly total: number;
}

export const totals = kept(["queue", "agent"], (all): Totals => {
  const rows = [...all.queue.values()];
  const sum = (of: (queue: QueueView) => number): number =>
    rows.reduce((so_far, queue) => so_far + of(queue), 0);
  // People are counted once, however many queues they are signed in to.
  const shown = new Set(rows.map((queue) => queue.id));
  const agents = [...all.agent.values()].filter((agent) => agent.queues.some((queue) => shown.has(queue)));
  const answered = rows.filter((queue) => queue.average_wait_ms !== null && queue.handled > 0);
  const weight = answered.reduce((so_far, queue) => so_far + queue.handled, 0);
  const waits = rows.flatMap((queue) => (queue.longest_since === null ? [] : [queue.longest_since]));
  return {
    signedIn: agents.length,
    available: agents.filter(isFree).length,
    waiting: sum((queue) => queue.waiting),
    averageWaitMs:
      weight === 0
        ? null
        : answered.reduce((so_far, queue) => so_far + (queue.average_wait_ms ?? 0) * queue.handled, 0) /
          weight,
    longestSince: waits.length === 0 ? null : Math.min(...waits),
    handled: sum((queue) => queue.handled),
    total: sum((queue) => queue.total),
  };
});

/** The calls that end when this user logs out without looking (4-f). */
export function liveCalls(all: Entities): CallView[] {
  return [...all.call.values()].filter((call) => call.mine);
}

/** Everybody but me: who can be rung first, among them who is free first, then by name. */
export const colleagues = kept(["me", "agent"], (all): readonly AgentView[] => {
  const mine = me(all)?.id;
  // Sorting leaves the order of the names among those who are alike.
  return roster(all)
    .byName.filter((agent) => agent.id !== mine)
    .sort((a, b) => Number(b.reachable) - Number(a.reachable) || Number(picksUp(b)) - Number(picksUp(a)));
});

/** Who can be written to now, by name (3.5-c). */
export function chatPartners(all: Entities): AgentView[] {
  return roster(all).byName.filter((agent) => agent.chat);
}

/** Same members in the same places: then a reader may keep the list it had. */
export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
