import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  agent,
  ago,
  card,
  cleanup,
  click,
  me,
  NOW,
  OFFICE,
  offered,
  type PretendDesk,
  showScreen,
  talking,
} from "../src/app/harness.tsx";
import type { CallView, View } from "../src/model/wire.ts";
import { FakeDesk, No, RINGS_MS, UNDO_MS } from "./fake-desk.ts";

/** The examples of chapter 5 from beginning to end, with the pretend server answering. */

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function begin(...views: View[]): PretendDesk & { fake: FakeDesk } {
  const people = [
    agent("u2", "Piet Jansen", { extension: "203" }),
    agent("u3", "Anja Smit", { extension: "204", status: "in_call" }),
  ];
  const all = [...OFFICE, me(), ...people, ...views];
  const desk = showScreen(...all);
  const fake = new FakeDesk(all, { tell: (ops) => desk.tell(...ops), say: () => undefined });
  desk.answer = (op) => {
    try {
      fake.command(op as Parameters<FakeDesk["command"]>[0], desk.asked.at(-1)?.[1] ?? {});
      return Promise.resolve({ ok: true });
    } catch (problem) {
      if (!(problem instanceof No)) throw problem;
      return Promise.resolve({ ok: false, code: problem.message, args: problem.args });
    }
  };
  return Object.assign(desk, { fake });
}

const general = (part: Partial<CallView> = {}): CallView => talking("g", { number: "31884800943", ...part });
const urgent = offered("u", {
  urgent: true,
  queue: "q2",
  queue_name: "Urgent",
  number: "31648119032",
  offer: { since: ago(1), ringing: false, rejectable: false },
});

const press = async (key: string, code = key, more: object = {}): Promise<void> => {
  await act(
    async () => void fireEvent.keyDown(document.activeElement ?? document.body, { key, code, ...more }),
  );
};
const type = async (text: string): Promise<void> => {
  const field = document.activeElement as HTMLInputElement;
  await act(async () => void fireEvent.change(field, { target: { value: field.value + text } }));
};
const wait = (ms: number): Promise<unknown> => act(() => vi.advanceTimersByTimeAsync(ms));
const states = (): Record<string, string | undefined> =>
  Object.fromEntries(
    [...document.querySelectorAll<HTMLElement>(".card")].map((one) => [
      one.dataset["call"],
      one.dataset["state"],
    ]),
  );
const on = (id: string, name: RegExp | string): HTMLElement =>
  within(card(id) as HTMLElement).getByRole("button", { name });

describe("going from call to call (manual 5.1)", () => {
  it("somebody is asked something while the caller hears music, with the mouse [5.1-a, 5.1-b, 5.1-c, 5.1-d, 5.1-e, 2.1.1-s]", async () => {
    begin(general());
    await click(on("g", /Wachtstand/));
    await click(screen.getByRole("button", { name: "Algemeen" }));
    await click(screen.getByRole("button", { name: "Ingelogde medewerkers" }));
    await click(screen.getByRole("button", { name: "Bel Piet Jansen" }));
    expect(states()).toEqual({ g: "held", out1: "dialling" });
    await wait(RINGS_MS);
    expect(states()).toEqual({ g: "held", out1: "active" });
    await click(on("out1", /Wachtstand/));
    await click(on("g", /Voortzetten/));
    expect(states()).toEqual({ g: "active", out1: "held" });
    await click(on("g", /Wachtstand/));
    await click(on("out1", /Voortzetten/));
    await click(on("out1", /Ophangen/));
    // The first one does not come back by itself.
    expect(states()).toEqual({ g: "held" });
    await click(on("g", /Voortzetten/));
    expect(states()).toEqual({ g: "active" });
  });

  it("and becomes a transfer after all, with keys alone [5.1-b, 5.1-d, 5.1-f, X-g]", async () => {
    begin(general());
    await press("F10");
    await press("F5");
    await type("203");
    await press("Enter");
    await wait(RINGS_MS);
    expect(screen.queryByRole("region", { name: "Toetsen" })).toBeNull();
    await press("F5", "F5", { shiftKey: true });
    expect(states()).toEqual({ g: "active", out1: "held" });
    await press("F5", "F5", { shiftKey: true });
    await press("F7");
    await press("F3");
    expect(states()).toEqual({});
    expect(screen.getByRole("button", { name: /Ongedaan maken/ })).toBeTruthy();
  });

  it("a transfer that was begun by mistake is taken back, and both are as they were [5.1-h, 5.1-i, 5.1-j]", async () => {
    begin(general());
    await press("F7");
    expect(states()).toEqual({ g: "held" });
    await press("F7");
    expect(states()).toEqual({ g: "active" });
    await press("F7");
    await type("piet");
    await press("Enter");
    await wait(RINGS_MS);
    expect(on("out1", /^Verbind /)).toBeTruthy();
    await press("F7");
    expect(states()).toEqual({ g: "held", out1: "active" });
    expect(within(card("out1") as HTMLElement).queryByRole("button", { name: /^Verbind / })).toBeNull();
  });
});

describe("an urgent call during another call (manual 5.2)", () => {
  const answered = async (): Promise<ReturnType<typeof begin>> => {
    const desk = begin(general(), urgent);
    await press("F3");
    return desk;
  };

  it("is answered, announced to an outside party and connected, with keys alone [5.2-a, 5.2-b, 5.2-c, 5.2-d, 5.2-e, 5.2-f, 5.2-h, 5.2-i, X-g]", async () => {
    await answered();
    expect(states()).toEqual({ g: "held", u: "active" });
    await press("F7");
    await press("F10");
    await type("08000403");
    await press("Enter");
    expect(states()).toEqual({ g: "held", u: "held", out1: "dialling" });
    await wait(RINGS_MS);
    expect(states()).toEqual({ g: "held", u: "held", out1: "active" });
    expect(on("out1", "Verbind 06 48 11 90 32 met 0800 0403")).toBeTruthy();
    await press("F3");
    expect(states()).toEqual({ g: "held" });
    await press("F5");
    expect(states()).toEqual({ g: "active" });
  });

  it("could be connected with the first caller by mistake, so that is asked first [5.2-g]", async () => {
    await answered();
    await press("F7");
    await type("0800 0403");
    await press("Enter");
    await wait(RINGS_MS);
    await click(on("g", "Verbind 06 48 11 90 32 met 088 480 09 43"));
    expect(states()).toEqual({ g: "held", u: "held", out1: "active" });
    await click(screen.getByRole("button", { name: "Annuleren" }));
    await click(on("out1", "Verbind 06 48 11 90 32 met 0800 0403"));
    expect(states()).toEqual({ g: "held" });
  });

  it("comes back with its recipient when it is undone in time [D7]", async () => {
    await answered();
    await press("F7");
    await type("piet");
    await press("Enter");
    await wait(RINGS_MS);
    await press("F3");
    await wait(UNDO_MS - 1_000);
    await press("F2");
    expect(states()).toEqual({ g: "held", u: "held", out1: "held" });
  });
});

describe("a caller who came back from a transfer", () => {
  it("is passed on again with the same keys as the first time", async () => {
    begin(general());
    await press("F7");
    await type("piet");
    await press("Enter");
    await press("F7");
    expect(states()).toEqual({ g: "active" });
    await press("F8");
    expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "Ontvanger" }));
  });
});

describe("without announcement", () => {
  it("the caller hears ringing, and is pulled back with one key [2.1.1-o, D7]", async () => {
    begin(general());
    await press("F8");
    await type("piet");
    await press("Enter");
    expect(states()).toEqual({ g: "transferring" });
    await press("F2");
    expect(states()).toEqual({ g: "active" });
  });

  it("a busy recipient brings the caller back, who is taken with one key [D7]", async () => {
    begin(general());
    await press("F8");
    await type("anja");
    await press("Enter");
    await wait(RINGS_MS);
    expect(card("g")?.textContent).toContain("Anja Smit is in gesprek.");
    await press("F3");
    expect(states()).toEqual({ g: "active" });
  });
});
