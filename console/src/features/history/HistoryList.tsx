import { useLingui } from "@lingui/react/macro";
import { memo, useEffect, useRef } from "react";
import type { Sought } from "../../connection/api.ts";
import { useDesk } from "../../connection/desk.tsx";
import { daysAgo, duration } from "../../model/format.ts";
import type { HistoryGap, HistoryRow } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon, type IconName } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";
import { CallBack } from "./CallBack.tsx";
import { HistoryFilter } from "./HistoryFilter.tsx";
import "./history.css";
import { EVERYTHING, gapKey, type History } from "./use-history.ts";
import { dayName, direction, gapWords, outcome, party, when } from "./words.ts";

interface Props {
  readonly history: History;
  readonly sought: Sought;
  readonly seek: (sought: Sought) => void;
  readonly selected: string | null;
  readonly select: (row: HistoryRow | null) => void;
}

/** Own calls, newest first (3.4), under what leaves some of them out. */
export function HistoryList(props: Props) {
  return (
    <>
      <HistoryFilter sought={props.sought} seek={props.seek} />
      <List {...props} />
    </>
  );
}

function List({ history, sought, selected, select }: Props) {
  const { t, i18n } = useLingui();
  const { ticker } = useDesk();
  const { rows, gaps, state, problem } = history;
  const now = ticker.now();
  if (rows.length === 0) {
    if (state === "loading") return <Bones />;
    if (problem !== null) {
      return (
        <div className="pane-note">
          <Note kind="problem">{refusal(problem.code, problem.args)}</Note>
          <Press className="btn" onPress={history.again}>
            {t`Try again`}
          </Press>
        </div>
      );
    }
    return (
      <>
        <Gaps gaps={gaps} />
        <div className="empty">
          <b>{sought === EVERYTHING ? t`No calls yet` : t`No such calls`}</b>
          {sought === EVERYTHING
            ? t`Every call that you take, miss or reject appears here.`
            : t`Another filter may show more.`}
        </div>
      </>
    );
  }
  return (
    <>
      <div className="hhead" aria-hidden="true">
        <span />
        <span>{t`Call`}</span>
        <span>{t`Duration`}</span>
        <span>{t`Waiting time`}</span>
        <span>{t`Time`}</span>
        <span />
      </div>
      {problem !== null && (
        <div className="pane-note">
          <Note kind="problem">{refusal(problem.code, problem.args)}</Note>
        </div>
      )}
      {rows.map((row, index) => {
        const previous = rows[index - 1];
        const first = previous === undefined || daysAgo(previous.at, now) !== daysAgo(row.at, now);
        return (
          <div key={row.id}>
            <Gaps gaps={gaps} after={row.at} before={previous?.at} />
            {first && <h2 className="day">{dayName(row.at, now, i18n.locale)}</h2>}
            <div className="hline">
              <Row row={row} now={now} selected={row.id === selected} select={select} />
              <CallBack row={row} />
            </div>
          </div>
        );
      })}
      <Gaps gaps={gaps} before={rows.at(-1)?.at} />
      {history.more && <Older fetch={history.older} />}
    </>
  );
}

interface GapsProps {
  readonly gaps: readonly HistoryGap[];
  /** Those that ended at or after this moment, and before that one; undefined: all. */
  readonly after?: number | undefined;
  readonly before?: number | undefined;
}

/** That between two rows others may be missing. */
function Gaps({ gaps, after = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY }: GapsProps) {
  const { i18n } = useLingui();
  const here = gaps.filter((gap) => gap.until >= after && gap.until < before);
  return here.map((gap) => (
    <div className="hgap" key={gapKey(gap)}>
      <Note kind="attention">{gapWords(gap, i18n.locale)}</Note>
    </div>
  ));
}

/** The end of the known rows: older ones come when it is scrolled into sight, or at a press. */
function Older({ fetch }: { fetch: () => void }) {
  const { t } = useLingui();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return undefined;
    const watcher = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) fetch();
    });
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, [fetch]);
  return (
    <div className="pane-more" ref={place}>
      <Press className="btn" onPress={fetch}>
        {t`Older calls`}
      </Press>
    </div>
  );
}

const ARROWS: Record<HistoryRow["kind"], IconName> = {
  answered: "incoming",
  missed: "missed",
  rejected: "missed",
  outbound: "outgoing",
};

interface RowProps {
  readonly row: HistoryRow;
  readonly now: number;
  readonly selected: boolean;
  readonly select: Props["select"];
}

const Row = memo(
  function Row({ row, now, selected, select }: RowProps) {
    const { i18n } = useLingui();
    const bad = row.kind === "missed" || row.ended_by === "lost" ? "urgent" : undefined;
    return (
      <Press className="hrow" aria-pressed={selected} onPress={() => select(selected ? null : row)}>
        <span className="dir" data-tone={bad} title={direction(row)}>
          <Icon name={ARROWS[row.kind]} />
          <span className="vh">{direction(row)}</span>
        </span>
        <span className="nm">
          <span className="cut num" style={{ display: "block" }} title={party(row)}>
            {party(row)}
          </span>
          <span className="sub cut" style={{ display: "block" }} data-tone={bad}>
            {outcome(row)}
          </span>
        </span>
        <time>{row.talk_ms === null ? "" : duration(row.talk_ms)}</time>
        <time className="faint">{row.wait_ms === null ? "" : duration(row.wait_ms)}</time>
        <time className="soft">{when(row.at, now, i18n.locale)}</time>
      </Press>
    );
  },
  (a, b) =>
    a.row === b.row && a.selected === b.selected && daysAgo(a.row.at, a.now) === daysAgo(b.row.at, b.now),
);

function Bones() {
  const { t } = useLingui();
  return (
    <div className="bones" role="status" aria-label={t`Loading`}>
      {Array.from({ length: 8 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: eight equal bars
        <i key={index} />
      ))}
    </div>
  );
}
