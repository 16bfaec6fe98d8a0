import type { Entities } from "./entities.ts";
import { kept } from "./kept.ts";
import type { AgentView } from "./wire.ts";

/** The colleagues in the order of their names, and by queue who is signed in to it: available first, then by name. */
export interface Roster {
  readonly byName: readonly AgentView[];
  readonly signedIn: ReadonlyMap<string, readonly AgentView[]>;
}

export const roster = kept(["agent"], (all): Roster => {
  const byName = inOrder(all.agent);
  const signedIn = new Map<string, AgentView[]>();
  for (const available of [true, false]) {
    for (const agent of byName) {
      if ((agent.status === "available") !== available) continue;
      for (const queue of agent.queues) {
        const its = signedIn.get(queue);
        if (its === undefined) signedIn.set(queue, [agent]);
        else its.push(agent);
      }
    }
  }
  return { byName, signedIn };
});

/** As it was the last time: comparing names as people do is slow, and hardly ever does one change. */
let before: readonly AgentView[] = [];

function inOrder(agents: Entities["agent"]): readonly AgentView[] {
  const known: AgentView[] = [];
  for (const { id, name } of before) {
    const now = agents.get(id);
    if (now?.name === name) known.push(now);
  }
  before =
    known.length === agents.size ? known : [...agents.values()].sort((a, b) => a.name.localeCompare(b.name));
  return before;
}
