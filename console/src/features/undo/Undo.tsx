import { useLingui } from "@lingui/react/macro";
import { useSyncExternalStore } from "react";
import { useAct, useDesk, useEntities, useLine, usePast } from "../../connection/desk.tsx";
import { phoneNumber } from "../../model/format.ts";
import { keyName } from "../../model/keymap.ts";
import { sameItems } from "../../model/select.ts";
import { undoable } from "../../model/transfer.ts";
import { partyName } from "../../text/parties.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import "./undo.css";
import { useKeyMap } from "../../ui/keymap.ts";

/** Transfers that have just been done, each for the seconds in which it can be taken back (D7). */
export function Undo() {
  const { t } = useLingui();
  const calls = useEntities(undoable, sameItems);
  if (calls.length === 0) return null;
  return (
    <section className="undos" aria-label={t`Just transferred`}>
      {calls.slice(0, 3).map((call, index) => (
        <One key={call.id} call={call} first={index === 0} />
      ))}
    </section>
  );
}

function One({ call, first }: { call: ReturnType<typeof undoable>[number]; first: boolean }) {
  const { t } = useLingui();
  const { ticker } = useDesk();
  const { act, busy } = useAct();
  const connected = useLine().state === "connected";
  const { until, recipient_name } = call.transfer;
  const over = usePast(until);
  const seconds = useSyncExternalStore(ticker.subscribe, () =>
    Math.max(0, Math.ceil((until - ticker.now()) / 1_000)),
  );
  const key = useKeyMap().undo[0];
  if (over) return null;
  const [one, other] = [partyName(call), phoneNumber(recipient_name ?? "")];
  return (
    <div className="undo" data-call={call.id} data-state="transferred">
      <Icon name="check" />
      <div className="lines">
        <b role="status">
          {other === "" ? t`${one} has been transferred` : t`${one} connected with ${other}`}
        </b>
        {/* Not read aloud every second. */}
        <span className="num" aria-hidden="true">
          {t`Can be taken back for ${seconds} s`}
        </span>
      </div>
      <Press
        className="btn"
        aria-label={`${t`Undo`}, ${one}`}
        aria-keyshortcuts={first ? key : undefined}
        off={connected ? undefined : t`No connection to the server`}
        busy={busy}
        onPress={() => void act("transfer.undo", { call: call.id })}
      >
        {t`Undo`}
        {first && key !== undefined && <kbd aria-hidden="true">{keyName(key)}</kbd>}
      </Press>
    </div>
  );
}
