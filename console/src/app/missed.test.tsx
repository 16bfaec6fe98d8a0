import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Outcome } from "../connection/live.ts";
import { missed } from "../model/pretend.ts";
import type { Op, View } from "../model/wire.ts";
import { cleanup, click, device, me, NOW, type PretendDesk, showScreen } from "./harness.tsx";

const MINUTE = 60_000;
const RIGHTS = ["history.view", "callback.see", "callback.manage"];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

async function list(...views: View[]): Promise<PretendDesk> {
  const desk = showScreen(me({ rights: RIGHTS }), device("d1", "Toestel 201"), ...views);
  await click(screen.getByRole("tab", { name: /Call back/ }));
  await click(screen.getByRole("button", { name: /Gemiste oproepen/ }));
  return desk;
}
const rows = (): HTMLElement[] =>
  within(screen.getByRole("list", { name: "Gemiste oproepen" })).getAllByRole("listitem");
const button = (name: string | RegExp): HTMLElement => screen.getByRole("button", { name });
const merge = (id: string, f: Record<string, unknown>): Op => ({ a: "m", k: "missed", id, f });

/** The server says that a colleague was first. */
function taken(desk: PretendDesk): void {
  desk.answer = () => Promise.resolve({ ok: false, code: "missed_claimed", args: { name: "Piet Jansen" } });
}
function free(desk: PretendDesk): void {
  desk.answer = () => Promise.resolve({ ok: true });
}

describe("the missed calls", () => {
  it("stand in one list, the latest first, with why, how often and the message [D14]", async () => {
    await list(
      missed("a", NOW - 5 * MINUTE, { times: 3, attempts: 2, last_attempt_at: NOW - 2 * MINUTE }),
      missed("b", NOW - MINUTE, { why: "message", message: "m1", name: "Bakker" }),
      missed("c", NOW - 25 * 60 * MINUTE, { why: "closed" }),
    );
    expect(rows()).toHaveLength(3);
    const [latest, before, oldest] = rows().map((row) => row.textContent);
    expect(latest).toContain("Bakker06 12 34 56 78, Algemeen, liet een bericht achter14:29");
    expect(rows()[0]?.querySelector("audio")?.getAttribute("src")).toBe("/api/messages/m1");
    expect(before).toContain("06 12 34 56 783 keerAlgemeen, hing op tijdens het wachten");
    expect(before).toContain("2 keer tevergeefs gebeld, laatst om 14:28");
    expect(oldest).toContain("belde buiten openingstijden01-03 13:30");
  });

  it("are counted at the tab and the button, those that nobody calls apart [D14]", async () => {
    const desk = await list(
      missed("a", NOW),
      missed("b", NOW, { claimed_by: "u2", claimed_by_name: "Piet" }),
    );
    expect(screen.getByTitle("1 gemist")).toBeTruthy();
    expect(button(/Gemiste oproepen/).textContent).toBe("Gemiste oproepen2");
    desk.tell({ a: "x", k: "missed", id: "a" });
    expect(screen.queryByTitle(/gemist/)).toBeNull();
    desk.tell({ a: "x", k: "missed", id: "b" });
    expect(screen.getByText("Niemand om te bellen")).toBeTruthy();
  });

  it("are called with one click, which is theirs who was first [D14]", async () => {
    const desk = await list(missed("a", NOW));
    await click(button("Ik bel 06 12 34 56 78"));
    expect(desk.asked).toEqual([["missed.call", { missed: "a" }]]);
    desk.tell(
      merge("a", { claimed_by: "u1", claimed_by_name: "Chantal Vos", claimed_at: NOW, calling: true }),
    );
    expect(rows()[0]?.textContent).toContain("U belt");
    await click(button("Ik bel 06 12 34 56 78"));
    expect(desk.asked).toHaveLength(1);
    desk.tell({ a: "x", k: "missed", id: "a" });
    expect(screen.getByText("Niemand om te bellen")).toBeTruthy();
  });

  it("are called once by two clicks before the answer, and look busy until then [D23]", async () => {
    const desk = await list(missed("a", NOW));
    let answer: (outcome: Outcome) => void = () => undefined;
    desk.answer = () => new Promise((resolve) => (answer = resolve));
    const call = button("Ik bel 06 12 34 56 78");
    await act(async () => {
      fireEvent.click(call);
      fireEvent.click(call);
    });
    await click(call);
    expect(call.hasAttribute("data-busy")).toBe(true);
    expect(desk.asked).toEqual([["missed.call", { missed: "a" }]]);
    await act(async () => answer({ ok: true }));
    expect(call.hasAttribute("data-busy")).toBe(false);
  });

  it("warn when a colleague is at it already, and call only after that [D14]", async () => {
    const desk = await list(missed("a", NOW));
    taken(desk);
    await click(button("Ik bel 06 12 34 56 78"));
    const warning = screen.getByRole("alertdialog");
    expect(warning.textContent).toContain("Piet Jansen is al met 06 12 34 56 78 bezig");
    await click(within(warning).getByRole("button", { name: "Laat het aan Piet Jansen" }));
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(desk.asked).toHaveLength(1);

    await click(button("Ik bel 06 12 34 56 78"));
    free(desk);
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Toch bellen" }));
    expect(desk.asked.at(-1)).toEqual(["missed.call", { missed: "a", confirmed: "true" }]);
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });

  it("take a name for later, and give it back [D14]", async () => {
    const desk = await list(missed("a", NOW));
    const later = (): HTMLElement => button("Ik bel 06 12 34 56 78 later");
    expect(later().getAttribute("aria-pressed")).toBe("false");
    await click(later());
    desk.tell(merge("a", { claimed_by: "u1", claimed_by_name: "Chantal Vos", claimed_at: NOW }));
    expect(later().getAttribute("aria-pressed")).toBe("true");
    expect(rows()[0]?.textContent).toContain("U gaat bellen (sinds 14:30)");
    await click(later());
    expect(desk.asked).toEqual([
      ["missed.claim", { missed: "a" }],
      ["missed.release", { missed: "a" }],
    ]);
  });

  it("say who of the colleagues calls, and ask before that is taken over [D14]", async () => {
    const desk = await list(
      missed("a", NOW, { claimed_by: "u2", claimed_by_name: "Piet Jansen", claimed_at: NOW, calling: true }),
    );
    expect(rows()[0]?.textContent).toContain("Piet Jansen belt");
    desk.tell(merge("a", { calling: false }));
    expect(rows()[0]?.textContent).toContain("Piet Jansen gaat bellen (sinds 14:30)");
    taken(desk);
    await click(button("Ik bel 06 12 34 56 78 later"));
    free(desk);
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Overnemen" }));
    expect(desk.asked.at(-1)).toEqual(["missed.claim", { missed: "a", confirmed: "true" }]);
  });

  it("that withheld the number cannot be called and are taken off by hand, and the keyboard goes on in the list [D14]", async () => {
    const desk = await list(missed("a", NOW, { number: null }), missed("b", NOW - MINUTE));
    const call = button("Ik bel Afgeschermd nummer");
    expect(call.getAttribute("aria-disabled")).toBe("true");
    await click(call);
    expect(desk.asked).toEqual([]);
    expect(within(rows()[0] as HTMLElement).queryByRole("button", { name: /Call back plannen/ })).toBeNull();

    await click(button("Haal Afgeschermd nummer van de lijst"));
    const question = screen.getByRole("alertdialog");
    await click(within(question).getByRole("button", { name: "Laten staan" }));
    expect(desk.asked).toEqual([]);
    await click(button("Haal Afgeschermd nummer van de lijst"));
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Van de lijst halen" }));
    expect(desk.asked).toEqual([["missed.close", { missed: "a" }]]);
    desk.tell({ a: "x", k: "missed", id: "a" });
    await act(() => vi.advanceTimersByTimeAsync(500));
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Gemiste oproepen");
  });

  it("are found by their number, and get a call back planned [3.6-o, 3.6-p]", async () => {
    await list(missed("a", NOW), missed("b", NOW, { number: "31534800937" }));
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "053-480" } });
    expect(rows().map((row) => row.dataset["missed"])).toEqual(["b"]);
    await click(button("Call back plannen naar 053 480 09 37"));
    const form = screen.getByRole("dialog");
    expect(within(form).getByDisplayValue("053 480 09 37")).toBeTruthy();
    await click(within(form).getByRole("button", { name: /Annuleren|Sluiten/ }));
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "999" } });
    expect(screen.getByText("Geen gemiste oproepen van dit nummer")).toBeTruthy();
  });

  it("can be looked at without the right to call back, and nothing else [X-b]", async () => {
    const desk = await list(missed("a", NOW));
    desk.tell({ a: "s", e: me({ rights: ["callback.see"] }) });
    expect(within(rows()[0] as HTMLElement).queryAllByRole("button")).toEqual([]);
  });
});
