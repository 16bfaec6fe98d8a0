import { kept } from "./kept.ts";
import type { AgentView } from "./wire.ts";

type People = readonly AgentView[];

/** The colleagues in the order of their names, and by queue who is signed in to it: available first, then by name. */
export interface Roster {
  readonly byName: People;
  readonly signedIn: ReadonlyMap<string, People>;
}

/**
 * As it was the last time. Comparing names as people do is slow, and hardly ever does one change; and of forty queues
 * one change concerns three, so that whoever shows the others need not look.
 */
let last: Roster = { byName: [], signedIn: new Map() };

export const roster = kept(["agent"], (all): Roster => {
  const { byName, signedIn } = last;
  const known = byName.flatMap(({ id, name }) => {
    const now = all.agent.get(id);
    return now?.name === name ? [now] : [];
  });
  const same = known.length === byName.length && known.length === all.agent.size;
  last = same ? changed(last, known) : made([...all.agent.values()].sort(byNames), signedIn);
  return last;
});

const byNames = (a: AgentView, b: AgentView): number => a.name.localeCompare(b.name);

/** The same people, some of whom do something else. */
function changed({ byName, signedIn }: Roster, now: People): Roster {
  const touched = new Set<string>();
  now.forEach((agent, place) => {
    const before = byName[place];
    if (before === undefined || before === agent) return;
    for (const queue of [...before.queues, ...agent.queues]) touched.add(queue);
  });
  return made(now, signedIn, touched);
}

/** @param touched the queues that may look different; left out, all of them. */
function made(byName: People, before: Roster["signedIn"], touched?: ReadonlySet<string>): Roster {
  const signedIn = new Map<string, People>(touched === undefined ? [] : before);
  for (const queue of touched ?? new Set(byName.flatMap((agent) => agent.queues))) {
    const its = byName.filter((agent) => agent.queues.includes(queue));
    signedIn.set(queue, [
      ...its.filter((agent) => agent.status === "available"),
      ...its.filter((agent) => agent.status !== "available"),
    ]);
  }
  return { byName, signedIn };
}
