import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Ticker } from "./ticker.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the clock of all running times", () => {
  it("tells everybody just after each whole second", () => {
    const ticker = new Ticker(() => Date.now());
    const reader = vi.fn();
    ticker.subscribe(reader);
    vi.advanceTimersByTime(1_004);
    expect(reader).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(1);
    expect(reader).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2_000);
    expect(reader).toHaveBeenCalledTimes(3);
  });

  it("tells many over a few frames, each once", () => {
    const ticker = new Ticker(() => Date.now());
    const readers = Array.from({ length: 200 }, () => vi.fn());
    for (const reader of readers) ticker.subscribe(reader);
    const told = (): number => readers.reduce((sum, reader) => sum + reader.mock.calls.length, 0);
    vi.advanceTimersByTime(1_005);
    expect(told()).toBeGreaterThan(0);
    expect(told()).toBeLessThan(100);
    vi.advanceTimersByTime(100);
    expect(readers.map((reader) => reader.mock.calls.length)).toEqual(readers.map(() => 1));
  });

  it("tells nobody who has left meanwhile", () => {
    const ticker = new Ticker(() => Date.now());
    const leave = Array.from({ length: 200 }, () => ticker.subscribe(vi.fn()));
    const last = vi.fn();
    const leaveLast = ticker.subscribe(last);
    vi.advanceTimersByTime(1_005);
    leaveLast();
    vi.advanceTimersByTime(500);
    expect(last).not.toHaveBeenCalled();
    for (const one of leave) one();
    expect(vi.getTimerCount()).toBe(0);
  });
});
