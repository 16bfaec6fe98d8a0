import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallView, TransferView } from "../model/wire.ts";
import { agent, ago, call, card, cleanup, click, me, NOW, offered, showScreen, talking } from "./harness.tsx";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const present = (id: string): HTMLElement => {
  const found = card(id);
  if (found === null) throw new Error(`no card of ${id}`);
  return found;
};
const button = (where: HTMLElement, name: RegExp | string): HTMLElement =>
  within(where).getByRole("button", { name });
const maybe = (where: HTMLElement, name: RegExp | string): HTMLElement | null =>
  within(where).queryByRole("button", { name });
const press = async (key: string, code = key, more: object = {}): Promise<void> => {
  await act(
    async () => void fireEvent.keyDown(document.activeElement ?? document.body, { key, code, ...more }),
  );
};
const tipOf = async (element: HTMLElement): Promise<string> => {
  fireEvent.keyDown(document.body, { key: "Tab" });
  await act(async () => element.focus());
  return screen.getByRole("tooltip").textContent ?? "";
};
const cards = (): string[] =>
  [...document.querySelectorAll<HTMLElement>(".card")].map((one) => one.dataset["call"] ?? "");

const passing = (part: Partial<TransferView> = {}): TransferView => ({
  kind: "attended",
  state: "armed",
  mine: true,
  recipient: null,
  recipient_name: null,
  until: null,
  ...part,
});
const vries = (part: Partial<CallView> = {}): CallView =>
  talking("a", { name: "Mevrouw De Vries", answered_at: ago(120), since: ago(120), ...part });
const armed = (part: Partial<TransferView> = {}): CallView =>
  vries({ state: "held", since: ago(2), transfer: passing(part) });
const jan = (part: Partial<CallView> = {}): CallView =>
  talking("c", {
    queue: null,
    queue_name: null,
    direction: "out",
    name: "Jan Jansen",
    number: "08000403",
    ...part,
  });
const general = (part: Partial<CallView> = {}): CallView =>
  talking("g", { state: "held", since: ago(20), answered_at: ago(300), number: "31884800943", ...part });
const consulting = { state: "consulting", recipient: "c", recipient_name: "Jan Jansen" } as const;

describe("the four actions", () => {
  it("are hold, attended, blind and hang up, in that order, with the names of the manual [2.1.1-l, 2.1.1-q]", async () => {
    showScreen(vries());
    const acts = [...present("a").querySelectorAll<HTMLElement>(".card-acts button")];
    expect(acts.map((one) => one.textContent)).toEqual(["Wachtstand", "Overleg", "Direct", "Ophangen"]);
    const tips: string[] = [];
    for (const one of acts) tips.push(await tipOf(one));
    expect(tips).toEqual([
      "Wachtstand (F5)",
      "Doorverbinden (Met aankondiging) (F7)",
      "Doorverbinden (Zonder aankondiging) (F8)",
      "Verbinding verbreken (F4)",
    ]);
  });

  it("keep their places on hold, where the first resumes [2.1.1-l]", async () => {
    showScreen(vries({ state: "held" }));
    const acts = [...present("a").querySelectorAll<HTMLElement>(".card-acts button")];
    expect(acts.map((one) => one.textContent)).toEqual(["Voortzetten", "Overleg", "Direct", "Ophangen"]);
    expect(await tipOf(acts[0] as HTMLElement)).toBe("Gesprek voortzetten (F5)");
  });

  it.each([
    ["Overleg", "attended"],
    ["Direct", "blind"],
  ])(
    "%s arms with one click, turns black, and the same click takes it back [2.1.1-n, 2.1.1-o, 5.1-h]",
    async (word, kind) => {
      const desk = showScreen(vries());
      await click(button(present("a"), new RegExp(word)));
      desk.tell({ a: "s", e: armed({ kind: kind as TransferView["kind"] }) });
      const black = button(present("a"), new RegExp(word));
      expect(black.getAttribute("aria-pressed")).toBe("true");
      await click(black);
      expect(desk.asked).toEqual([
        ["transfer.arm", { call: "a", kind }],
        ["transfer.cancel", { call: "a" }],
      ]);
    },
  );

  it("may be blind only while nobody else is spoken with, and say why [5.1-g]", async () => {
    const desk = showScreen(vries({ state: "held" }), jan());
    const blind = button(present("a"), /Direct/);
    expect(blind.getAttribute("aria-disabled")).toBe("true");
    await click(blind);
    expect(desk.asked).toEqual([]);
    expect(await tipOf(blind)).toBe("Alleen met aankondiging: u spreekt al met Jan Jansen.");
    expect(button(present("a"), /Overleg/).getAttribute("aria-disabled")).toBeNull();
  });
});

describe("an outgoing call", () => {
  it("is white while it rings, and its cross cancels it [2.1.1-a, 2.1.1-d]", async () => {
    const desk = showScreen(jan({ state: "dialling", answered_at: null }));
    expect(present("c").dataset["state"]).toBe("dialling");
    expect(present("c").textContent).toContain("Uitgaand, gaat over");
    await click(button(present("c"), /Afbreken/));
    expect(desk.asked).toEqual([["call.hang_up", { call: "c" }]]);
  });

  it("has no queue name, also when it is made for a queue [2.1.1-i]", () => {
    showScreen(jan({ queue: "q1", queue_name: "Algemeen" }));
    expect(present("c").querySelector(".queue")).toBeNull();
  });
});

describe("a recipient", () => {
  it("who rings can be connected without waiting", async () => {
    const desk = showScreen(
      armed({ state: "dialling", recipient: "c", recipient_name: "Jan Jansen" }),
      jan({ state: "dialling", answered_at: null }),
    );
    expect(maybe(present("c"), /^Verbind Mevrouw/)).toBeNull();
    await click(button(present("c"), "Verbind zonder te wachten: Mevrouw De Vries met Jan Jansen"));
    expect(desk.asked).toEqual([["transfer.connect", { call: "a" }]]);
  });

  it("who has answered has the green check with both names on it, and the key [5.1-f, 5.2-f]", async () => {
    const desk = showScreen(armed(consulting), jan());
    const check = button(present("c"), "Verbind Mevrouw De Vries met Jan Jansen");
    expect(check.dataset["meant"]).toBe("");
    expect(check.textContent).toContain("F3");
    await click(check);
    expect(desk.asked).toEqual([["transfer.complete", { call: "a", to: "c" }]]);
  });

  it("stands directly below the caller whom it would get, at the other end of a cord [5.2-e]", () => {
    const urgent = armed(consulting);
    showScreen(
      general(),
      { ...urgent, urgent: true, queue: "q2", queue_name: "Urgent" },
      jan({ answered_at: ago(400) }),
    );
    expect(cards()).toEqual(["g", "a", "c"]);
    expect([present("a").dataset["cord"], present("c").dataset["cord"]]).toEqual(["caller", "target"]);
    expect(present("g").dataset["cord"]).toBeUndefined();
    expect([present("g"), present("a"), present("c")].map((one) => one.dataset["state"])).toEqual([
      "held",
      "held",
      "active",
    ]);
  });

  it("loses the check when the transfer is taken back, and both calls are as they were [5.1-i, 5.1-j]", () => {
    const desk = showScreen(armed(consulting), jan());
    desk.tell({ a: "m", k: "call", id: "a", f: { transfer: null } });
    expect(maybe(present("c"), /^Verbind /)).toBeNull();
    expect([present("a").dataset["state"], present("c").dataset["state"]]).toEqual(["held", "active"]);
    expect(button(present("a"), /Overleg/).getAttribute("aria-pressed")).toBe("false");
  });

  it("can be somebody who was only asked something: late, by the same check [5.1-f]", async () => {
    const desk = showScreen(vries({ state: "held", since: ago(60) }), jan());
    expect(maybe(present("c"), /^Verbind /)).toBeNull();
    await click(button(present("a"), /Overleg/));
    desk.tell({ a: "s", e: armed() });
    await click(button(present("c"), "Verbind Mevrouw De Vries met Jan Jansen"));
    expect(desk.asked.at(-1)).toEqual(["transfer.complete", { call: "a", to: "c" }]);
  });

  it("could also be the first caller: a smaller check, which asks before it does it [5.2-g]", async () => {
    const desk = showScreen(general(), armed(consulting), jan());
    const other = button(present("g"), "Verbind Mevrouw De Vries met 088 480 09 43");
    expect(other.dataset["meant"]).toBeUndefined();
    expect(other.textContent).toContain("andere beller");
    desk.answer = () =>
      Promise.resolve({ ok: false, code: "confirm_recipient", args: { one: "", other: "" } });
    await click(other);
    const question = screen.getByRole("alertdialog", { name: "Deze twee verbinden?" });
    expect(question.textContent).toContain("Mevrouw De Vries wordt dan verbonden met 088 480 09 43");
    desk.answer = () => Promise.resolve({ ok: true });
    await click(button(question, "Verbinden"));
    expect(desk.asked).toEqual([
      ["transfer.complete", { call: "a", to: "g" }],
      ["transfer.complete", { call: "a", to: "g", confirmed: "true" }],
    ]);
  });

  it("is left alone when the question is answered with no", async () => {
    const desk = showScreen(general(), armed(consulting), jan());
    desk.answer = () => Promise.resolve({ ok: false, code: "confirm_recipient", args: {} });
    await click(button(present("g"), /^Verbind /));
    await click(button(screen.getByRole("alertdialog"), "Annuleren"));
    expect(desk.asked).toHaveLength(1);
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });
});

describe("after the transfer", () => {
  const done = (part: Partial<TransferView> = {}): CallView =>
    call("a", {
      name: "Mevrouw De Vries",
      state: "transferred",
      transfer: passing({ state: "completed", recipient_name: "Jan Jansen", until: NOW + 10_000, ...part }),
    });

  it("both cards are gone, the first call is on hold, and can be resumed [5.2-h, 5.2-i]", async () => {
    const desk = showScreen(general(), armed(consulting), jan());
    desk.tell(
      { a: "s", e: done() },
      { a: "m", k: "call", id: "c", f: { mine: false, state: "transferred" } },
    );
    expect(cards()).toEqual(["g"]);
    expect(present("g").dataset["state"]).toBe("held");
    await click(button(present("g"), /Voortzetten/));
    expect(desk.asked).toEqual([["call.resume", { call: "g" }]]);
  });

  it("it can be undone for ten seconds of the server's time, counted down [D7]", async () => {
    const desk = showScreen(done());
    const place = screen.getByRole("region", { name: "Zojuist doorverbonden" });
    expect(place.textContent).toContain("Mevrouw De Vries verbonden met Jan Jansen");
    expect(place.textContent).toContain("Nog 10 s terug te halen");
    await act(() => vi.advanceTimersByTimeAsync(4_100));
    expect(place.textContent).toContain("Nog 6 s terug te halen");
    await click(button(place, /Ongedaan maken/));
    expect(desk.asked).toEqual([["transfer.undo", { call: "a" }]]);
    await act(() => vi.advanceTimersByTimeAsync(7_000));
    expect(screen.queryByRole("button", { name: /Ongedaan maken/ })).toBeNull();
  });

  it("the wrap-up is announced while the first call is still there [5.2-j]", () => {
    const pending = {
      kind: "pending",
      since: null,
      until: null,
      stoppable: false,
      extendable: false,
    } as const;
    showScreen(me({ status: "holding", wrap_up: pending }), general());
    expect(document.querySelector(".desk-head")?.textContent).toContain("nawerktijd volgt");
    expect(screen.queryByRole("progressbar")).toBeNull();
  });
});

describe("a caller passed on without announcement", () => {
  const ringing = call("a", {
    name: "Mevrouw De Vries",
    state: "transferring",
    answered_at: ago(60),
    transfer: passing({
      kind: "blind",
      state: "ringing",
      recipient_name: "Henk van Dijk",
      until: NOW + 20_000,
    }),
  });

  it("shows with whom, and can be pulled back [D7]", async () => {
    const desk = showScreen(ringing);
    expect(present("a").textContent).toContain("Verbinden met Henk van Dijk");
    await click(button(present("a"), /Haal terug/));
    expect(desk.asked).toEqual([["transfer.cancel", { call: "a" }]]);
  });

  it("comes back as a white card that says who did not answer [D7]", async () => {
    const desk = showScreen(ringing);
    desk.tell({
      a: "s",
      e: offered("a", {
        name: "Mevrouw De Vries",
        note: "returned",
        reason: "no_answer",
        not_reached: "Henk van Dijk",
      }),
    });
    expect(present("a").dataset["state"]).toBe("offered");
    expect(present("a").textContent).toContain("Terug");
    expect(present("a").textContent).toContain("Henk van Dijk neemt niet op.");
    await click(button(present("a"), /Terugnemen/));
    expect(desk.asked).toEqual([["call.answer", { call: "a" }]]);
  });
});

describe("what went otherwise", () => {
  it("stands on the card: the recipient is busy, the caller has gone [D7]", () => {
    showScreen(vries({ reason: "busy" }), jan({ state: "held", note: "caller_gone" }));
    expect(present("a").textContent).toContain("De ander is in gesprek.");
    expect(present("c").textContent).toContain("De beller heeft opgehangen.");
  });
});

describe("a conference", () => {
  it("is made of a held caller and whom one speaks with, and can be left", async () => {
    const desk = showScreen(vries({ state: "held" }), jan());
    await click(button(present("a"), /Conferentie/));
    desk.tell(
      { a: "m", k: "call", id: "a", f: { state: "conference" } },
      { a: "m", k: "call", id: "c", f: { state: "conference" } },
    );
    expect(present("a").textContent).toContain("Conferentie");
    await click(button(present("c"), "Verbind Mevrouw De Vries met Jan Jansen, zonder u"));
    expect(desk.asked).toEqual([
      ["call.conference", { call: "a" }],
      ["transfer.complete", { call: "a", to: "c" }],
    ]);
  });
});

describe("choosing a recipient", () => {
  const people = [
    agent("u1", "Chantal Vos", { extension: "201" }),
    agent("u2", "Piet Jansen", { extension: "203" }),
    agent("u3", "Fatima Yıldız", { extension: "207", status: "in_call" }),
    agent("u4", "Joost Wieringa", { extension: "208", status: "device_lost", reachable: false }),
  ];
  const field = (): HTMLElement => screen.getByRole("combobox", { name: "Ontvanger" });
  const type = async (text: string): Promise<void> => {
    await act(async () => void fireEvent.change(field(), { target: { value: text } }));
  };
  const options = (): string[] => screen.getAllByRole("option").map((one) => one.textContent ?? "");

  it("starts by itself with the focus in the search field, and takes a few letters and Enter [5.2-d, X-g]", async () => {
    const desk = showScreen(vries(), ...people);
    await press("F7");
    desk.tell({ a: "s", e: armed() });
    expect(document.activeElement).toBe(field());
    await type("yil");
    expect(options()).toHaveLength(1);
    await press("Enter");
    expect(desk.asked).toEqual([
      ["transfer.arm", { call: "a", kind: "attended" }],
      ["transfer.colleague", { call: "a", user: "u3" }],
    ]);
  });

  it.each([
    ["203", 1, "transfer.colleague", { user: "u2" }],
    ["0800 0403", 0, "transfer.number", { number: "08000403" }],
    ["stor", 0, "transfer.queue", { queue: "q3" }],
  ])(
    "finds %s: an extension, a number as it is typed, a queue by name [5.2-d]",
    async (text, down, op, args) => {
      const desk = showScreen(armed(), ...people);
      await type(text);
      for (let step = 0; step < down; step += 1) await press("ArrowDown");
      await press("Enter");
      expect(desk.asked).toEqual([[op, { call: "a", ...args }]]);
    },
  );

  it("does not offer oneself, and greys who cannot be called [3.1-r]", async () => {
    const desk = showScreen(armed(), ...people);
    const names = options().join(" ");
    expect(names).not.toContain("Chantal");
    const joost = screen.getByRole("option", { name: /Joost/ });
    expect(joost.getAttribute("aria-disabled")).toBe("true");
    expect(joost.textContent).toContain("kan nu niet gebeld worden");
    await click(joost);
    expect(desk.asked).toEqual([]);
  });

  it("works from the list of signed-in agents too, where the icon otherwise calls [3.1-q]", async () => {
    const desk = showScreen(vries(), ...people);
    await click(screen.getByRole("button", { name: "Algemeen" }));
    await click(screen.getByRole("button", { name: "Ingelogde medewerkers" }));
    await click(screen.getByRole("button", { name: "Bel Piet Jansen" }));
    desk.tell({ a: "s", e: armed() });
    await click(screen.getByRole("button", { name: "Ingelogde medewerkers" }));
    await click(screen.getByRole("button", { name: "Ingelogde medewerkers" }));
    await click(screen.getByRole("button", { name: "Overleg met Piet Jansen over Mevrouw De Vries" }));
    expect(desk.asked.slice(0)).toEqual([
      ["call.colleague", { user: "u2" }],
      ["transfer.colleague", { call: "a", user: "u2" }],
    ]);
    const joost = screen.getByRole("button", { name: /Joost Wieringa over/ });
    expect(await tipOf(joost)).toBe("Joost Wieringa kan nu niet gebeld worden.");
  });

  it("can be a queue, from its row", async () => {
    const desk = showScreen(armed());
    await click(screen.getByRole("button", { name: "Verbind Mevrouw De Vries door naar Storingen" }));
    expect(desk.asked).toEqual([["transfer.queue", { call: "a", queue: "q3" }]]);
  });

  it("sends a caller who waits on without answering", async () => {
    const desk = showScreen(call("w", { name: "Apotheek Lonneker" }), ...people);
    await click(screen.getByRole("button", { name: "Stuur Apotheek Lonneker door zonder op te nemen" }));
    expect(screen.getByRole("complementary", { name: "Detailveld" }).textContent).toContain(
      "Doorsturen zonder op te nemen",
    );
    await type("piet");
    await press("Enter");
    expect(desk.asked).toEqual([["transfer.colleague", { call: "w", user: "u2" }]]);
    expect(screen.queryByRole("combobox")).toBeNull();
  });

  it("is given up with Escape, and can be taken up again", async () => {
    showScreen(armed(), ...people);
    await press("Escape");
    expect(screen.queryByRole("combobox")).toBeNull();
    await click(screen.getByRole("button", { name: "Kies wie Mevrouw De Vries krijgt" }));
    expect(document.activeElement).toBe(field());
  });
});

describe("the keys", () => {
  it("connect while a recipient is consulted, and answer otherwise", async () => {
    const urgent = offered("u", { urgent: true, queue_name: "Urgent" });
    const desk = showScreen(armed(consulting), jan(), urgent);
    expect(present("u").textContent).not.toContain("F3");
    await press("F3");
    desk.tell({ a: "x", k: "call", id: "a" }, { a: "x", k: "call", id: "c" });
    expect(present("u").textContent).toContain("F3");
    await press("F3");
    expect(desk.asked).toEqual([
      ["transfer.complete", { call: "a", to: "c" }],
      ["call.answer", { call: "u" }],
    ]);
  });

  it("stop a transfer, also while one types in the search field [5.1-h]", async () => {
    const desk = showScreen(armed());
    expect(document.activeElement?.tagName).toBe("INPUT");
    await press("F7");
    desk.tell({ a: "s", e: armed({ kind: "blind" }) });
    await press("F8");
    await press("F2");
    expect(desk.asked).toEqual([
      ["transfer.cancel", { call: "a" }],
      ["transfer.cancel", { call: "a" }],
      ["transfer.cancel", { call: "a" }],
    ]);
  });

  it("pass the first caller on when somebody was only asked something [5.1-f]", async () => {
    const desk = showScreen(vries({ state: "held" }), jan());
    await press("F7");
    expect(desk.asked).toEqual([["transfer.arm", { call: "a", kind: "attended" }]]);
  });

  it("mean the card on which the focus is", async () => {
    const desk = showScreen(general(), vries());
    await act(async () => button(present("g"), /Voortzetten/).focus());
    await press("F7");
    expect(desk.asked).toEqual([["transfer.arm", { call: "g", kind: "attended" }]]);
  });

  it("swap between the two, and put through without waiting [5.1-d]", async () => {
    const desk = showScreen(vries({ state: "held" }), jan());
    await press("F5", "F5", { shiftKey: true });
    desk.tell(
      { a: "s", e: armed({ state: "dialling", recipient: "c", recipient_name: "Jan Jansen" }) },
      { a: "m", k: "call", id: "c", f: { state: "dialling" } },
    );
    await press("F8");
    expect(desk.asked).toEqual([
      ["call.resume", { call: "a" }],
      ["transfer.connect", { call: "a" }],
    ]);
  });
});

describe("an urgent call during another call", () => {
  it("is a red card that one click answers, whatever the first call is doing [5.2-a, 5.2-b]", async () => {
    const desk = showScreen(
      vries(),
      offered("u", {
        urgent: true,
        queue: "q2",
        queue_name: "Urgent",
        offer: { since: ago(2), ringing: false, rejectable: false },
      }),
    );
    expect(cards()).toEqual(["u", "a"]);
    await click(button(present("u"), /Opnemen/));
    desk.tell(
      { a: "m", k: "call", id: "a", f: { state: "held", since: NOW } },
      { a: "s", e: talking("u", { urgent: true, queue: "q2", queue_name: "Urgent" }) },
    );
    expect(desk.asked).toEqual([["call.answer", { call: "u" }]]);
    expect([present("a").dataset["state"], present("u").dataset["state"]]).toEqual(["held", "active"]);
    expect(present("u").dataset["urgent"]).toBe("");
  });
});
