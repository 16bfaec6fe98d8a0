import { useLingui } from "@lingui/react/macro";
import { useSyncExternalStore } from "react";
import { useDesk, useEntities, useLine } from "../../connection/desk.tsx";
import { exchange, liveCalls, myDevice } from "../../model/select.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";

/** What is wrong with the line or the exchange, what still works, and what to do. */
export function Banner() {
  const { t } = useLingui();
  const line = useLine();
  const down = useEntities((all) => exchange(all)?.up === false);
  if (line.state === "lost") return <Lost retryAt={line.retryAt} />;
  if (!down) return null;
  return (
    <div className="banner" role="status">
      <Icon name="alert" />
      <p>
        <strong>{t`The telephone exchange is away.`}</strong>{" "}
        {t`It is being started again. Until then no call can come in or go out.`}
      </p>
    </div>
  );
}

function Lost({ retryAt }: { retryAt: number | null }) {
  const { t } = useLingui();
  const { ticker, retryNow } = useDesk();
  const device = useEntities(myDevice);
  const talking = useEntities((all) => liveCalls(all).length > 0);
  const seconds = useSyncExternalStore(ticker.subscribe, () =>
    retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - ticker.now()) / 1000)),
  );
  const name = device?.name ?? "";
  return (
    <div className="banner" role="status">
      <Icon name="cut" />
      <p>
        <strong>{talking ? t`Connection lost, your call goes on.` : t`Connection lost.`}</strong>{" "}
        {device !== undefined && device.kind === "sip" ? t`Answer and hang up on ${name}.` : null}{" "}
        {/* Not read aloud every second. */}
        <span aria-hidden="true" className="num">
          {seconds > 0 ? t`Next attempt in ${seconds} s.` : t`Trying again.`}
        </span>
      </p>
      <Press className="btn" onPress={retryNow}>
        {t`Try now`}
      </Press>
    </div>
  );
}
