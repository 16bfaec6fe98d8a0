/**
 * The server's time on this computer. Durations never travel; only instants do, in the server's time, and this
 * computer's own clock may be wrong by minutes. So every instant is compared with `now()` of here.
 */
export class ServerClock {
  #offsetMs = 0;
  #known = false;
  readonly #local: () => number;

  constructor(local: () => number = Date.now) {
    this.#local = local;
  }

  /** The server said that it was `serverNow` when the frame left. */
  heard(serverNow: number): void {
    const offset = serverNow - this.#local();
    // A frame that was late on its way makes the server look behind; the largest offset had the fastest way.
    // A jump of more than two seconds is a clock that was set, here or there: believe it at once.
    if (!this.#known || Math.abs(offset - this.#offsetMs) > 2_000 || offset > this.#offsetMs) {
      this.#offsetMs = offset;
      this.#known = true;
    } else {
      this.#offsetMs += (offset - this.#offsetMs) / 16;
    }
  }

  /** The server's time now, in milliseconds since 1970. */
  now(): number {
    return this.#local() + this.#offsetMs;
  }
}
