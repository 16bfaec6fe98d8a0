/** For tests only: the pages outside the operator screen, with a server that answers what a test wants. */
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { vi } from "vitest";
import type { PortalInfo, SessionInfo } from "../model/wire.ts";
import { firstLanguage, speak } from "../text/locale.ts";
import { App } from "./App.tsx";

export const INFO: PortalInfo = {
  product: "Cordboard",
  version: "1",
  contact: "Bel de servicedesk: 053 480 09 11.",
  mail: "smtp",
  demo: [],
};
export const SESSION: SessionInfo = {
  user: "u1",
  name: "Chantal Vos",
  user_name: "chantal@example.nl",
  organisation: "Zorggroep",
  language: "nl",
  theme: "light",
  modules: [
    { id: "operator", active: true },
    { id: "callback", active: false },
  ],
  contact: "Mail beheer@zorggroep.example.",
};

export const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
export const refuse = (code: string, status: number, args: Record<string, string> = {}): Response =>
  json({ code, args }, status);
export const done = (): Response => new Response(null, { status: 204 });

type Answer = (body: unknown) => Response | Promise<Response>;

/** The server; a test says what each request is answered with. */
export class PretendServer {
  readonly requests: [method: string, path: string, body: unknown][] = [];
  readonly #answers = new Map<string, Answer>();
  info: PortalInfo = INFO;
  session: SessionInfo | null = null;

  /** Takes the place of the network, in Dutch and at this address. */
  constructor(address = "/") {
    history.replaceState(null, "", address);
    localStorage.setItem("cordboard.language", "nl");
    vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
      const method = init.method ?? "GET";
      const body: unknown = init.body === undefined ? undefined : JSON.parse(String(init.body));
      this.requests.push([method, path, body]);
      const answer = this.#answers.get(`${method} ${path}`);
      if (answer !== undefined) return answer(body);
      if (path === "/api/portal") return json(this.info);
      if (path === "/api/session" && method === "GET") {
        return this.session === null ? refuse("no_session", 401) : json(this.session);
      }
      if (path === "/api/session/desk") return json({ device: null, keeps: false, calls: [] });
      return done();
    });
  }

  /** From now on this request ("POST /api/session") is answered so. */
  on(request: string, answer: Answer): void {
    this.#answers.set(request, answer);
  }

  /** What was sent with the last request of this kind. */
  sent(method: string, path: string): unknown {
    return this.requests.findLast((one) => one[0] === method && one[1] === path)?.[2];
  }
}

/** Load the page; like `main.tsx`, with its words there before anything is drawn. */
export async function load(): Promise<void> {
  await speak(firstLanguage());
  await act(async () => {
    render(
      <I18nProvider i18n={i18n}>
        <App />
      </I18nProvider>,
    );
  });
}

/** Load the page, and wait until it says where one is. */
export async function open(): Promise<void> {
  await load();
  await screen.findByRole("heading", { level: 1 });
}

/** Type into a field, by its name. */
export function fill(label: string, text: string): void {
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } });
}

/** Press the button that sends a form. */
export async function submit(button: string): Promise<void> {
  await act(async () => {
    fireEvent.submit(screen.getByRole("button", { name: button }).closest("form") as HTMLFormElement);
  });
}

/** What stands in a note of this kind; null: there is none. */
export function note(kind: "problem" | "done"): string | null {
  return document.querySelector(`.note[data-kind="${kind}"]`)?.textContent ?? null;
}
