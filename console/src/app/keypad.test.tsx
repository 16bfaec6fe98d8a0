import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Outcome } from "../connection/live.ts";
import type { CallView } from "../model/wire.ts";
import { ago, cleanup, click, me, NOW, type PretendDesk, showScreen, talking } from "./harness.tsx";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const symbol = (): HTMLElement => screen.getByRole("button", { name: "Toetsen" });
const pad = (): HTMLElement => screen.getByRole("region", { name: "Toetsen" });
const gone = (): boolean => screen.queryByRole("region", { name: "Toetsen" }) === null;
const field = (): HTMLInputElement => within(pad()).getByRole("textbox");
const key = (name: string): HTMLElement => within(pad()).getByRole("button", { name });
const write = async (text: string): Promise<void> => {
  await act(async () => void fireEvent.change(field(), { target: { value: text } }));
};
const enter = async (): Promise<void> => {
  await act(async () => void fireEvent.keyDown(field(), { key: "Enter", code: "Enter" }));
};
const dialling = (part: Partial<CallView> = {}): CallView =>
  talking("new", {
    direction: "out",
    state: "dialling",
    answered_at: null,
    queue: null,
    queue_name: null,
    ...part,
  });
const armed = (kind: "attended" | "blind"): CallView =>
  talking("a", {
    name: "Mevrouw De Vries",
    state: "held",
    since: ago(2),
    transfer: { kind, state: "armed", mine: true, recipient: null, recipient_name: null, until: null },
  });
async function open(...views: Parameters<typeof showScreen>): Promise<PretendDesk> {
  const desk = showScreen(...views);
  await click(symbol());
  return desk;
}

describe("the keypad", () => {
  it("is opened by the key symbol of the call field, beside it, and closed by the same [2.6-a, 2.6-b, 2.6-e]", async () => {
    await open();
    expect(symbol().closest("aside")?.id).toBe("calls");
    expect(symbol().getAttribute("aria-expanded")).toBe("true");
    expect(pad().closest("aside")).toBeNull();
    await click(symbol());
    expect(gone()).toBe(true);
  });

  it("opens by its key, and Escape gives the focus back to the symbol", async () => {
    showScreen();
    await act(async () => void fireEvent.keyDown(document.body, { key: "F10", code: "F10" }));
    expect(document.activeElement).toBe(field());
    await act(async () => void fireEvent.keyDown(field(), { key: "Escape" }));
    expect(gone()).toBe(true);
    expect(document.activeElement).toBe(symbol());
  });

  it("calls any number: digits, then the green telephone [2.6-c]", async () => {
    const desk = await open();
    for (const digit of ["0", "5", "3", "sterretje", "hekje"]) await click(key(digit));
    expect(field().value).toBe("053*#");
    await click(key("Laatste teken wissen"));
    await click(key("Bellen"));
    expect(desk.asked).toEqual([["call.dial", { number: "053*" }]]);
  });

  it("takes the keyboard and what is pasted, with Enter for the telephone [2.6-d, 2.6-g]", async () => {
    const desk = await open();
    await write("+31 (0)53 - 480 09 37");
    expect(field().value).toBe("+31534800937");
    await enter();
    expect(desk.asked).toEqual([["call.dial", { number: "+31534800937" }]]);
  });

  it("says in words why a number is refused, and keeps it [2.6-g]", async () => {
    const desk = await open();
    desk.answer = () => Promise.resolve({ ok: false, code: "number_not_allowed", args: { kind: "premium" } });
    await write("0900123");
    await enter();
    expect(within(pad()).getByRole("alert").textContent).toBe("U mag geen betaalnummers bellen.");
    expect(field().value).toBe("0900123");
    desk.answer = () => Promise.resolve({ ok: false, code: "bad_number", args: {} });
    await enter();
    expect(within(pad()).getByRole("alert").textContent).toContain("kan niet gebeld worden");
  });

  it("is wiped and closed when the connection is there, and not before [2.6-f]", async () => {
    const desk = await open();
    await write("203");
    await enter();
    desk.tell({ a: "s", e: dialling() });
    expect(field().value).toBe("203");
    desk.tell({ a: "m", k: "call", id: "new", f: { state: "active", answered_at: NOW } });
    expect(gone()).toBe(true);
    await click(symbol());
    expect(field().value).toBe("");
  });

  it("keeps the number of who was not reached", async () => {
    const desk = await open();
    await write("203");
    await enter();
    desk.tell({ a: "s", e: dialling() });
    desk.tell({ a: "x", k: "call", id: "new" });
    expect(field().value).toBe("203");
    await enter();
    expect(desk.asked).toHaveLength(2);
  });

  it("calls once, however often Enter is pressed while it rings [2.1.1-r]", async () => {
    const desk = await open();
    await write("203");
    await enter();
    desk.tell({ a: "s", e: dialling() });
    await enter();
    expect(desk.asked).toEqual([["call.dial", { number: "203" }]]);
  });

  it("cannot call without a phone, and says so", async () => {
    const desk = await open(me({ device: null }));
    await write("203");
    await click(key("Bellen"));
    expect(desk.asked).toEqual([]);
    expect(key("Bellen").getAttribute("aria-disabled")).toBe("true");
  });
});

describe("the use of the keypad", () => {
  it("is written on it: calling, and who stays on hold [D26]", async () => {
    await open(talking("a", { state: "held", name: "Mevrouw De Vries" }));
    expect(within(pad()).getByRole("heading").textContent).toBe("Bellen");
    expect(pad().textContent).toContain("Mevrouw De Vries blijft in de wacht.");
  });

  it("is the recipient while a transfer is armed, and closes with the connection [2.6-h, 5.2-d]", async () => {
    const desk = await open(armed("attended"));
    expect(within(pad()).getByRole("heading").textContent).toBe("Doorverbinddoel");
    await write("0800 0403");
    await enter();
    expect(desk.asked).toEqual([["transfer.number", { call: "a", number: "08000403" }]]);
    desk.tell({ a: "s", e: dialling({ state: "active", answered_at: NOW }) });
    expect(gone()).toBe(true);
  });

  it("closes at once when the caller is passed on without announcement [2.6-f]", async () => {
    await open(armed("blind"));
    await write("203");
    await enter();
    expect(gone()).toBe(true);
  });

  it("is tones in a call: each goes out at once, in order, and none is kept [D26]", async () => {
    const desk = await open(talking("a", { name: "Mevrouw De Vries" }));
    expect(within(pad()).getByRole("heading").textContent).toBe("Tonen naar Mevrouw De Vries");
    let done = (_: Outcome): void => undefined;
    desk.answer = () => new Promise((resolve) => (done = resolve));
    await click(key("1"));
    await click(key("1"));
    await write("2#");
    expect(desk.asked).toEqual([["call.keys", { digits: "1" }]]);
    desk.answer = () => Promise.resolve({ ok: true });
    await act(async () => done({ ok: true }));
    expect(desk.asked).toEqual([
      ["call.keys", { digits: "1" }],
      ["call.keys", { digits: "12#" }],
    ]);
    expect(field().value).toBe("");
    expect(pad().textContent).toContain("4 verzonden");
    expect(gone()).toBe(false);
  });

  it("does not call by Enter in tones, with a number that was typed before the call came [D26]", async () => {
    const desk = await open();
    await write("0612");
    desk.tell({ a: "s", e: talking("a", { name: "Mevrouw De Vries" }) });
    await write("1");
    await enter();
    expect(desk.asked).toEqual([["call.keys", { digits: "1" }]]);
  });

  it("changes from tones to calling with a switch, and says who goes on hold [D26, 5.1-b]", async () => {
    const desk = await open(talking("a", { name: "Mevrouw De Vries" }));
    await click(key("Liever bellen"));
    expect(within(pad()).getByRole("heading").textContent).toBe("Bellen");
    expect(pad().textContent).toContain("Mevrouw De Vries gaat in de wacht.");
    await write("203");
    await enter();
    expect(desk.asked).toEqual([["call.dial", { number: "203" }]]);
  });
});
