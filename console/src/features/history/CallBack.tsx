import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { api, Refused } from "../../connection/api.ts";
import { useAct, useDesk } from "../../connection/desk.tsx";
import { international } from "../../model/format.ts";
import type { HistoryRow } from "../../model/wire.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { useRingOff } from "../../ui/use-off.ts";
import { party } from "./words.ts";

/** Calls the other party of an own call back; a contact at the primary number (3.4-g). */
export function CallBack({ row }: { row: HistoryRow }) {
  const { t } = useLingui();
  const desk = useDesk();
  const { act, busy } = useAct();
  const [asking, setAsking] = useState(false);
  const off = useRingOff();
  if (row.number === null) return <span />;

  async function back(): Promise<void> {
    setAsking(true);
    try {
      const { number } = await api.callBack(row.call);
      await act("call.dial", { number: international(number) });
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason;
      desk.refused(reason.code, reason.args);
    }
    setAsking(false);
  }

  const name = party(row);
  return (
    <Press
      className="round"
      aria-label={t`Call ${name} back`}
      tip={t`Call ${name} back`}
      busy={busy || asking}
      off={off}
      onPress={() => void back()}
    >
      <Icon name="phone" />
    </Press>
  );
}
