import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { boundedGathering, GATHER_MS } from "./ice.ts";
import { mustAnswerAtOnce } from "./jssip.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("goes on a quarter of a second after the first address, however many follow", () => {
  const ready = vi.fn();
  const found = boundedGathering();
  found({ ready });
  vi.advanceTimersByTime(GATHER_MS - 10);
  found({ ready });
  expect(ready).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10);
  expect(ready).toHaveBeenCalledTimes(1);
});

it.each([
  [{ "Call-Info": "<sip:x>;answer-after=0" }, true],
  [{ "Call-Info": "<sip:x>; Answer-After = 0" }, true],
  [{ "Call-Info": "<sip:x>;answer-after=10" }, false],
  [{ "Alert-Info": "info=alert-autoanswer" }, true],
  [{}, false],
])(
  "answers without a click only when the server asks for it: %j",
  (headers: Record<string, string>, at_once) => {
    expect(mustAnswerAtOnce({ getHeader: (name: string) => headers[name] as string })).toBe(at_once);
  },
);
