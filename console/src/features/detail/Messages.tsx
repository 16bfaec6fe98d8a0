import { useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { api, Refused } from "../../connection/api.ts";
import { useEntities } from "../../connection/desk.tsx";
import { date, daysAgo, duration, phoneNumber, timeOfDay } from "../../model/format.ts";
import type { MessageRow } from "../../model/wire.ts";

/** More than this are not listed here. */
const SHOWN_MAX = 20;

/** Messages that callers left (D29): in this queue, or with null for me. Nothing is drawn when there are none. */
export function Messages({ queue }: { queue: string | null }) {
  const { t } = useLingui();
  const [rows, setRows] = useState<readonly MessageRow[]>([]);
  // Who is leaving a message now will have left it when the call is gone.
  const leaving = useEntities(
    (all) => [...all.call.values()].filter((call) => call.state === "leaving").length,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when one may have been added.
  useEffect(() => {
    let wanted = true;
    api.messages().then(
      (page) => wanted && setRows(page.rows),
      (problem: unknown) => {
        // Without the list everything else goes on.
        if (!(problem instanceof Refused)) throw problem;
      },
    );
    return () => {
      wanted = false;
    };
  }, [leaving]);
  const shown = rows.filter((row) => row.queue === queue).slice(0, SHOWN_MAX);
  if (shown.length === 0) return null;
  return (
    <section aria-label={t`Messages left`}>
      <div className="group-head">
        {queue === null ? t`Messages for you` : t`Messages left`}
        <span className="right num">{shown.length}</span>
      </div>
      {shown.map((row) => (
        <Message key={row.name} row={row} />
      ))}
    </section>
  );
}

function Message({ row }: { row: MessageRow }) {
  const { t, i18n } = useLingui();
  const number = row.number === null ? t`Withheld number` : phoneNumber(row.number);
  const name = row.caller_name ?? number;
  const time = timeOfDay(row.at);
  const days = daysAgo(row.at, Date.now());
  const when =
    days === 0
      ? t`Today ${time}`
      : days === 1
        ? t`Yesterday ${time}`
        : `${date(row.at, i18n.locale)} ${time}`;
  return (
    <div className="message">
      <div className="who cut num" title={name}>
        {name}
      </div>
      <div className="sub num">
        {when}, {duration(row.ms)}
      </div>
      {/* biome-ignore lint/a11y/useMediaCaption: what a caller said is not written down anywhere. */}
      <audio controls preload="none" src={api.messageSound(row.name)} aria-label={t`Message of ${name}`} />
    </div>
  );
}
