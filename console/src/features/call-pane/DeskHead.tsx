import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { memo, type ReactNode, useEffect, useRef } from "react";
import { useAct, useDesk, useEntities, useLine, useStaleSince } from "../../connection/desk.tsx";
import { duration, timeOfDay } from "../../model/format.ts";
import { liveCalls, me } from "../../model/select.ts";
import type { MeView, WrapUpView } from "../../model/wire.ts";
import { STATUS } from "../../text/words.ts";
import { Press } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { hint, useKeyMap } from "../../ui/keymap.ts";

/** What I am doing, the green clock, and the red bar of wrap-up below it (2.3, 2.4). */
export const DeskHead = memo(function DeskHead({ corner }: { corner: ReactNode }) {
  const { t } = useLingui();
  const mine = useEntities(me);
  const staleSince = useStaleSince();
  if (mine === undefined) return null;
  return (
    <>
      <div className="desk-head">
        <Clock mine={mine} />
        <div className="who">
          {staleSince !== null ? (
            <>
              <b role="status">{t`No current data`}</b>
              <span className="num">{t`last updated ${timeOfDay(staleSince, true)}`}</span>
            </>
          ) : (
            <Doing mine={mine} />
          )}
        </div>
        {corner}
      </div>
      {mine.wrap_up !== null && mine.wrap_up.kind !== "pending" && staleSince === null && (
        <WrapUpBar wrapUp={mine.wrap_up} mayKeep={mine.rights.includes("wrapup.manual")} />
      )}
      {mine.status === "not_answered" && staleSince === null && (
        <Return why={t`You did not answer three times, so you get no calls now.`} />
      )}
      {mine.pause !== null && staleSince === null && <Return />}
    </>
  );
});

function Clock({ mine }: { mine: MeView }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const connected = useLine().state === "connected";
  const running = mine.wrap_up !== null && mine.wrap_up.kind !== "pending";
  const on = running || mine.wrap_up_armed;
  const allowed = mine.rights.includes("wrapup.manual");
  const key = useKeyMap().wrap_up[0];
  const fixed = running && mine.wrap_up?.stoppable === false;
  const what = running
    ? t`Stop wrap-up`
    : mine.wrap_up_armed
      ? t`Wrap-up follows; click to cancel`
      : t`Wrap-up`;
  return (
    <Press
      className="round-44 clock"
      aria-label={t`Wrap-up`}
      aria-pressed={on}
      aria-keyshortcuts={key}
      tip={hint(what, key)}
      off={
        !connected
          ? t`No connection to the server`
          : !allowed && !on
            ? t`You may not start wrap-up yourself.`
            : fixed
              ? t`This wrap-up runs its full time.`
              : undefined
      }
      busy={busy}
      onPress={() => void act(on ? "wrap_up.stop" : "wrap_up.start")}
    >
      <Icon name="clock" />
    </Press>
  );
}

/** The status in words, with what belongs to it. */
function Doing({ mine }: { mine: MeView }) {
  const { t, i18n } = useLingui();
  const calls = useEntities((all) => liveCalls(all).length);
  const since = timeOfDay(mine.status_since);
  const pending = mine.wrap_up?.kind === "pending" || mine.wrap_up_armed;
  if (mine.wrap_up !== null && mine.wrap_up.kind !== "pending") {
    const { until } = mine.wrap_up;
    const from = mine.wrap_up.since ?? mine.status_since;
    return (
      <>
        <b role="status">{t`Wrap-up`}</b>
        <span className="num">
          {until === null ? (
            <>
              <Elapsed since={from} />
              {", "}
              {t`no end time`}
            </>
          ) : (
            <>
              {t`still`} <Elapsed since={from} until={until} /> {t`of ${duration(until - from)}`}
            </>
          )}
        </span>
      </>
    );
  }
  if (mine.device === null) {
    return (
      <>
        <b role="status">{t`Looking on`}</b>
        <span>{t`You have no phone`}</span>
      </>
    );
  }
  const detail = pending
    ? t`wrap-up follows`
    : mine.pause !== null
      ? `${mine.pause}, ${t`since ${since}`}`
      : mine.status === "in_call"
        ? plural(calls, { one: `# call, since ${since}`, other: `# calls, since ${since}` })
        : mine.status === "holding"
          ? plural(calls, { one: "# call on hold", other: "# calls on hold" })
          : t`since ${since}`;
  return (
    <>
      <b role="status">{i18n._(STATUS[mine.status].word)}</b>
      <span className="num">{detail}</span>
    </>
  );
}

function WrapUpBar({ wrapUp, mayKeep }: { wrapUp: WrapUpView; mayKeep: boolean }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const extend = useAct();
  return (
    <div className="wrapbar">
      {wrapUp.until !== null && wrapUp.since !== null && <Bar since={wrapUp.since} until={wrapUp.until} />}
      <div className="row">
        {wrapUp.extendable && (
          <Press
            className="btn"
            aria-label={t`30 seconds longer`}
            busy={extend.busy}
            onPress={() => void extend.act("wrap_up.extend")}
          >
            <Icon name="plus" size={16} />
            {t`30 s`}
          </Press>
        )}
        {wrapUp.until !== null && wrapUp.stoppable && mayKeep && (
          <Press className="btn" busy={busy} onPress={() => void act("wrap_up.start")}>
            {t`No end time`}
          </Press>
        )}
        {wrapUp.stoppable && (
          <Press
            className="btn"
            data={{ "data-kind": "primary" }}
            busy={busy}
            onPress={() => void act("wrap_up.stop")}
          >
            {t`Done`}
          </Press>
        )}
      </div>
    </div>
  );
}

/** The red bar: what is left of the time. */
function Bar({ since, until }: { since: number; until: number }) {
  const { t } = useLingui();
  const { ticker } = useDesk();
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const draw = (): void => {
      const left = Math.min(1, Math.max(0, (until - ticker.now()) / Math.max(1, until - since)));
      const inner = bar.current?.firstElementChild;
      if (inner instanceof HTMLElement) inner.style.transform = `scaleX(${left})`;
      bar.current?.setAttribute("aria-valuenow", String(Math.ceil((left * (until - since)) / 1000)));
    };
    draw();
    return ticker.subscribe(draw);
  }, [ticker, since, until]);
  return (
    <div
      ref={bar}
      className="bar"
      role="progressbar"
      aria-label={t`Wrap-up`}
      aria-valuemin={0}
      aria-valuemax={Math.round((until - since) / 1000)}
    >
      <i />
    </div>
  );
}

/** No calls come: nothing was answered three times (D3), or I take a pause (D11). One click brings me back. */
function Return({ why }: { why?: string }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  return (
    <div className="wrapbar">
      {why !== undefined && <p className="soft">{why}</p>}
      <div className="row">
        <Press
          className="btn"
          data={{ "data-kind": "primary" }}
          busy={busy}
          onPress={() => void act("agent.return")}
        >
          {t`I am back`}
        </Press>
      </div>
    </div>
  );
}
