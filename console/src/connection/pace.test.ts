import { describe, expect, it } from "vitest";
import { type Browser, GATHERED_MS, GATHERED_MS_MAX, MeasuredPace } from "./pace.ts";

/** A browser in which drawing takes as long as the test says. */
function browserThatTakes(cost: { workMs: number; drawMs: number }) {
  let now = 1_000;
  let drawn = 0;
  const browser: Browser = {
    now: () => now,
    soon: (then) => {
      now += cost.workMs;
      then();
    },
    frame: (before, after) => {
      // It waits for the frame, which costs nothing.
      now += 16;
      before();
      now += cost.drawMs;
      drawn += 1;
      after();
    },
  };
  return { browser, drawn: () => drawn };
}

describe("how long changes of others are gathered", () => {
  it("stays short where drawing is quick", () => {
    const pace = new MeasuredPace(browserThatTakes({ workMs: 3, drawMs: 9 }).browser);
    for (let i = 0; i < 20; i += 1) pace.telling();
    expect(pace.gatherMs).toBe(GATHERED_MS);
  });

  it("grows on a slow computer until drawing takes an eighth of the time, and shrinks with it", () => {
    const cost = { workMs: 10, drawMs: 30 };
    const pace = new MeasuredPace(browserThatTakes(cost).browser);
    for (let i = 0; i < 40; i += 1) pace.telling();
    expect(pace.gatherMs).toBeCloseTo(320, 0);

    cost.drawMs = 2;
    for (let i = 0; i < 40; i += 1) pace.telling();
    expect(pace.gatherMs).toBe(GATHERED_MS);
  });

  it("never grows beyond what one would call old", () => {
    const pace = new MeasuredPace(browserThatTakes({ workMs: 400, drawMs: 400 }).browser);
    for (let i = 0; i < 40; i += 1) pace.telling();
    expect(pace.gatherMs).toBe(GATHERED_MS_MAX);
  });

  it("measures one drawing at a time: a tab that is not seen draws none", () => {
    let frames = 0;
    const pace = new MeasuredPace({
      now: () => 0,
      soon: () => undefined,
      frame: () => {
        frames += 1;
      },
    });
    for (let i = 0; i < 5; i += 1) pace.telling();
    expect(frames).toBe(1);
    expect(pace.gatherMs).toBe(GATHERED_MS);
  });
});
