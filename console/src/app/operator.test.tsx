import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerFrame, View } from "../model/wire.ts";
import { agent, cleanup, me, NOW, OFFICE } from "./harness.tsx";
import { json, load, PretendServer, SESSION } from "./pretend-portal.tsx";

const PREFERENCES = { ring_volume: 100, beeps: true, keys_on: true, keys: { answer: "F12" } };

const PATIENCE = { timeout: 10_000 };

/** The browser's end of the live line; a test says what the server says. */
class PretendSocket {
  static last: PretendSocket | undefined;
  readonly sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor() {
    PretendSocket.last = this;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.onclose = null;
  }

  async says(...frames: ServerFrame[]): Promise<void> {
    await act(async () => {
      for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
    });
  }
}

let server: PretendServer;

beforeEach(() => {
  server = new PretendServer("/operator");
  server.session = SESSION;
  server.on("GET /api/preferences", () => json(PREFERENCES));
  server.on("GET /api/messages", () => json({ rows: [] }));
  vi.stubGlobal("WebSocket", PretendSocket);
  sessionStorage.setItem("cordboard.group", "u1");
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** Log in to the operator screen, with somebody to chat with. */
async function atWork(): Promise<PretendSocket> {
  PretendSocket.last = undefined;
  await load();
  // The operator screen is fetched when it is asked for, which takes its time on a busy machine.
  const socket = await vi.waitFor(() => {
    if (PretendSocket.last === undefined) throw new Error("not connected yet");
    return PretendSocket.last;
  }, PATIENCE);
  const ents: View[] = [...OFFICE, me(), agent("u2", "Piet Jansen")];
  await socket.says(
    { t: "hello", v: 1, epoch: "e", conn: "c", now: NOW, hb_ms: 2_000, user: "u1" },
    { t: "snap", epoch: "e", rev: 1, ents },
  );
  await screen.findByRole("tab", { name: "Chat" }, PATIENCE);
  return socket;
}

const key = (action: string): string | null | undefined =>
  screen.getByText(action).parentElement?.querySelector("kbd")?.textContent;

describe("a visit to the operator screen", () => {
  it("has the keys that this person chose, and others at once when they are changed elsewhere [X-d]", {
    timeout: 30_000,
  }, async () => {
    const socket = await atWork();
    await vi.waitFor(() => expect(key("Opnemen of verbinden")).toBe("F12"), PATIENCE);
    server.on("GET /api/preferences", () => json({ ...PREFERENCES, keys: { answer: "Insert" } }));
    await socket.says({ t: "ev", code: "preferences_changed", args: {}, call: null });
    await vi.waitFor(() => expect(key("Opnemen of verbinden")).toBe("Insert"), PATIENCE);
    server.on("GET /api/preferences", () => json({ ...PREFERENCES, keys_on: false }));
    await socket.says({ t: "ev", code: "preferences_changed", args: {}, call: null });
    await vi.waitFor(() => expect(screen.queryByText("Opnemen of verbinden")).toBeNull(), PATIENCE);
  });

  it("gets messages and their count over the live line, and confirms them [3.5-g, 3.5-i]", {
    timeout: 30_000,
  }, async () => {
    const socket = await atWork();
    await socket.says(
      { t: "chat", id: "m1", sender: "u2", to: "u1", text: "Ben je er?", at: NOW },
      { t: "unread", counts: { u2: 1 } },
    );
    expect(screen.getByText("Ben je er?").closest(".toast")?.textContent).toContain("Piet Jansen");
    expect(screen.getByRole("tab", { name: /Chat/ }).textContent).toBe("Chat1");
    expect(socket.sent).toContainEqual(
      expect.objectContaining({ op: "chat.got", args: { from: "u2", message: "m1" } }),
    );
  });
});
