import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { contact } from "../model/pretend.ts";
import type { CallView, ContactPage } from "../model/wire.ts";
import { agent, call, cleanup, click, NOW, type PretendDesk, showScreen, talking } from "./harness.tsx";
import { json } from "./pretend-portal.tsx";

const TECH = contact("c1", "Jansen Techniek", {
  function: "Onderhoud",
  numbers: ["31742915500", "4930123456"],
});
const CANTEEN = contact("c2", "Janine Kantine", { numbers: ["211"], internal: true });

let page: ContactPage;
let asked: string[];
/** What the server says next; null: `page`. */
let answer: (() => Promise<Response>) | null;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
  page = { favourites: [], colleagues: [], found: [TECH, CANTEEN], found_colleagues: [], barred: {} };
  asked = [];
  answer = null;
  vi.stubGlobal("fetch", async (path: string) => {
    if (!path.startsWith("/api/contacts?")) return json({ rows: [] });
    asked.push(path);
    if (answer !== null) return answer();
    return json(new URL(path, "http://here").searchParams.get("q") === "" ? { ...page, found: [] } : page);
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (): Promise<unknown> => act(() => vi.advanceTimersByTimeAsync(10));
const armed = (kind: "attended" | "blind" = "attended"): CallView =>
  talking("a", {
    name: "Mevrouw De Vries",
    state: "held",
    transfer: { kind, state: "armed", mine: true, recipient: null, recipient_name: null, until: null },
  });
const PEOPLE = [
  agent("a1", "Piet Jansen", { extension: "203" }),
  agent("a2", "Anja Smit", { extension: "204" }),
];

async function open(whom: CallView = armed()): Promise<PretendDesk> {
  const desk = showScreen(whom, ...PEOPLE);
  await settle();
  return desk;
}
const field = (): HTMLInputElement => screen.getByRole("combobox", { name: "Ontvanger" });
const typing = (text: string): Promise<void> =>
  act(async () => void fireEvent.change(field(), { target: { value: text } }));
async function type(text: string): Promise<void> {
  await typing(text);
  await settle();
}
const press = (key: string): Promise<void> => act(async () => void fireEvent.keyDown(field(), { key }));
const list = (): HTMLElement => screen.getByRole("listbox", { name: "Ontvanger" });
const group = (name: string): string[] =>
  within(within(list()).getByRole("group", { name }))
    .getAllByRole("option")
    .map((one) => one.textContent ?? "");
const marked = (): string =>
  document.getElementById(field().getAttribute("aria-activedescendant") ?? "")?.textContent ?? "";

describe("the address book in the choice of a recipient", () => {
  it("finds a colleague by an own outside number once the server has answered [3.3-q, 5.2-d]", async () => {
    page = { ...page, found: [], found_colleagues: ["a2"] };
    await open();
    let late: (answer: Response) => void = () => undefined;
    answer = () => new Promise((resolve) => (late = resolve));
    await type("0534800977");
    expect(within(list()).queryByRole("group", { name: "Collega’s" })).toBeNull();
    late(json(page));
    await settle();
    expect(group("Collega’s")).toEqual([expect.stringContaining("Anja Smit")]);
  });

  it("is found while one types, each number of its own and the primary one first [5.2-c, 5.2-d, 3.3-e, 3.3-l]", async () => {
    await open();
    await type("jan");
    expect(asked.at(-1)).toContain("q=jan");
    expect(group("Collega’s")).toEqual([expect.stringContaining("Piet Jansen")]);
    expect(group("Contacten")).toEqual([
      "Jansen Techniek074 291 55 00Onderhoud · Extern · Nummer (primair)",
      "Jansen Techniek+49 30 12 34 56Onderhoud · Extern",
      "Janine Kantine211Intern",
    ]);
  });

  it("is asked from three letters or two digits on, and says so before [3.3-f]", async () => {
    await open();
    expect(list().parentElement?.textContent).toContain("Vanaf 3 letters of 2 cijfers ook contacten.");
    await type("ja");
    expect(asked).toEqual(["/api/contacts?q="]);
    expect(within(list()).queryByRole("group", { name: "Contacten" })).toBeNull();
    await type("07");
    expect(asked.at(-1)).toContain("q=07");
    expect(group("Contacten")).toHaveLength(3);
    expect(list().parentElement?.textContent).not.toContain("ook contacten");
  });

  it("gives the caller to a contact by keyboard alone, with the name that the check will bear [5.2-d, 5.2-f, X-g]", async () => {
    const desk = await open();
    await type("techniek");
    await press("ArrowDown");
    expect(marked()).toContain("+49 30 12 34 56");
    await press("ArrowUp");
    await press("Enter");
    expect(desk.asked).toEqual([
      ["transfer.number", { call: "a", number: "+31742915500", name: "Jansen Techniek" }],
    ]);
  });

  it("gives the caller to a contact by a click, also without announcement [5.1-h, 5.2-d]", async () => {
    const desk = await open(armed("blind"));
    await type("kantine");
    await click(screen.getByRole("option", { name: /Janine Kantine/ }));
    expect(desk.asked).toEqual([["transfer.number", { call: "a", number: "211", name: "Janine Kantine" }]]);
  });

  it("has favourites on top, colleagues and contacts alike [3.3-m, D19]", async () => {
    page = { ...page, favourites: [TECH], colleagues: ["a2"] };
    await open();
    expect(group("Favorieten").map((one) => one.slice(0, 9))).toEqual([
      "Anja Smit",
      "Jansen Te",
      "Jansen Te",
    ]);
    expect(group("Collega’s")).toHaveLength(1);
    await type("techniek");
    expect(group("Favorieten")).toHaveLength(2);
    expect(group("Contacten")).toEqual([expect.stringContaining("Janine Kantine")]);
  });

  it("greys a number that may not be called, with the reason, and one without a number [2.6-g]", async () => {
    page = {
      ...page,
      found: [TECH, contact("c3", "Jan Zonder", { numbers: [] })],
      barred: { "4930123456": "international" },
    };
    const desk = await open();
    await type("jan");
    const abroad = screen.getByRole("option", { name: /49 30/ });
    expect(abroad.getAttribute("aria-disabled")).toBe("true");
    expect(abroad.textContent).toContain("U mag geen buitenlandse nummers bellen.");
    const without = screen.getByRole("option", { name: /Jan Zonder/ });
    expect(without.textContent).toContain("geen nummer bekend");
    await click(abroad);
    await click(without);
    expect(desk.asked).toEqual([]);
  });

  it("never lets Enter mean somebody other than who was marked, when the server answers late", async () => {
    page = { ...page, favourites: [TECH] };
    const desk = await open();
    await type("jans");
    expect(marked()).toContain("Jansen Techniek");
    let late: (response: Response) => void = () => undefined;
    answer = () => new Promise((done) => (late = done));
    await typing("pie");
    expect(marked()).toContain("Piet Jansen");
    expect(within(list()).queryByText(/Techniek/)).toBeNull();
    expect(list().getAttribute("aria-busy")).toBe("true");
    late(
      json({
        ...page,
        favourites: [contact("c9", "Apotheek Piet")],
        found: [contact("c9", "Apotheek Piet")],
      }),
    );
    await settle();
    expect(group("Favorieten")).toHaveLength(1);
    expect(marked()).toContain("Piet Jansen");
    await press("Enter");
    expect(desk.asked).toEqual([["transfer.colleague", { call: "a", user: "a1" }]]);
  });

  it("gives the caller to nobody by Enter before somebody was typed or pointed out with an arrow", async () => {
    const desk = await open(armed("blind"));
    expect(marked()).toBe("");
    await press("Enter");
    expect(desk.asked).toEqual([]);
    await press("ArrowDown");
    expect(marked()).toContain("Anja");
    // Anja goes to the end of the list; whoever takes her place was not meant.
    desk.tell({ a: "m", k: "agent", id: "a2", f: { reachable: false } });
    expect(marked()).toContain("Anja");
    desk.tell({ a: "x", k: "agent", id: "a2" });
    await press("Enter");
    expect(desk.asked).toEqual([]);
  });

  it("says how many were found when typing has come to rest", async () => {
    await open();
    await type("jan");
    expect(screen.queryByText("4 gevonden")).toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(700));
    expect(screen.getByText("4 gevonden").closest("[aria-live]")?.getAttribute("aria-live")).toBe("polite");
  });

  it("leaves colleagues and queues to choose when it cannot be asked", async () => {
    await open();
    answer = async () => json({ code: "unreachable", args: {} }, 502);
    await type("piet");
    expect(group("Collega’s")).toHaveLength(1);
    answer = null;
    await click(
      within(screen.getByRole("complementary", { name: "Detailveld" })).getByRole("button", {
        name: "Opnieuw proberen",
      }),
    );
    await settle();
    expect(group("Contacten")).toHaveLength(3);
  });

  it("is not there for a caller who is sent on unanswered: those go to somebody of the house", async () => {
    page = { ...page, favourites: [TECH], colleagues: ["a2"] };
    await open(call("w", { name: "Apotheek Lonneker" }));
    await click(screen.getByRole("button", { name: "Stuur Apotheek Lonneker door zonder op te nemen" }));
    await settle();
    expect(group("Favorieten")).toEqual([expect.stringContaining("Anja Smit")]);
    await type("jan");
    expect(within(list()).queryByText(/Techniek/)).toBeNull();
    expect(asked.some((path) => path.includes("q=jan"))).toBe(false);
  });
});
