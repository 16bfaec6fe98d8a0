import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { date, dateAndTime, daysAgo, showTimesOf, timeOfDay } from "../model/format.ts";
import type { HistoryRow } from "../model/wire.ts";
import { cleanup, click, me, queue, showScreen } from "./harness.tsx";
import { openAdministration } from "./open-administration.tsx";
import { json } from "./pretend-portal.tsx";

/** The organisation is in Amsterdam, this computer is not. */
vi.hoisted(() => {
  process.env["TZ"] = "Europe/London";
});
const AMSTERDAM = "Europe/Amsterdam";
const AT = Date.parse("2026-03-02T14:30:00Z");

afterEach(() => {
  cleanup();
  showTimesOf(undefined);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a time", () => {
  it("is this computer's where no organisation is in sight, and the organisation's where one is [X-e, D28]", () => {
    expect(timeOfDay(AT)).toBe("14:30");
    showTimesOf(AMSTERDAM);
    expect(timeOfDay(AT, true)).toBe("15:30:00");
    expect(dateAndTime(AT, "nl")).toContain("15:30");
  });

  it("belongs to the organisation's day around midnight", () => {
    showTimesOf(AMSTERDAM);
    const late = Date.parse("2026-03-01T22:59:00Z");
    const early = Date.parse("2026-03-01T23:01:00Z");
    expect([daysAgo(late, AT), daysAgo(early, AT)]).toEqual([1, 0]);
    expect([date(late, "nl"), date(early, "nl")]).toEqual(["1 maart 2026", "2 maart 2026"]);
    expect(dateAndTime(early, "nl")).toMatch(/^2 mrt\.? 2026/);
  });

  it("is right on both sides of a change of the clock, and days stay days", () => {
    showTimesOf(AMSTERDAM);
    const change = Date.parse("2026-03-29T01:00:00Z");
    expect([timeOfDay(change - 1_000, true), timeOfDay(change, true)]).toEqual(["01:59:59", "03:00:00"]);
    expect(daysAgo(Date.parse("2026-03-28T22:30:00Z"), Date.parse("2026-03-28T23:30:00Z"))).toBe(1);
    expect(daysAgo(Date.parse("2026-03-27T23:00:00Z"), Date.parse("2026-03-29T21:59:00Z"))).toBe(1);
    expect(daysAgo(Date.parse("2026-10-24T12:00:00Z"), Date.parse("2026-10-26T00:00:00Z"))).toBe(2);
  });
});

const ROW: HistoryRow = {
  id: "h1",
  call: "h1",
  kind: "answered",
  direction: "in",
  number: "31884800943",
  name: null,
  queue: "Algemeen",
  urgent: false,
  at: AT - 60_000,
  wait_ms: 12_000,
  talk_ms: 22_000,
  transferred_to: null,
  ended_by: "caller",
};

describe("the operator screen", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: AT, shouldAdvanceTime: false });
    const rows = [ROW, { ...ROW, id: "h0", at: Date.parse("2026-03-01T22:30:00Z") }];
    rows.splice(1, 0, { ...ROW, id: "night", at: Date.parse("2026-03-01T23:30:00Z") });
    vi.stubGlobal("fetch", async (path: string) =>
      json(path.startsWith("/api/history") ? { rows, before: null, gaps: [] } : { rows: [], lines: [] }),
    );
  });

  it("says in the history what the organisation's file of it says [X-e]", async () => {
    showScreen(me({ time_zone: AMSTERDAM }));
    await click(screen.getByRole("tab", { name: "Geschiedenis" }));
    await act(() => vi.advanceTimersByTimeAsync(10));

    const rows = [...document.querySelectorAll(".hrow")].map((row) => row.textContent);
    expect(rows[0]).toContain("Vandaag om 15:29:00");
    expect(rows[1]).toContain("Vandaag om 00:30:00");
    expect(rows[2]).toContain("Gisteren om 23:30:00");
  });

  it("follows when the organisation's zone is changed, and leaves this computer's behind [X-d]", () => {
    const counted_since = Date.parse("2026-03-01T23:00:00Z");
    const desk = showScreen(me({ time_zone: AMSTERDAM }), queue("q1", "Algemeen", { counted_since }));
    expect(document.body.textContent).toContain("Geteld vanaf 00:00");

    desk.tell({ a: "m", k: "me", id: "u1", f: { time_zone: "Europe/Helsinki" } });
    expect(document.body.textContent).toContain("Geteld vanaf 01:00");

    cleanup();
    expect(timeOfDay(AT)).toBe("14:30");
  });
});

describe("the administration", () => {
  const AUDIT = { id: "1", at: AT, user: "u9", user_name: "Marije", action: "make", resource: "ldap" };
  const LAST = { at: AT, problem: null, added: 1, changed: 0, removed: 0, same: 0, bad: 0 };
  const LISTS: Record<string, unknown[]> = {
    organisation: [{ id: "o1", version: "v", name: "Zorggroep", time_zone: AMSTERDAM }],
    ldap: [{ id: "l1", version: "v", name: "Directory", last: LAST }],
  };

  async function open(path: string): Promise<string> {
    vi.stubGlobal("fetch", async (url: string) => {
      const of = url.replace("/api/admin", "");
      const resources = Object.keys(LISTS).map((name) => ({ name, may_change: true }));
      if (of === "") return json({ rights: ["admin.audit"], resources });
      if (of === "/rights") return json({ rights: [] });
      if (of.startsWith("/audit")) {
        return json({
          rows: [{ ...AUDIT, thing: "l1", name: "Directory", before: null, after: {} }],
          before: null,
        });
      }
      return json({ rows: LISTS[of.slice(1)] ?? [] });
    });
    await openAdministration(path);
    return document.body.textContent ?? "";
  }

  it("says when something was changed on the organisation's clock", async () => {
    const page = await open("/admin/audit");
    expect(page).toContain("15:30");
    expect(page).not.toContain("14:30");
  });

  it("says when a directory was imported on the organisation's clock", async () => {
    const page = await open("/admin/ldap/l1");
    expect(page).toContain("15:30: 1 nieuw");
    expect(page).not.toContain("14:30");
  });
});
