import { describe, expect, it } from "vitest";
import { ServerClock } from "./clock.ts";

describe("the server's time on this computer", () => {
  it("is this computer's time until the server has said something", () => {
    expect(new ServerClock(() => 1_000).now()).toBe(1_000);
  });

  it("follows a computer whose clock is an hour wrong", () => {
    let local = 0;
    const clock = new ServerClock(() => local);
    clock.heard(3_600_000);
    local = 5_000;
    expect(clock.now()).toBe(3_605_000);
  });

  it("is not thrown off by one frame that was late on its way", () => {
    let local = 0;
    const clock = new ServerClock(() => local);
    clock.heard(1_000_000);
    local = 2_000;
    clock.heard(1_000_000 + 2_000 - 800);
    expect(clock.now() - 1_002_000).toBeGreaterThan(-100);
    expect(clock.now()).toBeLessThanOrEqual(1_002_000);
  });

  it("believes a clock that was set", () => {
    const clock = new ServerClock(() => 0);
    clock.heard(1_000_000);
    clock.heard(1_000_000 - 60_000);
    expect(clock.now()).toBe(940_000);
  });
});
