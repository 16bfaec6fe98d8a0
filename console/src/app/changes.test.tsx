import { act, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cleanup, click } from "./harness.tsx";
import { openAdministration } from "./open-administration.tsx";
import { json } from "./pretend-portal.tsx";

const EXIT = { action: "busy", target: null };
const USER = {
  id: "u1",
  version: "v1",
  name: "Piet Jansen",
  user_name: "piet",
  groups: [],
  rights: [],
  numbers: [],
  direct_exit: EXIT,
};
const ALMELO = { id: "almelo", version: "v1", name: "Almelo", modules: [], numbers: [], users: 1, queues: 0 };
const GROUP = { id: "g1", version: "a", name: "Enschede", number: null, position: 0 };
const CHANGE = { id: "1", at: 0, user: "u9", user_name: "Marije", before: null, after: null };

let mail: "smtp" | "outbox";
let lists: Record<string, object[]>;
let changes: object[];
let looked: string[];

beforeEach(() => {
  mail = "smtp";
  changes = [];
  looked = [];
  lists = { users: [USER], groups: [GROUP], organisations: [ALMELO] };
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (init.method !== "GET") return new Response(null, { status: 204 });
    const path = url.replace(/^\/api\/(admin|provider)/, "");
    if (path === "") {
      const resources = Object.keys(lists).map((name) => ({ name, may_change: true }));
      return json({ rights: ["admin.audit", "provider.manage"], resources, mail });
    }
    if (path === "/rights") return json({ rights: [] });
    if (!path.startsWith("/audit")) return json({ rows: lists[path.slice(1)] });
    looked.push(path);
    return json({ rows: changes, before: null });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const choose = (label: string, value: string): Promise<void> =>
  act(async () => {
    fireEvent.change(screen.getByLabelText(label), { target: { value } });
  });

describe("the log of changes", () => {
  it("tells of what was made or deleted what one knows it by", async () => {
    const person = { user_name: "els", extension: "203", groups: ["g1"], language: "nl" };
    const group = { number: "31546800000" };
    changes = [
      { ...CHANGE, action: "create", resource: "users", thing: "u2", name: "Els", after: person },
      {
        ...CHANGE,
        id: "2",
        action: "delete",
        resource: "groups",
        thing: "g3",
        name: "Hengelo",
        before: group,
      },
    ];
    await openAdministration("/admin/audit");
    await screen.findByText("Els");

    const [made, deleted] = screen.getAllByRole("listitem").slice(-2);
    for (const words of ["els", "203", "Enschede"]) expect(made?.textContent).toContain(words);
    expect(made?.textContent).not.toContain("nl");
    expect(deleted?.querySelector("del")?.textContent).toBe("0546 80 00 00");
  });

  it("is found by person and by kind", async () => {
    await openAdministration("/admin/audit");
    expect(document.body.textContent).toContain("Er is nog niets gewijzigd.");

    await choose("Wiens wijzigingen", "u1");
    await choose("Wijzigingen waarvan", "groups");

    expect(looked.at(-1)).toBe("/audit?resource=groups&user=u1");
    expect(document.body.textContent).toContain("Daarvan is niets gewijzigd.");
  });

  it("shows the beginning of what is long", async () => {
    const long = { action: "change", resource: "organisation", thing: "o1", name: "Twente" };
    changes = [{ ...CHANGE, ...long, before: { contact: "" }, after: { contact: "x".repeat(500) } }];
    await openAdministration("/admin/audit");

    const shown = (await screen.findByText("Marije")).closest("li")?.querySelector("ins")?.textContent;
    expect(shown).toBe(`${"x".repeat(160)}…`);
  });

  it("tells what was moved by its place", async () => {
    const moved = { action: "change", resource: "groups", thing: "g1", name: "Enschede" };
    changes = [{ ...CHANGE, ...moved, before: { position: 2 }, after: { position: 0 } }];
    await openAdministration("/admin/audit");

    expect((await screen.findByText("Marije")).closest("li")?.textContent).toContain("3 1");
  });
});

describe("an invitation", () => {
  it.each([
    ["/admin/users/u1", "Uitnodiging sturen"],
    ["/admin/organisations/almelo", "De uitnodiging opnieuw sturen"],
  ])("is a file and was not sent where there is no mail server: %s [1.1-e]", async (path, button) => {
    mail = "outbox";
    await openAdministration(path);
    expect(document.body.textContent).toContain('wordt een uitnodiging een bestand in de map "outbox"');
    await click(screen.getByRole("button", { name: button }));
    cleanup();

    mail = "smtp";
    await openAdministration(path);
    expect(document.body.textContent).not.toContain("outbox");
  });
});
