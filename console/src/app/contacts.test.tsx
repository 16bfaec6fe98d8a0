import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { contact } from "../model/pretend.ts";
import type { ContactRow, View } from "../model/wire.ts";
import { agent, cleanup, click, device, me, NOW, type PretendDesk, showScreen, talking } from "./harness.tsx";
import { json } from "./pretend-portal.tsx";

const TECH = contact("c1", "Jansen Techniek", {
  function: "Onderhoud",
  numbers: ["31742915500", "31612345678"],
  addresses: ["info@jansen.example", "nood@jansen.example"],
});
const CANTEEN = contact("c2", "Élise Kantine", { numbers: ["211"], internal: true, group: "g2" });
const RIGHTS = ["chat.use", "contacts.change"];

let favourites: ContactRow[];
let starred: string[];
let found: ContactRow[];
let numbered: string[];
let sent: { method: string; path: string; body: unknown; version: string | null }[];
let given: string[];
let answer: ((path: string) => Promise<Response> | null) | null;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
  favourites = [];
  starred = [];
  found = [TECH, CANTEEN];
  numbered = [];
  sent = [];
  given = [];
  answer = null;
  vi.stubGlobal("fetch", async (path: string, init: RequestInit = {}) => {
    const method = init.method ?? "GET";
    const headers = init.headers as Record<string, string>;
    sent.push({
      method,
      path,
      body: init.body === undefined ? null : JSON.parse(String(init.body)),
      version: headers?.["If-Match"] ?? null,
    });
    init.signal?.addEventListener("abort", () => given.push(path));
    const own = answer?.(path);
    if (own) return own;
    if (path === "/api/contacts/groups")
      return json({
        groups: [
          { id: "g2", name: "Den Bosch", people: ["a2"] },
          { id: "g1", name: "Enschede", people: ["a1", "a3"] },
        ],
      });
    if (path.startsWith("/api/contacts?")) {
      const q = new URL(path, "http://here").searchParams.get("q");
      return json({
        favourites,
        colleagues: starred,
        found: q === "" ? [] : found,
        found_colleagues: numbered,
        barred: {},
      });
    }
    if (method === "POST" || (method === "PUT" && init.body !== undefined)) return json(TECH, 201);
    return method === "GET" ? json({ rows: [] }) : new Response(null, { status: 204 });
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (): Promise<unknown> => act(() => vi.advanceTimersByTimeAsync(10));
const PEOPLE: View[] = [
  agent("a1", "Piet Jansen", { extension: "203", email: "piet@x.example" }),
  agent("a2", "Henk van Dijk", { extension: "312", status: "signed_out", chat: false }),
  agent("a3", "Anja Smit", { status: "in_call", reachable: false }),
];

async function open(...views: View[]): Promise<PretendDesk> {
  const mine = views.some((view) => view.k === "me") ? [] : [me({ rights: RIGHTS })];
  const desk = showScreen(...mine, agent("u1", "Chantal Vos"), ...PEOPLE, ...views);
  await click(screen.getByRole("tab", { name: "Contacten" }));
  await settle();
  return desk;
}
const field = (): HTMLElement => screen.getByRole("searchbox", { name: "Contacten zoeken" });
async function type(text: string): Promise<void> {
  fireEvent.change(field(), { target: { value: text } });
  await settle();
}
const names = (): (string | null)[] =>
  [...document.querySelectorAll(".crow .nm > :first-child")].map((one) => one.textContent);
const letters = (): (string | null)[] =>
  [...document.querySelectorAll(".letter")].map((one) => one.textContent);
const button = (name: string | RegExp): HTMLElement => screen.getByRole("button", { name });
const asked = (): string => sent.filter(({ path }) => path.startsWith("/api/contacts?")).at(-1)?.path ?? "";

describe("the address book", () => {
  it("shows favourites on top and the others under their initial, first name first [3-b, 3.3-a, 3.3-n, 3.3-m, D19]", async () => {
    favourites = [TECH];
    starred = ["a1"];
    await open();
    expect(letters()).toEqual(["Favorieten", "Overige", "A", "H"]);
    expect(names()).toEqual(["Jansen Techniek", "Piet Jansen", "Anja Smit", "Henk van Dijk"]);
    await click(button("Favoriet: Piet Jansen"));
    expect(letters()).toEqual(["Favorieten", "Overige", "A", "H", "P"]);
    await click(button("Favoriet: Anja Smit"));
    expect(sent.slice(-2).map(({ method, path }) => `${method} ${path}`)).toEqual([
      "DELETE /api/contacts/a1/favourite",
      "PUT /api/contacts/a3/favourite",
    ]);
    expect(names().slice(0, 2)).toEqual(["Anja Smit", "Jansen Techniek"]);
  });

  it("shows a star in the list and in the detail field alike, and takes it back with the reason when it is refused [3.3-m]", async () => {
    await open();
    await type("jan");
    await click(button(/^Jansen Techniek/));
    const stars = (): (string | null)[] =>
      screen
        .getAllByRole("button", { name: "Favoriet: Jansen Techniek" })
        .map((one) => one.getAttribute("aria-pressed"));
    const press = (at: number): Promise<void> =>
      click(screen.getAllByRole("button", { name: "Favoriet: Jansen Techniek" })[at] as Element);
    await press(0);
    expect(stars()).toEqual(["true", "true"]);
    await press(1);
    expect(stars()).toEqual(["false", "false"]);
    answer = (path) =>
      path.endsWith("/favourite") ? Promise.resolve(json({ code: "no_right", args: {} }, 403)) : null;
    await press(0);
    await settle();
    expect(stars()).toEqual(["false", "false"]);
    expect(screen.getByText("U heeft hier geen recht toe.")).toBeTruthy();
  });

  it("finds a colleague by an own outside number, which only the server knows [3.3-q]", async () => {
    found = [];
    await open();
    numbered = ["a2"];
    await type("053 480 09 77");
    expect(names()).toEqual(["Henk van Dijk"]);
    numbered = [];
    await type("053 480 09 78");
    expect(names()).toEqual([]);
  });

  it("keeps a favourite of the house that is found by its group [3.3-q]", async () => {
    favourites = [CANTEEN];
    found = [];
    await open();
    await type("den bosch");
    expect(names()).toContain("Élise Kantine");
  });

  it("searches from three letters or two digits, without Enter, in name, number and group [3.3-e, 3.3-f, 3.3-q]", async () => {
    await open();
    await type("ja");
    expect(asked()).toBe("/api/contacts?q=");
    await type("jan");
    expect(asked()).toContain("q=jan");
    expect(names()).toEqual(["Élise Kantine", "Jansen Techniek", "Piet Jansen"]);
    expect(letters()).toEqual(["E", "J", "P"]);
    found = [];
    await type("20");
    expect(asked()).toContain("q=20");
    expect(names()).toEqual(["Piet Jansen"]);
    await type("bosch");
    expect(names()).toEqual(["Henk van Dijk"]);
    await type("zwart");
    expect(screen.getByText('Niemand gevonden voor "zwart"')).toBeTruthy();
    // A space behind it asks nothing new, so nothing is waited for.
    const questions = sent.length;
    await type("zwart ");
    expect(sent).toHaveLength(questions);
    expect(screen.getByText('Niemand gevonden voor "zwart"')).toBeTruthy();
    expect(screen.queryByRole("status", { name: "Laden" })).toBeNull();
  });

  it("gives up an older question and keeps its rows until the newer answer is there [3.3-s]", async () => {
    await open();
    await type("jans");
    let late: (response: Response) => void = () => undefined;
    answer = (path) => (path.includes("q=janse") ? new Promise((done) => (late = done)) : null);
    await type("janse");
    expect(names()).toContain("Jansen Techniek");
    answer = null;
    found = [CANTEEN];
    await type("jansen");
    expect(given.at(-1)).toBe("/api/contacts?q=janse");
    late(json({ favourites: [], colleagues: [], found: [TECH], found_colleagues: [], barred: {} }));
    await settle();
    expect(names()).not.toContain("Jansen Techniek");
  });

  it("shows somebody internal only when both bars let through, and externals whatever the group [3.3-b, 3.3-c, 3.3-d, D19]", async () => {
    await open();
    await type("jan");
    await click(button("Den Bosch"));
    await settle();
    expect(asked()).toContain("group=g2");
    expect(button("Alles").getAttribute("aria-pressed")).toBe("false");
    expect(names()).toEqual(["Élise Kantine", "Jansen Techniek"]);
    await click(button("Extern"));
    await click(button("Afgemeld"));
    await settle();
    expect(asked()).toContain("external=false&internal=false");
    expect(names()).toEqual([]);
    expect(screen.getByText("Zet Afgemeld, Extern aan om verder te zoeken.")).toBeTruthy();
    await click(button("Alles"));
    expect(names()).toEqual(["Piet Jansen"]);
    await click(button("Alles"));
    expect(names()).toEqual([]);
  });

  it("shows the live status of colleagues, and what others are [3.3-h, 3.3-i, 3.3-j]", async () => {
    const desk = await open();
    await type("jan");
    const status = (): (string | null)[] =>
      [...document.querySelectorAll(".crow .st")].map((one) => one.textContent?.trim() ?? null);
    expect(status()).toEqual(["Intern", "Extern", "Beschikbaar"]);
    expect(document.querySelector(".crow use[href='#i-globe']")).not.toBeNull();
    desk.tell({ a: "m", k: "agent", id: "a1", f: { status: "paused", pause: "Lunch" } });
    expect(status()[2]).toBe("Pauze (Lunch) 01:00");
  });

  it("shows who has no console by the telephone, among those who are signed out [D11, 3.3-h, D19]", async () => {
    await open(
      agent("a4", "Bea Vrij", { status: "phone_free" }),
      agent("a5", "Cor Weg", { status: "unknown" }),
    );
    const status = (name: string): string | null | undefined =>
      screen.getByText(name).closest(".crow")?.querySelector(".st")?.textContent?.trim();
    expect([status("Bea Vrij"), status("Cor Weg")]).toEqual(["Toestel vrij", "Onbekend"]);
    await click(screen.getByRole("button", { name: "Afgemeld" }));
    expect(names()).not.toContain("Bea Vrij");
    expect(names()).not.toContain("Henk van Dijk");
    expect(names()).toContain("Piet Jansen");
  });

  it("shows somebody internal without a log-in by the telephone with that number, live [D11, 3.3-i]", async () => {
    const at = (id: string, extension: string, part: Partial<ContactRow> = {}): ContactRow =>
      contact(id, `Jan ${id}`, { internal: true, numbers: ["31742915511", extension], ...part });
    found = [
      at("a", "203"),
      at("b", "401"),
      at("c", "402"),
      at("d", "403"),
      at("e", "499"),
      at("f", "203", { internal: false }),
      at("g", "404"),
    ];
    const desk = await open(
      device("d2", "Hal", { extension: "401" }),
      device("d3", "Magazijn", { extension: "402", registered: false }),
      device("d4", "Balie", { extension: "403", used_by: "Anja Smit" }),
      device("d5", "Keuken", { extension: "404", in_call: true }),
    );
    await type("jan");
    const status = (): Record<string, string | undefined> =>
      Object.fromEntries(
        [...document.querySelectorAll(".crow")].map((row) => [
          row.querySelector(".nm > :first-child")?.textContent,
          row.querySelector(".st")?.textContent?.trim(),
        ]),
      );
    expect(status()).toMatchObject({
      "Jan a": "Beschikbaar",
      "Jan b": "Toestel vrij",
      "Jan c": "Onbekend",
      "Jan d": "In gesprek",
      "Jan e": "Intern",
      "Jan f": "Extern",
      "Jan g": "In gesprek",
    });
    desk.tell({ a: "m", k: "device", id: "d2", f: { in_call: true } });
    desk.tell({ a: "m", k: "agent", id: "a1", f: { status: "paused", pause: "Lunch" } });
    expect(status()).toMatchObject({ "Jan a": "Pauze (Lunch) 01:00", "Jan b": "In gesprek" });
  });

  it("calls and mails the primary number and address, and chats with colleagues only [3.3-g, 3.3-k, 3.3-l]", async () => {
    const desk = await open();
    await type("jan");
    await click(button("Bel Jansen Techniek"));
    await click(button("Bel Piet Jansen"));
    expect(desk.asked).toEqual([
      ["call.dial", { number: "+31742915500", name: "Jansen Techniek" }],
      ["call.colleague", { user: "a1" }],
    ]);
    expect(screen.getByRole("link", { name: "E-mail Jansen Techniek" }).getAttribute("href")).toBe(
      "mailto:info@jansen.example",
    );
    expect(button("Chat met Jansen Techniek").getAttribute("aria-disabled")).toBe("true");
    expect(button("Chat met Piet Jansen").getAttribute("aria-disabled")).toBeNull();
    // What holds for all of them holds at once in every row.
    desk.tell({ a: "m", k: "me", id: "u1", f: { device: null, rights: [] } });
    expect(button("Bel Piet Jansen").getAttribute("aria-disabled")).toBe("true");
    expect(screen.queryByRole("button", { name: "Chat met Piet Jansen" })).toBeNull();
  });

  it("gives an armed transfer its recipient [5.1-b, 5.2-c]", async () => {
    const passed = talking("c9", {
      transfer: {
        kind: "attended",
        state: "armed",
        mine: true,
        recipient: null,
        recipient_name: null,
        until: null,
      },
    });
    const desk = await open(passed);
    await type("jan");
    await click(button("Overleg met Jansen Techniek over 053 480 09 37"));
    expect(desk.asked.at(-1)).toEqual([
      "transfer.number",
      { call: "c9", number: "+31742915500", name: "Jansen Techniek" },
    ]);
  });

  it("is walked through with the arrow keys, and Escape empties the search", async () => {
    await open();
    await type("jan");
    const key = (name: string): boolean =>
      fireEvent.keyDown(document.activeElement ?? document.body, { key: name });
    field().focus();
    key("ArrowDown");
    expect(document.activeElement?.textContent).toContain("Kantine");
    key("End");
    expect(document.activeElement?.textContent).toContain("Piet Jansen");
    key("Home");
    key("ArrowUp");
    expect(document.activeElement).toBe(field());
    key("Escape");
    await settle();
    expect((field() as HTMLInputElement).value).toBe("");
  });

  it("shows every number and address in the detail field, each to be called", async () => {
    const desk = await open();
    await type("jan");
    await click(button(/^Jansen Techniek/));
    const detail = screen.getByRole("complementary", { name: "Detailveld" });
    expect(detail.textContent).toContain("Nummer (primair)074 291 55 00");
    expect(detail.textContent).toContain("nood@jansen.example");
    await click(within(detail).getByRole("button", { name: "Bel Jansen Techniek (31612345678)" }));
    expect(desk.asked.at(-1)).toEqual(["call.dial", { number: "+31612345678", name: "Jansen Techniek" }]);
  });

  it("adds and changes by right, with one primary number, from the version that was seen [3.3-p, 3.3-l]", async () => {
    await open();
    await type("jan");
    await click(button(/^Jansen Techniek/));
    await click(button("Wijzigen"));
    const form = screen.getByRole("dialog");
    await click(within(form).getByRole("radio", { name: "Dit nummer eerst bellen: 06 12 34 56 78" }));
    const second = within(form).getAllByRole("textbox", { name: /Nummer/ })[1] as HTMLElement;
    fireEvent.change(second, { target: { value: "074 291 55 01" } });
    await click(within(form).getByRole("button", { name: "Opslaan" }));
    await settle();
    const puts = sent.filter(({ method }) => method === "PUT");
    expect(puts).toHaveLength(1);
    expect(puts[0]?.version).toBe('"v1"');
    // What nobody changed goes back as it was kept, not as we write it.
    expect(puts[0]?.body).toMatchObject({ numbers: ["+31612345678", "074 291 55 01"], internal: false });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("says which field is wrong, and that somebody else was quicker", async () => {
    await open();
    await click(button("Nieuw contact"));
    const form = screen.getByRole("dialog");
    fireEvent.change(within(form).getByRole("textbox", { name: "Naam" }), { target: { value: "Jan" } });
    answer = (path) =>
      path === "/api/contacts"
        ? Promise.resolve(json({ code: "wrong_contact", args: { field: "numbers" } }, 422))
        : null;
    fireEvent.submit(form.querySelector("form") as HTMLFormElement);
    await settle();
    expect(form.textContent).toContain("Een van de nummers is geen telefoonnummer.");
    answer = () => Promise.resolve(json({ code: "out_of_date", args: {} }, 412));
    fireEvent.submit(form.querySelector("form") as HTMLFormElement);
    await settle();
    expect(form.textContent).toContain("Iemand anders heeft dit contact zojuist gewijzigd");
  });

  it("gives every bad row: two hundred on the screen, all of them in a file [3.3-p]", async () => {
    await open();
    await click(button("Bestand"));
    const bad = Array.from({ length: 1_500 }, (_, at) => ({ line: at + 2, reason: "numbers" }));
    const outcome = { done: false, added: 0, changed: 0, same: 0, bad, bad_count: 1_501 };
    answer = (path) => (path.endsWith("/import") ? Promise.resolve(json(outcome)) : null);
    let saved: Blob | undefined;
    URL.createObjectURL = (file) => {
      saved = file as Blob;
      return "blob:bad";
    };
    URL.revokeObjectURL = () => undefined;
    const dialog = screen.getByRole("dialog");
    const file = new File(["naam\n"], "boek.csv");
    fireEvent.change(dialog.querySelector("input[type=file]") as Element, { target: { files: [file] } });
    await settle();
    expect(within(dialog).getAllByRole("listitem")).toHaveLength(201);
    expect(dialog.textContent).toContain("en nog 1301");

    await click(within(dialog).getByRole("button", { name: "De hele lijst als bestand opslaan" }));

    const lines = (await saved?.text())?.trim().split("\r\n") ?? [];
    expect(lines).toHaveLength(1_501);
    expect(lines[1_499]).toBe("Regel 1501: een nummer is geen telefoonnummer");
    expect(lines[1_500]).toBe("en nog 1");
  });

  it("looks at a file before it takes it, and says what is wrong with a row [3.3-p]", async () => {
    await open();
    await click(button("Bestand"));
    answer = (path) =>
      path.endsWith("/import")
        ? Promise.resolve(
            json({
              done: JSON.stringify(sent.at(-1)?.body).includes(`"dry_run":false`),
              added: 2,
              changed: 1,
              same: 4,
              bad: [{ line: 7, reason: "numbers" }],
              bad_count: 1201,
            }),
          )
        : null;
    const dialog = screen.getByRole("dialog");
    const chooser = within(dialog).getByLabelText("Kies een bestand (CSV of vCard); er verandert nog niets");
    expect(chooser.closest("label")?.textContent).toBe("Kies een bestand");
    const file = new File([new Uint8Array([...new TextEncoder().encode("naam\nRen"), 0xe9])], "boek.csv");
    fireEvent.change(dialog.querySelector("input[type=file]") as Element, { target: { files: [file] } });
    await settle();
    expect(sent.at(-1)?.body).toEqual({ format: "csv", text: "naam\nRené", dry_run: true });
    expect(chooser.closest("label")?.textContent).toBe("boek.csv");
    expect(dialog.textContent).toContain("Dit zou worden: 2 nieuw, 1 gewijzigd, 4 hetzelfde.");
    expect(dialog.textContent).toContain("Regel 7: een nummer is geen telefoonnummer");
    expect(dialog.textContent).toContain("en nog 1200");
    await click(within(dialog).getByRole("button", { name: "3 contacten importeren" }));
    await settle();
    expect(dialog.textContent).toContain("Klaar: 2 nieuw, 1 gewijzigd, 4 hetzelfde.");
    // Chosen once more the same file is a change, as nothing stands in the field any more.
    const choose = dialog.querySelector("input[type=file]") as HTMLInputElement;
    const emptied = vi.spyOn(choose, "value", "set");
    fireEvent.click(choose);
    expect(emptied).toHaveBeenCalledWith("");
    expect(within(dialog).getByRole("link", { name: "als vCard" }).getAttribute("href")).toBe(
      "/api/contacts/export?format=vcard",
    );
  });

  it("lets nobody change without the right, but everybody find and star [3.3-p]", async () => {
    await open(me({ rights: [] }));
    await type("jan");
    expect(screen.queryByRole("button", { name: "Nieuw contact" })).toBeNull();
    await click(button(/^Jansen Techniek/));
    expect(screen.queryByRole("button", { name: "Wijzigen" })).toBeNull();
    await click(screen.getAllByRole("button", { name: "Favoriet: Jansen Techniek" })[0] as HTMLElement);
    expect(sent.at(-1)?.path).toBe("/api/contacts/c1/favourite");
  });

  it("says what is wrong when nobody answers, and tries again", async () => {
    answer = (path) => (path.includes("?") ? Promise.reject(new TypeError("no network")) : null);
    await open();
    expect(screen.getByText(/De server antwoordt niet/)).toBeTruthy();
    expect(names()).toContain("Piet Jansen");
    answer = null;
    await click(button("Opnieuw proberen"));
    await settle();
    expect(screen.queryByText(/De server antwoordt niet/)).toBeNull();
  });
});
