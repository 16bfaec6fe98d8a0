import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { type ReactElement, useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Administration } from "../features/administration/Administration.tsx";
import { say } from "../features/administration/words.ts";
import { whyWords } from "../text/why.ts";
import { cleanup, click } from "./harness.tsx";
import { json } from "./pretend-portal.tsx";

const WELCOME = {
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
const QUEUE = {
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
const NUMBER = {
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

let asked: [method: string, path: string, body?: unknown][];
let lists: Record<string, object[]>;
let looks: number;
let may: boolean;
let audits: boolean;
let looksAtChanges: number;
let take: object;
let answer: (method: string, path: string, body: object) => Response | null;

const NO_TAKE = { state: null, wrong: null, device: null, take: null, on_the_line: false, own: "d1" };

beforeEach(() => {
  take = NO_TAKE;
  [asked, looks, may, answer] = [[], 0, true, () => null];
  [audits, looksAtChanges] = [false, 0];
  lists = {
    queues: [QUEUE],
    users: [{ id: "u1", version: "v1", name: "Piet Jansen", direct_exit: null }],
    numbers: [NUMBER],
    own_announcements: [WELCOME],
    organisation: [{ id: "demo", version: "v1", name: "Zorggroep", language: "en", direct_exit: null }],
  };
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace("/api/", "");
    const method = init.method ?? "";
    if (method === "GET") {
      if (path === "admin")
        return json({
          rights: audits ? ["admin.audit"] : [],
          resources: PLACES.map((name) => ({ name, may_change: may })),
        });
      if (path === "admin/rights") return json({ rights: [] });
      if (path.endsWith("/telephone")) return json(take);
      if (path.startsWith("admin/audit")) {
        looksAtChanges += 1;
        return json({ rows: [CHANGE], before: null });
      }
      if (path === "admin/own_announcements") looks += 1;
      return json({ rows: lists[path.replace("admin/", "")] });
    }
    const body = init.body === undefined ? undefined : JSON.parse(String(init.body));
    asked.push(body === undefined ? [method, path] : [method, path, body]);
    return answer(method, path, body) ?? json({ ...WELCOME, ...body });
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

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

async function open(path: string): Promise<void> {
  await act(async () => {
    render(<Pages path={`/admin/${path}`} />);
  });
}

const own = (part: Partial<typeof WELCOME>): void => {
  lists["own_announcements"] = [{ ...WELCOME, ...part }];
};
const there = (): string | null => screen.getByTestId("there").textContent;
const field = (name: RegExp): HTMLInputElement => screen.getByLabelText(name) as HTMLInputElement;
const button = (name: string): HTMLElement => screen.getByRole("button", { name });
const press = (name: string): Promise<void> => click(button(name));
const says = (): string => screen.getAllByRole("status").map((one) => one.textContent)[0] ?? "";
const words = (name: RegExp): (string | null)[] =>
  within(field(name))
    .getAllByRole("option")
    .map((one) => one.textContent);

/** The page without what else could be chosen. */
function reads(): string {
  const page = document.body.cloneNode(true) as HTMLElement;
  for (const one of page.querySelectorAll("select")) one.remove();
  return page.textContent ?? "";
}

/** As with Tab and Enter: the focus is on it, and the key goes down and up. */
async function pressKey(on: HTMLElement, key: string): Promise<void> {
  await act(async () => {
    on.focus();
    fireEvent.keyDown(document.activeElement ?? on, { key });
    fireEvent.keyUp(document.activeElement ?? on, { key });
  });
}

describe("own announcements", () => {
  it("tell what they are for where there is none yet, and offer to make one [D25]", async () => {
    lists["own_announcements"] = [];
    await open("own_announcements");

    expect(screen.getByRole("heading", { level: 2 }).textContent).toBe("Er is er nog geen.");
    expect(document.body.textContent).toContain("een welkom voor wie in een wachtrij komt");
    await click(screen.getByRole("link", { name: "Nieuwe meldtekst" }));
    expect(there()).toBe("/admin/own_announcements/new");
  });

  it("offer nothing to who may only read", async () => {
    [lists["own_announcements"], may] = [[], false];
    await open("own_announcements");
    expect(screen.queryByRole("link", { name: "Nieuwe meldtekst" })).toBeNull();
    cleanup();
    own({ source: "none", ms: null, text: "" });
    await open("own_announcements/a1");

    expect(says()).toBe("Bellers horen nog niets.");
    expect(screen.queryByText("Een eigen opname (WAV of MP3)")).toBeNull();
    expect(screen.queryByRole("button", { name: "Opslaan" })).toBeNull();
  });

  it("are made in the language of the organisation, with the keyboard too [D25, X-g]", async () => {
    answer = (method, _path, body) => {
      const made = { ...WELCOME, ...body, id: "a2" };
      lists["own_announcements"] = [WELCOME, made];
      return method === "POST" ? json(made, 201) : null;
    };
    await open("own_announcements/new");
    expect(field(/in het$/).value).toBe("en");
    fireEvent.change(field(/De meldtekst heet$/), { target: { value: "Storing" } });
    fireEvent.change(field(/^Tekst: .*…:$/), { target: { value: "There is a failure." } });
    fireEvent.change(field(/^Eigen nummer: Wie$/), { target: { value: "053 480 09 50" } });

    await pressKey(button("Maken"), "Enter");

    expect(asked).toEqual([
      [
        "POST",
        "admin/own_announcements",
        { name: "Storing", text: "There is a failure.", numbers: ["053 480 09 50"], language: "en" },
      ],
    ]);
    expect(there()).toBe("/admin/own_announcements/a2");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Storing");
  });

  it("have a name for who listens in every place that can be reached", async () => {
    own({ source: "recorded" });
    await open("own_announcements/a1");
    const all = [...document.querySelectorAll("main :is(button, input, select, textarea, audio, a)")];
    expect(all.length).toBeGreaterThan(9);
    for (const one of all) {
      const label = (one as HTMLInputElement).labels?.[0]?.textContent;
      expect(one.getAttribute("aria-label") ?? label ?? one.textContent, one.outerHTML).toMatch(/\w/);
    }
  });

  it("say in the list how long they are, and who hears them", async () => {
    lists["own_announcements"] = [
      WELCOME,
      { ...WELCOME, id: "a2", name: "Storing", source: "none", ms: null },
      { ...WELCOME, id: "a3", name: "Feest", source: "recorded", ms: 65_000, language: "en" },
      { ...WELCOME, id: "a4", name: "Nieuw", source: "none", ms: null, speaking: true },
    ];
    lists["queues"] = [{ ...QUEUE, greeting: "a1" }];
    lists["numbers"] = [{ ...NUMBER, queue: null, announcement: "a3" }];
    await open("own_announcements");

    const rows = screen.getAllByRole("listitem").map((one) => [...(one.firstElementChild?.children ?? [])]);
    expect(rows.map((cells) => cells.slice(0, 3).map((cell) => cell.textContent))).toEqual([
      ["Welkom", "begroeting van Algemeen", "Nederlands, 00:04"],
      ["Storing", "nog niet gebruikt", "Nederlands, nog niets te horen"],
      ["Feest", "nummer 053 480 09 00", "Engels, eigen opname, 01:05"],
      ["Nieuw", "nog niet gebruikt", "Nederlands, wordt uitgesproken"],
    ]);
  });

  it("are found by any of their words once they are many, and are still sought after one was seen", async () => {
    const many = Array.from({ length: 12 }, (_, at) => ({ ...WELCOME, id: `b${at}`, name: `Zin ${at}` }));
    lists["own_announcements"] = [...many, WELCOME];
    lists["numbers"] = [{ ...NUMBER, queue: null, announcement: "b11" }];
    await open("own_announcements");
    const seek = (text: string): void =>
      void fireEvent.change(screen.getByRole("searchbox", { name: "Zoeken: Eigen meldteksten" }), {
        target: { value: text },
      });
    const found = (): number => screen.queryAllByRole("listitem").length;

    seek("nederlands WELK");
    expect([found(), says()]).toEqual([1, "1 van 13"]);
    seek("0534800900");
    await click(screen.getByRole("link", { name: /Zin 11/ }));
    await press("Alle: Eigen meldteksten");
    expect(found()).toBe(1);
    seek("zeilboot");
    expect([found(), says()]).toEqual([0, "Niets gevonden voor “zeilboot”."]);
  });

  it("are all there again once they are few, whatever was sought", async () => {
    lists["own_announcements"] = Array.from({ length: 8 }, (_, at) => ({
      ...WELCOME,
      id: `b${at}`,
      name: `Zin ${at}`,
    }));
    answer = (method) => {
      if (method !== "DELETE") return null;
      lists["own_announcements"] = lists["own_announcements"]?.slice(0, 7) ?? [];
      return new Response(null, { status: 204 });
    };
    await open("own_announcements");
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "zin 7" } });
    await click(screen.getByRole("link", { name: /Zin 7/ }));
    await press("Verwijderen");
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Verwijderen" }));

    expect(there()).toBe("/admin/own_announcements");
    expect(screen.queryByRole("searchbox")).toBeNull();
    expect(screen.getAllByRole("listitem")).toHaveLength(7);
  });

  it("have a log of changes that says what is heard, and follows [X-b]", async () => {
    audits = true;
    own({ source: "recorded" });
    answer = () => {
      own({});
      return json(WELCOME);
    };
    await open("own_announcements/a1");
    const trail = (): HTMLElement => screen.getByRole("complementary", { name: "Wijzigingen" });
    expect(trail().textContent).toContain("Henk wijzigde Geluid uitgesproken tekst eigen opname");
    expect(trail().textContent).not.toContain("Welkom.");
    const before = looksAtChanges;
    await press("Weer de stem van Cordboard");
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Verwijderen" }));

    expect(looksAtChanges).toBe(before + 1);
  });

  it("are looked at each second while the text is being spoken, until it can be heard [D25]", async () => {
    vi.useFakeTimers();
    own({ source: "none", ms: null, speaking: true });
    await open("own_announcements/a1");
    expect(says()).toBe("De tekst wordt uitgesproken, en is zo te horen.");
    expect(screen.queryByLabelText("Beluisteren")).toBeNull();
    const before = looks;
    await act(() => vi.advanceTimersByTimeAsync(2_100));
    expect(looks - before).toBe(2);
    own({});
    await act(() => vi.advanceTimersByTimeAsync(1_000));

    expect(says()).toBe("De stem van Cordboard spreekt de tekst uit. Het duurt 4 seconden.");
    const heard = screen.getByLabelText("Beluisteren");
    expect(heard.getAttribute("src")).toMatch(/^\/api\/announcements\/own\.a1\/sound\?v=/);
    const then = looks;
    await act(() => vi.advanceTimersByTimeAsync(5_000));
    expect(looks).toBe(then);
  });

  it("say that callers hear the old text until the new one is spoken", async () => {
    own({ speaking: true });
    await open("own_announcements/a1");

    expect(says()).toContain("Tot die klaar is, horen bellers de oude.");
  });

  it("are no longer looked at after half a minute, but for who asks for it", async () => {
    vi.useFakeTimers();
    own({ source: "none", ms: null, speaking: true });
    await open("own_announcements/a1");
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(looks).toBe(31);
    expect(says()).toContain("dat duurt langer dan gewoonlijk");

    await press("Opnieuw kijken");
    own({});
    await act(() => vi.advanceTimersByTimeAsync(1_100));

    expect(says()).toContain("Het duurt 4 seconden.");
    expect(screen.queryByRole("button", { name: "Opnieuw kijken" })).toBeNull();
  });

  it("say what to do where nobody hears anything [D25]", async () => {
    own({ source: "none", ms: null, text: "" });
    await open("own_announcements/a1");
    expect(says()).toContain("Schrijf hierboven een tekst en sla die op, of spreek het hier in.");
    expect(screen.queryByRole("button", { name: "De tekst uitspreken" })).toBeNull();
    cleanup();

    own({ source: "none", ms: null });
    answer = () => json({ code: "cannot_speak", args: {}, errors: [] }, 409);
    await open("own_announcements/a1");
    expect(says()).toContain("kon de tekst niet uitspreken");
    await press("De tekst uitspreken");

    expect(asked).toEqual([["DELETE", "announcements/own.a1/sound"]]);
    expect(screen.getByRole("alert").textContent).toContain("Deze server heeft geen stem");
  });

  it("lose a recording only after it was asked for; Escape keeps it [D25, X-g]", async () => {
    own({ source: "recorded" });
    answer = () => {
      own({});
      return json(WELCOME);
    };
    await open("own_announcements/a1");
    expect(says()).toBe(
      "Het is een eigen opname. Het duurt 4 seconden. De tekst zelf wordt niet uitgesproken.",
    );
    expect(field(/^Tekst: De opname zegt, in het …:$/).value).toBe("Welkom bij de zorggroep.");
    const address = screen.getByLabelText("Beluisteren").getAttribute("src");
    await pressKey(button("Weer de stem van Cordboard"), "Enter");
    await pressKey(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Nee" }), "Escape");
    expect([asked, screen.queryByRole("alertdialog")]).toEqual([[], null]);

    await press("Weer de stem van Cordboard");
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Verwijderen" }));

    expect(asked).toEqual([["DELETE", "announcements/own.a1/sound"]]);
    expect(says()).toContain("De stem van Cordboard spreekt de tekst uit.");
    expect(screen.getByLabelText("Beluisteren").getAttribute("src")).not.toBe(address);
  });

  it("are recorded by telephone, and heard as soon as the recording is kept [D25]", async () => {
    own({ source: "none", ms: null, text: "" });
    take = { ...NO_TAKE, state: "done", take: "cb-take-1-1" };
    answer = () => {
      own({ source: "recorded", ms: 1_000, text: "" });
      take = { ...NO_TAKE, state: "kept" };
      return null;
    };
    await open("own_announcements/a1");

    await press("Deze opname bewaren");

    expect(asked).toEqual([["PUT", "announcements/own.a1/telephone"]]);
    expect(says()).toBe("Het is een eigen opname. Het duurt 1 seconde.");
    expect(screen.getByLabelText("Beluisteren")).toBeTruthy();
  });

  it("without a text have a recording that can be deleted, and then nothing", async () => {
    own({ source: "recorded", text: "", ms: null });
    await open("own_announcements/a1");
    expect(says()).toBe("Het is een eigen opname.");

    await press("Opname verwijderen");

    expect(screen.getByRole("alertdialog").textContent).toContain("Er klinkt dan niets meer.");
  });

  it("say where callers hear them, and lead there", async () => {
    const way = { action: "announcement", target: "a1" };
    lists["queues"] = [
      {
        ...QUEUE,
        greeting: "a1",
        exits: { join_empty: way, leave_empty: way, full: { ...way, action: "queue" } },
      },
    ];
    lists["users"] = [
      { id: "u1", version: "v1", name: "Piet Jansen", direct_exit: { action: "message", target: "a1" } },
    ];
    await open("own_announcements/a1");
    expect(
      within(screen.getByRole("main"))
        .getAllByRole("listitem")
        .map((one) => one.textContent),
    ).toEqual([
      "begroeting van Algemeen",
      "Algemeen: niemand was ingelogd",
      "directe gesprekken die Piet Jansen niet opneemt",
    ]);

    await click(screen.getByRole("link", { name: "begroeting van Algemeen" }));

    expect(there()).toBe("/admin/queues/q1");
  });

  it("stay while something uses them, and say what does", async () => {
    answer = () => json({ code: "still_used", args: { by: "queues", name: "Algemeen" }, errors: [] }, 409);
    await open("own_announcements/a1");
    expect(document.body.textContent).toContain("Nog geen beller hoort hem.");
    await press("Verwijderen");
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Verwijderen" }));

    expect(asked).toEqual([["DELETE", "admin/own_announcements/a1"]]);
    expect(screen.getByRole("alert").textContent).toContain("Algemeen");
  });
});

describe("where an own announcement is chosen", () => {
  it("a queue greets who enters, or says nothing [D25]", async () => {
    await open("queues/q1");
    expect(words(/^Begroeting/)).toEqual(["niets", "Welkom"]);
    field(/^Begroeting/).focus();
    fireEvent.change(field(/^Begroeting/), { target: { value: "a1" } });
    expect(document.activeElement).toBe(field(/^Begroeting/));
    expect(document.body.textContent).toContain("zodra iemand opneemt, stopt de begroeting");
    await press("Opslaan");
    lists["queues"] = [{ ...QUEUE, greeting: "a1" }];
    cleanup();
    await open("queues/q1");
    fireEvent.change(field(/^Begroeting/), { target: { value: "" } });
    await press("Opslaan");

    expect(asked.map(([, , body]) => body)).toEqual([{ greeting: "a1" }, { greeting: null }]);
  });

  it("a queue plays it to who waits, and the organisation to who is on hold [D25]", async () => {
    await open("queues/q1");
    expect(words(/^Wachtend: Wie wacht hoort …$/)).toEqual(["de gewone muziek", "Welkom"]);
    fireEvent.change(field(/^Wachtend: Wie wacht hoort …$/), { target: { value: "a1" } });
    await press("Opslaan");
    cleanup();
    await open("organisation");
    fireEvent.change(field(/Wie in de wacht staat hoort$/), { target: { value: "a1" } });
    await press("Opslaan");
    expect(asked.map(([, , body]) => body)).toEqual([{ music: "a1" }, { hold_music: "a1" }]);

    cleanup();
    lists["queues"] = [{ ...QUEUE, music: "a1" }];
    lists["organisation"] = [{ ...lists["organisation"]?.[0], hold_music: "a1" }];
    await open("own_announcements/a1");
    expect(reads()).toContain("muziek van Algemeen");
    expect(reads()).toContain("muziek in de wacht");
  });

  it("a queue in which callers hear ringing says why it has no greeting", async () => {
    lists["queues"] = [{ ...QUEUE, ring_until_answered: true }];
    await open("queues/q1");
    expect(document.body.textContent).toContain("Die is er niet: in deze wachtrij horen bellers de telefoon");
    expect(screen.queryByLabelText(/^Begroeting/)).toBeNull();
    cleanup();
    lists["queues"] = [{ ...QUEUE, ring_until_answered: true, greeting: "a1" }];
    await open("queues/q1");

    expect(field(/^Begroeting/).value).toBe("a1");
    expect(document.body.textContent).toContain("klinkt niet: in deze wachtrij");
  });

  it("what nobody can hear yet says so before it is chosen", async () => {
    own({ source: "none", ms: null });
    lists["queues"] = [{ ...QUEUE, exits: { full: { action: "message", target: null } } }];
    await open("queues/q1");

    expect(words(/^Begroeting/)).toEqual(["niets", "Welkom (nog niets te horen)"]);
    expect(words(/^Vol: .*: wat er wordt gezegd$/)).toContain("Welkom (nog niets te horen)");
  });

  it("a queue says where they are made as long as there is none", async () => {
    lists["own_announcements"] = [];
    await open("queues/q1");

    expect(document.body.textContent).toContain("(er is er nog geen gemaakt: zie Eigen meldteksten)");
  });

  it("a way out says the usual sentence or one of the own [D21]", async () => {
    lists["queues"] = [{ ...QUEUE, exits: { full: { action: "announcement", target: null } } }];
    await open("queues/q1");
    const said = /^Vol: .*: wat er wordt gezegd$/;
    expect(words(said)).toEqual(["de gewone zin", "Welkom"]);
    fireEvent.change(field(said), { target: { value: "a1" } });
    expect(reads()).toContain("stopt: Welkom");
    fireEvent.change(field(/^Vol: .*volgende$/), { target: { value: "message" } });
    expect(field(said).value).toBe("");
    expect(reads()).toContain("mag een bericht inspreken na de gewone zin");
    fireEvent.change(field(said), { target: { value: "a1" } });
    await press("Opslaan");

    expect(asked[0]?.[2]).toEqual({ exits: { full: { action: "message", target: "a1" } } });
  });

  it("a way out asks nothing more where there is no own announcement", async () => {
    lists["own_announcements"] = [];
    lists["queues"] = [{ ...QUEUE, exits: { full: { action: "announcement", target: null } } }];
    await open("queues/q1");

    expect(screen.queryByLabelText(/wat er wordt gezegd/)).toBeNull();
  });

  it("a way out is read with the name of what is said", () => {
    const known = { own_announcements: [WELCOME], queues: [QUEUE] };
    const read = (action: string, target: string | null): string =>
      say({ is: "exit" }, { action, target }, known);
    expect(read("announcement", "a1")).toBe("hoort een zin, en het gesprek stopt: Welkom");
    expect(read("message", "a1")).toBe("mag een bericht inspreken na Welkom");
    expect(read("message", null)).toBe("mag een bericht inspreken");
    expect(read("queue", "q1")).toBe("gaat naar de wachtrij Algemeen");
    expect(read("number", "31534800900")).toBe("gaat naar het nummer 053 480 09 00");
  });

  it("a number leads to a queue, a person or an announcement, and to one of them alone [D28]", async () => {
    await open("numbers/31534800900");
    fireEvent.change(field(/bellers horen$/), { target: { value: "a1" } });
    expect(reads()).toContain("Bellers horen Welkom en het gesprek stopt");
    expect(field(/gesprekken gaan naar$/).value).toBe("");
    await press("Opslaan");
    expect(asked[0]?.[2]).toEqual({ queue: null, announcement: "a1" });

    fireEvent.change(field(/of naar$/), { target: { value: "u1" } });
    expect(field(/bellers horen$/).value).toBe("");
    await press("Opslaan");
    expect(asked[1]?.[2]).toEqual({ queue: null, person: "u1" });
  });

  it("the list of numbers names the announcement", async () => {
    lists["numbers"] = [{ ...NUMBER, queue: null, announcement: "a1" }];
    await open("numbers");

    expect(screen.getByRole("link", { name: /053 480 09 00.*Welkom/ })).toBeTruthy();
  });

  it("the log of a call says that its number leads to an announcement [X-h]", () => {
    const line = { agent_name: null, detail: null };
    expect(whyWords({ ...line, why: "entered" })).toBe("Kwam binnen");
    expect(whyWords({ ...line, why: "entered", detail: "Algemeen" })).toBe("Kwam binnen op Algemeen");
    expect(whyWords({ ...line, why: "led_out", detail: "number" })).toBe(
      "Het gebelde nummer leidt naar een meldtekst",
    );
  });
});
