import { useLingui } from "@lingui/react/macro";
import { useDesk } from "../../connection/desk.tsx";
import { duration, phoneNumber } from "../../model/format.ts";
import type { HistoryRow } from "../../model/wire.ts";
import { CallTimeline } from "../../ui/CallTimeline.tsx";
import { PlanButton } from "../../ui/PlanCallBack.tsx";
import "../../ui/detail.css";
import { direction, outcome, party, when } from "./words.ts";

/** All that is known of one own call, and the other ones with the same number. */
export function HistoryDetail({ row, rows }: { row: HistoryRow | null; rows: readonly HistoryRow[] }) {
  const { t, i18n } = useLingui();
  const { ticker } = useDesk();
  if (row === null) {
    return (
      <div className="detail-head">
        <h2>{t`No call chosen`}</h2>
        <p>{t`Choose a call to see more of it.`}</p>
      </div>
    );
  }
  const now = ticker.now();
  const others = rows.filter(
    (other) => other.number !== null && other.number === row.number && other.id !== row.id,
  );
  const ends = {
    caller: t`the other party hung up`,
    agent: t`you hung up`,
    transfer: t`put through`,
    lost: t`broken off by a failure`,
    not_reached: t`nobody was reached`,
    exit: t`led out of the queue`,
    call_back: t`is called back`,
  };
  const facts: readonly (readonly [string, string | null])[] = [
    [t`Number`, row.name === null || row.number === null ? null : phoneNumber(row.number)],
    [t`Queue`, row.queue],
    [t`Direction`, direction(row)],
    [t`Time`, when(row.at, now, i18n.locale)],
    [t`Waiting time`, row.wait_ms === null ? null : duration(row.wait_ms)],
    [t`Talk time`, row.talk_ms === null ? null : duration(row.talk_ms)],
    [t`Transferred to`, row.transferred_to],
    [t`End`, row.ended_by === null ? null : ends[row.ended_by]],
  ];
  return (
    <>
      <div className="detail-head">
        <h2 className="cut num" title={party(row)}>
          {party(row)}
        </h2>
        {row.urgent && <p>{t`urgent`}</p>}
      </div>
      <dl className="facts">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="num">{value}</dd>
            </div>
          ),
        )}
      </dl>
      {row.number !== null && (
        <div className="detail-acts">
          <PlanButton number={row.number} queue={null} call={row.call} name={party(row)} />
        </div>
      )}
      <div className="group-head">{t`What happened`}</div>
      <CallTimeline key={row.call} call={row.call} version={0} />
      {others.length > 0 && (
        <div className="group-head">
          {t`Other calls with this number`}
          <span className="right num">{others.length}</span>
        </div>
      )}
      {others.slice(0, 20).map((other) => (
        <div className="dcall" key={other.id}>
          <div className="lines">
            <div className="who cut">{outcome(other)}</div>
            <div className="sub cut num">{when(other.at, now, i18n.locale)}</div>
          </div>
          <div className="side">
            <time>{other.talk_ms === null ? "" : duration(other.talk_ms)}</time>
          </div>
        </div>
      ))}
    </>
  );
}
