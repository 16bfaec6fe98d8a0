import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useEntities } from "../../connection/desk.tsx";
import { me, queues } from "../../model/select.ts";
import type { AgentStatus } from "../../model/wire.ts";
import { countedWords, shortWords } from "../../text/counted.ts";
import { STATUS } from "../../text/words.ts";
import { Icon, type IconName, Shape } from "../../ui/Icon.tsx";
import "../../ui/detail.css";

const COLUMNS: readonly (readonly [IconName, MessageDescriptor])[] = [
  ["users", msg`Agents signed in, also those in a call`],
  ["user-check", msg`Agents who can be offered a call now`],
  ["line", msg`Callers who wait now`],
  ["hourglass", msg`Average waiting time of the calls that were answered`],
  ["stopwatch", msg`Waiting time of the caller who waits longest now`],
  ["tally", msg`Answered of all calls that came in`],
  [
    "toggle",
    msg`Dark: you are signed in and are offered calls. White: you are signed out. Red: you are signed out of an urgent queue.`,
  ],
];

const STATUSES: readonly AgentStatus[] = [
  "available",
  "ringing",
  "in_call",
  "holding",
  "wrap_up",
  "paused",
  "not_answered",
  "console_gone",
  "signed_out",
  "phone_free",
  "unknown",
  "device_lost",
];

/** The fuller explanation of the columns (3.1-l) and of the statuses (3.1-p). */
export function Legend() {
  const { t, i18n } = useLingui();
  const since = useEntities((all) => queues(all)[0]?.counted_since);
  const countsShort = useEntities((all) => me(all)?.counts_short ?? true);
  return (
    <>
      <div className="detail-head">
        <h2>{t`What the columns mean`}</h2>
        {since !== undefined && <p>{countedWords(since)}</p>}
        {!countsShort && <p>{shortWords()}</p>}
      </div>
      <dl className="facts" data-legend>
        {COLUMNS.map(([icon, text]) => (
          <div key={icon}>
            <dt>
              <Icon name={icon} />
            </dt>
            <dd>{i18n._(text)}</dd>
          </div>
        ))}
      </dl>
      <div className="group-head">{t`What the signs of agents mean`}</div>
      <dl className="facts" data-legend>
        {STATUSES.map((status) => (
          <div key={status}>
            <dt>
              <Shape as={STATUS[status].tone} tone={STATUS[status].tone} />
            </dt>
            <dd>{i18n._(STATUS[status].word)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
