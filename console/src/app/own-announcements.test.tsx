import { act, fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { cleanup, click } from "./harness.tsx";
import {
  button,
  field,
  NO_TAKE,
  NUMBER,
  open,
  own,
  press,
  pressKey,
  pretend,
  pretendAnnouncements,
  QUEUE,
  says,
  there,
  WELCOME,
} from "./pretend-announcements.tsx";
import { choose, pretendMicrophone, speak } from "./pretend-microphone.ts";
import { json } from "./pretend-portal.tsx";

pretendAnnouncements();
pretendMicrophone();

describe("own announcements", () => {
  it("tell what they are for where there is none yet, and offer to make one [D25]", async () => {
    pretend.lists["own_announcements"] = [];
    await open("own_announcements");

    expect(screen.getByRole("heading", { level: 2 }).textContent).toBe("Er is er nog geen.");
    expect(document.body.textContent).toContain("een welkom voor wie in een wachtrij komt");
    await click(screen.getByRole("link", { name: "Nieuwe meldtekst" }));
    expect(there()).toBe("/admin/own_announcements/new");
  });

  it("offer nothing to who may only read", async () => {
    [pretend.lists["own_announcements"], pretend.may] = [[], false];
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
    pretend.answer = (method, _path, body) => {
      const made = { ...WELCOME, ...body, id: "a2" };
      pretend.lists["own_announcements"] = [WELCOME, made];
      return method === "POST" ? json(made, 201) : null;
    };
    await open("own_announcements/new");
    expect(field(/in het$/).value).toBe("en");
    fireEvent.change(field(/De meldtekst heet$/), { target: { value: "Storing" } });
    fireEvent.change(field(/^Tekst: .*…:$/), { target: { value: "There is a failure." } });
    fireEvent.change(field(/^Eigen nummer: Wie$/), { target: { value: "053 480 09 50" } });

    await pressKey(button("Maken"), "Enter");

    expect(pretend.asked).toEqual([
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
    pretend.lists["own_announcements"] = [
      WELCOME,
      { ...WELCOME, id: "a2", name: "Storing", source: "none", ms: null },
      { ...WELCOME, id: "a3", name: "Feest", source: "recorded", ms: 65_000, language: "en" },
      { ...WELCOME, id: "a4", name: "Nieuw", source: "none", ms: null, speaking: true },
    ];
    pretend.lists["queues"] = [{ ...QUEUE, greeting: "a1" }];
    pretend.lists["numbers"] = [{ ...NUMBER, queue: null, announcement: "a3" }];
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
    pretend.lists["own_announcements"] = [...many, WELCOME];
    pretend.lists["numbers"] = [{ ...NUMBER, queue: null, announcement: "b11" }];
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
    pretend.lists["own_announcements"] = Array.from({ length: 8 }, (_, at) => ({
      ...WELCOME,
      id: `b${at}`,
      name: `Zin ${at}`,
    }));
    pretend.answer = (method) => {
      if (method !== "DELETE") return null;
      pretend.lists["own_announcements"] = pretend.lists["own_announcements"]?.slice(0, 7) ?? [];
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
    pretend.audits = true;
    own({ source: "recorded" });
    pretend.answer = () => {
      own({});
      return json(WELCOME);
    };
    await open("own_announcements/a1");
    const trail = (): HTMLElement => screen.getByRole("complementary", { name: "Wijzigingen" });
    expect(trail().textContent).toContain("Henk wijzigde Geluid uitgesproken tekst eigen opname");
    expect(trail().textContent).not.toContain("Welkom.");
    const before = pretend.looksAtChanges;
    await press("Weer de stem van Cordboard");
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Verwijderen" }));

    expect(pretend.looksAtChanges).toBe(before + 1);
  });

  it("are looked at each second while the text is being spoken, until it can be heard [D25]", async () => {
    vi.useFakeTimers();
    own({ source: "none", ms: null, speaking: true });
    await open("own_announcements/a1");
    expect(says()).toBe("De tekst wordt uitgesproken, en is zo te horen.");
    expect(screen.queryByLabelText("Beluisteren")).toBeNull();
    const before = pretend.looks;
    await act(() => vi.advanceTimersByTimeAsync(2_100));
    expect(pretend.looks - before).toBe(2);
    own({});
    await act(() => vi.advanceTimersByTimeAsync(1_000));

    expect(says()).toBe("De stem van Cordboard spreekt de tekst uit. Het duurt 4 seconden.");
    const heard = screen.getByLabelText("Beluisteren");
    expect(heard.getAttribute("src")).toMatch(/^\/api\/announcements\/own\.a1\/sound\?v=/);
    const then = pretend.looks;
    await act(() => vi.advanceTimersByTimeAsync(5_000));
    expect(pretend.looks).toBe(then);
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
    expect(pretend.looks).toBe(31);
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
    pretend.answer = () => json({ code: "cannot_speak", args: {}, errors: [] }, 409);
    await open("own_announcements/a1");
    expect(says()).toContain("kon de tekst niet uitspreken");
    await press("De tekst uitspreken");

    expect(pretend.asked).toEqual([["DELETE", "announcements/own.a1/sound"]]);
    expect(screen.getByRole("alert").textContent).toContain("Deze server heeft geen stem");
  });

  it("lose a recording only after it was asked for; Escape keeps it [D25, X-g]", async () => {
    own({ source: "recorded" });
    pretend.answer = () => {
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
    expect([pretend.asked, screen.queryByRole("alertdialog")]).toEqual([[], null]);

    await press("Weer de stem van Cordboard");
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Verwijderen" }));

    expect(pretend.asked).toEqual([["DELETE", "announcements/own.a1/sound"]]);
    expect(says()).toContain("De stem van Cordboard spreekt de tekst uit.");
    expect(screen.getByLabelText("Beluisteren").getAttribute("src")).not.toBe(address);
  });

  it("are not sent when they last longer than five minutes, and what was spoken stays [D25]", async () => {
    own({ source: "none", ms: null, text: "" });
    await open("own_announcements/a1");
    await speak(301);

    await press("Deze opname bewaren");

    expect(pretend.asked).toEqual([]);
    expect(screen.getByRole("alert").textContent).toContain("Een opname duurt hooguit vijf minuten");
    expect(screen.getByLabelText("De nieuwe opname")).toBeTruthy();

    await choose(301);
    expect(pretend.asked).toEqual([]);
    await choose(300);
    expect(pretend.asked).toEqual([["PUT", "announcements/own.a1/sound"]]);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("stay as they were spoken until the server has them [D25]", async () => {
    own({ source: "none", ms: null, text: "" });
    await open("own_announcements/a1");
    await speak(2);

    for (const [answer, words] of [
      [json({ code: "request_too_large", args: {} }, 413), "Dit is meer dan de server in één keer aanneemt."],
      [json({ code: "not_saved", args: {}, errors: [] }, 503), "De server kon dit niet opslaan."],
    ] as const) {
      pretend.answer = () => answer;
      await press("Deze opname bewaren");
      expect(screen.getByRole("alert").textContent).toContain(words);
      expect(screen.getByLabelText("De nieuwe opname")).toBeTruthy();
    }

    pretend.answer = () => null;
    await press("Deze opname bewaren");
    expect(pretend.asked).toEqual(Array(3).fill(["PUT", "announcements/own.a1/sound"]));
    expect(screen.queryByLabelText("De nieuwe opname")).toBeNull();
  });

  it("are recorded by telephone, and heard as soon as the recording is kept [D25]", async () => {
    own({ source: "none", ms: null, text: "" });
    pretend.take = { ...NO_TAKE, state: "done", take: "cb-take-1-1" };
    pretend.answer = () => {
      own({ source: "recorded", ms: 1_000, text: "" });
      pretend.take = { ...NO_TAKE, state: "kept" };
      return null;
    };
    await open("own_announcements/a1");

    await press("Deze opname bewaren");

    expect(pretend.asked).toEqual([["PUT", "announcements/own.a1/telephone"]]);
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
    pretend.lists["queues"] = [
      {
        ...QUEUE,
        greeting: "a1",
        exits: { join_empty: way, leave_empty: way, full: { ...way, action: "queue" } },
      },
    ];
    pretend.lists["users"] = [
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
    pretend.answer = () =>
      json({ code: "still_used", args: { by: "queues", name: "Algemeen" }, errors: [] }, 409);
    await open("own_announcements/a1");
    expect(document.body.textContent).toContain("Nog geen beller hoort hem.");
    await press("Verwijderen");
    await click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Verwijderen" }));

    expect(pretend.asked).toEqual([["DELETE", "admin/own_announcements/a1"]]);
    expect(screen.getByRole("alert").textContent).toContain("Algemeen");
  });
});
