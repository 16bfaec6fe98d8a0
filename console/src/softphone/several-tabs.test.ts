import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DeskPhone } from "./desk-phone.ts";
import type { PhoneStatus, Softphone } from "./phone.ts";

/** Locks as the browser has them: who asked first has it, the others wait. */
class PretendLocks {
  #queue: (() => Promise<void>)[] = [];

  async request(_name: string, _how: object, granted: () => Promise<void>): Promise<void> {
    this.#queue.push(granted);
    if (this.#queue.length === 1) await this.#next();
  }
  async #next(): Promise<void> {
    await this.#queue[0]?.();
    this.#queue.shift();
    if (this.#queue.length > 0) await this.#next();
  }
}

/** What one tab says, all others of the same name hear. */
class PretendChannel {
  static all: PretendChannel[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor() {
    PretendChannel.all.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of PretendChannel.all) if (other !== this) other.onmessage?.({ data });
  }
  close(): void {
    PretendChannel.all = PretendChannel.all.filter((one) => one !== this);
  }
}

class PretendAudio {
  readonly state = "running";
  addEventListener(): void {}
  async resume(): Promise<void> {}
}

let tabs: DeskPhone[];
let legs: ((status: PhoneStatus) => void)[];
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

function open(): DeskPhone {
  const tab = new DeskPhone({
    user: "u1",
    devices: { microphone: "", speaker: "" },
    devicesChanged: () => undefined,
    makePhone: () =>
      ({
        watch: (reader: (status: PhoneStatus) => void) => {
          legs.push(reader);
          return () => undefined;
        },
        unregister: () => undefined,
        unlock: () => undefined,
      }) as unknown as Softphone,
    register: async () => undefined,
  });
  tab.use("d1");
  tabs.push(tab);
  return tab;
}
const here = (): boolean[] => tabs.map((tab) => tab.status.here);

beforeEach(async () => {
  tabs = [];
  legs = [];
  PretendChannel.all = [];
  vi.stubGlobal("navigator", { locks: new PretendLocks() });
  vi.stubGlobal("BroadcastChannel", PretendChannel);
  vi.stubGlobal("AudioContext", PretendAudio);
  open();
  open();
  await settle();
});
afterEach(() => {
  for (const tab of tabs) tab.close();
  vi.unstubAllGlobals();
});

it("leaves the phone to the tab that is clicked, when the one that has it may not sound [D16]", async () => {
  expect(here()).toEqual([true, false]);
  tabs[1]?.unlock();
  await settle();
  expect(here()).toEqual([false, true]);

  // That one may sound, so it keeps the phone.
  tabs[0]?.unlock();
  await settle();
  expect(here()).toEqual([false, true]);
});

it("leaves it where it is while somebody is on the line there", async () => {
  legs[0]?.({ phone: "registered", leg: "talking", problem: null });
  tabs[1]?.unlock();
  await settle();
  expect(here()).toEqual([true, false]);
});
