import { act, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ago, call, cleanup, click, NOW, showScreen, talking } from "./harness.tsx";

const LOG = [
  { at: ago(40), why: "entered", agent_name: null, detail: "Algemeen" },
  { at: ago(40), why: "skipped_busy", agent_name: "Anja Smit", detail: null },
  { at: ago(39), why: "offered", agent_name: "Henk van Dijk", detail: null },
  { at: ago(19), why: "rang_out", agent_name: "Henk van Dijk", detail: null },
];
const MESSAGES = [
  {
    name: "m 1",
    call: "x",
    number: "31612345678",
    caller_name: null,
    queue: "Algemeen",
    at: ago(600),
    ms: 23_000,
  },
  { name: "m2", call: "y", number: null, caller_name: "Huisarts", queue: null, at: ago(90_000), ms: 61_000 },
];
let asked: string[] = [];
let known = true;
let away = false;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
  asked = [];
  known = true;
  away = false;
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    if (away) return new Response(JSON.stringify({ code: "database_away", args: {} }), { status: 503 });
    if (path === "/api/messages") return new Response(JSON.stringify({ rows: MESSAGES }));
    if (!known) return new Response(JSON.stringify({ code: "not_found", args: {} }), { status: 404 });
    return new Response(JSON.stringify({ call: "c1", lines: LOG }));
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const detail = (): HTMLElement => screen.getByRole("complementary", { name: "Detailveld" });
const settle = (): Promise<unknown> => act(() => vi.advanceTimersByTimeAsync(10));

describe("a call in the detail field", () => {
  it("tells why it rang whom and why not, when it is opened [X-h]", async () => {
    const desk = showScreen(call("c1"));
    await click(screen.getByRole("button", { name: "Algemeen" }));
    await click(within(detail()).getByRole("button", { name: "053 480 09 37" }));
    await settle();
    const lines = within(within(detail()).getByRole("list")).getAllByRole("listitem");
    expect(lines.map((line) => line.textContent)).toEqual([
      "14:29:20Kwam binnen op Algemeen",
      "14:29:20Anja Smit overgeslagen: in gesprek",
      "14:29:21Aangeboden aan Henk van Dijk",
      "14:29:41Henk van Dijk nam niet op",
    ]);
    desk.tell({ a: "m", k: "call", id: "c1", f: { v: 2 } });
    await settle();
    expect(asked.filter((path) => path === "/api/calls/c1/log")).toHaveLength(2);
  });

  it("says so when that cannot be shown", async () => {
    known = false;
    showScreen(call("c1"));
    await click(screen.getByRole("button", { name: "Algemeen" }));
    await click(within(detail()).getByRole("button", { name: "053 480 09 37" }));
    await settle();
    expect(detail().textContent).toContain("Het verloop van dit gesprek kan nu niet getoond worden.");
  });

  it("says what it does while it is passed on", async () => {
    const transfer = {
      kind: "blind",
      state: "ringing",
      mine: false,
      recipient: null,
      recipient_name: "Piet",
      until: null,
    } as const;
    showScreen(
      call("c1", { state: "transferring", transfer }),
      talking("c2", { mine: false, state: "conference" }),
    );
    await click(screen.getByRole("button", { name: "Algemeen" }));
    expect(detail().textContent).toContain("wordt doorverbonden met Piet");
    expect(detail().textContent).toContain("in conferentie");
  });
});

describe("messages that were left", () => {
  it("stand with their queue and can be heard there [D29]", async () => {
    showScreen();
    await click(screen.getByRole("button", { name: "Algemeen" }));
    await settle();
    const list = within(detail()).getByRole("region", { name: "Ingesproken berichten" });
    expect(list.textContent).toContain("06 12 34 56 78");
    expect(list.textContent).toContain("Vandaag 14:20, 00:23");
    expect(list.querySelector("audio")?.getAttribute("src")).toBe("/api/messages/m%201");
    expect(list.textContent).not.toContain("Huisarts");
  });

  it("that are for me stand there while no queue is chosen [D29]", async () => {
    showScreen();
    await settle();
    expect(detail().textContent).toContain("Berichten voor u");
    expect(detail().textContent).toContain("Huisarts");
    expect(detail().textContent).toContain("Gisteren 13:30, 01:01");
  });

  it("are not silently absent when they cannot be fetched, and come with the connection or at a press", async () => {
    away = true;
    const desk = showScreen();
    await settle();
    expect(within(detail()).getByRole("alert").textContent).toContain("Of er berichten zijn ingesproken");

    away = false;
    await click(within(detail()).getByRole("button", { name: "Opnieuw proberen" }));
    await settle();
    expect(within(detail()).queryByRole("alert")).toBeNull();
    expect(detail().textContent).toContain("Huisarts");

    // What was left while the line was away is told by nobody.
    asked = [];
    act(() => desk.store.line({ state: "lost", since: NOW, retryAt: null }));
    act(() => desk.store.line({ state: "connected" }));
    await settle();
    expect(asked).toContain("/api/messages");
  });
});
