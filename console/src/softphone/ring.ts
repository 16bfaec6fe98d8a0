/** The sounds of the console, made here: no files, no rights of others, and every one is short. */
export type Sound =
  /** A call rings on this browser's phone. */
  | "ring"
  /** The same for an urgent call: faster and higher, never to be mistaken. */
  | "urgent"
  /** A caller whom I passed on has come back (D7): the same voice, going down. */
  | "returned"
  /** An urgent call waits while I am in a call: one soft beep at a time (D6). */
  | "beep";

interface Pattern {
  /** Seconds between the starts of two rounds. */
  readonly every: number;
  /** Start, length (seconds), pitch (Hz). */
  readonly notes: readonly (readonly [number, number, number])[];
  readonly volume: number;
}

const PATTERNS: Record<Sound, Pattern> = {
  ring: {
    every: 3,
    notes: [
      [0, 0.42, 440],
      [0, 0.42, 554.37],
      [0.5, 0.62, 440],
      [0.5, 0.62, 554.37],
    ],
    volume: 0.12,
  },
  urgent: {
    every: 1.6,
    notes: [
      [0, 0.16, 880],
      [0.2, 0.16, 1108.73],
      [0.4, 0.16, 880],
      [0.6, 0.16, 1108.73],
      [0.8, 0.3, 1318.51],
    ],
    volume: 0.16,
  },
  returned: {
    every: 2.4,
    notes: [
      [0, 0.3, 659.25],
      [0.32, 0.3, 554.37],
      [0.64, 0.5, 440],
    ],
    volume: 0.12,
  },
  beep: { every: 4, notes: [[0, 0.12, 988]], volume: 0.05 },
};

/** Plays one sound over and over until told otherwise. */
export class Ringer {
  #context: AudioContext | null = null;
  #sound: Sound | null = null;
  #gain: GainNode | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #speaker = "";
  #loudness = 1;
  #beeps = true;
  readonly #changed: () => void;

  /** @param changed told when sound becomes possible or impossible. */
  constructor(changed: () => void = () => undefined) {
    this.#changed = changed;
  }

  /** Browsers give no sound before a person has clicked, and may take it away again; call this inside any click. */
  unlock(): void {
    if (this.unlocked) return;
    if (this.#context === null) {
      this.#context = new AudioContext();
      this.#context.addEventListener("statechange", this.#changed);
    }
    void this.#context.resume();
    void this.#applySpeaker();
  }

  /** Whether a sound could be heard now. */
  get unlocked(): boolean {
    return this.#context?.state === "running";
  }

  setSpeaker(speaker: string): void {
    this.#speaker = speaker;
    void this.#applySpeaker();
  }

  /** @param loudness of ringing, 0 to 1. @param beeps whether single sounds are made at all. */
  setLoudness(loudness: number, beeps: boolean): void {
    this.#loudness = loudness;
    this.#beeps = beeps;
  }

  /** Start this sound, or stop with null. The same sound again goes on as it was. */
  play(sound: Sound | null): void {
    if (sound === this.#sound) return;
    this.#sound = sound;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    // Cut what still sounds; ten milliseconds, so that it does not click.
    if (this.#gain !== null && this.#context !== null) {
      this.#gain.gain.setTargetAtTime(0, this.#context.currentTime, 0.01);
    }
    this.#gain = null;
    if (sound !== null) this.#round(PATTERNS[sound]);
  }

  /** One round over whatever plays, for something that is said once. */
  once(sound: Sound): void {
    if (this.#sound === null) this.#notes(PATTERNS[sound]);
  }

  #round(pattern: Pattern): void {
    this.#gain = this.#notes(pattern);
    this.#timer = setTimeout(() => this.#round(pattern), pattern.every * 1_000);
  }

  #notes(pattern: Pattern): GainNode | null {
    const context = this.#context;
    if (context === null || context.state !== "running") return null;
    if (pattern === PATTERNS.beep && !this.#beeps) return null;
    const gain = context.createGain();
    gain.gain.value = pattern.volume * (pattern === PATTERNS.beep ? 1 : this.#loudness);
    gain.connect(context.destination);
    for (const [start, length, pitch] of pattern.notes) {
      note(context, gain, context.currentTime + 0.02 + start, length, pitch);
    }
    return gain;
  }

  async #applySpeaker(): Promise<void> {
    const context = this.#context as (AudioContext & { setSinkId?: (id: string) => Promise<void> }) | null;
    await context?.setSinkId?.(this.#speaker).catch(() => undefined);
  }
}

function note(context: AudioContext, to: AudioNode, at: number, length: number, pitch: number): void {
  const tone = context.createOscillator();
  const shape = context.createGain();
  tone.type = "sine";
  tone.frequency.value = pitch;
  shape.gain.setValueAtTime(0, at);
  shape.gain.linearRampToValueAtTime(1, at + 0.015);
  shape.gain.setValueAtTime(1, at + length - 0.05);
  shape.gain.linearRampToValueAtTime(0, at + length);
  tone.connect(shape).connect(to);
  tone.start(at);
  tone.stop(at + length);
}
