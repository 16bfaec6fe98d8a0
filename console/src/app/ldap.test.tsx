import { fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LdapImported } from "../model/wire.ts";
import { cleanup, click } from "./harness.tsx";
import { openAdministration } from "./open-administration.tsx";
import { json } from "./pretend-portal.tsx";

const DIRECTORY = {
  id: "l1",
  version: "v1",
  name: "Zorggroep",
  url: "ldaps://ldap.example",
  bind_dn: "cn=lezer",
  password: "kept-1",
  certificate: null,
  base: "dc=example",
  filter: "(objectClass=person)",
  name_attributes: ["cn"],
  function_attributes: [],
  number_attributes: ["telephoneNumber"],
  address_attributes: ["mail"],
  group_attribute: null,
  internal: true,
  repeats: "never",
  every_hours: 1,
  last: null,
};
const OUTCOME: LdapImported = {
  done: false,
  added: 2,
  changed: 1,
  removed: 0,
  same: 4,
  bad: [{ entry: "cn=Balie", reason: "numbers" }],
  bad_count: 1,
};

let asked: [method: string, path: string, body: unknown][];
let row: object;
let outcome: LdapImported;

beforeEach(() => {
  [asked, row, outcome] = [[], DIRECTORY, OUTCOME];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace("/api/admin", "");
    if (init.method === "GET") {
      const resources = [{ name: "ldap", may_change: true }];
      if (path === "") return json({ rights: ["admin.contacts"], resources });
      return path === "/rights" ? json({ rights: [] }) : json({ rows: path === "/ldap" ? [row] : [] });
    }
    asked.push([
      String(init.method),
      path,
      init.body === undefined ? undefined : JSON.parse(String(init.body)),
    ]);
    if (init.method === "PATCH") {
      row = { ...DIRECTORY, version: "v2", password: "kept-2" };
      return json(row);
    }
    return json({ ...outcome, done: path.endsWith("/import") });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const open = (): Promise<void> => openAdministration("/admin/ldap/l1");

const button = (name: string): HTMLElement => screen.getByRole("button", { name });
const press = (name: string): Promise<void> => click(button(name));
const isOff = (name: string): boolean => button(name).getAttribute("aria-disabled") === "true";
const password = (): HTMLInputElement => document.querySelector("input[type=password]") as HTMLInputElement;

describe("a directory", () => {
  it("is imported after a look at what becomes of it", async () => {
    await open();
    expect(isOff("Importeren")).toBe(true);

    await press("Proberen");
    expect(screen.getByRole("status").textContent).toContain("2 nieuw, 1 gewijzigd, 0 verwijderd");
    expect(screen.getByRole("status").textContent).toContain("cn=Balie: een nummer is geen telefoonnummer");
    expect(isOff("Importeren")).toBe(false);
    await press("Importeren");

    expect(asked.map(([, path]) => path)).toEqual(["/ldap/l1/try", "/ldap/l1/import"]);
    expect(screen.getByRole("status").textContent).toContain("Klaar: 2 nieuw");
    expect(isOff("Importeren")).toBe(true);
  });

  it("lists two hundred entries that cannot be taken, counts the others and gives all as a file", async () => {
    const bad = Array.from({ length: 1_000 }, (_, at) => ({ entry: `cn=${at}`, reason: "name" }) as const);
    outcome = { ...OUTCOME, bad, bad_count: 1_203 };
    await open();

    await press("Proberen");

    const said = screen.getByRole("status");
    expect(said.textContent).toContain("1.203 kunnen niet worden overgenomen");
    expect(within(said).getAllByRole("listitem")).toHaveLength(201);
    expect(said.textContent).toContain("en nog 1003");
    expect(within(said).getByRole("button", { name: "De hele lijst als bestand opslaan" })).toBeTruthy();
  });

  it("is to be tried again once it is set up otherwise", async () => {
    await open();
    await press("Proberen");
    fireEvent.change(password(), { target: { value: "zonneschijn" } });

    await press("Opslaan");

    expect(asked.at(-1)).toEqual(["PATCH", "/ldap/l1", { password: "zonneschijn" }]);
    expect(isOff("Importeren")).toBe(true);
    expect(screen.queryByText(/2 nieuw/)).toBeNull();
  });

  it("shows nothing of its password, not even after a new one is saved", async () => {
    await open();
    const empty = ["", "bewaard, en niet getoond"];
    expect([password().value, password().placeholder]).toEqual(empty);
    fireEvent.change(password(), { target: { value: "zonneschijn" } });
    expect(password().value).toBe("zonneschijn");

    await press("Opslaan");
    expect([password().value, password().placeholder]).toEqual(empty);
    expect(isOff("Opslaan")).toBe(true);
    // Typed and erased is what was kept.
    fireEvent.change(password(), { target: { value: "r" } });
    expect(isOff("Opslaan")).toBe(false);
    fireEvent.change(password(), { target: { value: "" } });

    expect(isOff("Opslaan")).toBe(true);
  });
});
