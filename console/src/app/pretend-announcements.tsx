import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { type ReactElement, useState } from "react";
import { afterEach, beforeEach, vi } from "vitest";
import { Administration } from "../features/administration/Administration.tsx";
import { cleanup, click } from "./harness.tsx";
import { json } from "./pretend-portal.tsx";

/** An administration with one own announcement, and the pages on which it is written and chosen. */

export const WELCOME = {
  id: "a1",
  version: "v1",
  name: "Welkom",
  language: "nl",
  text: "Welkom bij de zorggroep.",
  numbers: [] as string[],
  source: "spoken",
  ms: 4_200 as number | null,
  speaking: false,
};
export const QUEUE = {
  id: "q1",
  version: "v1",
  name: "Algemeen",
  groups: [],
  numbers: [],
  urgent: false,
  priority: 0,
  strategy: "ring_all",
  order: [],
  exits: {} as object,
  ring_until_answered: false,
  greeting: null as string | null,
  language: "nl",
};
export const NUMBER = {
  id: "31534800900",
  version: "v1",
  number: "31534800900",
  queue: "q1",
  person: null,
  announcement: null as string | null,
};
const PLACES = ["queues", "users", "numbers", "own_announcements", "organisation"];

const CHANGE = {
  id: "1",
  at: 0,
  user: "u9",
  user_name: "Henk",
  action: "change",
  resource: "own_announcements",
  thing: "a1",
  name: "Welkom",
  before: { source: "spoken", text: "Welkom." },
  after: { source: "recorded", text: "Welkom." },
};

interface Pretend {
  asked: [method: string, path: string, body?: unknown][];
  lists: Record<string, object[]>;
  /** How often the list of own announcements was read, and the log of changes. */
  looks: number;
  looksAtChanges: number;
  may: boolean;
  audits: boolean;
  take: object;
  answer: (method: string, path: string, body: object) => Response | null;
}

export const NO_TAKE = { state: null, wrong: null, device: null, take: null, on_the_line: false, own: "d1" };

function fresh(): Pretend {
  return {
    asked: [],
    lists: {
      queues: [QUEUE],
      users: [{ id: "u1", version: "v1", name: "Piet Jansen", direct_exit: null }],
      numbers: [NUMBER],
      own_announcements: [WELCOME],
      organisation: [{ id: "demo", version: "v1", name: "Zorggroep", language: "en", direct_exit: null }],
    },
    looks: 0,
    looksAtChanges: 0,
    may: true,
    audits: false,
    take: NO_TAKE,
    answer: () => null,
  };
}

/** What the server has and was asked in this test. */
export const pretend: Pretend = fresh();

/** Before each test of a file, and after it. */
export function pretendAnnouncements(): void {
  beforeEach(() => {
    Object.assign(pretend, fresh());
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      const path = url.replace("/api/", "");
      const method = init.method ?? "";
      if (method === "GET") {
        if (path === "admin")
          return json({
            rights: pretend.audits ? ["admin.audit"] : [],
            resources: PLACES.map((name) => ({ name, may_change: pretend.may })),
          });
        if (path === "admin/rights") return json({ rights: [] });
        if (path.endsWith("/telephone")) return json(pretend.take);
        if (path.startsWith("admin/audit")) {
          pretend.looksAtChanges += 1;
          return json({ rows: [CHANGE], before: null });
        }
        if (path === "admin/own_announcements") pretend.looks += 1;
        return json({ rows: pretend.lists[path.replace("admin/", "")] });
      }
      const body = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
      pretend.asked.push(body === undefined ? [method, path] : [method, path, body]);
      return pretend.answer(method, path, body) ?? json({ ...WELCOME, ...body });
    });
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

/** The administration with an address that follows. */
function Pages({ path }: { readonly path: string }): ReactElement {
  const [there, go] = useState(path);
  return (
    <I18nProvider i18n={i18n}>
      <i data-testid="there">{there}</i>
      <Administration path={there} go={go} corner={null} holds={holds} />
    </I18nProvider>
  );
}
const holds = (): void => undefined;

export async function open(path: string): Promise<void> {
  await act(async () => {
    render(<Pages path={`/admin/${path}`} />);
  });
}

export const own = (part: Partial<typeof WELCOME>): void => {
  pretend.lists["own_announcements"] = [{ ...WELCOME, ...part }];
};
export const there = (): string | null => screen.getByTestId("there").textContent;
export const field = (name: RegExp): HTMLInputElement => screen.getByLabelText(name) as HTMLInputElement;
export const button = (name: string): HTMLElement => screen.getByRole("button", { name });
export const press = (name: string): Promise<void> => click(button(name));
export const says = (): string => screen.getAllByRole("status").map((one) => one.textContent)[0] ?? "";
export const words = (name: RegExp): (string | null)[] =>
  within(field(name))
    .getAllByRole("option")
    .map((one) => one.textContent);

/** The page without what else could be chosen. */
export function reads(): string {
  const page = document.body.cloneNode(true) as HTMLElement;
  for (const one of page.querySelectorAll("select")) one.remove();
  return page.textContent ?? "";
}

/** As with Tab and Enter: the focus is on it, and the key goes down and up. */
export async function pressKey(on: HTMLElement, key: string): Promise<void> {
  await act(async () => {
    on.focus();
    fireEvent.keyDown(document.activeElement ?? on, { key });
    fireEvent.keyUp(document.activeElement ?? on, { key });
  });
}
