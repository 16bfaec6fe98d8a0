/** A pretend server inside the page: answers `/api` and `/live` for the scene of the address. */
import { maySearch } from "../src/model/contacts.ts";
import { matches } from "../src/model/search.ts";
import type { Command, ConsoleFrame, ContactPage, Op, SessionInfo } from "../src/model/wire.ts";
import { ME } from "./cast.ts";
import { FakeDesk, No } from "./fake-desk.ts";
import { CONTACTS, HISTORY, LOG, MESSAGES } from "./records.ts";
import { entities, SCENES } from "./scenes.ts";

const query = new URLSearchParams(location.search);
const name = query.get("scene") ?? sessionStorage.getItem("scene") ?? "idle";
sessionStorage.setItem("scene", name);
const scene = SCENES[name] ?? {};
const language = query.get("lang") === "en" ? "en" : "nl";
const theme = (query.get("theme") ?? "light") as SessionInfo["theme"];

const SESSION: SessionInfo = {
  user: ME.id,
  name: scene.me?.name ?? ME.name,
  user_name: ME.user_name,
  organisation: ME.organisation,
  language,
  theme,
  modules: [
    { id: "operator", active: true },
    { id: "callback", active: false },
    { id: "wallboard", active: false },
    { id: "reports", active: false },
    { id: "administration", active: false },
  ],
  contact: "",
};
let loggedIn = name !== "login";
if (!loggedIn) {
  localStorage.setItem("cordboard.language", language);
  localStorage.setItem("cordboard.theme", theme);
}

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });

const realFetch = window.fetch.bind(window);
window.fetch = async (input, init) => {
  const url = new URL(String(input instanceof Request ? input.url : input), location.href);
  if (!url.pathname.startsWith("/api/")) return realFetch(input, init);
  const what = `${init?.method ?? "GET"} ${url.pathname.slice(5)}`;
  switch (what) {
    case "GET portal":
      return json({
        product: "Cordboard",
        version: "0",
        contact: "Geen gebruikersnaam of wachtwoord? Vraag uw systeembeheerder of bel 053 480 09 11.",
        demo: [
          { user_name: "chantal", name: "Chantal Vos" },
          { user_name: "piet", name: "Piet Jansen" },
        ],
      });
    case "GET callbacks":
      return json({ rows: [], open: 0, done: 0 });
    case "GET session":
      return loggedIn ? json(SESSION) : json({ code: "no_session", args: {} }, 401);
    case "POST session": {
      const form = JSON.parse(String(init?.body)) as { password: string };
      if (form.password !== "demo") return json({ code: "wrong_credentials", args: {} }, 401);
      loggedIn = true;
      return json(SESSION);
    }
    case "DELETE session":
      loggedIn = false;
      return new Response(null, { status: 204 });
    case "GET preferences":
      return json({ ring_volume: 100, beeps: true, keys_on: true, keys: {} });
    case "GET second-factor":
      return json({ on: false, recovery_codes: 0 });
    case "PUT preferences":
    case "PUT settings":
      return new Response(null, { status: 204 });
    case "GET history": {
      const from = Number(url.searchParams.get("before") ?? 0);
      if (query.get("history") === "empty") return json({ rows: [], before: null });
      if (query.get("history") === "fail") return json({ code: "unreachable", args: {} }, 502);
      return json({ rows: HISTORY.slice(from, from + 50), before: from === 0 ? "50" : null });
    }
    case "GET contacts":
      return json(contacts(url.searchParams.get("q") ?? ""));
    case "GET contacts/groups":
      return json({ groups: [{ id: "g1", name: "Enschede", people: ["u1", "u2"] }] });
    case "GET messages":
      return json({ rows: query.get("messages") === "none" ? [] : MESSAGES });
    default:
      if (what.startsWith("GET calls/")) return json({ call: url.pathname.split("/")[3], lines: LOG });
      return json({ code: "not_found", args: {} }, 404);
  }
};

function contacts(typed: string): ContactPage {
  const texts = CONTACTS.map((one) => [one.name, one.function, ...one.numbers].join(" "));
  return {
    favourites: CONTACTS.slice(3, 4),
    colleagues: ["u3"],
    found: maySearch(typed) ? CONTACTS.filter((_, index) => matches(texts[index] ?? "", typed)) : [],
    found_colleagues: [],
    barred: { "4930123456": "international", "319008844": "premium" },
  };
}

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  #n = 0;
  #rev = 1;
  #beat: ReturnType<typeof setInterval> | undefined;
  readonly #desk = new FakeDesk(entities(scene), {
    tell: (ops) => this.#ops(ops),
    say: (code, args, call) => this.#frame({ t: "ev", code, args, call }),
  });

  constructor() {
    if (scene.silent && sessionStorage.getItem("silent") === "yes") {
      setTimeout(() => this.onclose?.(), 50);
      return;
    }
    setTimeout(() => this.onopen?.(), 0);
  }

  send(text: string): void {
    const frame = JSON.parse(text) as ConsoleFrame;
    if (frame.t === "sync") {
      this.#frame({ t: "hello", v: 1, epoch: "e1", conn: "c1", now: Date.now(), hb_ms: 2000, user: ME.id });
      this.#frame({ t: "snap", epoch: "e1", rev: 1, ents: this.#desk.views });
      if (scene.silent) {
        setTimeout(() => {
          sessionStorage.setItem("silent", "yes");
          this.onclose?.();
        }, 600);
        return;
      }
      this.#beat = setInterval(() => this.#frame({ t: "hb", rev: this.#rev, now: Date.now() }), 2000);
    } else if (frame.t === "cmd") setTimeout(() => this.#command(frame), 60);
  }

  close(): void {
    clearInterval(this.#beat);
  }

  #command({ id, op, args = {} }: Command): void {
    if (op === "chat.send") setTimeout(() => this.#answersChat(args), 1_000);
    try {
      this.#desk.command(op, args);
      this.#frame({ t: "res", id, ok: true, rev: this.#rev, code: null, args: {} });
    } catch (problem) {
      if (!(problem instanceof No)) throw problem;
      this.#frame({ t: "res", id, ok: false, rev: this.#rev, code: problem.message, args: problem.args });
    }
  }

  /** The colleague says something back. */
  #answersChat({ to, message }: Record<string, string>): void {
    this.#frame({ t: "chat", id: `re-${message}`, sender: to, to: ME.id, text: "Prima.", at: Date.now() });
  }

  #ops(ops: Op[]): void {
    this.#n += 1;
    this.#rev += 1;
    this.#frame({ t: "d", n: this.#n, rev: this.#rev, ops });
  }

  #frame(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

sessionStorage.removeItem("silent");
const RealSocket = window.WebSocket;
window.WebSocket = new Proxy(RealSocket, {
  construct(target, [url, protocols]) {
    return new URL(String(url), location.href).pathname === "/live"
      ? new FakeSocket()
      : new target(url as string, protocols as string);
  },
});
