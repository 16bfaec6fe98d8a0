import { useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { api, Refused } from "../../connection/api.ts";
import { useDesk, useEntities, useLine } from "../../connection/desk.tsx";
import { date, daysAgo, duration, phoneNumber, timeOfDay } from "../../model/format.ts";
import type { MessageRow } from "../../model/wire.ts";
import { Press } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";

/** More than this are not listed here. */
const SHOWN_MAX = 20;

/** Messages that callers left (D29): in this queue, or with null for me. Nothing is drawn when there are none. */
export function Messages({ queue }: { queue: string | null }) {
  const { t } = useLingui();
  const [rows, setRows] = useState<readonly MessageRow[]>([]);
  const [problem, setProblem] = useState<Refused | null>(null);
  const [turn, setTurn] = useState(0);
  const connected = useLine().state === "connected";
  // Who is leaving a message now will have left it when the call is gone.
  const leaving = useEntities(
    (all) => [...all.call.values()].filter((call) => call.state === "leaving").length,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when one may have been added, also while away.
  useEffect(() => {
    if (!connected) return undefined;
    let wanted = true;
    api.messages().then(
      (page) => {
        if (!wanted) return;
        setRows(page.rows);
        setProblem(null);
      },
      (reason: unknown) => {
        if (!(reason instanceof Refused)) throw reason;
        if (wanted) setProblem(reason);
      },
    );
    return () => {
      wanted = false;
    };
  }, [leaving, connected, turn]);
  const here = rows.filter((row) => row.queue === queue);
  const shown = here.slice(0, SHOWN_MAX);
  // No list is not an empty list: somebody may have asked for help in a message.
  const failed = problem !== null && (
    <div className="pane-note">
      <Note kind="problem">{t`Whether messages were left cannot be shown now.`}</Note>
      <Press className="btn" onPress={() => setTurn(turn + 1)}>
        {t`Try again`}
      </Press>
    </div>
  );
  if (shown.length === 0) return failed || null;
  return (
    <section aria-label={t`Messages left`}>
      <div className="group-head">
        {queue === null ? t`Messages for you` : t`Messages left`}
        <span className="right num">{here.length}</span>
      </div>
      {failed}
      {shown.map((row) => (
        <Message key={row.name} row={row} />
      ))}
      {here.length > SHOWN_MAX && <p className="soft">{t`and ${here.length - SHOWN_MAX} older ones`}</p>}
    </section>
  );
}

function Message({ row }: { row: MessageRow }) {
  const { t, i18n } = useLingui();
  const { ticker } = useDesk();
  const number = row.number === null ? t`Withheld number` : phoneNumber(row.number);
  const name = row.caller_name ?? number;
  const time = timeOfDay(row.at);
  const days = daysAgo(row.at, ticker.now());
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
