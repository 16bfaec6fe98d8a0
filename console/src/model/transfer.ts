import type { Entities } from "./entities.ts";
import { kept } from "./kept.ts";
import type { CallView, TransferView } from "./wire.ts";

/** Readings of who is being passed on to whom (D7): what the cards, the keys and the keypad have in common. */

/** A call with a transfer that this user began. */
export type Passing = CallView & { readonly transfer: TransferView };

export const own = (all: Entities): CallView[] => [...all.call.values()].filter((call) => call.mine);

/** The party hears me, or music. */
export const isAnswered = (call: CallView): boolean =>
  call.state === "active" || call.state === "conference" || call.state === "held";

/** The party hears me. */
export const isOnLine = (call: CallView): boolean => call.state === "active" || call.state === "conference";

/** Whom I speak with; several in a conference. */
export const onLine = (all: Entities): CallView[] => own(all).filter(isOnLine);

/** Whom the key hangs up: whom I speak with, else whom I am calling. Never who is on hold. */
export function endedByKey(all: Entities): CallView | undefined {
  const mine = own(all);
  return mine.find(isOnLine) ?? mine.find((one) => one.state === "dialling" || one.state === "connecting");
}

/** Who comes back from hold by key: who was put there last. */
export function resumedByKey(all: Entities): CallView | undefined {
  return own(all)
    .filter((one) => one.state === "held")
    .sort((a, b) => b.since - a.since)[0];
}

function isPassing(call: CallView): call is Passing {
  return call.transfer?.mine === true;
}

/** My calls that I am passing on and that are still mine: the button is black. */
export function passing(all: Entities): Passing[] {
  return own(all)
    .filter(isPassing)
    .filter(({ transfer }) => transfer.state !== "completed" && transfer.state !== "ringing");
}

/** The call for which a recipient is to be chosen now: the one armed last. */
export const armed = kept(["call"], (all): Passing | undefined => {
  return passing(all)
    .filter(({ transfer }) => transfer.state === "armed")
    .sort((a, b) => b.since - a.since)[0];
});

/** Callers whom I passed on blind and who hear it ringing: they can be pulled back. */
export function ringingElsewhere(call: CallView): boolean {
  return isPassing(call) && call.transfer.state === "ringing";
}

/** Transfers that I can undo until `transfer.until`, the latest first. */
export function undoable(all: Entities): (Passing & { readonly transfer: { readonly until: number } })[] {
  return [...all.call.values()]
    .filter(isPassing)
    .filter(
      (call): call is Passing & { readonly transfer: { readonly until: number } } =>
        call.transfer.state === "completed" && call.transfer.until !== null,
    )
    .sort((a, b) => b.transfer.until - a.transfer.until);
}

/**
 * Who would get this caller by the large green check: the one who was dialled for it, else whom I called and speak
 * with now (a late transfer, 5.1-f). Undefined: nobody in particular.
 */
export function meant(all: Entities, call: Passing): CallView | undefined {
  const { recipient } = call.transfer;
  if (recipient !== null) return all.call.get(recipient);
  return own(all).find((other) => other.id !== call.id && isConsulted(other) && isOnLine(other));
}

/** Somebody whom one asks something: whom I called, or a colleague. Not a caller. */
export function isConsulted(call: CallView): boolean {
  return call.direction === "out" || call.internal;
}

/** One green check: `call` would be connected with `to`, on whose card it stands. */
export interface Connection {
  readonly call: CallView;
  readonly to: CallView;
  /** The one that is meant. Any other is smaller, and asked about. */
  readonly meant: boolean;
  /** Both speak with me in a conference: I only leave. */
  readonly leaves: boolean;
}

/** The checks on the card of `to`: one for each caller whom I am passing on (5.1-f, 5.2-g). */
export function connections(all: Entities, to: CallView): Connection[] {
  if (!to.mine || !isAnswered(to)) return [];
  const found: Connection[] = passing(all)
    .filter((call) => call.id !== to.id && isAnswered(call))
    .map((call) => ({ call, to, meant: meant(all, call)?.id === to.id, leaves: false }));
  const talking = onLine(all).filter((call) => call.state === "conference" && call.transfer === null);
  const [first, last] = [talking[0], talking.at(-1)];
  if (talking.length === 2 && first !== undefined && last?.id === to.id && found.length === 0) {
    found.push({ call: first, to, meant: false, leaves: true });
  }
  return found.sort((a, b) => Number(b.meant) - Number(a.meant));
}

/** The check that the key stands for: the meant one, if it can be pressed. */
export function ready(all: Entities): Connection | undefined {
  for (const to of own(all)) {
    const found = connections(all, to).find((one) => one.meant);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The caller for whom this call was dialled, while it rings: it could be connected without waiting. */
export function ringsFor(all: Entities, to: CallView): Passing | undefined {
  return passing(all).find(({ transfer }) => transfer.state === "dialling" && transfer.recipient === to.id);
}

/**
 * Which call the transfer keys mean. The active one; but who has rung somebody for advice and then decides to pass
 * the first caller on (5.1-f) means the caller who is on hold.
 */
export function toPassOn(all: Entities): CallView | undefined {
  const talking = onLine(all);
  const held = own(all)
    .filter((call) => call.state === "held")
    .sort((a, b) => b.since - a.since);
  const active = talking[0];
  const callers = held.filter((call) => !isConsulted(call));
  const asking = active !== undefined && isConsulted(active) && active.transfer === null;
  return asking && callers.length === 1 ? callers[0] : (active ?? held[0]);
}

/** Own calls in their order, each recipient directly below the caller whom it would get: the ends of one cord. */
export function cordsTogether(all: Entities, calls: readonly CallView[]): CallView[] {
  const result = [...calls];
  for (const call of passing(all)) {
    const to = meant(all, call);
    if (to === undefined || !result.includes(to) || !result.includes(call)) continue;
    result.splice(result.indexOf(to), 1);
    result.splice(result.indexOf(call) + 1, 0, to);
  }
  return result;
}

/** Which end of a cord this card is, if any. */
export function cordEnd(all: Entities, call: CallView): "caller" | "target" | null {
  for (const from of passing(all)) {
    const to = meant(all, from);
    if (to === undefined || !to.mine) continue;
    if (from.id === call.id) return "caller";
    if (to.id === call.id) return "target";
  }
  return null;
}
