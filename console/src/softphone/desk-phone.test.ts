import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DeskPhone } from "./desk-phone.ts";
import type { Devices, PhoneStatus, Softphone } from "./phone.ts";

/** A phone without a network: it remembers what it was asked. */
class PretendPhone implements Softphone {
  readonly asked: string[] = [];
  #status: PhoneStatus = { phone: "off", leg: "idle", problem: null };
  #readers: ((status: PhoneStatus) => void)[] = [];

  async register(): Promise<void> {
    this.asked.push("register");
    this.is({ phone: "registered" });
  }
  answer(): void {
    if (this.#status.leg !== "ringing") return;
    this.asked.push("answer");
    this.is({ leg: "talking" });
  }
  hangUp(): void {
    this.asked.push("hangUp");
  }
  echo(target: string): void {
    this.asked.push(`echo ${target}`);
  }
  async setDevices(devices: Devices): Promise<void> {
    this.asked.push(`speaker ${devices.speaker}`);
  }
  unregister(): void {
    this.asked.push("unregister");
  }
  unlock(): void {
    this.asked.push("unlock");
  }
  watch(reader: (status: PhoneStatus) => void): () => void {
    this.#readers.push(reader);
    reader(this.#status);
    return () => undefined;
  }
  is(part: Partial<PhoneStatus>): void {
    this.#status = { ...this.#status, ...part };
    for (const reader of this.#readers) reader(this.#status);
  }
}

/** The sound of a browser: how loud each round of notes is, in the order in which they begin. */
const rounds: number[] = [];
let resumed = 0;
class PretendAudio {
  static state = "running";
  get state(): string {
    return PretendAudio.state;
  }
  readonly currentTime = 0;
  readonly destination = {};
  addEventListener(): void {}
  resume(): void {
    resumed += 1;
  }
  createGain() {
    const still = (): void => undefined;
    const gain = { value: 1, setTargetAtTime: still, setValueAtTime: still, linearRampToValueAtTime: still };
    const connect = <T>(to: T): T => {
      if (to === this.destination) rounds.push(gain.value);
      return to;
    };
    return { gain, connect };
  }
  createOscillator() {
    const still = (): void => undefined;
    return { frequency: { value: 0 }, connect: <T>(to: T): T => to, start: still, stop: still };
  }
}

const CREDENTIALS = {
  device: "d1",
  uri: "sip:d1",
  auth_user: "d1",
  password: "p",
  ws_path: "/ws",
  echo: "*43",
};
let phones: PretendPhone[];
let refusals: number;
let desk: DeskPhone;

const made = (): PretendPhone => {
  const phone = phones.at(-1);
  if (phone === undefined) throw new Error("no phone was made");
  return phone;
};

beforeEach(() => {
  vi.useFakeTimers();
  phones = [];
  refusals = 0;
  desk = new DeskPhone({
    user: "u1",
    devices: { microphone: "", speaker: "" },
    devicesChanged: () => undefined,
    makePhone: () => {
      const phone = new PretendPhone();
      phones.push(phone);
      return phone;
    },
    register: async (phone) => {
      if (refusals > 0) {
        refusals -= 1;
        throw new Error("refused");
      }
      await phone.register(CREDENTIALS);
    },
  });
});

afterEach(() => {
  desk.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the phone of this browser", () => {
  it("is made only when a browser phone is paired, and goes when it is not any more", async () => {
    expect(phones).toHaveLength(0);
    desk.use("d1");
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.status).toMatchObject({ here: true, phone: "registered" });

    desk.use(null);
    expect(made().asked).toContain("unregister");
    expect(desk.status.phone).toBe("off");
  });

  it("asks again with fresh credentials after a refusal", async () => {
    refusals = 1;
    desk.use("d1");
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.status.phone).toBe("failed");

    await vi.advanceTimersByTimeAsync(3_100);
    expect(desk.status.phone).toBe("registered");
  });

  it("does not register anew while somebody is on the line: that would end the call", async () => {
    desk.use("d1");
    await vi.advanceTimersByTimeAsync(0);
    made().is({ leg: "talking" });
    made().is({ phone: "failed" });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(made().asked).toEqual(["register"]);

    made().is({ leg: "idle" });
    await vi.advanceTimersByTimeAsync(3_100);
    expect(made().asked).toEqual(["register", "register"]);
    expect(desk.status.phone).toBe("registered");
  });

  it("may sound again after a click when the browser took the sound away [D16]", async () => {
    vi.stubGlobal("AudioContext", PretendAudio);
    desk.use("d1");
    await vi.advanceTimersByTimeAsync(0);
    desk.unlock();
    resumed = 0;
    desk.unlock();
    expect(resumed).toBe(0);
    PretendAudio.state = "interrupted";
    desk.unlock();
    expect(resumed).toBe(1);
    PretendAudio.state = "running";
    // What the person at the other end says was perhaps refused as well.
    expect(made().asked.filter((what) => what === "unlock")).toHaveLength(3);
  });

  it("answers by itself only what a call of mine made ring, and once", async () => {
    desk.use("d1");
    await vi.advanceTimersByTimeAsync(0);
    made().is({ leg: "ringing" });
    expect(made().asked).not.toContain("answer");

    desk.expect(true);
    desk.expect(true);
    desk.answer();

    expect(made().asked.filter((what) => what === "answer")).toHaveLength(1);
  });

  it("answers a leg that comes after the click", async () => {
    desk.use("d1");
    await vi.advanceTimersByTimeAsync(0);
    desk.expect(true);
    made().is({ leg: "ringing" });
    expect(made().asked).toContain("answer");
  });

  it("rings as loud as its person wants it, and beeps only for who wants that", async () => {
    vi.stubGlobal("AudioContext", PretendAudio);
    rounds.length = 0;
    await vi.advanceTimersByTimeAsync(0);
    desk.unlock();
    desk.sound("ring");
    desk.setLoudness(0.5, false);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(rounds).toEqual([0.12, 0.06]);
    desk.sound(null);
    desk.soundOnce("beep");
    expect(rounds).toHaveLength(2);
    desk.setLoudness(0.5, true);
    desk.soundOnce("beep");
    // A beep is soft already: loudness is for ringing.
    expect(rounds.at(-1)).toBe(0.05);
  });
});
