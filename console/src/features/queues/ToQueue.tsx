import { useLingui } from "@lingui/react/macro";
import { useAct, useEntities, useLine } from "../../connection/desk.tsx";
import { armed } from "../../model/transfer.ts";
import type { QueueView } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";

/** While a transfer is armed: let that caller wait in this queue, with the time waited so far (D7). */
export function ToQueue({ queue }: { queue: QueueView }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const connected = useLine().state === "connected";
  const call = useEntities(armed);
  if (call === undefined || call.queue === queue.id) return null;
  const what = t`Transfer ${partyName(call)} to ${queue.name}`;
  return (
    <Press
      className="to-queue"
      aria-label={what}
      tip={what}
      off={connected ? undefined : t`No connection to the server`}
      busy={busy}
      onPress={() => void act("transfer.queue", { call: call.id, queue: queue.id })}
    >
      <Icon name="forward" />
    </Press>
  );
}
