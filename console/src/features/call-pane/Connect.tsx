import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useAct, useEntities } from "../../connection/desk.tsx";
import { keyName } from "../../model/keymap.ts";
import { type Connection, connections, isConsulted, ready } from "../../model/transfer.ts";
import type { CallView } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { useKeyMap } from "../../ui/keymap.ts";
import { Window } from "../../ui/Window.tsx";

const same = (a: readonly Connection[], b: readonly Connection[]): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index];
    return one.call === other?.call && one.to === other.to && one.meant === other.meant;
  });

/** The green checks on an answered card: connect a caller who is being passed on with this party (5.1-f, 5.2-g). */
export function Connect({ to, off }: { to: CallView; off: string | undefined }) {
  const found = useEntities((all) => connections(all, to), same);
  return found.map((one) => <Check key={one.call.id} connection={one} off={off} />);
}

/** Always names both parties, and asks again when it is not whom one dialled (D7). */
function Check({ connection, off }: { connection: Connection; off: string | undefined }) {
  const key = useKeyMap().answer[0];
  const { t } = useLingui();
  const { act, busy } = useAct();
  const [asking, setAsking] = useState(false);
  const { call, to, meant, leaves } = connection;
  const [one, other] = [partyName(call), partyName(to)];
  const byKey = useEntities((all) => {
    const next = ready(all);
    return next?.call.id === call.id && next.to.id === to.id;
  });

  const pair = { call: call.id, to: to.id };

  return (
    <>
      <Press
        className="connect"
        data={meant ? { "data-meant": "" } : {}}
        aria-label={leaves ? t`Connect ${one} with ${other}, without you` : t`Connect ${one} with ${other}`}
        aria-keyshortcuts={byKey ? key : undefined}
        off={off}
        busy={busy}
        onPress={() => void act("transfer.complete", pair, {}, { confirm_recipient: () => setAsking(true) })}
      >
        <Icon name="check" size={meant ? 24 : undefined} />
        <span className="both">
          <Trans>
            <span className="cut">Connect {one}</span> <span className="cut">with {other}</span>
          </Trans>
        </span>
        {byKey && key !== undefined ? (
          <kbd aria-hidden="true">{keyName(key)}</kbd>
        ) : (
          <small>{leaves ? t`without you` : isConsulted(to) ? null : t`other caller`}</small>
        )}
      </Press>
      {asking && (
        <Window
          open
          alert
          close={() => setAsking(false)}
          title={t`Connect these two?`}
          acts={
            <>
              <Press
                className="btn"
                data={{ "data-kind": "plain" }}
                autoFocus
                onPress={() => setAsking(false)}
              >
                {t`Cancel`}
              </Press>
              <Press
                className="btn"
                data={{ "data-kind": "primary" }}
                onPress={() => {
                  setAsking(false);
                  void act("transfer.complete", { ...pair, confirmed: "true" });
                }}
              >
                {t`Connect`}
              </Press>
            </>
          }
        >
          <p>
            {t`${one} would be connected with ${other}, who is not the person you dialled for this call. After that neither of them is with you.`}
          </p>
        </Window>
      )}
    </>
  );
}
