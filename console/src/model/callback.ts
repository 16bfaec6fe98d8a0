import type { Entities } from "./entities.ts";
import { digitsOf, timeOfDay } from "./format.ts";
import { me, sameItems } from "./select.ts";
import type { CallBackStatus, CallBackView, MissedView } from "./wire.ts";

/** Readings of the call backs: which dot stands where in the planning (3.6, D14). Pure, so tested without a screen. */

export const CELL_MS = 600_000;
export const HOUR_MS = 3_600_000;
/** The planning reaches from so many hours before the present hour… (3.6-d) */
const HOURS_BEFORE = 4;
/** …to the end of so many hours counted from it. */
const HOURS_AFTER = 12;

/** One row of the grid: a whole hour on the organisation's clock. */
export interface HourRow {
  /** When the hour begins; unique, also when the clock shows the same hour twice. */
  readonly start: number;
  /** As the clock shows it: `09:00`. */
  readonly label: string;
  /** The clock shows this hour for the second time: summer time has just ended. */
  readonly again: boolean;
  /** The date, where the row begins another day than the one above. */
  readonly newDay: boolean;
}

/** Making a formatter takes milliseconds: one for each zone. */
const clocks = new Map<string, Intl.DateTimeFormat>();

interface Wall {
  readonly day: string;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly parts: Readonly<Record<string, string>>;
}

/** What the clock on the organisation's wall shows. */
export function wall(instant: number, zone: string): Wall {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    clocks.set(zone, clock);
  }
  const parts = Object.fromEntries(clock.formatToParts(instant).map((part) => [part.type, part.value]));
  return {
    day: `${parts["year"]}-${parts["month"]}-${parts["day"]}`,
    hour: Number(parts["hour"]),
    minute: Number(parts["minute"]),
    second: Number(parts["second"]),
    parts,
  };
}

/** `09-07-2018 09:46:33`, as the manual writes it (3.6-k). */
export function stamp(instant: number, zone: string): string {
  const { parts } = wall(instant, zone);
  const { day, month, year, hour, minute, second } = parts;
  return `${day}-${month}-${year} ${hour}:${minute}:${second}`;
}

/** `09-07`, where it is plain of which year. */
export function dayMonth(instant: number, zone: string): string {
  const { day, month } = wall(instant, zone).parts;
  return `${day}-${month}`;
}

/** `09:48` on the organisation's clock. */
export const clock = (instant: number, zone: string): string => timeOfDay(instant, false, zone);

/** The beginning of the hour on the clock; zones with a half hour have their own. */
function hourStart(instant: number, zone: string): number {
  const { minute, second } = wall(instant, zone);
  return instant - (instant % 1_000) - second * 1_000 - minute * 60_000;
}

/** Midnight (or what the clock shows first) of the day that lies so many days from this one. */
export function dayStart(instant: number, zone: string, days = 0): number {
  // Noon is on every day, and a day's length never moves it to another one.
  const { hour } = wall(instant, zone);
  const noon = hourStart(instant, zone) + (12 - hour) * HOUR_MS + days * 24 * HOUR_MS;
  const { day } = wall(noon, zone);
  let start = hourStart(noon, zone) - 14 * HOUR_MS;
  while (wall(start, zone).day < day) start += HOUR_MS;
  return hourStart(start, zone);
}

function rowsBetween(from: number, to: number, zone: string): HourRow[] {
  const rows: HourRow[] = [];
  let before = wall(from - 1, zone);
  const first = from;
  for (let start = from; start < to; start += HOUR_MS) {
    const here = wall(start, zone);
    rows.push({
      start,
      label: `${here.parts["hour"]}:00`,
      again: before.day === here.day && before.hour === here.hour,
      newDay: start !== first && before.day !== here.day,
    });
    before = here;
  }
  return rows;
}

/** The rolling window of today: [H-4, H+12), sixteen rows whatever the clock does (3.6-d, 3.6-s). */
export function rollingRows(now: number, zone: string): HourRow[] {
  const hour = hourStart(now, zone);
  return rowsBetween(hour - HOURS_BEFORE * HOUR_MS, hour + HOURS_AFTER * HOUR_MS, zone);
}

/** All hours of one day: 24, or 23 and 25 when the clock is changed. */
export function dayRows(now: number, zone: string, days: number): HourRow[] {
  return rowsBetween(dayStart(now, zone, days), dayStart(now, zone, days + 1), zone);
}

/** Where the dot of a call back stands: at its plan until the first attempt, then at the last one; open ones at the next (D14). */
export function dotAt(row: CallBackView): number {
  if (row.ended_at === null) return row.due_at;
  return row.last_attempt_at ?? row.planned_at;
}

/** How often the customer was rung: the server counts what was in vain, and not the one that was answered or rings now. */
export function attemptsOf(row: CallBackView): number {
  if (row.last_attempt_at === null) return row.attempts;
  return row.status === "succeeded" ? row.attempts + 1 : Math.max(1, row.attempts);
}

/** Between attempts a small open mark stays where it stood; null: none. */
export function markAt(row: CallBackView): number | null {
  if (row.ended_at !== null || row.attempts === 0) return null;
  const was = row.last_attempt_at ?? row.planned_at;
  return Math.floor(was / CELL_MS) === Math.floor(row.due_at / CELL_MS) ? null : was;
}

export interface Cell {
  readonly dots: readonly CallBackView[];
  readonly marks: readonly CallBackView[];
}

const NONE: Cell = { dots: [], marks: [] };

/**
 * Cells by the instant at which they begin; `cellOf` reads one.
 *
 * @param before those that are shown now: a cell in which nothing changed stays the same object.
 */
export function cells(
  rows: Iterable<CallBackView>,
  hours: readonly HourRow[],
  before: ReadonlyMap<number, Cell> = new Map(),
): ReadonlyMap<number, Cell> {
  const found = new Map<number, { dots: CallBackView[]; marks: CallBackView[] }>();
  const put = (at: number, row: CallBackView, as: keyof Cell): void => {
    const hour = hours.find((one) => at >= one.start && at < one.start + HOUR_MS);
    if (hour === undefined) return;
    const start = hour.start + Math.floor((at - hour.start) / CELL_MS) * CELL_MS;
    const cell = found.get(start) ?? { dots: [], marks: [] };
    cell[as].push(row);
    found.set(start, cell);
  };
  for (const row of rows) {
    put(dotAt(row), row, "dots");
    const mark = markAt(row);
    if (mark !== null) put(mark, row, "marks");
  }
  const cells = new Map<number, Cell>();
  for (const [start, cell] of found) {
    cell.dots.sort((a, b) => dotAt(a) - dotAt(b) || (a.id < b.id ? -1 : 1));
    const old = before.get(start);
    const same = old !== undefined && sameItems(old.dots, cell.dots) && sameItems(old.marks, cell.marks);
    cells.set(start, same ? old : cell);
  }
  return cells;
}

export const cellOf = (found: ReadonlyMap<number, Cell>, start: number): Cell => found.get(start) ?? NONE;

export const isOpen = (row: CallBackView): boolean =>
  row.status === "planned" || row.status === "in_progress";

/** Whether a number has these digits, however both are written: `053-480` finds 31534800937 (3.6-o). */
export function hasDigits(number: string | null, typed: string): boolean {
  const digits = typed.replace(/\D/g, "");
  if (digits === "") return true;
  if (number === null) return false;
  return number.includes(digits) || number.includes(digitsOf(typed));
}

/** Openstaand and Afgehandeld: all that are open, and those of today that are over (3.6-h, D14). */
export function statistics(
  rows: Iterable<CallBackView>,
  now: number,
  zone: string,
): readonly [number, number] {
  const from = dayStart(now, zone);
  const to = dayStart(now, zone, 1);
  let open = 0;
  let done = 0;
  for (const row of rows) {
    const at = dotAt(row);
    if (isOpen(row)) open += 1;
    else if (at >= from && at < to) done += 1;
  }
  return [open, done];
}

/** The latest first. */
export function withStatus(rows: Iterable<CallBackView>, status: CallBackStatus): CallBackView[] {
  return [...rows].filter((row) => row.status === status).sort((a, b) => dotAt(b) - dotAt(a));
}

/** White cards: offered to me now, longest waiting first. */
export function offeredCallBacks(all: Entities): CallBackView[] {
  return [...all.callback.values()]
    .filter((row) => row.offer !== null)
    .sort((a, b) => (a.entered_at ?? a.due_at) - (b.entered_at ?? b.due_at));
}

/** Whom nobody has spoken to yet, the latest first (D14). */
export const missedCallers = (all: Entities): MissedView[] =>
  [...all.missed.values()].sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));

/** Who has the right; the server gives it only where the organisation has the module (3.6-a). */
export const maySeeCallBacks = (all: Entities): boolean => me(all)?.rights.includes("callback.see") ?? false;
export const mayManageCallBacks = (all: Entities): boolean =>
  me(all)?.rights.includes("callback.manage") ?? false;
export const zoneOf = (all: Entities): string => me(all)?.time_zone ?? "Europe/Amsterdam";

/** The instant at which the organisation's clock shows this day and time; null: that is no day or time. */
export function instantOf(day: string, time: string, zone: string): number | null {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(wanted)) return null;
  const shows = (instant: number): number => {
    const { parts, day: on } = wall(instant, zone);
    return Date.parse(`${on}T${parts["hour"]}:${parts["minute"]}:00Z`);
  };
  // Twice: around a change of the clock the first guess may stand on its other side.
  let instant = wanted;
  for (let tries = 0; tries < 2; tries += 1) instant += wanted - shows(instant);
  return instant;
}
