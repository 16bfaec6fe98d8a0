import { useLingui } from "@lingui/react/macro";
import { useSyncExternalStore } from "react";
import { useAct, useDesk, useEntities, useLine } from "../../connection/desk.tsx";
import { exchange, liveCalls, me, myDevice, queueAlarms, sameItems } from "../../model/select.ts";
import type { AlarmView } from "../../model/wire.ts";
import { alarmWords } from "../../text/alarms.ts";
import { Press } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon } from "../../ui/Icon.tsx";

/** More alarms at once would push the work off the screen; the oldest matter most. */
const ALARMS_SHOWN = 2;

interface Props {
  readonly chooseDevice: () => void;
}

/** What is wrong with the line or the exchange, what still works, and what to do. */
export function Banner({ chooseDevice }: Props) {
  const { t } = useLingui();
  const line = useLine();
  const down = useEntities((all) => exchange(all)?.up === false);
  if (line.state === "lost") return <Lost retryAt={line.retryAt} />;
  if (!down) return <Alarms chooseDevice={chooseDevice} />;
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

/** Urgent calls that reach nobody: for who supervises and for who works in that queue (D6). */
function Alarms({ chooseDevice }: Props) {
  const shown = useEntities(queueAlarms, sameItems).slice(0, ALARMS_SHOWN);
  if (shown.length === 0) return null;
  return (
    <div className="banners">
      {shown.map((alarm) => (
        <Alarm key={alarm.id} alarm={alarm} chooseDevice={chooseDevice} />
      ))}
    </div>
  );
}

function Alarm({ alarm, chooseDevice }: Props & { alarm: AlarmView }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const mayComeIn = useEntities(
    (all) =>
      alarm.queue !== null &&
      all.queue.has(alarm.queue) &&
      me(all)?.signed_in.includes(alarm.queue) === false,
  );
  // Signed in without a telephone one is rung nowhere, and the alarm stays.
  const hasPhone = useEntities((all) => me(all)?.device !== null);
  return (
    <div className="banner" data-kind="alarm" role="alert">
      <Icon name="alert" />
      <p>
        <strong>{alarmWords(alarm)}</strong> {/* Not read aloud every second. */}
        <span aria-hidden="true">
          <Elapsed since={alarm.since} />
        </span>{" "}
        {mayComeIn && !hasPhone && t`Choose a phone first: without one you cannot take the call.`}
      </p>
      {mayComeIn && !hasPhone && (
        <Press className="btn" onPress={chooseDevice}>
          {t`Choose a phone`}
        </Press>
      )}
      {mayComeIn && hasPhone && (
        <Press
          className="btn"
          busy={busy}
          onPress={() => void act("queue.sign_in", { queue: alarm.queue ?? "" })}
        >
          {t`Sign in`}
        </Press>
      )}
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
