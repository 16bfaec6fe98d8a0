import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Administration } from "../features/administration/Administration.tsx";
import { cleanup, click } from "./harness.tsx";
import { openAdministration } from "./open-administration.tsx";
import { json } from "./pretend-portal.tsx";

const QUEUE = {
  id: "q1",
  version: "v1",
  name: "Algemeen",
  groups: ["g1"],
  numbers: ["31534800900"],
  urgent: false,
  priority: 0,
  position: 0,
  strategy: "ring_all",
  ring_ms: 20_000,
  widen_ms: 10_000,
  order: [],
  wrap_up_ms: 15_000,
  wrap_up_mode: "timed",
  wrap_up_extend_ms: 30_000,
  wrap_up_extends_max: 2,
  breaks_wrap_up: false,
  escalate_ms: 30_000,
  escalate_to: null,
  exits: { full: { action: "message", target: null } },
  wait_ms_max: null,
  calls_max: 50,
  empty_ms: 60_000,
  announce_first_ms: null,
  announce_every_ms: 60_000,
  announce_wait: true,
  music: null,
  number: null,
  language: "nl",
  ring_until_answered: false,
  locked: false,
  hours: null,
};
const USER = {
  id: "u1",
  version: "v2",
  name: "Piet Jansen",
  user_name: "piet",
  email: null,
  extension: "203",
  language: "nl",
  disabled: false,
  groups: ["g1"],
  role: null,
  rights: ["queue.pick"],
  all_rights: ["queue.pick"],
  numbers: [],
  number: null,
  direct_exit: null,
  has_password: false,
};
const DEVICE = {
  id: "d1",
  version: "v3",
  name: "Toestel 201",
  kind: "sip",
  extension: "201",
  answer_method: "header",
  one_line: true,
  position: 0,
  registered: true,
  used_by: "u1",
  used_by_name: "Piet Jansen",
  server: { host: "192.0.2.1", port: 5060, transport: "udp" },
  user: "d-d1",
};
const LISTS = {
  organisation: [],
  users: [USER],
  roles: [],
  groups: [
    { id: "g1", version: "a", name: "Enschede", number: null, position: 0 },
    { id: "g2", version: "b", name: "Den Bosch", number: null, position: 1 },
  ],
  queues: [QUEUE],
  hours: [],
  links: [],
  devices: [DEVICE],
  numbers: [],
};

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly version: string | undefined;
  readonly body: unknown;
}

let asked: Asked[];
let mayChange: boolean;
let rights: string[];
let answer: (asked: Asked) => Response;
let away: boolean;
let lists: Record<string, unknown[]>;
let gone: string[];

beforeEach(() => {
  asked = [];
  gone = [];
  mayChange = true;
  away = false;
  lists = { ...LISTS };
  rights = ["admin.queues", "admin.users", "admin.telephony"];
  answer = ({ body }) => json({ ...QUEUE, ...(body as object), version: "next" });
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace("/api/admin", "");
    const headers = init.headers as Record<string, string>;
    if (init.method === "GET") {
      if (away) return json({ code: "not_saved", args: {} }, 503);
      const resources = Object.keys(LISTS).map((name) => ({ name, may_change: mayChange }));
      if (path === "") return json({ rights, resources });
      if (path === "/rights") return json({ rights: ["queue.pick", "history.view"] });
      if (path.startsWith("/audit")) {
        const row = { id: "1", at: 0, user: "u9", user_name: "Marije", action: "change", resource: "queues" };
        const change = {
          thing: "q1",
          name: "Algemeen",
          before: { ring_ms: 45_000, widen_ms: 8_000, escalate_ms: 20_000, number: "31534800900" },
          after: { ring_ms: 20_000, widen_ms: 9_000, escalate_ms: 30_000, number: "31534800901" },
        };
        return json({ rows: [{ ...row, ...change }], before: null });
      }
      return json({ rows: lists[path.slice(1)] });
    }
    const one: Asked = {
      method: init.method ?? "",
      path,
      version: headers["If-Match"],
      body: init.body === undefined ? undefined : JSON.parse(String(init.body)),
    };
    asked.push(one);
    return answer(one);
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const open = (path: string): Promise<void> => openAdministration(path, (to) => gone.push(to));

const holds = (): void => undefined;

/** The same, with an address that follows: gives where it is, and what to wait for. */
async function openAndFollow(path: string): Promise<[() => string, () => Promise<void>]> {
  let there = path;
  const drawn = (now: string) => (
    <I18nProvider i18n={i18n}>
      <Administration
        path={now}
        go={(to) => {
          there = to;
        }}
        corner={null}
        holds={holds}
      />
    </I18nProvider>
  );
  let again: (ui: ReactElement) => void = () => undefined;
  await act(async () => {
    again = render(drawn(path)).rerender;
  });
  await screen.findByRole("navigation");
  return [() => there, () => act(async () => again(drawn(there)))];
}

const field = (name: RegExp): HTMLInputElement => screen.getByLabelText(name) as HTMLInputElement;

const press = (name: string | RegExp): Promise<void> => click(screen.getByRole("button", { name }));

describe("the administration", () => {
  it("says every setting of a queue in a sentence and saves only what differs [2.1.1-k]", async () => {
    await open("/admin/queues/q1");
    expect(document.body.textContent).toContain("Een gesprek wordt aangeboden aan iedereen die vrij is");
    fireEvent.change(field(/een toestel gaat/), { target: { value: "30" } });
    fireEvent.change(field(/Vol: .*volgende$/), { target: { value: "" } });
    fireEvent.change(field(/Wie wacht hoort$/), { target: { value: "true" } });
    expect(document.body.textContent).toContain("3 wijzigingen");

    await press("Opslaan");

    expect(asked).toEqual([
      {
        method: "PATCH",
        path: "/queues/q1",
        version: '"v1"',
        body: { ring_ms: 30_000, exits: {}, ring_until_answered: true },
      },
    ]);
  });

  it("says when a call back is tried again, in minutes, and takes a list of them [D14]", async () => {
    lists["queues"] = [{ ...QUEUE, callback_spacing_ms: [300_000, 900_000] }];
    await open("/admin/queues/q1");
    const spacing = field(/volgt de volgende na$/);
    expect(spacing.value).toBe("5, 15");

    fireEvent.change(spacing, { target: { value: "2.5, 10, 60" } });
    await press("Opslaan");
    expect(asked.at(-1)?.body).toEqual({ callback_spacing_ms: [150_000, 600_000, 3_600_000] });

    fireEvent.change(field(/volgt de volgende na$/), { target: { value: "5, vijf" } });
    await press("Opslaan");
    expect(asked.at(-1)?.body).toEqual({ callback_spacing_ms: [300_000, "vijf"] });
  });

  it("begins somebody new with the language of the organisation", async () => {
    lists["organisation"] = [{ id: "o1", version: "o", name: "Care", language: "en" }];
    answer = () => json({ ...USER, id: "u-new" }, 201);
    await open("/admin/users/new");
    expect(field(/De console spreekt$/).value).toBe("en");

    await press("Maken");

    expect(asked.at(-1)).toMatchObject({ method: "POST", path: "/users", body: { language: "en" } });
  });

  it("shows what cannot be so beside its sentence and keeps what was typed", async () => {
    answer = () =>
      json(
        {
          code: "invalid",
          args: {},
          errors: [{ field: "ring_ms", code: "too_small", args: { least: "5000" } }],
        },
        422,
      );
    await open("/admin/queues/q1");
    fireEvent.change(field(/een toestel gaat/), { target: { value: "1" } });

    await press("Opslaan");

    const notes = screen.getAllByRole("alert").map((one) => one.textContent);
    expect(notes).toContain("Dit is te klein: minstens 5 seconden.");
    expect(field(/een toestel gaat/).value).toBe("1");
  });

  it("begins anew with what somebody else has changed meanwhile", async () => {
    answer = () => json({ code: "out_of_date", args: {}, errors: [] }, 412);
    await open("/admin/queues/q1");
    fireEvent.change(field(/een toestel gaat/), { target: { value: "30" } });

    await press("Opslaan");

    expect(screen.getByRole("alert").textContent).toContain("Iemand anders heeft dit intussen gewijzigd");
    expect(field(/een toestel gaat/).value).toBe("20");
  });

  it("lets who may not change it read it only [X-b]", async () => {
    mayChange = false;
    await open("/admin/queues/q1");

    expect(document.body.textContent).toContain("een toestel gaat 20 seconden over");
    expect(screen.queryByLabelText(/een toestel gaat/)).toBeNull();
    expect(screen.queryByText("Opslaan")).toBeNull();
  });

  it("makes a new one with what was filled in and opens it", async () => {
    answer = () => json({ ...QUEUE, id: "q-nieuw" }, 201);
    await open("/admin/queues/new");
    fireEvent.change(field(/De wachtrij heet$/), { target: { value: "Verkoop" } });
    fireEvent.change(field(/Gesprekken op$/), { target: { value: "053 480 09 50, 0534800951" } });

    await press("Maken");

    expect(asked[0]).toMatchObject({
      method: "POST",
      path: "/queues",
      body: { name: "Verkoop", numbers: ["053 480 09 50", "0534800951"], urgent: false },
    });
    expect(gone).toEqual(["/admin/queues/q-nieuw"]);
  });

  it("gives rights and groups with boxes to tick", async () => {
    await open("/admin/users/u1");
    await press(/Werkt voor: Enschede/);
    await act(async () => {
      fireEvent.click(within(screen.getByRole("dialog")).getByLabelText("Den Bosch"));
    });
    fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });

    await press("Opslaan");

    expect(asked[0]).toMatchObject({ path: "/users/u1", body: { groups: ["g1", "g2"] } });
  });

  it("invites a person, and frees a phone that somebody has [1.2-j, 1.1-c]", async () => {
    answer = () => new Response(null, { status: 204 });
    await open("/admin/users/u1");
    expect(document.body.textContent).toContain("nog geen wachtwoord gekozen");
    await press("Uitnodiging sturen");
    cleanup();
    await open("/admin/devices/d1");
    expect(document.body.textContent).toContain("Piet Jansen gebruikt het.");
    await press("Weghalen bij Piet Jansen");

    expect(asked.map((one) => one.path)).toEqual(["/users/u1/invitation", "/devices/d1/release"]);
  });

  it("tells a new password of a phone once, beside what else the phone needs", async () => {
    answer = () => json({ password: "0123abcd" });
    await open("/admin/devices/d1");
    expect(document.body.textContent).toContain("192.0.2.1:5060");
    expect(document.body.textContent).not.toContain("0123abcd");

    await press("Nieuw wachtwoord");

    expect(document.body.textContent).toContain("0123abcd");
  });

  it("shows the password of a phone that was just made on its page", async () => {
    const fresh = { ...DEVICE, id: "d2", name: "Balie" };
    answer = () => {
      lists["devices"] = [DEVICE, fresh];
      return json({ ...fresh, password: "4567cdef" }, 201);
    };
    const [path, go] = await openAndFollow("/admin/devices/new");
    fireEvent.change(field(/Het toestel heet$/), { target: { value: "Balie" } });
    fireEvent.change(field(/met toestelnummer$/), { target: { value: "209" } });

    await press("Maken");
    await go();

    expect(path()).toBe("/admin/devices/d2");
    expect(document.body.textContent).toContain("4567cdef");

    answer = () => json({ password: "89ab0123" });
    await press("Nieuw wachtwoord");
    await press("Alle: Toestellen");
    await go();
    await click(screen.getByRole("link", { name: /Balie/ }));
    await go();

    expect(document.body.textContent).toContain("89ab0123");
    expect(document.body.textContent).not.toContain("4567cdef");

    URL.createObjectURL = () => "blob:settings";
    answer = () => new Response("settings");
    await press("Bestand voor Snom");

    expect(document.body.textContent).not.toContain("89ab0123");
  });

  it("asks before changes are left behind, and keeps them for who stays", async () => {
    const [path, go] = await openAndFollow("/admin/queues/q1");
    fireEvent.change(field(/een toestel gaat/), { target: { value: "30" } });
    await click(screen.getByRole("link", { name: "Gebruikers" }));
    await go();
    await press("Nee");
    await go();
    expect(path()).toBe("/admin/queues/q1");
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(field(/een toestel gaat/).value).toBe("30");

    await press("Alle: Wachtrijen");
    await go();
    await press("Verlaten");

    expect(path()).toBe("/admin/queues");
    expect(screen.getByRole("link", { name: /Algemeen/ })).toBeTruthy();
  });

  it("asks nothing of who has saved", async () => {
    const [path, go] = await openAndFollow("/admin/queues/q1");
    fireEvent.change(field(/een toestel gaat/), { target: { value: "30" } });
    await press("Opslaan");
    await press("Alle: Wachtrijen");
    await go();

    expect(path()).toBe("/admin/queues");
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(screen.getByRole("link", { name: /Algemeen/ })).toBeTruthy();
  });

  it("keeps its page when it cannot be read again after a change", async () => {
    await open("/admin/queues/q1");
    fireEvent.change(field(/een toestel gaat/), { target: { value: "30" } });
    away = true;
    await press("Opslaan");

    expect(asked.map((one) => one.method)).toEqual(["PATCH"]);
    expect(field(/een toestel gaat/)).toBeTruthy();
  });

  it("says what is wrong beside the one sentence in which it stands", async () => {
    const errors = [{ field: "number", code: "bad_number", args: {} }];
    answer = () => json({ code: "invalid", args: {}, errors }, 422);
    await open("/admin/users/u1");
    fireEvent.change(field(/^Uitbellen/), { target: { value: "x" } });

    await press("Opslaan");

    expect(screen.getAllByText("Dit is geen telefoonnummer.").length).toBe(1);
  });

  it("shows what is kept again after several lines were typed and undone", async () => {
    const exit = { action: "busy", target: null };
    lists["organisation"] = [
      { id: "o1", version: "o", contact: "Bel 911", pause_reasons: [], direct_exit: exit },
    ];
    await open("/admin/organisation");
    const contact = field(/^Inlogpagina/);
    fireEvent.change(contact, { target: { value: "Bel niemand" } });
    fireEvent.blur(contact);

    await press("Ongedaan maken");

    expect(contact.value).toBe("Bel 911");
  });

  it("takes parts of seconds as whole milliseconds, while they are being typed too", async () => {
    await open("/admin/queues/q1");
    fireEvent.change(field(/een toestel gaat/), { target: { value: "2.0" } });
    expect(field(/een toestel gaat/).value).toBe("2.0");
    fireEvent.change(field(/een toestel gaat/), { target: { value: "2.01" } });
    await press("Opslaan");

    expect(asked[0]?.body).toEqual({ ring_ms: 2_010 });
  });

  it("leaves a click that opens another window to the browser", async () => {
    await open("/admin/queues");
    fireEvent.click(screen.getByRole("link", { name: "Gebruikers" }), { shiftKey: true });
    fireEvent.click(screen.getByRole("link", { name: /Algemeen/ }), { shiftKey: true });

    expect(gone).toEqual([]);
  });

  it("keeps every stretch of a holiday when one of them changes", async () => {
    const open_ = [
      { from: "08:30", to: "12:00" },
      { from: "13:00", to: "16:00" },
    ];
    const day = { day: "2026-12-24", name: "Kerstavond", open: open_ };
    lists["hours"] = [{ id: "h1", version: "h", name: "Kantoor", week: [], holidays: [day], open_now: true }];
    await open("/admin/hours/h1");
    fireEvent.change(screen.getAllByLabelText("Tot")[1] as HTMLInputElement, { target: { value: "15:00" } });

    await press("Opslaan");

    expect(asked[0]?.body).toEqual({
      holidays: [{ ...day, open: [open_[0], { from: "13:00", to: "15:00" }] }],
    });
  });

  it("shows who changed what to who may see it", async () => {
    await open("/admin/queues/q1");
    expect(screen.queryByText("Wijzigingen")).toBeNull();
    cleanup();
    rights = [...rights, "admin.audit"];
    await open("/admin/audit");

    await screen.findByText("Marije");
    for (const change of ["Aanbieden 45 20", "Aanbieden 8 9", "Aanbieden 20 30"]) {
      expect(document.body.textContent).toContain(change);
    }
    expect(document.body.textContent).toContain("Uitbellen 053 480 09 00 053 480 09 01");
  });

  it("does not say that nothing was changed while it does not know", async () => {
    rights = [...rights, "admin.audit"];
    const usual = fetch;
    vi.stubGlobal("fetch", (url: string, init: RequestInit) =>
      url.includes("/audit") ? json({ code: "not_saved", args: {} }, 503) : usual(url, init),
    );
    await open("/admin/audit");

    expect(screen.getByRole("heading", { name: "Wijzigingen" })).toBeTruthy();
    expect(document.body.textContent).not.toContain("Er is nog niets gewijzigd.");
  });

  it("says so to who has no right of administration", async () => {
    vi.stubGlobal("fetch", async () => json({ code: "no_right", args: { right: "admin" } }, 403));
    await open("/admin");

    expect(screen.getByRole("alert").textContent).toContain("U hebt daar geen recht voor.");
  });
});
