import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from "react";
import { useEntities } from "../../connection/desk.tsx";
import {
  CELL_MS,
  type Cell,
  cellOf,
  cells,
  clock,
  dotAt,
  HOUR_MS,
  type HourRow,
  hasDigits,
  zoneOf,
} from "../../model/callback.ts";
import { shortDate } from "../../model/format.ts";
import type { CallBackStatus, CallBackView } from "../../model/wire.ts";
import { CALL_BACK, callBackName } from "../../text/callback.ts";
import { Shape } from "../../ui/Icon.tsx";
import { useHours, useMinute, usePlanning } from "./use-planning.tsx";

const COLUMNS = [0, 1, 2, 3, 4, 5] as const;
/** More dots than these are stacked, with their number. */
const DOTS_MAX = 3;
/** Of a stack the most pressing are on top. */
const PRESSING: readonly CallBackStatus[] = ["in_progress", "failed", "planned", "succeeded", "cancelled"];

/** Hours by ten minutes; a dot for each call back (3.6-c to 3.6-g). One stop of the Tab key, arrows inside. */
export function Grid() {
  const { t } = useLingui();
  const { days, page, typed, known, chosen, cell, choose, list } = usePlanning();
  const hours = useHours(days);
  const now = useMinute();
  const shown = useRef<ReadonlyMap<number, Cell>>(new Map());
  const found = useMemo(
    () =>
      cells(
        [...known.values()].filter((row) => hasDigits(row.number, typed)),
        hours,
        shown.current,
      ),
    [known, hours, typed],
  );
  useEffect(() => {
    shown.current = found;
  }, [found]);
  const current = hours.findIndex((row) => now >= row.start && now < row.start + HOUR_MS);
  const column = current < 0 ? -1 : Math.floor((now - (hours[current]?.start ?? 0)) / CELL_MS);
  // The cell that Tab comes to, by the instant at which it begins: the rows may roll away from under it.
  const [at, setAt] = useState<number | null>(null);
  const start = hours[0]?.start ?? 0;
  const index = at === null ? -1 : Math.round((at - start) / CELL_MS);
  const inside = index >= 0 && index < hours.length * 6;
  const stop = inside ? index : current < 0 ? 0 : current * 6 + column;
  const place = useRef<HTMLDivElement>(null);

  const open = (where: number, here: Cell): void => {
    const [only, ...more] = here.dots.length > 0 ? here.dots : here.marks;
    if (only === undefined) list(null);
    else if (more.length === 0) {
      list(null);
      choose(only.id);
    } else list(where);
  };

  function moved(event: KeyboardEvent): void {
    const last = hours.length * 6 - 1;
    const row = stop - (stop % 6);
    const to: Record<string, number> = {
      ArrowLeft: stop - 1,
      ArrowRight: stop + 1,
      ArrowUp: stop - 6,
      ArrowDown: stop + 6,
      Home: event.ctrlKey ? 0 : row,
      End: event.ctrlKey ? last : row + 5,
      PageUp: Math.max(stop % 6, stop - 24),
      PageDown: Math.min(last - 5 + (stop % 6), stop + 24),
    };
    const next = to[event.key];
    if (next === undefined || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (next < 0 || next > last) return;
    setAt(start + next * CELL_MS);
    place.current?.querySelectorAll<HTMLElement>('[role="gridcell"]')[next]?.focus();
  }

  const total = [...found.values()].reduce((sum, one) => sum + one.dots.length, 0);
  return (
    <>
      <div
        className="cb-grid"
        role="grid"
        aria-label={t`Planning of call backs`}
        ref={place}
        onKeyDown={moved}
      >
        <div className="cb-row cb-cols" role="row">
          <span role="columnheader">
            <span className="vh">{t`Hour`}</span>
          </span>
          {COLUMNS.map((one) => (
            <span key={one} role="columnheader" {...(one === column && { "data-now": "" })}>
              :{one}0
            </span>
          ))}
        </div>
        {hours.map((row, line) => (
          <Row
            key={row.start}
            row={row}
            past={now >= row.start + HOUR_MS}
            current={line === current}
            // A row without a change is not drawn again.
            stop={stop >= line * 6 && stop < line * 6 + 6 ? stop % 6 : null}
            found={found}
            chosen={chosen}
            listed={cell}
            focused={(where) => setAt(where)}
            open={open}
            choose={(id) => {
              list(null);
              choose(id);
            }}
          />
        ))}
      </div>
      {total === 0 && <Nothing searched={typed !== ""} loading={days !== 0 && page === null} />}
    </>
  );
}

function Nothing({ searched, loading }: { searched: boolean; loading: boolean }) {
  const { t } = useLingui();
  if (loading) return <p className="cb-nothing" role="status">{t`Loading`}</p>;
  return (
    <p className="cb-nothing" role="status">
      <b>{searched ? t`No call backs of this number in these hours` : t`No call backs in these hours`}</b>{" "}
      {searched
        ? t`Those of other days stand at the right.`
        : t`Callers who ask to be called back appear here.`}
    </p>
  );
}

interface RowProps {
  readonly row: HourRow;
  readonly past: boolean;
  readonly current: boolean;
  readonly stop: number | null;
  readonly found: ReadonlyMap<number, Cell>;
  readonly chosen: string | null;
  readonly listed: number | null;
  readonly focused: (start: number) => void;
  readonly open: (start: number, cell: Cell) => void;
  readonly choose: (id: string) => void;
}

const Row = memo(
  function Row({ row, past, current, stop, found, chosen, listed, focused, open, choose }: RowProps) {
    const { t, i18n } = useLingui();
    const zone = useEntities(zoneOf);
    return (
      <div
        className="cb-row"
        role="row"
        {...(past && { "data-past": "" })}
        {...(current && { "data-now": "", "aria-current": "time" as const })}
        {...(row.newDay && { "data-day": "" })}
      >
        <span role="rowheader" className="num">
          {row.newDay && <small>{shortDate(row.start, i18n.locale, zone, true)}</small>}
          {row.label}
          {row.again && <small title={t`The clock shows this hour twice`}>{t`again`}</small>}
        </span>
        {COLUMNS.map((column) => {
          const start = row.start + column * CELL_MS;
          const cell = cellOf(found, start);
          return (
            <span
              key={column}
              role="gridcell"
              tabIndex={stop === column ? 0 : -1}
              aria-label={cellWords(cell, start)}
              aria-selected={listed === start || cell.dots.some((one) => one.id === chosen)}
              onFocus={() => focused(start)}
              onClick={() => open(start, cell)}
              onKeyDown={(event) => {
                if (event.target !== event.currentTarget || (event.key !== "Enter" && event.key !== " "))
                  return;
                event.preventDefault();
                open(start, cell);
              }}
            >
              <Dots cell={cell} start={start} chosen={chosen} listed={listed} choose={choose} zone={zone} />
            </span>
          );
        })}
      </div>
    );

    /** What is in the cell, for who listens: "09:40 to 09:50, 2 call backs: Future 053 480 09 37, …". */
    function cellWords(cell: Cell, start: number): string {
      const from = clock(start, zone);
      const to = clock(start + CELL_MS, zone);
      const count = cell.dots.length;
      const marks = cell.marks.length > 0 ? `, ${t`tried before, still open`}` : "";
      if (count === 0) return t`${from} to ${to}, no call backs` + marks;
      const pressing = (one: CallBackView): number => PRESSING.indexOf(one.status);
      const named = [...cell.dots]
        // As what is drawn: a failed one is not left to the "and 1 more".
        .sort((a, b) => (count > DOTS_MAX ? pressing(a) - pressing(b) : 0))
        .slice(0, DOTS_MAX)
        .map((one) => `${i18n._(CALL_BACK[one.status].word)} ${callBackName(one)}`)
        .join(", ");
      const more = count > DOTS_MAX ? `, ${t`and ${count - DOTS_MAX} more`}` : "";
      const counted = plural(count, { one: "# call back", other: "# call backs" });
      return `${t`${from} to ${to}`}, ${counted}: ${named}${more}${marks}`;
    }
  },
  (a, b) =>
    a.row.start === b.row.start &&
    a.row.newDay === b.row.newDay &&
    a.past === b.past &&
    a.current === b.current &&
    a.stop === b.stop &&
    COLUMNS.every((column) => {
      const start = a.row.start + column * CELL_MS;
      return cellOf(a.found, start) === cellOf(b.found, start);
    }) &&
    a.chosen === b.chosen &&
    a.listed === b.listed,
);

interface DotsProps {
  readonly cell: Cell;
  readonly start: number;
  readonly chosen: string | null;
  readonly listed: number | null;
  readonly choose: (id: string) => void;
  readonly zone: string;
}

/** One dot for each; of many one of each status, stacked, with how many there are (3.6-r). */
function Dots({ cell, start, chosen, listed, choose, zone }: DotsProps) {
  const { i18n } = useLingui();
  const { dots, marks } = cell;
  const mark = marks.length > 0 && dots.length <= DOTS_MAX - 1 && <i className="cb-mark" />;
  if (dots.length > DOTS_MAX) {
    const kinds = PRESSING.filter((status) => dots.some((one) => one.status === status)).slice(0, 3);
    return (
      <span className="cb-stack" data-status={kinds[0]} {...(listed === start && { "data-chosen": "" })}>
        {kinds.map((status) => (
          <Shape key={status} as={CALL_BACK[status].shape} tone={CALL_BACK[status].tone} />
        ))}
        <b className="num">{dots.length}</b>
      </span>
    );
  }
  return (
    <>
      {dots.map((one: CallBackView) => (
        // No button: the cell is the stop of the keyboard, and says what is in it.
        <span
          key={one.id}
          className="cb-dot"
          data-status={one.status}
          aria-hidden="true"
          title={`${i18n._(CALL_BACK[one.status].word)} ${clock(dotAt(one), zone)}, ${callBackName(one)}`}
          {...(one.id === chosen && { "data-chosen": "" })}
          onClick={(event) => {
            event.stopPropagation();
            event.currentTarget.closest<HTMLElement>('[role="gridcell"]')?.focus();
            choose(one.id);
          }}
        >
          <Shape as={CALL_BACK[one.status].shape} tone={CALL_BACK[one.status].tone} />
        </span>
      ))}
      {mark}
    </>
  );
}
