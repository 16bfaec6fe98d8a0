import { elect } from "./leader.ts";
import type { Devices, PhoneStatus, Softphone } from "./phone.ts";
import { Ringer, type Sound } from "./ring.ts";

/** What the page shows about its own phone and sound. */
export interface AudioStatus extends PhoneStatus {
  /** This tab has the phone and the sound; another tab of the same person has it otherwise. */
  readonly here: boolean;
  /** The browser waits for a click before it gives sound. */
  readonly muted: boolean;
}

interface Options {
  readonly user: string;
  readonly devices: Devices;
  /** Keeps a choice for the next time. */
  readonly devicesChanged: (devices: Devices) => void;
  /** Makes the phone; asked once, in the elected tab, when a browser phone is paired. */
  readonly makePhone: (devices: Devices) => Softphone;
  /** Fetches credentials and registers. */
  readonly register: (phone: Softphone) => Promise<void>;
}

/** A phone that was refused asks again after this long. */
const RETRY_MS = 3_000;

type Order =
  | { do: "answer" }
  /** Somebody clicks in another tab, which may sound from then on. */
  | { do: "clicked" };

/**
 * The phone and the sounds of this person's browser. Knows which device is paired and what should sound, and
 * sees to it that only one tab acts on that.
 */
export class DeskPhone {
  readonly #options: Options;
  readonly #ringer = new Ringer(() => this.#update({}));
  readonly #channel: BroadcastChannel;
  #giveUp: () => void;
  readonly #readers = new Set<() => void>();
  #phone: Softphone | null = null;
  #here = false;
  #wanted: string | null = null;
  #sound: Sound | null = null;
  #expected = false;
  #devices: Devices;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #status: AudioStatus = { phone: "off", leg: "idle", problem: null, here: false, muted: true };

  constructor(options: Options) {
    this.#options = options;
    this.#devices = options.devices;
    this.#ringer.setSpeaker(options.devices.speaker);
    this.#channel = new BroadcastChannel(`cordboard.phone.${options.user}`);
    this.#channel.onmessage = (event: MessageEvent<Order>) => {
      if (!this.#here) return;
      if (event.data.do === "answer") this.#phone?.answer();
      else this.#leaveToOther();
    };
    this.#giveUp = this.#stand();
  }

  get status(): AudioStatus {
    return this.#status;
  }

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  /** Inside a click: from now on the page may sound. */
  unlock(): void {
    this.#ringer.unlock();
    this.#phone?.unlock();
    if (!this.#here) this.#channel.postMessage({ do: "clicked" } satisfies Order);
  }

  /** Which browser phone is paired now; null: none, or a telephone on the desk. */
  use(device: string | null): void {
    if (device === this.#wanted) return;
    this.#wanted = device;
    this.#phone?.unregister();
    this.#phone = null;
    this.#update({ phone: "off", leg: "idle", problem: null });
    this.#follow();
  }

  /** What should sound now; only the elected tab is heard. */
  sound(sound: Sound | null): void {
    this.#sound = sound;
    this.#ringer.play(this.#here ? sound : null);
    this.#update({});
  }

  /** Said once, and only while nothing else sounds; in the elected tab. */
  soundOnce(sound: Sound): void {
    if (this.#here) this.#ringer.once(sound);
  }

  /** Take the call that rings on this person's browser phone, in whichever tab it lives. */
  answer(): void {
    if (this.#here) this.#phone?.answer();
    else this.#channel.postMessage({ do: "answer" } satisfies Order);
  }

  /**
   * A call of mine is on its way up: whatever rings here now, or in a moment, is that call's leg. The click may
   * have been made in another browser, or before the telephone call reached this one.
   */
  expect(connecting: boolean): void {
    this.#expected = connecting;
    if (connecting && this.#here) this.#phone?.answer();
  }

  /** How loud this person wants it; see `Ringer.setLoudness`. */
  setLoudness(loudness: number, beeps: boolean): void {
    this.#ringer.setLoudness(loudness, beeps);
  }

  echo(target: string): void {
    this.#phone?.echo(target);
  }

  hangUp(): void {
    this.#phone?.hangUp();
  }

  get devices(): Devices {
    return this.#devices;
  }

  async setDevices(devices: Devices): Promise<void> {
    this.#devices = devices;
    this.#options.devicesChanged(devices);
    this.#ringer.setSpeaker(devices.speaker);
    await this.#phone?.setDevices(devices);
  }

  /** A short ring, to hear whether the chosen loudspeaker is the right one. */
  tryRing(): void {
    this.unlock();
    this.#ringer.play("ring");
    setTimeout(() => this.#ringer.play(this.#here ? this.#sound : null), 2_400);
  }

  close(): void {
    this.#phone?.unregister();
    this.#phone = null;
    this.#ringer.play(null);
    this.#channel.close();
    this.#giveUp();
  }

  #stand(): () => void {
    return elect(this.#options.user, () => {
      this.#here = true;
      this.#follow();
    });
  }

  /** A tab in which nobody has clicked yet would ring, and let callers speak, without a sound. */
  #leaveToOther(): void {
    if (this.#ringer.unlocked || this.#status.leg !== "idle") return;
    this.#here = false;
    this.#ringer.play(null);
    this.#phone?.unregister();
    this.#phone = null;
    this.#update({ phone: "off", leg: "idle", problem: null });
    this.#giveUp();
    this.#giveUp = this.#stand();
  }

  /** Make the elected tab do what is wanted. */
  #follow(): void {
    this.#update({});
    if (!this.#here) return;
    this.#ringer.play(this.#sound);
    if (this.#wanted === null || this.#phone !== null) return;
    const phone = this.#options.makePhone(this.#devices);
    this.#phone = phone;
    phone.watch((status) => {
      if (this.#phone !== phone) return;
      this.#update(status);
      if (status.leg === "ringing" && this.#expected) phone.answer();
      if (status.phone === "failed") this.#tryAgain(phone);
    });
    this.#register(phone);
  }

  #register(phone: Softphone): void {
    this.#options.register(phone).catch(() => {
      if (this.#phone !== phone) return;
      this.#update({ phone: "failed" });
      this.#tryAgain(phone);
    });
  }

  /** With fresh credentials: after a restart of the server the old ones may be worth nothing. */
  #tryAgain(phone: Softphone): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      if (this.#phone !== phone || this.#status.phone !== "failed") return;
      // Registering anew ends the leg: whoever is on the line comes first.
      if (this.#status.leg === "idle") this.#register(phone);
      else this.#tryAgain(phone);
    }, RETRY_MS);
  }

  #update(part: Partial<AudioStatus>): void {
    const next = { ...this.#status, ...part, here: this.#here, muted: !this.#ringer.unlocked };
    const keys = Object.keys(next) as (keyof AudioStatus)[];
    if (keys.every((key) => next[key] === this.#status[key])) return;
    this.#status = next;
    for (const reader of this.#readers) reader();
  }
}
