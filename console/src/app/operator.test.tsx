import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KEYS } from "../model/keymap.ts";
import type { ServerFrame, View } from "../model/wire.ts";
import { DeskPhone } from "../softphone/desk-phone.ts";
import { keyMap } from "../ui/keymap.ts";
import { agent, cleanup, click, me, NOW, OFFICE, talking } from "./harness.tsx";
import { json, load, PretendServer, refuse, SESSION } from "./pretend-portal.tsx";

const PREFERENCES = { ring_volume: 100, beeps: true, keys_on: true, keys: { answer: "F12" } };

const HELLO = { t: "hello", v: 1, epoch: "e", conn: "c", now: NOW, hb_ms: 2_000, user: "u1" } as const;
const CHANGED = { t: "ev", code: "preferences_changed", args: {}, call: null } as const;

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
  vi.restoreAllMocks();
});

/** A connection that is not `old`. */
const connection = (old?: PretendSocket): Promise<PretendSocket> =>
  vi.waitFor(() => {
    const { last } = PretendSocket;
    if (last === undefined || last === old) throw new Error("not connected yet");
    return last;
  }, PATIENCE);

/** Log in to the operator screen, with somebody to chat with. */
async function atWork(): Promise<PretendSocket> {
  PretendSocket.last = undefined;
  await load();
  // The operator screen is fetched when it is asked for, which takes its time on a busy machine.
  const socket = await connection();
  const ents: View[] = [...OFFICE, me(), agent("u2", "Piet Jansen")];
  await socket.says(HELLO, { t: "snap", epoch: "e", rev: 1, ents });
  await screen.findByRole("tab", { name: "Chat" }, PATIENCE);
  return socket;
}

const key = (action: string): string | null | undefined =>
  screen.getByText(action).parentElement?.querySelector("kbd")?.textContent;

describe("a visit to the operator screen", () => {
  it("begins with the last group, else the first, where the organisation has no group chosen [1.1-o, 1.1-p]", {
    timeout: 30_000,
  }, async () => {
    sessionStorage.removeItem("cordboard.group");
    await load();
    const socket = await connection();
    const chosen = (): unknown[] => socket.sent.filter((frame) => frame["op"] === "group.select");
    const world = (part: Parameters<typeof me>[0]): ServerFrame => ({
      t: "snap",
      epoch: "e",
      rev: 1,
      ents: [...OFFICE, me({ choose_group: false, ...part })],
    });
    await socket.says(HELLO, world({ group: null }));
    await vi.waitFor(() => expect(chosen()).toHaveLength(1), PATIENCE);
    expect(chosen()[0]).toMatchObject({ args: { group: "g1" } });
    expect(screen.queryByRole("heading", { name: "Kies uw groep" })).toBeNull();

    await socket.says(world({ group: "g2" }));
    await screen.findByRole("tab", { name: "Chat" }, PATIENCE);
    expect(chosen()).toHaveLength(1);

    // An administrator wants it from now on: who is at work keeps the callers in sight.
    await socket.says(world({ group: "g2", choose_group: true }));
    expect(screen.queryByRole("heading", { name: "Kies uw groep" })).toBeNull();
  });

  it("asks for the group before the work, and not in the middle of it when a call has ended [1.1-o]", {
    timeout: 30_000,
  }, async () => {
    sessionStorage.removeItem("cordboard.group");
    await load();
    const ask = await connection();
    await ask.says(HELLO, { t: "snap", epoch: "e", rev: 1, ents: [...OFFICE, me()] });
    await screen.findByRole("heading", { name: "Kies uw groep" }, PATIENCE);
    cleanup();

    await load();
    const socket = await connection(ask);
    await socket.says(HELLO, { t: "snap", epoch: "e", rev: 1, ents: [...OFFICE, me(), talking("a")] });
    await screen.findByRole("tab", { name: "Chat" }, PATIENCE);
    await socket.says({ t: "d", n: 1, rev: 2, ops: [{ a: "x", k: "call", id: "a" }] });
    expect(screen.getByRole("tab", { name: "Chat" })).toBeTruthy();
  });

  it("says that too many pages are open, and leaves the phone and the sound to another [D16]", {
    timeout: 30_000,
  }, async () => {
    const close = vi.spyOn(DeskPhone.prototype, "close");
    const socket = await atWork();
    expect(close).not.toHaveBeenCalled();
    await socket.says({ t: "bye", code: "superseded", resume: false, after_ms: 0 });
    expect(screen.getByRole("heading", { name: "Deze pagina is gestopt" })).toBeTruthy();
    expect(close).toHaveBeenCalled();
  });

  it("begins in the group of last time once in a tab, where sign-ins are remembered and no group is asked [D12]", {
    timeout: 30_000,
  }, async () => {
    sessionStorage.removeItem("cordboard.group");
    await load();
    const socket = await connection();
    const chosen = (): Record<string, unknown>[] =>
      socket.sent.filter((frame) => frame["op"] === "group.select");
    const world = (part: Parameters<typeof me>[0]): ServerFrame => ({
      t: "snap",
      epoch: "e",
      rev: 1,
      ents: [...OFFICE, me({ choose_group: false, group: "g2", signed_in: [], ...part })],
    });
    await socket.says(HELLO, world({}));
    await screen.findByRole("tab", { name: "Chat" }, PATIENCE);
    expect(chosen()).toHaveLength(0);

    await socket.says(world({ remembers_sign_ins: true }));
    await vi.waitFor(() => expect(chosen()).toHaveLength(1), PATIENCE);
    expect(chosen()[0]).toMatchObject({ args: { group: "g2" } });
    await socket.says({ t: "res", id: String(chosen()[0]?.["id"]), ok: true, rev: 1, code: null, args: {} });
    await vi.waitFor(() => expect(sessionStorage.getItem("cordboard.group")).toBe("u1"), PATIENCE);
    await socket.says(world({ remembers_sign_ins: true, signed_in: ["q1"] }));
    expect(chosen()).toHaveLength(1);
  });

  it("has the keys that this person chose, and others at once when they are changed elsewhere [X-d]", {
    timeout: 30_000,
  }, async () => {
    const socket = await atWork();
    await vi.waitFor(() => expect(key("Opnemen of verbinden")).toBe("F12"), PATIENCE);
    server.on("GET /api/preferences", () => json({ ...PREFERENCES, keys: { answer: "Insert" } }));
    await socket.says(CHANGED);
    await vi.waitFor(() => expect(key("Opnemen of verbinden")).toBe("Insert"), PATIENCE);
    server.on("GET /api/preferences", () => json({ ...PREFERENCES, keys_on: false }));
    await socket.says(CHANGED);
    await vi.waitFor(() => expect(screen.queryByText("Opnemen of verbinden")).toBeNull(), PATIENCE);
  });

  it("speaks and looks as is chosen elsewhere, at once: in another tab, or by an administrator [X-d]", {
    timeout: 30_000,
  }, async () => {
    const socket = await atWork();
    const changed = (n: number, f: Record<string, unknown>): ServerFrame => {
      return { t: "d", n, rev: n + 1, ops: [{ a: "m", k: "me", id: "u1", f }] };
    };

    await socket.says(changed(1, { language: "en" }));
    expect(await screen.findByRole("tab", { name: "History" }, PATIENCE)).toBeTruthy();
    expect(document.documentElement.lang).toBe("en");
    await socket.says(changed(2, { theme: "dark" }));
    expect(document.documentElement.dataset["theme"]).toBe("dark");
    expect(screen.getByRole("tab", { name: "History" })).toBeTruthy();

    await socket.says(changed(3, { language: "nl", theme: "light" }));
    expect(await screen.findByRole("tab", { name: "Geschiedenis" }, PATIENCE)).toBeTruthy();
    expect(document.documentElement.dataset["theme"]).toBe("light");
    expect(server.requests.filter(([method]) => method === "PUT")).toEqual([]);
  });

  it("goes to the portal when the operator is taken from the organisation, and to log-in when the log-in has ended [1.1-l]", {
    timeout: 30_000,
  }, async () => {
    const bye: ServerFrame = { t: "bye", code: "auth", resume: false, after_ms: 0 };
    const socket = await atWork();
    server.session = { ...SESSION, modules: [{ id: "operator", active: false }] };
    await socket.says(bye);
    const tile = await screen.findByRole("link", { name: /^Operator/ }, PATIENCE);
    expect(tile.getAttribute("aria-disabled")).toBe("true");
    server.session = SESSION;
    await act(async () => void dispatchEvent(new Event("focus")));
    const next = await connection(socket);
    server.session = null;
    await next.says(bye);
    expect(await screen.findByRole("button", { name: "Inloggen" }, PATIENCE)).toBeTruthy();
  });

  it("keeps the call on the browser's phone when the log-in ends, and says so [4-h, D17]", {
    timeout: 30_000,
  }, async () => {
    const status = { phone: "registered", leg: "talking", problem: null, here: true, muted: false } as const;
    vi.spyOn(DeskPhone.prototype, "status", "get").mockReturnValue(status);
    const close = vi.spyOn(DeskPhone.prototype, "close");
    const hangUp = vi.spyOn(DeskPhone.prototype, "hangUp");
    const socket = await atWork();
    server.session = null;
    await socket.says({ t: "bye", code: "auth", resume: false, after_ms: 0 });
    expect(screen.getByRole("heading", { name: "U bent uitgelogd" })).toBeTruthy();
    expect(close).not.toHaveBeenCalled();
    await click(screen.getByRole("button", { name: "Ophangen" }));
    expect(hangUp).toHaveBeenCalledTimes(1);
  });

  it("asks own keys and loudness again after a break, and leaves the usual keys behind [X-d]", {
    timeout: 30_000,
  }, async () => {
    const loudness = vi.spyOn(DeskPhone.prototype, "setLoudness");
    server.on("GET /api/preferences", () => refuse("database_away", 503));
    const socket = await atWork();
    expect(key("Opnemen of verbinden")).toBe("F3");
    // Changed while the line was away: nobody tells of it again.
    const changed = { ...PREFERENCES, ring_volume: 40, beeps: false };
    server.on("GET /api/preferences", () => json(changed));
    await act(async () => socket.onclose?.());
    const next = await connection(socket);
    await next.says(HELLO);
    await vi.waitFor(() => expect(key("Opnemen of verbinden")).toBe("F12"), PATIENCE);
    expect(loudness).toHaveBeenLastCalledWith(0.4, false);
    // An answer that comes late is not about what holds now.
    let late: (answer: Response) => void = () => undefined;
    server.on("GET /api/preferences", () => new Promise((resolve) => (late = resolve)));
    await next.says(CHANGED);
    server.on("GET /api/preferences", () => json({ ...changed, keys: { answer: "Insert" } }));
    await next.says(CHANGED);
    await vi.waitFor(() => expect(key("Opnemen of verbinden")).toBe("Insert"), PATIENCE);
    await act(async () => late(json(changed)));
    expect(key("Opnemen of verbinden")).toBe("Insert");
    cleanup();
    expect(keyMap()).toBe(KEYS);
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
