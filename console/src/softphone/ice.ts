/** Wait at most this long for more addresses after the first one was found. */
export const GATHER_MS = 250;

/**
 * Tells the library to go on after a bounded wait. Left alone it waits until every network has been tried, which
 * takes tens of seconds on a computer with a tunnel or an unreachable server (JsSIP issues 804, 940).
 */
export function boundedGathering(): (event: { ready: () => void }) => void {
  let waiting = false;
  return ({ ready }) => {
    if (waiting) return;
    waiting = true;
    setTimeout(ready, GATHER_MS);
  };
}
