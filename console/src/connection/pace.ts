/** So long what others do is gathered before it is shown, where drawing is quick. */
export const GATHERED_MS = 150;
/** And at most, however slow the computer is. */
export const GATHERED_MS_MAX = 600;
/** Of this many parts of the time, drawing what others do takes one; the rest is for who sits here. */
const PARTS = 8;
/** How much the last drawing counts among those before it. */
const LAST = 0.25;

/** What the browser has for it; in tests something else. */
export interface Browser {
  readonly now: () => number;
  /** Call back when all that was begun has run. */
  readonly soon: (then: () => void) => void;
  /** Call back when the next frame is about to be drawn, and then when it has been. */
  readonly frame: (before: () => void, after: () => void) => void;
}

/**
 * How long what others do is gathered: a large office on a slow computer is drawn less often, so that scrolling and
 * typing stay smooth. What a drawing costs is measured: the work in the page, and style, layout and paint.
 */
export class MeasuredPace {
  #costMs = 0;
  #measuring = false;
  readonly #browser: Browser;

  constructor(browser: Browser = theBrowser()) {
    this.#browser = browser;
  }

  get gatherMs(): number {
    return Math.min(GATHERED_MS_MAX, Math.max(GATHERED_MS, this.#costMs * PARTS));
  }

  readonly telling = (): void => {
    // Several in one frame are drawn together; in a tab that is not seen there is no frame to wait for.
    if (this.#measuring) return;
    this.#measuring = true;
    const { now, soon, frame } = this.#browser;
    const began = now();
    let worked = began;
    let drawing = began;
    soon(() => {
      worked = now();
    });
    frame(
      () => {
        drawing = now();
      },
      () => {
        this.#measuring = false;
        const costMs = worked - began + (now() - drawing);
        this.#costMs += (costMs - this.#costMs) * LAST;
      },
    );
  };
}

function theBrowser(): Browser {
  const channel = new MessageChannel();
  return {
    now: () => performance.now(),
    soon: (then) => queueMicrotask(then),
    frame: (before, after) => {
      requestAnimationFrame(() => {
        before();
        // A message comes when the frame is drawn, as far as the page has to do with it.
        channel.port1.onmessage = after;
        channel.port2.postMessage(null);
      });
    },
  };
}
