/** So many are told at once; with more the next ones follow a frame later, so that no frame has to draw them all. */
const AT_ONCE = 48;
const FRAME_MS = 17;

/**
 * One clock for every running time on the screen, so that they change together (some dozens at a time, a frame apart) and a page
 * with forty of them wakes up once a second. It beats just after each whole second of the server.
 */
export class Ticker {
  readonly #now: () => number;
  readonly #readers = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Those who have still to be told of this beat. */
  #rest: (() => void)[] = [];
  #next: ReturnType<typeof setTimeout> | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  now(): number {
    return this.#now();
  }

  /** Be told every second. Returns how to stop. */
  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    if (this.#timer === null) this.#arm();
    return () => {
      this.#readers.delete(reader);
      if (this.#readers.size === 0 && this.#timer !== null) {
        clearTimeout(this.#timer);
        clearTimeout(this.#next);
        this.#timer = null;
      }
    };
  };

  #arm(): void {
    this.#timer = setTimeout(
      () => {
        this.#arm();
        clearTimeout(this.#next);
        this.#rest = [...this.#readers];
        this.#tell();
      },
      1_000 - (this.#now() % 1_000) + 5,
    );
  }

  #tell(): void {
    for (const reader of this.#rest.splice(0, AT_ONCE)) if (this.#readers.has(reader)) reader();
    if (this.#rest.length > 0) this.#next = setTimeout(() => this.#tell(), FRAME_MS);
  }
}
