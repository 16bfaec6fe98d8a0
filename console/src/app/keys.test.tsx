import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { ago, card, cleanup, offered, showScreen, talking } from "./harness.tsx";

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

  it("answer a call from within a question, but Enter of the number block is for the question [D6]", async () => {
    const desk = showScreen(offered("c1"));
    await press("?");
    const question = screen.getByRole("dialog", { name: "Sneltoetsen" });
    const close = within(question).getAllByRole("button")[0] as HTMLElement;
    await act(async () => close.focus());
    await act(async () => void fireEvent.keyDown(close, { key: "Enter", code: "NumpadEnter" }));
    expect(desk.asked).toEqual([]);
    await press("F3");
    expect(desk.asked).toEqual([["call.answer", { call: "c1" }]]);
  });

  it("stand only on the buttons that they press [2.1.1-q]", async () => {
    const desk = showScreen(held(), active());
    expect([keyOf("h", /verbreken/), keyOf("a", /verbreken/)]).toEqual([null, "F4"]);
    expect([keyOf("h", /Voortzetten/), keyOf("a", /Wachtstand/)]).toEqual(["Shift+F5", "F5"]);
    desk.tell({ a: "x", k: "call", id: "a" });
    expect([keyOf("h", /verbreken/), keyOf("h", /Voortzetten/)]).toEqual([null, "F5"]);
  });
});

describe("the focus in the call field", () => {
  const focused = () => document.activeElement;

  it("stays in the field when the button on which the keyboard stands goes with its call", async () => {
    const desk = showScreen(offered("c1"), offered("c2"));
    await act(async () => button("c1", /Opnemen/).focus());
    desk.tell({ a: "x", k: "call", id: "c1" });
    expect(focused()?.id).toBe("calls");
  });

  it("stays there too when the call was answered and has other buttons", async () => {
    const desk = showScreen(offered("c1"));
    await act(async () => button("c1", /Opnemen/).focus());
    desk.tell({ a: "s", e: talking("c1") });
    expect(focused()?.id).toBe("calls");
  });

  it("is not fetched back from who clicks, writes elsewhere, or types on the keypad", async () => {
    const desk = showScreen(offered("c1"), offered("c2"), offered("c3"));
    const answer = button("c1", /Opnemen/);
    fireEvent.pointerDown(answer);
    await act(async () => answer.focus());
    desk.tell({ a: "x", k: "call", id: "c1" });
    expect(focused()).toBe(document.body);

    await act(async () => button("c2", /Opnemen/).focus());
    const row = screen.getByRole("button", { name: "Algemeen" });
    await act(async () => row.focus());
    desk.tell({ a: "x", k: "call", id: "c2" });
    expect(focused()).toBe(row);

    await act(async () => fireEvent.click(screen.getByRole("button", { name: "Toetsen" })));
    await act(async () => button("c3", /Opnemen/).focus());
    desk.tell({ a: "s", e: talking("c3") });
    expect(focused()).toBe(document.body);
  });
});
