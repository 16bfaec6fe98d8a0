/**
 * One clock for every running time on the screen, so that they all change together and a page with forty of them
 * wakes up once a second. It beats just after each whole second of the server.
 */
export class Ticker {
  readonly #now: () => number;
  readonly #readers = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | null = null;

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
        this.#timer = null;
      }
    };
  };

  #arm(): void {
    this.#timer = setTimeout(
      () => {
        this.#arm();
        for (const reader of this.#readers) reader();
      },
      1_000 - (this.#now() % 1_000) + 5,
    );
  }
}
