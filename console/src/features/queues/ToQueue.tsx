import { useLingui } from "@lingui/react/macro";
import { useAct, useLine } from "../../connection/desk.tsx";
import type { CallView, QueueView } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";

interface Props {
  readonly queue: QueueView;
  /** The caller who is to be passed on. */
  readonly call: CallView;
}

/** While a transfer is armed: let that caller wait in this queue, with the time waited so far (D7). */
export function ToQueue({ queue, call }: Props) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const connected = useLine().state === "connected";
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
