import type { SoftphoneCredentials } from "../model/wire.ts";

/** Where a browser phone is in its life.
 *
 *     off -> connecting <-> registered
 *                 +-----> failed (wrong password, no microphone, no network)
 */
export type PhoneState = "off" | "connecting" | "registered" | "failed";

/** What the phone does with its one leg. */
export type LegState = "idle" | "ringing" | "talking" | "testing";

export interface PhoneStatus {
  readonly phone: PhoneState;
  readonly leg: LegState;
  /** Why there is no sound: the microphone was refused or is not there. Null: no such problem. */
  readonly problem: "no_microphone" | null;
}

export interface Devices {
  /** Id of a microphone or loudspeaker; "" is the computer's own choice. */
  readonly microphone: string;
  readonly speaker: string;
}

/**
 * A telephone inside the browser. Seven things to ask of it, and one thing to watch, so that the library behind it
 * can be replaced. Hold, transfer and the like are not here: the server does those, for every kind of phone.
 */
export interface Softphone {
  /** Become reachable; resolves when the first try is under way. Registers again by itself after a loss. */
  register(credentials: SoftphoneCredentials): Promise<void>;
  /** Take the call that rings now. Nothing happens when none rings. */
  answer(): void;
  /** End the leg, whatever it does. */
  hangUp(): void;
  /** Dial the echo test, to hear oneself. */
  echo(target: string): void;
  setDevices(devices: Devices): Promise<void>;
  /** Inside a click: sound what the browser refused to sound without one. */
  unlock(): void;
  /** Go away: leg ended, not reachable any more. */
  unregister(): void;
  /** Be told of every change of the status, and at once of the present one. Returns how to stop. */
  watch(reader: (status: PhoneStatus) => void): () => void;
}
