import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct, useEntities, useLine } from "../../connection/desk.tsx";
import {
  attemptsOf,
  CELL_MS,
  clock,
  dayMonth,
  dotAt,
  HOUR_MS,
  hasDigits,
  isOpen,
  mayManageCallBacks,
  stamp,
  statistics,
  withStatus,
  zoneOf,
} from "../../model/callback.ts";
import { phoneNumber } from "../../model/format.ts";
import type { CallBackView } from "../../model/wire.ts";
import { CALL_BACK, CALL_BACK_REASON, callBackName } from "../../text/callback.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";
import { toast } from "../../ui/toast.tsx";
import { useRingOff } from "../../ui/use-off.ts";
import { Window } from "../../ui/Window.tsx";
import "../../ui/detail.css";
import "./callback.css";
import { useHours, useMinute, usePlanning } from "./use-planning.tsx";

/** More than this are not listed under one head. */
const LISTED_MAX = 50;

/** Beside the planning: how many, what the signs mean, the chosen one, and what can be tried again (3.6-g to 3.6-n). */
export function CallBackDetail() {
  const { t } = useLingui();
  const { chosen, cell, choose, days, typed, found, known } = usePlanning();
  const zone = useEntities(zoneOf);
  const hours = useHours(days);
  const row = chosen === null ? undefined : known.get(chosen);
  const from = hours[0]?.start ?? 0;
  const to = (hours.at(-1)?.start ?? 0) + HOUR_MS;
  // Of the hours that the grid shows, and of the number that is searched.
  const shown = [...known.values()].filter(
    (one) => dotAt(one) >= from && dotAt(one) < to && hasDigits(one.number, typed),
  );
  const listed =
    cell === null ? [] : shown.filter((one) => dotAt(one) >= cell && dotAt(one) < cell + CELL_MS);
  const elsewhere = found.filter((one) => dotAt(one) < from || dotAt(one) >= to);
  return (
    <>
      <Statistics />
      <Legend />
      {row !== undefined && <Chosen row={row} close={() => choose(null)} listed={cell !== null} />}
      {row === undefined && cell !== null && (
        <List
          head={t`${clock(cell, zone)} to ${clock(cell + CELL_MS, zone)}`}
          rows={listed.sort((a, b) => dotAt(a) - dotAt(b))}
          choose={choose}
          status
        />
      )}
      <List head={t`Calls that did not succeed`} rows={withStatus(shown, "failed")} choose={choose} always />
      <List head={t`Cancelled calls`} rows={withStatus(shown, "cancelled")} choose={choose} />
      {elsewhere.length > 0 && (
        <List head={t`This number on other days`} rows={elsewhere} choose={choose} status dated />
      )}
    </>
  );
}

function Statistics() {
  const { days, page } = usePlanning();
  const { t } = useLingui();
  const now = useMinute();
  const zone = useEntities(zoneOf);
  const live = useEntities((all) => all.callback);
  const [open, done] =
    days === 0 ? statistics(live.values(), now, zone) : [page?.open ?? null, page?.done ?? null];
  return (
    <dl className="cb-stats">
      <Sum
        name={t`Open`}
        count={open}
        tip={t`Future and in progress: everything that is still to take place.`}
      />
      <Sum
        name={t`Handled`}
        count={done}
        tip={
          days === 0
            ? t`Succeeded, not succeeded or cancelled today.`
            : t`Succeeded, not succeeded or cancelled on this day.`
        }
      />
    </dl>
  );
}

function Sum({ name, count, tip }: { name: string; count: number | null; tip: string }) {
  return (
    <div title={tip}>
      <dt>
        {name}
        <span className="vh">: {tip}</span>
      </dt>
      <dd className="num">{count ?? "–"}</dd>
    </div>
  );
}

function Legend() {
  const { t, i18n } = useLingui();
  return (
    <ul className="cb-legend" aria-label={t`What the signs mean`}>
      {Object.values(CALL_BACK).map(({ word, shape, tone }) => (
        <li className="state" key={shape}>
          <Shape as={shape} tone={tone} />
          {i18n._(word)}
        </li>
      ))}
    </ul>
  );
}

/** All that is known of one call back, in the manual's words and order (3.6-k). */
function Chosen({ row, close, listed }: { row: CallBackView; close: () => void; listed: boolean }) {
  const { t, i18n } = useLingui();
  const zone = useEntities(zoneOf);
  const { word, shape, tone } = CALL_BACK[row.status];
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t`Request made`, stamp(row.requested_at, zone)],
    // Between attempts the next one is what is planned now.
    [t`Planned call back`, stamp(isOpen(row) ? row.due_at : row.planned_at, zone)],
    [
      t`Last attempt`,
      row.last_attempt_at === null ? (
        <span key="none" className="faint">{t`none`}</span>
      ) : (
        stamp(row.last_attempt_at, zone)
      ),
    ],
    [t`Number of attempts`, attemptsOf(row)],
    ...(row.owner_name === null ? [] : [[t`For`, row.owner_name] as const]),
    ...(row.handled_by_name === null ? [] : [[t`Agent`, row.handled_by_name] as const]),
    [
      t`Status`,
      <span className="state" key="status" data-tone={tone}>
        <Shape as={shape} tone={tone} />
        {i18n._(word)}
      </span>,
    ],
    ...(row.reason === null ? [] : [[t`Reason`, i18n._(CALL_BACK_REASON[row.reason])] as const]),
  ];
  const name = row.name === null ? row.queue_name : `${row.name}, ${row.queue_name}`;
  return (
    <section aria-label={t`Chosen call back`}>
      <div className="detail-head cb-chosen">
        <div>
          <h2 className="num">{phoneNumber(row.number)}</h2>
          <p className="cut" title={name}>
            {name}
          </p>
        </div>
        <Press className="round" aria-label={listed ? t`Back to the list` : t`Close`} onPress={close}>
          <Icon name="x" size={16} />
        </Press>
      </div>
      <dl className="facts cb-facts">
        {facts.map(([what, value]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="cb-acts">
        {isOpen(row) ? (
          <Cancel row={row} />
        ) : (
          (row.status === "failed" || row.status === "cancelled") && <CallAgain row={row} wide />
        )}
      </div>
    </section>
  );
}

/** The red button, the question, and the message that it was done (3.6-l, 3.6-m). */
function Cancel({ row }: { row: CallBackView }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const may = useEntities(mayManageCallBacks);
  const connected = useLine().state === "connected";
  const zone = useEntities(zoneOf);
  const [asking, setAsking] = useState(false);
  if (!may) return null;
  const number = phoneNumber(row.number);
  const time = clock(row.due_at, zone);
  const date = dayMonth(row.due_at, zone);
  return (
    <>
      <Press
        className="btn cb-cancel"
        off={connected ? undefined : t`No connection to the server`}
        busy={busy}
        onPress={() => setAsking(true)}
      >
        {t`Cancel call back`}
      </Press>
      <Window
        open={asking}
        alert
        close={() => setAsking(false)}
        title={t`Cancel this call back?`}
        acts={
          <>
            <Press className="btn" onPress={() => setAsking(false)}>
              {t`Do not cancel`}
            </Press>
            <Press
              className="btn"
              data={{ "data-kind": "danger" }}
              onPress={async () => {
                setAsking(false);
                if (await act("callback.cancel", { callback: row.id }))
                  toast(t`The call back to ${number} has been cancelled.`, "check", "ringing");
              }}
            >
              {t`Yes, cancel it`}
            </Press>
          </>
        }
      >
        <p>
          {row.status === "in_progress"
            ? t`Are you sure? ${number} is being called now. The phones stop ringing; the caller hears nothing of this.`
            : t`Are you sure? ${number} will not be called back on ${date} at ${time}. The caller hears nothing of this.`}
        </p>
      </Window>
    </>
  );
}

/** The green handset: my phone rings now, then the number (3.6-j, 3.6-n). */
function CallAgain({ row, wide = false }: { row: CallBackView; wide?: boolean }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const may = useEntities(mayManageCallBacks);
  const off = useRingOff();
  if (!may) return null;
  const name = callBackName(row);
  return (
    <Press
      className={wide ? "btn cb-again" : "round"}
      data={wide ? {} : { "data-pick": "" }}
      aria-label={t`Call ${name} again`}
      tip={wide ? undefined : t`Call again`}
      off={off}
      busy={busy}
      onPress={() => void act("callback.retry", { callback: row.id })}
    >
      <Icon name="phone" />
      {wide && t`Call again`}
    </Press>
  );
}

interface ListProps {
  readonly head: string;
  readonly rows: readonly CallBackView[];
  readonly choose: (id: string) => void;
  /** The sign of each stands before it: they differ. */
  readonly status?: boolean;
  readonly dated?: boolean;
  /** The head stands also above nothing. */
  readonly always?: boolean;
}

function List({ head, rows, choose, status = false, dated = false, always = false }: ListProps) {
  const { t, i18n } = useLingui();
  const zone = useEntities(zoneOf);
  if (rows.length === 0 && !always) return null;
  return (
    <section aria-label={head}>
      <div className="group-head">
        {head}
        <span className="right num">{rows.length === 0 ? t`none` : rows.length}</span>
      </div>
      {rows.slice(0, LISTED_MAX).map((row) => {
        const { word, shape, tone } = CALL_BACK[row.status];
        const name = callBackName(row);
        const attempts = attemptsOf(row);
        const tries = attempts === 1 ? t`1 attempt` : t`${attempts} attempts`;
        return (
          <div className="dcall" key={row.id}>
            {status && (
              <span className="cb-sign" title={i18n._(word)}>
                <Shape as={shape} tone={tone} />
                <span className="vh">{i18n._(word)}</span>
              </span>
            )}
            <div className="lines">
              <Press className="who cut num" onPress={() => choose(row.id)}>
                {name}
              </Press>
              <div className="sub cut num">
                {row.name === null ? "" : `${phoneNumber(row.number)}, `}
                {row.queue_name}
                {attempts > 0 && `, ${tries}`}
              </div>
            </div>
            <div className="side">
              <time>
                {dated && `${dayMonth(dotAt(row), zone)} `}
                {clock(dotAt(row), zone)}
              </time>
              {!isOpen(row) && row.status !== "succeeded" && <CallAgain row={row} />}
            </div>
          </div>
        );
      })}
      {rows.length > LISTED_MAX && (
        <p className="cb-more">{t`and ${rows.length - LISTED_MAX} more: search by number to find one`}</p>
      )}
    </section>
  );
}
