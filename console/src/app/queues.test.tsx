import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  agent,
  ago,
  call,
  cleanup,
  click,
  me,
  NOW,
  offered,
  queue,
  showScreen,
  talking,
} from "./harness.tsx";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const row = (name: string): HTMLElement => screen.getByRole("row", { name: new RegExp(`^${name}`) });
const cells = (name: string): string[] =>
  within(row(name))
    .getAllByRole("cell")
    .map((cell) => cell.textContent ?? "");
const choose = (name: string): Promise<void> =>
  click(within(row(name)).getByRole("button", { name: new RegExp(name) }));
const detail = (): HTMLElement => screen.getByRole("complementary", { name: "Detailveld" });
const NUMBERS = {
  agents_signed_in: 6,
  agents_available: 3,
  waiting: 2,
  average_wait_ms: 14_000,
  longest_since: ago(12),
  handled: 128,
  total: 133,
};

describe("the queues", () => {
  it("show signed in, available, waiting, average, longest, answered of entered, and the switch, in that order [2.4-l, 3.1-b, 3.1-c, 3.1-d, 3.1-e, 3.1-f, 3.1-g, 3.1-h]", async () => {
    showScreen(queue("q1", "Algemeen", NUMBERS));
    expect(cells("Algemeen")).toEqual(["6", "3", "2", "00:14", "00:12", "128 / 133", ""]);
    expect(within(row("Algemeen")).getByRole("switch")).toBeTruthy();
    const heads = screen.getAllByRole("columnheader").map((head) => head.textContent);
    expect(heads).toEqual([
      "Wachtrij",
      "Ingelogd",
      "Vrij",
      "Wachtend",
      "Gemiddeld",
      "Langst",
      "Afgehandeld",
      "In / uit",
    ]);
    await act(() => vi.advanceTimersByTimeAsync(2_100));
    expect(cells("Algemeen")[4]).toBe("00:14");
  });

  it("say which of them I am signed in to, by a dark switch and a bold name [2.4-i, 3.1-a, 3.1-i]", () => {
    showScreen();
    expect(
      within(row("Algemeen")).getByRole<HTMLInputElement>("switch", { name: "Algemeen: ingelogd" }).checked,
    ).toBe(true);
    expect(row("Algemeen").dataset["in"]).toBe("");
    expect(
      within(row("Storingen")).getByRole<HTMLInputElement>("switch", { name: "Storingen: uitgelogd" })
        .checked,
    ).toBe(false);
    expect(row("Storingen").dataset["in"]).toBeUndefined();
  });

  it("are signed in to and out of with the switch [2.4-h]", async () => {
    const desk = showScreen();
    await click(within(row("Algemeen")).getByRole("switch"));
    await click(within(row("Storingen")).getByRole("switch"));
    expect(desk.asked).toEqual([
      ["queue.sign_out", { queue: "q1" }],
      ["queue.sign_in", { queue: "q3" }],
    ]);
  });

  it("mark the switch of an urgent queue that I left [2.4-j]", () => {
    showScreen(me({ signed_in: [] }));
    const marked = (name: string): boolean =>
      row(name).querySelector(".switch")?.hasAttribute("data-urgent") ?? false;
    expect([marked("Urgent"), marked("Algemeen")]).toEqual([true, false]);
  });

  it("ask before the last one leaves an urgent queue", async () => {
    const desk = showScreen();
    desk.answer = (op) =>
      Promise.resolve(
        op === "queue.sign_out" && desk.asked.length === 1
          ? { ok: false, code: "last_in_urgent", args: {} }
          : { ok: true },
      );
    await click(within(row("Urgent")).getByRole("switch"));
    const question = screen.getByRole("alertdialog");
    expect(question.textContent).toContain("als laatste ingelogd op Urgent");
    await click(within(question).getByRole("button", { name: "Toch uitloggen" }));
    expect(desk.asked.at(-1)).toEqual(["queue.sign_out", { queue: "q2", confirmed: "true" }]);
  });

  it("do not let out who is locked in, and say why [3.1-t]", async () => {
    const desk = showScreen(me({ locked: ["q1"] }));
    await click(within(row("Algemeen")).getByRole("switch"));
    expect(desk.asked).toEqual([]);
    expect(row("Algemeen").querySelector(".switch")?.hasAttribute("data-off")).toBe(true);
  });

  it("explain a column in a few words at its symbol [3.1-k]", async () => {
    showScreen();
    fireEvent.keyDown(document.body, { key: "Tab" });
    await act(async () => screen.getByRole("button", { name: "Gemiddeld, Gemiddelde wachttijd" }).focus());
    expect(screen.getByRole("tooltip").textContent).toMatch(/^Gemiddelde wachttijd\. Geteld vanaf/);
  });

  it("say at a number from when on it counts, and whom it leaves out [D15]", async () => {
    const tip = async (name: string): Promise<string> => {
      await act(async () => screen.getByRole("button", { name }).focus());
      return screen.getByRole("tooltip").textContent ?? "";
    };
    const desk = showScreen(me());
    fireEvent.keyDown(document.body, { key: "Tab" });
    expect(await tip("Afgehandeld, Afgehandeld van totaal")).toBe(
      "Afgehandeld van totaal. Geteld vanaf 00:00",
    );
    expect(await tip("Vrij, Beschikbare medewerkers")).toBe("Beschikbare medewerkers");

    desk.tell({ a: "m", k: "me", id: "u1", f: { counts_short: false } });
    for (const id of ["q1", "q2"]) desk.tell({ a: "m", k: "queue", id, f: { counted_since: null } });
    expect(await tip("Gemiddeld, Gemiddelde wachttijd")).toBe(
      "Gemiddelde wachttijd. Geteld over de laatste 24 uur",
    );
    expect(await tip("Afgehandeld, Afgehandeld van totaal")).toBe(
      "Afgehandeld van totaal. Geteld over de laatste 24 uur. Wie binnen 5 seconden ophing, telt niet mee",
    );
    expect(document.querySelector(".pane-head")?.textContent).toContain("Geteld over de laatste 24 uur");
  });

  it("explain the columns and the statuses at length in the detail field on a click [3.1-l, 3.1-p]", async () => {
    showScreen();
    await click(screen.getByRole("button", { name: "Gemiddeld, Gemiddelde wachttijd" }));
    expect(detail().textContent).toContain("Gemiddelde wachttijd van de opgenomen gesprekken");
    expect(detail().textContent).toContain("Uitleg bij de statussen");
    for (const status of ["Beschikbaar", "Gaat over", "In gesprek", "Nawerktijd", "Afgemeld"]) {
      expect(within(detail()).getByText(status)).toBeTruthy();
    }
  });
});

describe("choosing queues", () => {
  it("shows their calls in the detail field, and a second click lets go [2-b, 3.1-n]", async () => {
    showScreen(call("c1"));
    await choose("Algemeen");
    expect(row("Algemeen").dataset["selected"]).toBe("");
    expect(detail().textContent).toContain("053 480 09 37");
    await choose("Algemeen");
    expect(row("Algemeen").dataset["selected"]).toBeUndefined();
    expect(detail().textContent).toContain("Geen wachtrij gekozen");
  });

  it("shows number, contact, wait, talk time and agent of each call [2.1.2-a, 2.1.2-b, 2.1.2-c, 2.1.2-d, 2.1.2-e]", async () => {
    showScreen(
      talking("c1", {
        mine: false,
        name: "Fysio Haaksbergerstraat",
        entered_at: ago(263),
        answered_at: ago(252),
        agent_name: "Anja Smit",
      }),
    );
    await choose("Algemeen");
    const shown = detail().textContent;
    for (const fact of ["Fysio Haaksbergerstraat", "053 480 09 37", "wachtte 00:11", "04:12", "Anja Smit"]) {
      expect(shown).toContain(fact);
    }
  });

  it("lists who waits in the order of the queue, with running times [2.1.2-m]", async () => {
    showScreen(
      call("c2", { entered_at: ago(9), number: "31612345678" }),
      call("c1", { entered_at: ago(30) }),
    );
    await choose("Algemeen");
    const shown = (): string[] =>
      [...detail().querySelectorAll<HTMLElement>(".dcall time")].map((time) => time.textContent ?? "");
    expect(shown()).toEqual(["00:30", "00:09"]);
    await act(() => vi.advanceTimersByTimeAsync(1_100));
    expect(shown()).toEqual(["00:31", "00:10"]);
  });

  it("shows the calls also where I am signed out, and takes any of them with one click [2.1.2-f, 2.1.2-g, 2.1.2-h]", async () => {
    const desk = showScreen(
      call("c1", { queue: "q3", queue_name: "Storingen" }),
      call("c2", { queue: "q3", queue_name: "Storingen", number: "31612345678", entered_at: ago(5) }),
    );
    await choose("Storingen");
    expect(detail().textContent).toContain("U bent uitgelogd.");
    await click(within(detail()).getByRole("button", { name: "Neem 06 12 34 56 78" }));
    expect(desk.asked).toEqual([["call.answer", { call: "c2" }]]);
  });

  it("says that a cherry-pick needs a sign-in, where the organisation wants one [D13]", async () => {
    const desk = showScreen(
      me({ signed_in: ["q1"], picks_signed_in_only: true }),
      call("c1", { queue: "q3", queue_name: "Storingen", number: "31612345678" }),
    );
    await choose("Storingen");
    const take = within(detail()).getByRole("button", { name: "Neem 06 12 34 56 78" });
    fireEvent.keyDown(document.body, { key: "Tab" });
    await act(async () => take.focus());
    expect(screen.getByRole("tooltip").textContent).toBe("U bent niet ingelogd op deze wachtrij.");
    await click(take);
    expect(desk.asked).toEqual([]);
  });

  it("offers no cherry-pick without the right", async () => {
    showScreen(me({ rights: [] }), call("c1", { queue: "q3", queue_name: "Storingen" }));
    await choose("Storingen");
    expect(within(detail()).queryByRole("button", { name: /Neem/ })).toBeNull();
  });

  it("shows who is signed in to each of them, with the sign of the status before the name [3.1-m, 3.1-o]", async () => {
    showScreen(
      agent("u2", "Piet Jansen", { queues: ["q1", "q2"] }),
      agent("u3", "Anja Smit", { queues: ["q2"], status: "wrap_up", since: ago(38) }),
    );
    await choose("Algemeen");
    await choose("Urgent");
    await click(screen.getByRole("button", { name: "Ingelogde medewerkers" }));
    const [first, second] = within(detail()).getAllByRole("region");
    expect(first?.textContent).toContain("Piet Jansen");
    expect(first?.textContent).not.toContain("Anja Smit");
    expect(second?.textContent).toContain("Anja SmitNawerktijd 00:38");
    const person = within(second as HTMLElement).getByRole("button", {
      name: "Anja Smit: Nawerktijd",
    }).parentElement;
    expect(person?.firstElementChild?.querySelector("use")?.getAttribute("href")).toBe("#s-wrap");
  });

  it("needs a chosen queue to show who is signed in", async () => {
    showScreen();
    const shown = screen.getByRole("button", { name: "Ingelogde medewerkers" });
    expect(shown.getAttribute("aria-disabled")).toBe("true");
  });

  it("opens the mail program with the agent's address, and says when none is known [3.1-r, 3.1-s]", async () => {
    showScreen(agent("u2", "Piet Jansen", { email: "piet@example.nl" }), agent("u3", "Anja Smit"));
    await choose("Algemeen");
    await click(screen.getByRole("button", { name: "Ingelogde medewerkers" }));
    expect(within(detail()).getByRole("link", { name: "E-mail Piet Jansen" }).getAttribute("href")).toBe(
      "mailto:piet@example.nl",
    );
    expect(within(detail()).queryByRole("link", { name: "E-mail Anja Smit" })).toBeNull();
    const none = within(detail()).getByRole("button", { name: "E-mail Anja Smit" });
    expect(none.getAttribute("aria-disabled")).toBe("true");
  });

  it("shows how long a colleague talks, and with the right with whom [3.2-a, 3.2-b, 3.2-c]", async () => {
    showScreen(
      agent("u2", "Piet Jansen", {
        status: "in_call",
        // A hold, or another call, begins the status anew; the call lasts on.
        since: ago(9),
        talk: { direction: "in", number: "31534308888" },
        talk_since: ago(252),
      }),
      agent("u3", "Anja Smit", { status: "in_call", since: ago(600), talk_since: ago(51) }),
      agent("u4", "Jan Bos", { status: "in_call", since: ago(5) }),
    );
    await choose("Algemeen");
    await click(screen.getByRole("button", { name: "Ingelogde medewerkers" }));
    expect(detail().textContent).toContain("In gesprek 04:12inkomend 053 430 88 88");
    expect(detail().textContent).toContain("In gesprek 00:51");
    expect(detail().querySelectorAll("time")).toHaveLength(2);
    fireEvent.keyDown(document.body, { key: "Tab" });
    await act(async () => within(detail()).getByRole("button", { name: "Piet Jansen: In gesprek" }).focus());
    expect(screen.getByRole("tooltip").textContent).toBe("In gesprek, 04:12, inkomend 053 430 88 88");
  });
});

describe("the group", () => {
  it("stands at the top right and can be changed with two clicks [1.3-a, 1.3-b]", async () => {
    const desk = showScreen();
    const group = screen.getByRole("button", { name: /Groep:.*Enschede/ });
    await click(group);
    await click(screen.getByRole("menuitemradio", { name: "Den Bosch" }));
    expect(desk.asked).toEqual([["group.select", { group: "g2" }]]);
  });

  it("changes after a question that names the urgent queue, where it is left to nobody [D12]", async () => {
    const desk = showScreen();
    desk.answer = (_op) =>
      Promise.resolve(
        desk.asked.length === 2
          ? { ok: true }
          : { ok: false, code: "last_in_urgent", args: { queue: "Urgent" } },
      );
    const change = async (): Promise<HTMLElement> => {
      await click(screen.getByRole("button", { name: /Groep:.*Enschede/ }));
      await click(screen.getByRole("menuitemradio", { name: "Den Bosch" }));
      return screen.getByRole("alertdialog");
    };
    const question = await change();
    expect(question.textContent).toContain("als laatste ingelogd op Urgent");
    expect(question.textContent).toContain("Den Bosch heeft Urgent niet");
    await click(within(question).getByRole("button", { name: "Toch van groep wisselen" }));
    expect(desk.asked).toEqual([
      ["group.select", { group: "g2" }],
      ["group.select", { group: "g2", confirmed: "true" }],
    ]);
    expect(screen.queryByRole("alertdialog")).toBeNull();
    await click(within(await change()).getByRole("button", { name: "Ingelogd blijven" }));
    expect(desk.asked).toHaveLength(3);
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });

  it("is not shown to who has only one [1.3-g]", () => {
    showScreen(me({ groups: [{ id: "g1", name: "Enschede" }] }));
    expect(screen.queryByText("Groep:")).toBeNull();
  });

  it("takes lost queues out of the choice", async () => {
    const desk = showScreen();
    await choose("Storingen");
    desk.tell({ a: "x", k: "queue", id: "q3" });
    expect(detail().textContent).toContain("Geen wachtrij gekozen");
  });
});

describe("the tabs", () => {
  it("appear by right [3-c]", () => {
    showScreen(me({ rights: [] }));
    expect(screen.queryByRole("tab", { name: "Geschiedenis" })).toBeNull();
    expect(screen.getByRole("tab", { name: /Wachtrijen/ })).toBeTruthy();
  });

  it("say how many callers wait in all", () => {
    showScreen(queue("q1", "Algemeen", NUMBERS), offered("c1"));
    expect(screen.getByRole("tab", { name: /Wachtrijen/ }).textContent).toBe("Wachtrijen2");
  });
});
