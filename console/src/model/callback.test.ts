import { describe, expect, it } from "vitest";
import {
  attemptsOf,
  CELL_MS,
  cellOf,
  cells,
  dayRows,
  dayStart,
  dotAt,
  hasDigits,
  instantOf,
  markAt,
  rollingRows,
  stamp,
  statistics,
} from "./callback.ts";
import { callBack } from "./pretend.ts";
import type { CallBackView } from "./wire.ts";

const ZONE = "Europe/Amsterdam";
const at = (text: string): number => Date.parse(text);
const NOW = at("2026-07-09T09:36:10+02:00");

const row = (id: string, part: Partial<CallBackView> = {}): CallBackView => callBack(id, NOW, part);

describe("the rows of the planning", () => {
  it("reach from four hours before the present hour to twelve hours from it [3.6-d]", () => {
    const rows = rollingRows(NOW, ZONE);
    expect(rows).toHaveLength(16);
    expect(rows[0]?.label).toBe("05:00");
    expect(rows[4]?.label).toBe("09:00");
    expect(rows.at(-1)?.label).toBe("20:00");
  });

  it("roll on the hour [3.6-d, 3.6-s]", () => {
    expect(rollingRows(at("2026-07-09T09:59:59.999+02:00"), ZONE)[0]?.label).toBe("05:00");
    expect(rollingRows(at("2026-07-09T10:00:00+02:00"), ZONE)[0]?.label).toBe("06:00");
  });

  it("say where another day begins", () => {
    const rows = rollingRows(at("2026-07-09T22:10:00+02:00"), ZONE);
    expect(rows.filter((one) => one.newDay).map((one) => one.label)).toEqual(["00:00"]);
  });

  it("stay sixteen when an hour is skipped or comes twice [3.6-d]", () => {
    const spring = rollingRows(at("2026-03-29T03:30:00+02:00"), ZONE).map((one) => one.label);
    expect(spring).toHaveLength(16);
    expect(spring.slice(2, 5)).toEqual(["00:00", "01:00", "03:00"]);
    const autumn = rollingRows(at("2026-10-25T02:30:00+01:00"), ZONE);
    expect(autumn.map((one) => one.label).slice(2, 5)).toEqual(["01:00", "02:00", "02:00"]);
    expect(autumn.filter((one) => one.again)).toHaveLength(1);
    expect(new Set(autumn.map((one) => one.start)).size).toBe(16);
  });

  it("are all hours of another day, also of a short and a long one", () => {
    expect(dayRows(at("2026-03-28T12:00:00+01:00"), ZONE, 1)).toHaveLength(23);
    expect(dayRows(at("2026-10-24T12:00:00+02:00"), ZONE, 1)).toHaveLength(25);
    expect(dayRows(NOW, ZONE, -1)[0]?.label).toBe("00:00");
    expect(dayStart(NOW, ZONE, 1)).toBe(at("2026-07-10T00:00:00+02:00"));
  });
});

describe("a dot", () => {
  const hours = rollingRows(NOW, ZONE);
  const hour = hours[4]?.start ?? 0;

  it("stands in its ten minutes, to the millisecond [3.6-c, 3.6-e]", () => {
    const first = row("a", { due_at: hour + 4 * CELL_MS });
    const last = row("b", { due_at: hour + 5 * CELL_MS - 1 });
    const found = cells([first, last], hours);
    expect(cellOf(found, hour + 4 * CELL_MS).dots.map((one) => one.id)).toEqual(["a", "b"]);
    expect(cellOf(found, hour + 5 * CELL_MS).dots).toEqual([]);
  });

  it("stands at the last attempt once it is over, and at the next one while it is open [D14]", () => {
    const tried = { planned_at: hour, last_attempt_at: hour + CELL_MS, attempts: 1 };
    expect(dotAt(row("a", { ...tried, attempts: 3, status: "failed", ended_at: NOW }))).toBe(hour + CELL_MS);
    const open = row("b", { ...tried, due_at: hour + 2 * CELL_MS });
    expect(dotAt(open)).toBe(hour + 2 * CELL_MS);
    expect(markAt(open)).toBe(hour + CELL_MS);
    expect(dotAt(row("c", { planned_at: hour, due_at: NOW, status: "cancelled", ended_at: NOW }))).toBe(hour);
  });

  it("counts the attempt that was answered, also one by hand of what was cancelled [3.6-k]", () => {
    expect(attemptsOf(row("a", {}))).toBe(0);
    const by_hand = { status: "succeeded", reason: "manual", ended_at: NOW, last_attempt_at: NOW } as const;
    expect(attemptsOf(row("b", by_hand))).toBe(1);
    expect(attemptsOf(row("c", { ...by_hand, attempts: 3 }))).toBe(4);
    expect(attemptsOf(row("d", { status: "failed", attempts: 3, last_attempt_at: NOW, ended_at: NOW }))).toBe(
      3,
    );
    expect(attemptsOf(row("e", { status: "cancelled", ended_at: NOW, last_attempt_at: NOW }))).toBe(1);
  });

  it("leaves the cell as it was when nothing in it changed, so that it is not drawn again", () => {
    const [a, b] = [row("a", { due_at: hour }), row("b", { due_at: hour + CELL_MS })];
    const before = cells([a, b], hours);
    const after = cells([a, row("b", { due_at: hour + CELL_MS, status: "in_progress" })], hours, before);
    expect(cellOf(after, hour)).toBe(cellOf(before, hour));
    expect(cellOf(after, hour + CELL_MS)).not.toBe(cellOf(before, hour + CELL_MS));
    expect(cellOf(cells([a], hours, after), hour + CELL_MS).dots).toEqual([]);
  });

  it("loses none of sixty in one hour [3.6-r]", () => {
    const many = Array.from({ length: 60 }, (_, index) =>
      row(`r${index}`, { due_at: hour + index * 60_000 }),
    );
    const found = cells(many, hours);
    const counts = [0, 1, 2, 3, 4, 5].map((column) => cellOf(found, hour + column * CELL_MS).dots.length);
    expect(counts).toEqual([10, 10, 10, 10, 10, 10]);
  });
});

it("counts all that is open, and what was done today [3.6-h]", () => {
  const rows = [
    row("a"),
    row("b", { status: "in_progress", due_at: NOW + 86_400_000 }),
    row("c", { status: "succeeded", ended_at: NOW, last_attempt_at: NOW }),
    row("d", { status: "cancelled", ended_at: NOW }),
    row("e", { status: "failed", ended_at: NOW, last_attempt_at: NOW - 86_400_000 }),
  ];
  expect(statistics(rows, NOW, ZONE)).toEqual([2, 2]);
});

it("finds a number by part of it, however it is written [3.6-o]", () => {
  for (const typed of ["0534800937", "053-480", "+31 53", "0031534", "4800", ""])
    expect(hasDigits("31534800937", typed), typed).toBe(true);
  for (const typed of ["06", "0535"]) expect(hasDigits("31534800937", typed), typed).toBe(false);
  expect(hasDigits(null, "1")).toBe(false);
});

it("writes and reads moments on the clock of the organisation [3.6-k]", () => {
  expect(stamp(at("2018-07-09T09:46:33+02:00"), ZONE)).toBe("09-07-2018 09:46:33");
  expect(instantOf("2026-07-09", "10:30", ZONE)).toBe(at("2026-07-09T10:30:00+02:00"));
  expect(instantOf("2026-12-09", "10:30", ZONE)).toBe(at("2026-12-09T10:30:00+01:00"));
  expect(instantOf("", "10:30", ZONE)).toBeNull();
});
