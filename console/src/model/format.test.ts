import { describe, expect, it } from "vitest";
import { daysAgo, duration, initials, international, phoneNumber, timeOfDay } from "./format.ts";

describe("a length", () => {
  it.each([
    [0, "00:00"],
    [999, "00:00"],
    [59_999, "00:59"],
    [60_000, "01:00"],
    [3_599_000, "59:59"],
    [3_600_000, "1:00:00"],
    [36_061_000, "10:01:01"],
    [-5_000, "00:00"],
  ])("of %i ms is written %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe("a number for the server", () => {
  it.each([
    ["31534800937", "+31534800937"],
    ["493012345678", "+493012345678"],
    ["0534800937", "0534800937"],
    ["+31 53 480 09 37", "+31 53 480 09 37"],
    ["201", "201"],
    ["112", "112"],
  ])("%s is sent as %s", (kept, sent) => {
    expect(international(kept)).toBe(sent);
  });
});

describe("a number", () => {
  it.each([
    ["31534800937", "053 480 09 37"],
    ["31884800943", "088 480 09 43"],
    ["31541513307", "0541 51 33 07"],
    ["31648119032", "06 48 11 90 32"],
    ["3180004033", "+31 80 00 40 33"],
    ["08000403", "0800 0403"],
    ["318000403", "0800 0403"],
    ["319001234567", "0900 123 45 67"],
    ["493012345678", "+49 30 12 34 56 78"],
    ["203", "203"],
    ["112", "112"],
    ["0900884", "0900884"],
    ["*43", "*43"],
  ])("%s is written %s", (number, text) => {
    expect(phoneNumber(number)).toBe(text);
  });
});

describe("a day", () => {
  it("is counted by midnights, not by hours", () => {
    const late = new Date(2026, 2, 28, 23, 59).getTime();
    const early = new Date(2026, 2, 29, 0, 1).getTime();
    expect(daysAgo(late, early)).toBe(1);
    expect(daysAgo(early, early)).toBe(0);
  });

  it("is a day also when the clocks go forward", () => {
    const before = new Date(2026, 2, 28, 12).getTime();
    const after = new Date(2026, 2, 30, 1).getTime();
    expect(daysAgo(before, after)).toBe(2);
  });
});

it("writes the time of day in 24 hours", () => {
  expect(timeOfDay(new Date(2026, 0, 1, 0, 5, 9).getTime(), true)).toBe("00:05:09");
});

it.each([
  ["Chantal Vos", "CV"],
  ["Paulien Bos-van den Berghe", "PB"],
  ["Henk van Dijk", "HD"],
  ["Chantal", "C"],
])("marks %s as %s", (name, mark) => {
  expect(initials(name)).toBe(mark);
});
