import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CELL_MS } from "../model/callback.ts";
import { callBack } from "../model/pretend.ts";
import type { CallBackPage, CallBackView, View } from "../model/wire.ts";
import { cleanup, click, me, NOW, type PretendDesk, showScreen, talking } from "./harness.tsx";

const MINUTE = 60_000;
/** Half past two, so 14:00 is the present hour. */
const HOUR = NOW - 30 * MINUTE;
const RIGHTS = ["history.view", "callback.see", "callback.manage"];

/** Asked for just now, to be kept in ten minutes. */
const promise = (id: string, part: Partial<CallBackView> = {}): CallBackView =>
  callBack(id, HOUR + 4 * CELL_MS, { requested_at: NOW - 98_000, entered_at: NOW - 120_000, ...part });
const over = (id: string, status: CallBackView["status"], at: number, part: Partial<CallBackView> = {}) =>
  promise(id, {
    status,
    due_at: at,
    planned_at: at,
    last_attempt_at: at,
    ended_at: at,
    attempts: 1,
    ...part,
  });

let asked: string[];
let page: CallBackPage;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
  asked = [];
  page = { rows: [], open: 0, done: 0 };
  vi.stubGlobal("fetch", async (path: string) => {
    if (path.startsWith("/api/callbacks")) {
      asked.push(path);
      return new Response(JSON.stringify(page));
    }
    return new Response(JSON.stringify({ call: "", lines: [], rows: [], before: null, gaps: [] }));
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(...views: View[]): Promise<PretendDesk> {
  const desk = showScreen(me({ rights: RIGHTS }), ...views);
  await click(screen.getByRole("tab", { name: /Call back/ }));
  return desk;
}
const grid = (): HTMLElement => {
  const found = document.querySelector<HTMLElement>('[role="grid"][aria-label="Planning van call backs"]');
  if (found === null) throw new Error("no planning");
  return found;
};
/** Asking for roles and names of a hundred cells takes a second: these are found by their label alone. */
const cell = (from: string): HTMLElement => {
  const found = grid().querySelector<HTMLElement>(`[role="gridcell"][aria-label^="${from} tot"]`);
  if (found === null) throw new Error(`no cell ${from}`);
  return found;
};
const all = (role: string): HTMLElement[] => [...grid().querySelectorAll<HTMLElement>(`[role="${role}"]`)];
const detail = (): HTMLElement => document.getElementById("detail") as HTMLElement;
const shapes = (element: HTMLElement): (string | null)[] =>
  [...element.querySelectorAll("use")].map((one) => one.getAttribute("href"));

describe("the tab", () => {
  it("exists only with the right, which comes with the module, and goes with it [3.6-a]", async () => {
    const desk = await open();
    expect(grid()).toBeTruthy();
    desk.tell({ a: "s", e: me({ rights: ["history.view"] }) });
    expect(screen.queryByRole("tab", { name: /Call back/ })).toBeNull();
    expect(screen.getByRole("tab", { name: /Wachtrijen/, selected: true })).toBeTruthy();
  });
});

describe("the portal's tile", () => {
  it("opens the tab once: who loads the page again begins as always [3.6-a]", async () => {
    location.hash = "#callback";
    const desk = showScreen(me({ rights: RIGHTS }));
    expect(screen.getByRole("tab", { name: /Call back/, selected: true })).toBeTruthy();
    expect(location.hash).toBe("");
    desk.comesBack();
    expect(screen.getByRole("tab", { name: /Wachtrijen/, selected: true })).toBeTruthy();
  });
});

describe("the planning", () => {
  it("has hours at the left and ten minutes above, and marks the present hour [3.6-b, 3.6-c, 3.6-s]", async () => {
    await open();
    const heads = all("columnheader");
    expect(heads.slice(1).map((one) => one.textContent)).toEqual([":00", ":10", ":20", ":30", ":40", ":50"]);
    const hours = all("rowheader");
    expect(hours).toHaveLength(16);
    expect(hours[0]?.textContent).toBe("10:00");
    const now = grid().querySelector('[aria-current="time"]');
    expect(now?.querySelector('[role="rowheader"]')?.textContent).toBe("14:00");
    // The clock goes on without the ticks between: two thousand of them take seconds.
    vi.setSystemTime(NOW + 31 * MINUTE);
    await act(() => vi.advanceTimersByTimeAsync(1_100));
    expect(grid().querySelector('[aria-current="time"] [role="rowheader"]')?.textContent).toBe("15:00");
    expect(all("rowheader")[0]?.textContent).toBe("11:00");
  });

  it("names the failed ones of a full cell before those that are left to a number [3.6-g]", async () => {
    await open(
      ...["a", "b", "c"].map((id, at) => promise(id, { due_at: HOUR + at * MINUTE })),
      over("d", "failed", HOUR + 9 * MINUTE, { attempts: 3 }),
    );
    const said = cell("14:00").getAttribute("aria-label") ?? "";
    expect(said).toMatch(/4 call backs: Niet geslaagd .*, en nog 1/);
  });

  it("gives each status its own colour, shape and word, explained at the right [3.6-e, 3.6-f, 3.6-g]", async () => {
    await open(
      promise("a", { due_at: HOUR }),
      promise("b", { status: "in_progress", due_at: HOUR + CELL_MS }),
      over("c", "succeeded", HOUR + 2 * CELL_MS),
      over("d", "failed", HOUR + 3 * CELL_MS, { attempts: 3 }),
      over("e", "cancelled", HOUR + 4 * CELL_MS),
    );
    const seen = ["14:00", "14:10", "14:20", "14:30", "14:40"].map((at) => {
      const shape = cell(at).querySelector("svg");
      return [shapes(cell(at))[0], shape?.getAttribute("data-tone")];
    });
    expect(seen).toEqual([
      ["#s-ringing", "ringing"],
      ["#s-going", "busy"],
      ["#s-tick", "free"],
      ["#s-cross", "urgent"],
      ["#s-dash", "away"],
    ]);
    const legend = within(detail()).getByRole("list", { name: "Wat de tekens betekenen" });
    expect([...legend.children].map((one) => one.textContent)).toEqual([
      "Toekomst",
      "In behandeling",
      "Geslaagd",
      "Niet geslaagd",
      "Geannuleerd",
    ]);
  });

  it("counts what is open and what is handled [3.6-h]", async () => {
    await open(promise("a"), over("b", "succeeded", HOUR), over("c", "cancelled", HOUR));
    const counts = [...detail().querySelectorAll(".cb-stats dd")].map((one) => one.textContent);
    expect(counts).toEqual(["1", "2"]);
    expect(detail().textContent).toContain("Openstaand");
    expect(detail().textContent).toContain("Afgehandeld");
  });

  it("shows all that is known of a dot that is clicked [3.6-k]", async () => {
    await open(promise("a"));
    await click(cell("14:40").querySelector(".cb-dot") as Element);
    expect(document.activeElement).toBe(cell("14:40"));
    const chosen = within(detail()).getByRole("region", { name: "Gekozen call back" });
    expect(within(chosen).getByRole("heading").textContent).toBe("053 480 09 37");
    const facts = [...chosen.querySelectorAll("dl > div")].map((one) => one.textContent);
    expect(facts).toEqual([
      "Verzoek ingediend02-03-2026 14:28:22",
      "Geplande callback02-03-2026 14:40:00",
      "Laatste poginggeen",
      "Aantal pogingen0",
      "StatusToekomst",
    ]);
  });

  it("stacks many in one cell with their number, and lists every one of them [3.6-r]", async () => {
    const many = Array.from({ length: 10 }, (_, index) =>
      index < 2
        ? over(`f${index}`, "failed", HOUR + index, { attempts: 3 })
        : promise(`p${index}`, { due_at: HOUR + index }),
    );
    await open(...many);
    expect(cell("14:00").textContent).toBe("10");
    expect(shapes(cell("14:00"))).toEqual(["#s-cross", "#s-ringing"]);
    await click(cell("14:00"));
    const list = within(detail()).getByRole("region", { name: "14:00 tot 14:10" });
    expect(list.querySelectorAll(".dcall")).toHaveLength(10);
    await click(within(list).getAllByRole("button", { name: "053 480 09 37" })[9] as Element);
    expect(within(detail()).getByRole("region", { name: "Gekozen call back" })).toBeTruthy();
  });

  it("is live: what a colleague changes is seen by everybody with the right [3.6-v]", async () => {
    const desk = await open(promise("a"));
    expect(shapes(cell("14:40"))).toEqual(["#s-ringing"]);
    desk.tell({ a: "m", k: "callback", id: "a", f: { status: "in_progress" } });
    expect(shapes(cell("14:40"))).toEqual(["#s-going"]);
    desk.tell({ a: "s", e: promise("b", { due_at: HOUR }) });
    expect(shapes(cell("14:00"))).toEqual(["#s-ringing"]);
  });

  it("fetches other days, which begin at midnight [3.6-b]", async () => {
    page = { rows: [over("y", "succeeded", HOUR - 24 * 3_600_000)], open: 0, done: 7 };
    await open();
    await click(screen.getByRole("button", { name: "Vorige dag" }));
    await act(() => vi.advanceTimersByTimeAsync(10));
    const midnight = new Date(2026, 2, 1).getTime();
    expect(asked).toEqual([`/api/callbacks?from=${midnight}&to=${midnight + 24 * 3_600_000}`]);
    expect(screen.getByRole("button", { name: "Gisteren, 1 mrt" })).toBeTruthy();
    expect(all("rowheader")).toHaveLength(24);
    expect(shapes(cell("14:00"))).toEqual(["#s-tick"]);
    expect(detail().querySelectorAll(".cb-stats dd")[1]?.textContent).toBe("7");
  });

  it("fetches another day again after midnight, after a lost connection, and when one changes [3.6-v, 3.6-h]", async () => {
    const DAY = 24 * 3_600_000;
    const yesterday = over("y", "succeeded", HOUR - DAY);
    page = { rows: [yesterday], open: 3, done: 7 };
    const desk = await open(promise("a"));
    await click(screen.getByRole("button", { name: "Vorige dag" }));
    await act(() => vi.advanceTimersByTimeAsync(10));
    const counts = (): (string | null)[] =>
      [...detail().querySelectorAll(".cb-stats dd")].map((one) => one.textContent);
    expect([asked.length, ...counts()]).toEqual([1, "3", "7"]);

    // A colleague handles one: the figures of that day are asked for again, once for a burst.
    page = { rows: [yesterday], open: 2, done: 8 };
    desk.tell({ a: "m", k: "callback", id: "a", f: { status: "in_progress" } });
    desk.tell({ a: "m", k: "callback", id: "a", f: { attempts: 1 } });
    await act(() => vi.advanceTimersByTimeAsync(2_100));
    expect([asked.length, ...counts()]).toEqual([2, "2", "8"]);

    // What is known stays while nothing can be asked, and while it is asked again.
    act(() => desk.store.line({ state: "lost", since: NOW, retryAt: null }));
    expect([asked.length, ...counts()]).toEqual([2, "2", "8"]);
    page = { rows: [yesterday], open: 1, done: 9 };
    act(() => desk.store.line({ state: "connected" }));
    expect([asked.length, ...counts()]).toEqual([3, "2", "8"]);
    expect(shapes(cell("14:00"))).toEqual(["#s-tick"]);
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect([asked.length, ...counts()]).toEqual([3, "1", "9"]);

    vi.setSystemTime(new Date(2026, 2, 3, 0, 0, 1));
    await act(() => vi.advanceTimersByTimeAsync(1_100));
    const midnight = new Date(2026, 2, 2).getTime();
    expect(asked.at(-1)).toBe(`/api/callbacks?from=${midnight}&to=${midnight + DAY}`);
    expect(screen.getByRole("button", { name: "Gisteren, 2 mrt" })).toBeTruthy();
  });

  it("says so when there is nothing", async () => {
    await open();
    expect(screen.getByText("Geen call backs in deze uren")).toBeTruthy();
    expect(within(detail()).getByRole("region", { name: "Niet geslaagde oproepen" }).textContent).toContain(
      "geen",
    );
  });
});

describe("the keyboard in the planning", () => {
  const press = (key: string, more: object = {}): boolean =>
    fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
  const here = (): string => document.activeElement?.getAttribute("aria-label")?.slice(0, 5) ?? "";

  it("has one stop, at the present ten minutes, and arrows within", async () => {
    await open(promise("a"));
    const stops = grid().querySelectorAll('[role="gridcell"][tabindex="0"]');
    expect(stops).toHaveLength(1);
    act(() => (stops[0] as HTMLElement).focus());
    expect(here()).toBe("14:30");
    for (const [key, wanted] of [
      ["ArrowRight", "14:40"],
      ["ArrowDown", "15:40"],
      ["Home", "15:00"],
      ["ArrowLeft", "14:50"],
      ["ArrowUp", "13:50"],
      ["End", "13:50"],
    ] as const) {
      press(key);
      expect(here(), key).toBe(wanted);
    }
    press("Home", { ctrlKey: true });
    expect(here()).toBe("10:00");
    press("ArrowUp");
    expect(here()).toBe("10:00");
    press("End", { ctrlKey: true });
    expect(here()).toBe("01:50");
    expect(grid().querySelectorAll('[tabindex="0"]')).toHaveLength(1);
  });

  it("says what is in a cell and opens it with Enter [3.6-k]", async () => {
    await open(promise("a"), promise("b", { name: "Mevrouw De Vries", status: "in_progress" }));
    const words = cell("14:40").getAttribute("aria-label");
    expect(words).toBe(
      "14:40 tot 14:50, 2 call backs: Toekomst 053 480 09 37, In behandeling Mevrouw De Vries",
    );
    expect(cell("14:50").getAttribute("aria-label")).toBe("14:50 tot 15:00, geen call backs");
    act(() => cell("14:40").focus());
    press("Enter");
    expect(within(detail()).getByRole("region", { name: "14:40 tot 14:50" })).toBeTruthy();
  });
});

describe("what can be done", () => {
  it("cancels one that is open after a question, and says that it was done [3.6-l, 3.6-m]", async () => {
    const desk = await open(promise("a"));
    await click(cell("14:40"));
    await click(within(detail()).getByRole("button", { name: "Annuleren" }));
    const question = screen.getByRole("alertdialog", { name: "Call back annuleren?" });
    expect(question.textContent).toContain("053 480 09 37 wordt op 02-03 om 14:40 niet teruggebeld");
    expect(desk.asked).toEqual([]);
    await click(within(question).getByRole("button", { name: "Call back annuleren" }));
    expect(desk.asked).toEqual([["callback.cancel", { callback: "a" }]]);
    expect(document.querySelector('[role="status"]')?.textContent).toContain("is geannuleerd");
  });

  it("offers no cancelling of what is over, and shows the cancelled at the right to call again [3.6-l, 3.6-n]", async () => {
    const desk = await open(over("a", "cancelled", HOUR));
    await click(cell("14:00"));
    expect(within(detail()).queryByRole("button", { name: "Annuleren" })).toBeNull();
    const list = within(detail()).getByRole("region", { name: "Geannuleerde oproepen" });
    await click(within(list).getByRole("button", { name: "Bel 053 480 09 37 opnieuw" }));
    expect(desk.asked).toEqual([["callback.retry", { callback: "a" }]]);
  });

  it("lists what did not succeed, with the handset for a new attempt [3.6-i, 3.6-j]", async () => {
    const desk = await open(over("a", "failed", HOUR, { attempts: 3 }), over("b", "succeeded", HOUR));
    const list = within(detail()).getByRole("region", { name: "Niet geslaagde oproepen" });
    expect(list.querySelectorAll(".dcall")).toHaveLength(1);
    expect(list.textContent).toContain("Algemeen, 3 pogingen");
    await click(within(list).getByRole("button", { name: "Bel 053 480 09 37 opnieuw" }));
    expect(desk.asked).toEqual([["callback.retry", { callback: "a" }]]);
  });

  it("leaves the one who may only look without buttons", async () => {
    showScreen(me({ rights: ["callback.see"] }), over("a", "failed", HOUR), promise("b"));
    await click(screen.getByRole("tab", { name: /Call back/ }));
    expect(within(detail()).queryByRole("button", { name: /opnieuw/ })).toBeNull();
    await click(cell("14:40"));
    expect(within(detail()).getByRole("region", { name: "Gekozen call back" })).toBeTruthy();
    expect(within(detail()).queryByRole("button", { name: "Annuleren" })).toBeNull();
  });

  it("searches by number: grid and lists show that number only, other days stand below [3.6-o]", async () => {
    page = { rows: [over("old", "failed", NOW - 5 * 86_400_000)], open: 0, done: 0 };
    await open(
      promise("a"),
      promise("b", { number: "31612345678" }),
      over("c", "failed", HOUR, { number: "31612345678" }),
    );
    const failed = (): string | null =>
      within(detail()).getByRole("region", { name: "Niet geslaagde oproepen" }).textContent;
    expect(cell("14:40").querySelectorAll(".cb-dot")).toHaveLength(2);
    expect(cell("14:00").querySelectorAll(".cb-dot")).toHaveLength(1);
    expect(failed()).toContain("06 12 34 56 78");
    fireEvent.change(screen.getByRole("searchbox", { name: "Zoek op telefoonnummer" }), {
      target: { value: "053-480" },
    });
    await act(() => vi.advanceTimersByTimeAsync(300));
    expect(cell("14:40").querySelectorAll(".cb-dot")).toHaveLength(1);
    expect(cell("14:40").getAttribute("aria-label")).toContain("053 480 09 37");
    expect(cell("14:00").getAttribute("aria-label")).toContain("geen call backs");
    expect(failed()).toContain("geen");
    expect(failed()).not.toContain("06 12 34 56 78");
    expect(asked).toEqual(["/api/callbacks?number=53480"]);
    const others = within(detail()).getByRole("region", { name: "Dit nummer op andere dagen" });
    expect(others.textContent).toContain("25-02 14:30");
  });
});

describe("a call back that is offered", () => {
  const OFFER = { since: NOW, ringing: false, rejectable: true };

  it("is a white card with number and wait, taken by a click [3.6-q, D14]", async () => {
    const desk = showScreen(promise("a", { name: "Mevrouw De Vries", offer: OFFER }));
    const card = screen.getByRole("article", { name: "Call back, Algemeen, Mevrouw De Vries" });
    expect(card.dataset["state"]).toBe("offered");
    expect(card.textContent).toContain("053 480 09 37");
    expect(card.querySelector("time")?.textContent).toBe("02:00");
    await click(within(card).getByRole("button", { name: "Call back, Mevrouw De Vries" }));
    expect(desk.asked).toEqual([["callback.accept", { callback: "a" }]]);
  });

  it("is taken by the key when no call is offered, and can be given back [3.6-q, D14]", async () => {
    const desk = showScreen(promise("a", { offer: OFFER }));
    fireEvent.keyDown(document.body, { key: "F3", code: "F3" });
    expect(desk.asked).toEqual([["callback.accept", { callback: "a" }]]);
    await click(screen.getByRole("button", { name: "Weigeren, 053 480 09 37" }));
    expect(desk.asked.at(-1)).toEqual(["callback.reject", { callback: "a" }]);
  });
});

describe("an appointment", () => {
  it("is made from the card of a call: queue, moment and for whom [3.6-p]", async () => {
    const desk = showScreen(me({ rights: RIGHTS }), talking("c1"));
    await click(screen.getByRole("button", { name: "Call back plannen naar 053 480 09 37" }));
    const form = screen.getByRole("dialog", { name: "Call back plannen" });
    await click(within(form).getByRole("radio", { name: "Op een gekozen moment" }));
    fireEvent.change(within(form).getByLabelText("Dag"), { target: { value: "2026-03-03" } });
    fireEvent.change(within(form).getByLabelText("Tijdstip"), { target: { value: "10:30" } });
    await click(within(form).getByRole("checkbox"));
    await click(within(form).getByRole("button", { name: "Plannen" }));
    const due_at = String(new Date(2026, 2, 3, 10, 30).getTime());
    expect(desk.asked).toEqual([
      ["callback.make", { number: "+31534800937", queue: "q1", due_at, owner: "me", call: "c1" }],
    ]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("is filled in and made although the caller hangs up meanwhile [3.6-p]", async () => {
    const desk = showScreen(
      me({ rights: RIGHTS }),
      talking("c1", { queue: "q9", queue_name: "Van een andere groep" }),
    );
    await click(screen.getByRole("button", { name: "Call back plannen naar 053 480 09 37" }));
    await click(screen.getByRole("radio", { name: "Op een gekozen moment" }));
    fireEvent.change(screen.getByLabelText("Dag"), { target: { value: "2026-03-03" } });
    fireEvent.change(screen.getByLabelText("Tijdstip"), { target: { value: "10:30" } });
    desk.tell({ a: "x", k: "call", id: "c1" });
    expect((screen.getByLabelText("Dag") as HTMLInputElement).value).toBe("2026-03-03");
    expect((screen.getByLabelText("Tijdstip") as HTMLInputElement).value).toBe("10:30");
    await click(screen.getByRole("button", { name: "Plannen" }));
    const due_at = String(new Date(2026, 2, 3, 10, 30).getTime());
    // The first queue of the list, where the one of the call is not in it.
    expect(desk.asked).toEqual([
      ["callback.make", { number: "+31534800937", queue: "q1", due_at, call: "c1" }],
    ]);
  });

  it("is asked for once, however often the button is pressed [3.6-p]", async () => {
    const desk = showScreen(me({ rights: RIGHTS }), talking("c1"));
    desk.answer = () => new Promise(() => undefined);
    await click(screen.getByRole("button", { name: "Call back plannen naar 053 480 09 37" }));
    const form = screen.getByRole("dialog").querySelector("form") as HTMLFormElement;
    // In one go: nothing is drawn between them.
    act(() => {
      fireEvent.submit(form);
      fireEvent.submit(form);
    });
    expect(desk.asked).toHaveLength(1);
  });

  it("keeps the form with the reason when it is refused [3.6-u]", async () => {
    const desk = showScreen(me({ rights: RIGHTS }), talking("c1"));
    desk.answer = () => Promise.resolve({ ok: false, code: "callback_open", args: {} });
    await click(screen.getByRole("button", { name: "Call back plannen naar 053 480 09 37" }));
    await click(screen.getByRole("button", { name: "Plannen" }));
    expect(desk.asked).toEqual([["callback.make", { number: "+31534800937", queue: "q1", call: "c1" }]]);
    expect(screen.getByText(/staat al een call back open/)).toBeTruthy();
  });

  it("is asked for with the number as it was typed, its plus with it [3.6-p]", async () => {
    const desk = showScreen(me({ rights: RIGHTS }), talking("c1"));
    await click(screen.getByRole("button", { name: "Call back plannen naar 053 480 09 37" }));
    fireEvent.change(screen.getByLabelText("Nummer"), { target: { value: "+49 30 123456" } });
    await click(screen.getByRole("button", { name: "Plannen" }));
    expect(desk.asked).toEqual([["callback.make", { number: "+49 30 123456", queue: "q1", call: "c1" }]]);
  });

  it("is not offered to who may not", () => {
    showScreen(talking("c1"));
    expect(screen.queryByRole("button", { name: /Call back plannen/ })).toBeNull();
  });
});
