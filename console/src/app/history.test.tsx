import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HistoryPage, HistoryRow } from "../model/wire.ts";
import { ago, cleanup, click, NOW, showScreen, talking } from "./harness.tsx";

const row = (id: string, part: Partial<HistoryRow> = {}): HistoryRow => ({
  id,
  call: id,
  kind: "answered",
  direction: "in",
  number: "31884800943",
  name: null,
  queue: "Algemeen",
  urgent: false,
  at: ago(60),
  wait_ms: 12_000,
  talk_ms: 22_000,
  transferred_to: null,
  ended_by: "caller",
  ...part,
});

let pages: Record<string, HistoryPage>;
const LOG = [
  { at: ago(70), why: "entered", agent_name: null, detail: "Algemeen" },
  { at: ago(69), why: "skipped_wrap_up", agent_name: "Piet Jansen", detail: null },
  { at: ago(60), why: "taken", agent_name: "Chantal Vos", detail: null },
];
let asked: string[];
let failing: boolean;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
  asked = [];
  failing = false;
  pages = {
    "": {
      rows: [
        row("h4", {
          kind: "outbound",
          direction: "out",
          name: "Piet Jansen",
          number: "203",
          queue: null,
          wait_ms: null,
          talk_ms: 15_000,
          at: ago(10),
        }),
        row("h3", { at: ago(81) }),
        row("h2", {
          kind: "missed",
          queue: null,
          name: "Henk van Dijk",
          number: "312",
          talk_ms: null,
          wait_ms: 20_000,
          at: ago(2_000),
        }),
        row("h1", { kind: "rejected", talk_ms: null, number: "31534617702", at: ago(4_000) }),
        row("h0", { at: ago(86_400), ended_by: "lost" }),
      ],
      before: "mark",
      gaps: [],
    },
    mark: { rows: [row("old", { at: ago(90_000) })], before: null, gaps: [] },
  };
  vi.stubGlobal("fetch", async (path: string) => {
    const url = new URL(path, "http://here");
    if (url.pathname.endsWith("/log")) return new Response(JSON.stringify({ call: "", lines: LOG }));
    if (url.pathname === "/api/messages") return new Response(JSON.stringify({ rows: [] }));
    asked.push(`${url.pathname}${url.search}`);
    if (failing) throw new TypeError("no network");
    if (url.pathname.endsWith("/back")) return new Response(JSON.stringify({ number: "31534800937" }));
    if (url.searchParams.has("kind") || url.searchParams.has("q")) {
      const only = (pages[""]?.rows ?? []).filter((one) => one.kind === url.searchParams.get("kind"));
      return new Response(JSON.stringify({ rows: only, before: null, gaps: pages[""]?.gaps }));
    }
    return new Response(JSON.stringify(pages[url.searchParams.get("before") ?? ""]));
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(...views: Parameters<typeof showScreen>): Promise<ReturnType<typeof showScreen>> {
  const desk = showScreen(...views);
  await click(screen.getByRole("tab", { name: "Geschiedenis" }));
  await act(() => vi.advanceTimersByTimeAsync(10));
  return desk;
}
const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".hrow")];
const text = (index: number): string => rows()[index]?.textContent ?? "";

describe("the history", () => {
  it("is fetched again when the connection is back: what ended meanwhile nobody tells [3.4-a]", async () => {
    const desk = await open();
    asked = [];
    act(() => desk.store.line({ state: "lost", since: NOW, retryAt: null }));
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(asked).toEqual([]);
    act(() => desk.store.line({ state: "connected" }));
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(asked).toHaveLength(1);
  });

  it("shows direction, party, talk time, wait and moment of each own call, newest first [3.4-b, 3.4-c, 3.4-d, 3.4-e, 3.4-f]", async () => {
    await open();
    expect(text(0)).toContain("Uitgaand");
    expect(text(0)).toContain("Piet Jansen (203)");
    expect(text(0)).toContain("00:15");
    expect(text(1)).toContain("Inkomend");
    expect(text(1)).toContain("088 480 09 43");
    expect(text(1)).toContain("00:22");
    expect(text(1)).toContain("00:12");
    expect(text(1)).toContain("Vandaag om 14:28:39");
    expect(text(4)).toContain("Gisteren om 14:30:00");
    const arrows = rows()
      .slice(0, 2)
      .map((one) => one.querySelector("use")?.getAttribute("href"));
    expect(arrows).toEqual(["#i-outgoing", "#i-incoming"]);
  });

  it("gives outgoing calls no wait, and tells missed and rejected calls apart [3.4-h]", async () => {
    await open();
    const waits = rows().map((one) => one.querySelectorAll("time")[1]?.textContent);
    expect(waits[0]).toBe("");
    expect(text(2)).toContain("Gemist");
    expect(text(3)).toContain("Geweigerd");
    expect(text(4)).toContain("afgebroken");
  });

  it("says between which moments calls may be missing, where they would stand, with every filter [F20]", async () => {
    const first = pages[""];
    const older = pages["mark"];
    if (first === undefined || older === undefined) throw new Error("there are two pages");
    pages[""] = { ...first, gaps: [{ since: ago(130), until: ago(70), reason: "died" }] };
    pages["mark"] = {
      ...older,
      gaps: [{ since: ago(190_000), until: ago(100_000), reason: "overflow" }],
    };
    await open();
    await click(screen.getByRole("button", { name: "Oudere gesprekken" }));
    await act(() => vi.advanceTimersByTimeAsync(10));
    const lines = [...document.querySelectorAll(".hrow, .hgap")].map((one) => one.textContent ?? "");
    expect(lines).toHaveLength(8);
    expect(lines[1]).toBe(
      "Tussen 14:27:50 en 14:28:50 kunnen gesprekken ontbreken of onvolledig zijn. De server is opnieuw gestart.",
    );
    expect(lines[7]).toMatch(/Tussen .* 2026 .* en .* 2026 .* De database was te lang weg\./);

    fireEvent.change(screen.getByLabelText("Welke gesprekken"), { target: { value: "outbound" } });
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(document.querySelectorAll(".hrow")).toHaveLength(1);
    expect(document.querySelectorAll(".hgap")).toHaveLength(1);
  });

  it("names one moment for a gap of less than a second [F20]", async () => {
    const first = pages[""];
    if (first === undefined) throw new Error("there is a page");
    pages[""] = { ...first, gaps: [{ since: ago(70) + 100, until: ago(70) + 600, reason: "died" }] };
    await open();
    expect(document.querySelector(".hgap")?.textContent).toBe(
      "Rond 14:28:50 kunnen gesprekken ontbreken of onvolledig zijn. De server is opnieuw gestart.",
    );
  });

  it("fetches older calls when they are asked for", async () => {
    await open();
    await click(screen.getByRole("button", { name: "Oudere gesprekken" }));
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(asked.at(-1)).toBe("/api/history?limit=50&before=mark");
    expect(rows()).toHaveLength(6);
  });

  it("calls a row back at the number that the server names [3.4-g]", async () => {
    const desk = await open();
    await click(screen.getByRole("button", { name: "Bel 053 461 77 02 terug" }));
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(asked.at(-1)).toBe("/api/history/h1/back");
    // Its digits alone are dialled for another number in some countries.
    expect(desk.asked.at(-1)).toEqual(["call.dial", { number: "+31534800937" }]);
  });

  it("shows the calls of one kind, or with a name or number, and gives them as a file [3.4-i]", async () => {
    await open();
    fireEvent.change(screen.getByLabelText("Welke gesprekken"), { target: { value: "missed" } });
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(rows()).toHaveLength(1);
    expect(text(0)).toContain("Henk van Dijk (312)");
    const file = screen.getByRole("link", { name: "Opslaan als bestand" });
    expect(file.getAttribute("href")).toBe("/api/history/file?kind=missed");
    fireEvent.change(screen.getByLabelText("Naam, wachtrij of nummer"), { target: { value: "06 1" } });
    await act(() => vi.advanceTimersByTimeAsync(250));
    expect(asked.at(-1)).toBe("/api/history?limit=50&kind=missed&q=06+1");
    fireEvent.change(screen.getByLabelText("Welke gesprekken"), { target: { value: "rejected" } });
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(asked.at(-1)).toBe("/api/history?limit=50&kind=rejected&q=06+1");
  });

  it("shows more of a chosen call, and the other ones with that number", async () => {
    await open();
    await click(rows()[1] as HTMLElement);
    const detail = screen.getByRole("complementary", { name: "Detailveld" });
    for (const fact of [
      "Algemeen",
      "Inkomend",
      "00:12",
      "00:22",
      "opgehangen door de ander",
      "Andere gesprekken met dit nummer",
    ]) {
      expect(detail.textContent).toContain(fact);
    }
    expect(within(detail).getAllByText(/Algemeen, afgebroken/)).toHaveLength(1);
  });

  it("looks again when one of my calls has ended", async () => {
    const desk = await open(talking("c1"));
    const before = asked.length;
    pages[""]?.rows.unshift(row("h5", { number: "31612345678", at: NOW }));
    desk.tell({ a: "x", k: "call", id: "c1" });
    await act(() => vi.advanceTimersByTimeAsync(1_600));
    expect(asked.length).toBeGreaterThan(before);
    expect(text(0)).toContain("06 12 34 56 78");
  });

  it("says what is wrong when it cannot be fetched, and tries again", async () => {
    failing = true;
    await open();
    expect(screen.getByText(/De server antwoordt niet/)).toBeTruthy();
    failing = false;
    await click(screen.getByRole("button", { name: "Opnieuw proberen" }));
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(rows()).toHaveLength(5);
  });
});
