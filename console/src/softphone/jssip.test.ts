import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { JsSipPhone } from "./jssip.ts";
import type { PhoneStatus } from "./phone.ts";

/** What calls those who listen, as the library does. */
class Emitter {
  readonly #listeners = new Map<string, ((event: unknown) => void)[]>();

  on(name: string, listener: (event: unknown) => void): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }
  emit(name: string, event: unknown = {}): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(event);
  }
}

/** A leg that rings, with one sender of sound. */
class PretendSession extends Emitter {
  readonly sent: (MediaStreamTrack | null)[] = [];
  readonly connection = {
    getSenders: () => [
      {
        track: { kind: "audio" },
        replaceTrack: async (track: MediaStreamTrack | null) => void this.sent.push(track),
      },
    ],
  };
  isInProgress = (): boolean => true;
  isEnded = (): boolean => false;
  answer(): void {
    this.emit("accepted");
  }
  terminate(): void {
    this.emit("ended");
  }
}

const agents: Emitter[] = [];
vi.mock("jssip", () => ({
  WebSocketInterface: class {},
  UA: class extends Emitter {
    constructor() {
      super();
      agents.push(this);
    }
    start(): void {}
    stop(): void {}
  },
}));

const CREDENTIALS = {
  device: "d1",
  uri: "sip:d1",
  auth_user: "d1",
  password: "p",
  ws_path: "/ws",
  echo: "*43",
};
/** Microphones that the computer has, and those that were opened. */
let microphones: number;
let opened: EventTarget[];
let plugged: EventTarget;
let played: number;
let refusesSound: boolean;
let phone: JsSipPhone;
let status: PhoneStatus;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

beforeEach(async () => {
  microphones = 2;
  opened = [];
  played = 0;
  refusesSound = false;
  plugged = Object.assign(new EventTarget(), {
    getUserMedia: async () => {
      if (microphones === 0) throw new Error("NotFoundError");
      const track = Object.assign(new EventTarget(), { kind: "audio", stop: () => undefined });
      opened.push(track);
      return { getAudioTracks: () => [track], getTracks: () => [track] };
    },
  });
  vi.stubGlobal("navigator", { mediaDevices: plugged });
  vi.stubGlobal(
    "Audio",
    class {
      autoplay = false;
      paused = true;
      srcObject: unknown = null;
      async play(): Promise<void> {
        if (refusesSound) throw new Error("NotAllowedError");
        this.paused = false;
        played += 1;
      }
    },
  );
  phone = new JsSipPhone({ microphone: "", speaker: "" });
  phone.watch((now) => {
    status = now;
  });
  await phone.register(CREDENTIALS);
});
afterEach(() => {
  agents.length = 0;
  vi.unstubAllGlobals();
});

const agent = (): Emitter => agents.at(-1) as Emitter;

/** Somebody is on the line. */
async function talking(): Promise<PretendSession> {
  const session = new PretendSession();
  agent().emit("newRTCSession", {
    originator: "remote",
    session,
    request: { getHeader: () => "<sip:x>;answer-after=0" },
  });
  await settle();
  expect(status.leg).toBe("talking");
  return session;
}

describe("the phone on JsSIP", () => {
  it("has failed when it cannot register again, so that it is tried with fresh credentials", () => {
    agent().emit("registered");
    // In this order, when it was registered before.
    agent().emit("registrationFailed");
    agent().emit("unregistered");
    expect(status.phone).toBe("failed");

    agent().emit("disconnected");
    expect(status.phone).toBe("connecting");
  });

  it("goes on with another microphone when the one in use is pulled out", async () => {
    const session = await talking();
    microphones = 1;
    opened.at(-1)?.dispatchEvent(new Event("ended"));
    await settle();
    expect(session.sent).toEqual([opened[1]]);
    expect(status.problem).toBeNull();
  });

  it("says that there is no microphone when there is no other, and takes the next that is plugged in", async () => {
    const session = await talking();
    microphones = 0;
    opened.at(-1)?.dispatchEvent(new Event("ended"));
    await settle();
    expect(status.problem).toBe("no_microphone");
    expect(status.leg).toBe("talking");

    microphones = 1;
    plugged.dispatchEvent(new Event("devicechange"));
    await settle();
    expect(session.sent).toEqual([opened[1]]);
    expect(status.problem).toBeNull();
  });

  it("says so too when the microphone that was chosen during a call cannot be opened", async () => {
    await talking();
    microphones = 0;
    await phone.setDevices({ microphone: "other", speaker: "" });
    expect(status.problem).toBe("no_microphone");
  });

  it("is heard after a click when the browser refused to sound before", async () => {
    const session = await talking();
    refusesSound = true;
    const connection = new EventTarget();
    session.emit("peerconnection", { peerconnection: connection });
    connection.dispatchEvent(Object.assign(new Event("track"), { track: {}, streams: [{}] }));
    await settle();
    expect(played).toBe(0);

    refusesSound = false;
    phone.unlock();
    await settle();
    phone.unlock();
    expect(played).toBe(1);
  });
});
