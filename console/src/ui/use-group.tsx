import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { useAct } from "../connection/desk.tsx";
import type { GroupRef } from "../model/wire.ts";
import { LastInUrgent } from "./LastInUrgent.tsx";

interface Asked {
  readonly group: GroupRef;
  readonly queue: string;
}

/** Work for another group, after a question where that leaves an urgent queue to nobody (D12). */
export function useGroup(chosen?: () => void): {
  readonly busy: boolean;
  readonly choose: (group: GroupRef) => void;
  /** To be drawn beside what is clicked; null: nothing is asked. */
  readonly question: ReactNode;
} {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const [asked, setAsked] = useState<Asked | null>(null);

  function choose(group: GroupRef, confirmed = false): void {
    const args = { group: group.id, ...(confirmed ? { confirmed: "true" } : {}) };
    const ask = (about: Readonly<Record<string, string>>): void =>
      setAsked({ group, queue: about["queue"] ?? "" });
    void act("group.select", args, {}, { last_in_urgent: ask }).then((ok) => ok && chosen?.());
  }

  const question = asked !== null && (
    <LastInUrgent
      queue={asked.queue}
      stay={t`Stay signed in`}
      go={t`Change group anyway`}
      close={() => setAsked(null)}
      confirm={() => {
        setAsked(null);
        choose(asked.group, true);
      }}
    >
      <p>{t`${asked.group.name} does not have ${asked.queue}: you would be signed out there.`}</p>
    </LastInUrgent>
  );
  return { busy, choose: (group) => choose(group), question };
}
