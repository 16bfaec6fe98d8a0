import { useDesk, useEntities } from "../connection/desk.tsx";
import type { PauseChoice } from "../features/user-menu/UserMenu.tsx";
import { me, sameItems } from "../model/select.ts";
import type { CommandName } from "../model/wire.ts";

const NONE: readonly string[] = [];

/** Pausing from the user menu; undefined where the organisation has no reasons for it, or without a line. */
export function usePauseChoice(): PauseChoice | undefined {
  const desk = useDesk();
  const reasons = useEntities((all) => me(all)?.pause_reasons ?? NONE, sameItems);
  const now = useEntities((all) => me(all)?.pause ?? null);
  const send = (op: CommandName, args: Record<string, string> = {}): void => {
    void desk.command(op, args).then((outcome) => {
      if (!outcome.ok) desk.refused(outcome.code, outcome.args);
    });
  };
  if (reasons.length === 0) return undefined;
  return {
    reasons,
    now,
    pause: (reason) => send("agent.pause", { reason }),
    back: () => send("agent.return"),
  };
}
