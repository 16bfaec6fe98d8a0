import { act, fireEvent, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { ago, card, cleanup, showScreen, talking } from "./harness.tsx";

afterEach(cleanup);

const button = (id: string, name: RegExp): HTMLElement =>
  within(card(id) as HTMLElement).getByRole("button", { name });
const press = async (key: string): Promise<void> => {
  await act(async () => void fireEvent.keyDown(document.activeElement ?? document.body, { key, code: key }));
};
const keyOf = (id: string, name: RegExp): string | null => button(id, name).getAttribute("aria-keyshortcuts");

const held = () => talking("h", { name: "Mevrouw De Vries", state: "held", since: ago(5) });
const active = () => talking("a", { name: "Jan Jansen" });

describe("the keys of a call", () => {
  it("mean whom one speaks with, not the card that was clicked last", async () => {
    const desk = showScreen(held(), active());
    const resume = button("h", /Voortzetten/);
    fireEvent.pointerDown(resume);
    await act(async () => resume.focus());
    await press("F7");
    expect(desk.asked).toEqual([["transfer.arm", { call: "a", kind: "attended" }]]);
  });

  it("mean the card on which the keyboard stands, also after a click elsewhere", async () => {
    const desk = showScreen(held(), active());
    fireEvent.pointerDown(document.body);
    await press("Tab");
    await act(async () => button("h", /Voortzetten/).focus());
    await press("F8");
    expect(desk.asked).toEqual([["transfer.arm", { call: "h", kind: "blind" }]]);
  });

  it("stand only on the buttons that they press [2.1.1-q]", async () => {
    const desk = showScreen(held(), active());
    expect([keyOf("h", /verbreken/), keyOf("a", /verbreken/)]).toEqual([null, "F4"]);
    expect([keyOf("h", /Voortzetten/), keyOf("a", /Wachtstand/)]).toEqual(["Shift+F5", "F5"]);
    desk.tell({ a: "x", k: "call", id: "a" });
    expect([keyOf("h", /verbreken/), keyOf("h", /Voortzetten/)]).toEqual([null, "F5"]);
  });
});
