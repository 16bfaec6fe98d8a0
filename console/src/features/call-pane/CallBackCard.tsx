import { useLingui } from "@lingui/react/macro";
import { useStaleSince } from "../../connection/desk.tsx";
import { phoneNumber } from "../../model/format.ts";
import type { CallBackView } from "../../model/wire.ts";
import { callBackName, callBackTitle } from "../../text/callback.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { OfferActs } from "./OfferActs.tsx";

interface Props {
  readonly row: CallBackView;
  /** The key would take this one: it shows the key. */
  readonly next: boolean;
  readonly off: string | undefined;
}

/** A call back that is offered to me: accepting rings my phone, then the customer (D14). */
export function CallBackCard({ row, next, off }: Props) {
  const { t } = useLingui();
  const staleSince = useStaleSince();
  const number = phoneNumber(row.number);
  const name = callBackName(row);
  return (
    <article className="card" data-callback={row.id} data-state="offered" aria-label={callBackTitle(row)}>
      <header className="card-top">
        <span className="queue cut">{row.queue_name}</span>
        <span className="state" data-tone="ringing">
          <Icon name="callback" size={16} />
          {t`Call back`}
        </span>
        <span
          className="right"
          title={row.entered_at === null ? t`Since the agreed time` : t`Waits since the call`}
        >
          <Elapsed since={row.entered_at ?? row.due_at} frozenAt={staleSince} />
        </span>
      </header>
      <div className="card-who">
        <div className="lines">
          <h2 className={row.name === null ? "card-name cut num" : "card-name cut"} title={name}>
            {name}
          </h2>
          {row.name !== null && (
            <div className="card-sub">
              <span className="num">{number}</span>
            </div>
          )}
        </div>
      </div>
      <OfferActs
        name={name}
        word={t`Call back`}
        icon="callback"
        next={next}
        off={off}
        take={["callback.accept", { callback: row.id }]}
        giveBack={["callback.reject", { callback: row.id }]}
        // My phone rings only once it is accepted.
        ringing={false}
      />
    </article>
  );
}
