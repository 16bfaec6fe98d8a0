import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Take } from "../connection/admin.ts";
import { TelephoneRecorder } from "../features/administration/TelephoneRecorder.tsx";
import { cleanup, click } from "./harness.tsx";

const NONE: Take = {
  state: null,
  wrong: null,
  device: null,
  take: null,
  on_the_line: false,
  own: "d1",
  telephones: [],
};

let take: Take;
let asked: [string, unknown][];
let refused: object | null;
let kept: number;

beforeEach(() => {
  vi.useFakeTimers();
  take = NONE;
  asked = [];
  refused = null;
  kept = 0;
  vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
    const method = init.method ?? "";
    if (method !== "GET")
      asked.push([method, init.body === undefined ? null : JSON.parse(String(init.body))]);
    if (method !== "GET" && refused !== null) return new Response(JSON.stringify(refused), { status: 409 });
    if (method === "DELETE") return new Response(null, { status: 204 });
    return new Response(JSON.stringify(take), { status: 200 });
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(): Promise<void> {
  await act(async () => {
    render(
      <I18nProvider i18n={i18n}>
        <TelephoneRecorder
          id="nl.closed"
          kept={() => {
            kept += 1;
          }}
        />
      </I18nProvider>,
    );
  });
}

/** The server says so at the next look. */
async function becomes(change: Partial<Take>): Promise<void> {
  take = { ...take, ...change };
  await act(() => vi.advanceTimersByTimeAsync(800));
}

const press = (name: string): Promise<void> => click(screen.getByRole("button", { name }));
const says = (): string | null => screen.getByRole("status").textContent;

describe("recording by telephone", () => {
  it("follows the telephone and keeps the recording after listening [D25]", async () => {
    await open();
    take = { ...NONE, state: "ringing", device: "Toestel 201", on_the_line: true };
    await press("Opnemen met de telefoon");
    expect(asked).toEqual([["POST", { telephone: null }]]);
    expect(says()).toBe("Toestel 201 gaat over. Neem op.");

    await becomes({ state: "recording" });
    expect(says()).toContain("spreek na de toon");
    await becomes({ state: "done", on_the_line: false, take: "cb-take-1-1" });
    expect(screen.getByLabelText("De nieuwe opname").getAttribute("src")).toBe(
      "/api/announcements/nl.closed/telephone/sound?v=cb-take-1-1",
    );
    expect(kept).toBe(0);
    take = { ...take, state: "kept", take: null };
    await press("Deze opname bewaren");
    expect([asked.at(-1), kept]).toEqual([["PUT", null], 1]);
    expect(screen.queryByLabelText("De nieuwe opname")).toBeNull();
  });

  it("waits for the recording of who hung up while speaking [D25]", async () => {
    await open();
    take = { ...NONE, state: "ringing", device: "Toestel 201", on_the_line: true };
    await press("Opnemen met de telefoon");
    await becomes({ state: "recording" });

    await becomes({ on_the_line: false });
    expect(screen.queryByLabelText("De nieuwe opname")).toBeNull();
    await becomes({ state: "done", take: "cb-take-1-1" });

    expect(screen.getByLabelText("De nieuwe opname")).toBeTruthy();
  });

  it("tells once that it was kept by telephone, and says no more of it [D25]", async () => {
    await open();
    take = { ...NONE, state: "ringing", device: "Toestel 201", on_the_line: true };
    await press("Opnemen met de telefoon");
    await becomes({ state: "listening", take: "cb-take-1-1" });

    await becomes({ state: "kept" });
    await becomes({ on_the_line: false, take: null });

    expect([kept, says()]).toEqual([1, ""]);
  });

  it("says what went wrong, also when nothing rang [D25]", async () => {
    await open();
    take = { ...NONE, state: "ringing", device: "Toestel 201", on_the_line: true };
    await press("Opnemen met de telefoon");
    await becomes({ state: "failed", wrong: "nothing_said", on_the_line: false });
    expect(says()).toBe("Er is niets gezegd. Er is niets veranderd.");

    refused = { code: "device_busy", args: { device: "Toestel 201" }, errors: [] };
    await press("Opnemen met de telefoon");
    expect(screen.getByRole("alert").textContent).toContain("Toestel 201 is in gebruik");
  });

  it("lets who has no telephone choose one, and hangs up on demand [D25]", async () => {
    take = { ...NONE, own: null, telephones: [{ id: "d7", name: "Vergaderzaal" }] };
    await open();
    await press("Opnemen met de telefoon");
    expect(asked).toEqual([]);
    fireEvent.change(screen.getByLabelText("Toestel om op op te nemen"), { target: { value: "d7" } });
    take = { ...take, state: "ringing", device: "Vergaderzaal", on_the_line: true };
    await press("Opnemen met de telefoon");
    expect(asked).toEqual([["POST", { telephone: "d7" }]]);

    take = { ...take, state: null, on_the_line: false };
    await press("Stoppen en ophangen");
    expect(asked.at(-1)).toEqual(["DELETE", null]);
    expect(says()).toBe("");
  });
});
