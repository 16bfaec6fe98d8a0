import { useLingui } from "@lingui/react/macro";
import { memo, useState } from "react";
import { useAct, usePast, useStaleSince } from "../../connection/desk.tsx";
import { timeOfDay } from "../../model/format.ts";
import { WAIT_LATE_MS, WAITING_ROWS } from "../../model/select.ts";
import type { CallView } from "../../model/wire.ts";
import { useDeskPhone } from "../../softphone/use.tsx";
import { partyName } from "../../text/parties.ts";
import { Press } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";
import { LongList, Rows } from "../../ui/LongList.tsx";

interface Props {
  readonly calls: readonly CallView[];
  /** Why nothing can be done with calls now. */
  readonly off: string | undefined;
  /** Choose to whom this caller goes, without answering. */
  readonly sendOn: (call: string) => void;
}

/** Who waits in my queues without ringing at me (D1, third layer): quiet rows, each one click away. */
export function Waiting({ calls, off, sendOn }: Props) {
  const { t } = useLingui();
  const [all, setAll] = useState(false);
  const staleSince = useStaleSince();
  if (calls.length === 0) return null;
  const count = calls.length;
  const many = count > WAITING_ROWS;
  const shown = many && !all ? calls.slice(0, WAITING_ROWS) : calls;
  const longest = Math.min(...calls.map((call) => call.entered_at));
  return (
    <section className="waiting" aria-label={t`Waiting`} {...(count < 3 && { "data-few": "" })}>
      <div className="waiting-head">
        {t`Waiting`} <span className="count">{count}</span>
        <span className="right num">
          {staleSince !== null ? (
            t`as of ${timeOfDay(staleSince, true)}`
          ) : count > 1 ? (
            <>
              {t`longest`} <Elapsed since={longest} />
            </>
          ) : null}
        </span>
      </div>
      <LongList rows={shown.length} className="rows">
        <Rows of={shown} items>
          {(call) => <Row key={call.id} call={call} off={off} sendOn={sendOn} />}
        </Rows>
      </LongList>
      {many && (
        <Press className="more" onPress={() => setAll(!all)}>
          {all ? t`Show fewer` : t`Show all ${count} waiting`}
        </Press>
      )}
    </section>
  );
}

const Row = memo(function Row({ call, off, sendOn }: Omit<Props, "calls"> & { call: CallView }) {
  const { t } = useLingui();
  const phone = useDeskPhone();
  const { act, busy } = useAct();
  const staleSince = useStaleSince();
  const late = usePast(call.urgent ? null : call.entered_at + WAIT_LATE_MS);
  const name = partyName(call);
  return (
    <li
      className="wait"
      data-call={call.id}
      {...(call.urgent && { "data-urgent": "" })}
      {...(late && { "data-late": "" })}
    >
      <Elapsed since={call.entered_at} frozenAt={staleSince} />
      <div className="who">
        <div className="cut num" title={name}>
          {name}
        </div>
        <small>
          {call.urgent && <Shape as="urgent" tone="urgent" size={9} />}
          <span className="cut">
            {call.queue_name ?? t`Direct call`}
            {call.called_back && `, ${t`called back`}`}
          </span>
        </small>
      </div>
      <Press
        className="send"
        aria-label={t`Send ${name} on without answering`}
        tip={t`Send on without answering`}
        off={off}
        onPress={() => sendOn(call.id)}
      >
        <Icon name="forward" size={16} />
      </Press>
      <Press
        className="take"
        aria-label={t`Take ${name}`}
        off={off}
        busy={busy}
        onPress={() => {
          void act("call.answer", { call: call.id });
          if (call.offer?.ringing) phone.answer();
        }}
      >
        <Icon name="phone" size={16} />
        {t`Take`}
      </Press>
    </li>
  );
});
