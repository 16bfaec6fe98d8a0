import { useLingui } from "@lingui/react/macro";
import { useRef, useState } from "react";
import { api } from "../../connection/api.ts";
import { useAct, useEntities } from "../../connection/desk.tsx";
import {
  clock,
  dayMonth,
  hasDigits,
  mayManageCallBacks,
  missedCallers,
  wall,
  zoneOf,
} from "../../model/callback.ts";
import { phoneNumber } from "../../model/format.ts";
import { me, sameItems } from "../../model/select.ts";
import type { CommandName, MissedView } from "../../model/wire.ts";
import { MISSED } from "../../text/callback.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";
import { PlanButton } from "../../ui/PlanCallBack.tsx";
import { useRingOff } from "../../ui/use-off.ts";
import { Window } from "../../ui/Window.tsx";
import { useMinute, usePlanning } from "./use-planning.tsx";

/** Callers to whom nobody spoke: hung up, called while closed, left a message, or could not be called back (D14). */
export function WorkList() {
  const { t } = useLingui();
  const { typed } = usePlanning();
  const rows = useEntities(
    (all) => missedCallers(all).filter((row) => hasDigits(row.number, typed)),
    sameItems,
  );
  const list = useRef<HTMLElement>(null);
  return (
    // Here the keyboard goes on when the row in which it stood has gone.
    <section className="cb-work" ref={list} tabIndex={-1} aria-label={t`Missed calls`}>
      {rows.length === 0 ? (
        <div className="empty">
          <b>{typed === "" ? t`Nobody to call` : t`No missed calls of this number`}</b>
          {t`Callers who were not helped appear here, until somebody has spoken to them.`}
        </div>
      ) : (
        <ul className="cb-missed" aria-label={t`Missed calls`}>
          {rows.map((row) => (
            <Row key={row.id} row={row} gone={() => list.current?.focus()} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ row, gone }: { readonly row: MissedView; readonly gone: () => void }) {
  const { t } = useLingui();
  const zone = useEntities(zoneOf);
  const now = useMinute();
  const may = useEntities(mayManageCallBacks);
  const number = row.number === null ? t`Withheld number` : phoneNumber(row.number);
  const name = row.name ?? number;
  const { times } = row;
  const today = wall(row.at, zone).day === wall(now, zone).day;
  const time = clock(row.at, zone);
  return (
    <li data-missed={row.id}>
      <div className="lines">
        <div className="who">
          <span className="cut num" title={name}>
            {name}
          </span>
          {times > 1 && <span className="count">{t`${times} times`}</span>}
        </div>
        <Why row={row} number={number} />
        <Whose row={row} />
        {row.message !== null && (
          // biome-ignore lint/a11y/useMediaCaption: what a caller said is not written down anywhere.
          <audio
            controls
            preload="none"
            src={api.messageSound(row.message)}
            aria-label={t`Message of ${name}`}
          />
        )}
      </div>
      <time dateTime={new Date(row.at).toISOString()}>
        {today ? time : `${dayMonth(row.at, zone)} ${time}`}
      </time>
      {may && <Acts row={row} name={name} gone={gone} />}
    </li>
  );
}

function Why({ row, number }: { readonly row: MissedView; readonly number: string }) {
  const { t, i18n } = useLingui();
  const zone = useEntities(zoneOf);
  const { attempts } = row;
  const tried = row.last_attempt_at === null ? null : clock(row.last_attempt_at, zone);
  const parts = [
    ...(row.name === null ? [] : [number]),
    ...(row.queue_name === "" ? [] : [row.queue_name]),
    i18n._(MISSED[row.why]),
  ];
  return (
    <>
      <div className="sub cut" title={parts.join(", ")}>
        {parts.join(", ")}
      </div>
      {tried !== null && (
        <div className="sub">
          {attempts === 1
            ? t`Called in vain at ${tried}`
            : t`Called in vain ${attempts} times, last at ${tried}`}
        </div>
      )}
    </>
  );
}

/** Who calls this one, with colour, shape and words. */
function Whose({ row }: { readonly row: MissedView }) {
  const { t } = useLingui();
  const zone = useEntities(zoneOf);
  const mine = useEntities((all) => row.claimed_by !== null && row.claimed_by === me(all)?.id);
  if (row.claimed_by === null) return null;
  const colleague = row.claimed_by_name ?? t`A colleague`;
  const since = row.claimed_at === null ? "" : clock(row.claimed_at, zone);
  const words = mine
    ? row.calling
      ? t`You are calling`
      : t`You will call (since ${since})`
    : row.calling
      ? t`${colleague} is calling`
      : t`${colleague} will call (since ${since})`;
  const tone = mine ? "free" : "busy";
  return (
    <div className="sub" data-tone={tone}>
      <Shape as={tone} tone={tone} size={9} /> {words}
    </div>
  );
}

interface ActsProps {
  readonly row: MissedView;
  readonly name: string;
  readonly gone: () => void;
}

/** A colleague is at it: who, and what was asked for. */
interface Warning {
  readonly name: string;
  readonly op: CommandName;
}

function Acts({ row, name, gone }: ActsProps) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const mine = useEntities((all) => row.claimed_by !== null && row.claimed_by === me(all)?.id);
  const off = useRingOff();
  const [warning, warn] = useState<Warning | null>(null);
  const [closing, setClosing] = useState(false);

  /** Of two who click at once only one calls: the server tells the other who was first. */
  async function take(op: CommandName, confirmed: boolean): Promise<void> {
    warn(null);
    const args = { missed: row.id, ...(confirmed && { confirmed: "true" }) };
    await act(op, args, {}, { missed_claimed: ({ name }) => warn({ name: name ?? t`A colleague`, op }) });
  }

  async function close(): Promise<void> {
    setClosing(false);
    if (await act("missed.close", { missed: row.id })) gone();
  }

  const number = row.number;
  const colleague = warning?.name ?? "";
  return (
    <div className="acts">
      <Press
        className="round"
        aria-pressed={mine}
        aria-label={t`I call ${name} later`}
        tip={mine ? t`Leave it to the others` : t`I call later: my name stands with it`}
        busy={busy}
        onPress={() => void (mine ? act("missed.release", { missed: row.id }) : take("missed.claim", false))}
      >
        <Icon name="user-check" />
      </Press>
      {/* Kept free where there is none, so that the times stand below each other. */}
      <span className="plan-room">
        {number !== null && <PlanButton number={number} queue={row.queue} name={name} />}
      </span>
      <Press
        className="round"
        aria-label={t`Take ${name} off the list`}
        tip={t`Take off the list: nobody has to call`}
        onPress={() => setClosing(true)}
      >
        <Icon name="x" />
      </Press>
      <Press
        className="btn cb-again"
        aria-label={t`I call ${name}`}
        busy={busy}
        off={number === null ? t`The number was withheld` : row.calling && mine ? t`You are calling` : off}
        onPress={() => void take("missed.call", false)}
      >
        <Icon name="phone" />
        {t`I call`}
      </Press>
      <Window
        open={warning !== null}
        alert
        close={() => warn(null)}
        title={t`A colleague is at it already`}
        acts={
          <>
            <Press className="btn" onPress={() => warn(null)}>
              {t`Leave it to ${colleague}`}
            </Press>
            <Press
              className="btn"
              data={{ "data-kind": "primary" }}
              onPress={() => warning !== null && void take(warning.op, true)}
            >
              {warning?.op === "missed.claim" ? t`Take it over` : t`Call all the same`}
            </Press>
          </>
        }
      >
        <p>{t`${colleague} is at ${name} already. This caller might be called twice.`}</p>
      </Window>
      <Window
        open={closing}
        alert
        close={() => setClosing(false)}
        title={t`Take ${name} off the list?`}
        acts={
          <>
            <Press className="btn" onPress={() => setClosing(false)}>
              {t`Keep`}
            </Press>
            <Press className="btn" data={{ "data-kind": "primary" }} onPress={() => void close()}>
              {t`Take off`}
            </Press>
          </>
        }
      >
        <p>{t`Nobody is asked to call this caller any more.`}</p>
      </Window>
    </div>
  );
}
