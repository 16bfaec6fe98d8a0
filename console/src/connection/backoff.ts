/** The first wait before a new attempt is at most this long, the longest at most `LONGEST_MS`. */
export const FIRST_MS = 500;
export const LONGEST_MS = 30_000;

/**
 * How long to wait before attempt number `attempt` (0 is the first after a loss). Full jitter: a thousand
 * consoles that lost the same server must not come back in the same instant.
 */
export function waitBefore(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling * (0.2 + 0.8 * random()));
}
