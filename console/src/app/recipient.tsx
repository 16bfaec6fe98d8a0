import { useLingui } from "@lingui/react/macro";
import { useCallback, useEffect, useState } from "react";
import { useEntities } from "../connection/desk.tsx";
import { Recipients } from "../features/recipients/Recipients.tsx";
import { isWaiting } from "../model/select.ts";
import { armed, meant } from "../model/transfer.ts";
import type { CallView } from "../model/wire.ts";
import { partyName } from "../text/parties.ts";
import { Press } from "../ui/controls.tsx";
import { Icon } from "../ui/Icon.tsx";

/** Which caller's recipient is being chosen in the detail field. */
export interface RecipientChoice {
  readonly call: CallView | undefined;
  /** The caller waits and was not answered. */
  readonly unanswered: boolean;
  /** The list stands in the detail field; else something else was asked for there meanwhile. */
  readonly open: boolean;
  readonly sendOn: (call: string) => void;
  readonly putAside: () => void;
  /** The caller is on the way: nothing is to be chosen any more. */
  readonly chosen: () => void;
  readonly takeUp: () => void;
}

/** An armed transfer asks for its recipient at once; whoever looks at something else there can come back to it. */
export function useRecipientChoice(): RecipientChoice {
  const [waitingId, setWaitingId] = useState<string | null>(null);
  const [aside, setAside] = useState<string | null>(null);
  const [takenUp, setTakenUp] = useState<string | null>(null);
  const waiting = useEntities((all) => {
    const call = waitingId === null ? undefined : all.call.get(waitingId);
    // Answered by a colleague meanwhile, or gone.
    return call !== undefined && isWaiting(call) && !call.mine ? call : undefined;
  });
  // Somebody who was asked something is on the line: then the green check is what is meant (5.1-f).
  const passing = useEntities(armed);
  const asked = useEntities((all) => passing !== undefined && meant(all, passing) !== undefined);
  const call = waiting ?? passing;
  const id = call?.id ?? null;
  useEffect(() => {
    // The next time this caller is passed on it asks again.
    if (id !== null) return;
    setAside(null);
    setTakenUp(null);
  }, [id]);
  return {
    call,
    unanswered: waiting !== undefined,
    open: call !== undefined && (takenUp === id || (aside !== id && (waiting !== undefined || !asked))),
    sendOn: useCallback((one: string) => {
      setWaitingId(one);
      setAside(null);
    }, []),
    putAside: useCallback(() => {
      setWaitingId(null);
      setAside(id);
      setTakenUp(null);
    }, [id]),
    chosen: useCallback(() => setWaitingId(null), []),
    takeUp: useCallback(() => {
      setAside(null);
      setTakenUp(id);
    }, [id]),
  };
}

/** The list itself, or the way back to it. */
export function ChooseRecipient({ choice }: { choice: RecipientChoice }) {
  const { t } = useLingui();
  const { call, unanswered, open, putAside, chosen, takeUp } = choice;
  if (call === undefined) return null;
  if (open)
    return <Recipients key={call.id} call={call} unanswered={unanswered} chosen={chosen} close={putAside} />;
  const name = partyName(call);
  return (
    <div className="choose-again">
      <Press className="btn" onPress={takeUp}>
        <Icon name="forward" />
        <span className="cut">{t`Choose who gets ${name}`}</span>
      </Press>
    </div>
  );
}
