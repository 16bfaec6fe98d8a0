import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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
const button = (where: HTMLElement, name: RegExp): HTMLElement => within(where).getByRole("button", { name });

describe("the screen", () => {
  it("has its three parts as landmarks with a name [2-a]", () => {
    showScreen();
    expect(screen.getByRole("complementary", { name: "Persoonlijk gespreksveld" })).toBeTruthy();
    expect(screen.getByRole("main", { name: "Hoofdscherm" })).toBeTruthy();
    expect(screen.getByRole("complementary", { name: "Detailveld" })).toBeTruthy();
  });

  it("follows what the server tells without being loaded again [2-c, 2.1.1-t]", () => {
    const desk = showScreen(offered("c1"));
    expect(card("c1")).not.toBeNull();
    desk.tell({ a: "m", k: "queue", id: "q1", f: { waiting: 7 } }, { a: "x", k: "call", id: "c1" });
    expect(card("c1")).toBeNull();
    expect(screen.getByRole("row", { name: /Algemeen/ }).textContent).toContain("7");
  });
});

describe("an incoming call", () => {
  it("is a card with queue, number, name and running time, and says that it rings [2.1.1-a, 2.1.1-h, 2.1.1-y, 2.1.1-z]", async () => {
    showScreen(offered("c1", { name: "Mevrouw De Vries", entered_at: ago(12) }));
    const drawn = present("c1");
    expect(drawn.dataset["state"]).toBe("offered");
    expect(drawn.textContent).toContain("Algemeen");
    expect(drawn.textContent).toContain("Mevrouw De Vries");
    expect(drawn.textContent).toContain("053 480 09 37");
    expect(within(drawn).getByText("Gaat over")).toBeTruthy();
    expect(within(drawn).getByText("00:12")).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(3_100));
    expect(within(drawn).getByText("00:15")).toBeTruthy();
  });

  it("is answered with one click on the green telephone, here and at the server [2.1.1-b]", async () => {
    const desk = showScreen(offered("c1"));
    await click(button(present("c1"), /Opnemen/));
    expect(desk.asked).toEqual([["call.answer", { call: "c1" }]]);
    expect(desk.answeredHere()).toBe(1);
  });

  it("is rejected with the red cross [2.1.1-c]", async () => {
    const desk = showScreen(offered("c1"));
    await click(button(present("c1"), /Weigeren/));
    expect(desk.asked).toEqual([["call.reject", { call: "c1" }]]);
  });

  it("is answered once however often it is clicked in haste, and the button waits for the answer [2.1.1-r, D23]", async () => {
    const desk = showScreen(offered("c1"));
    let done = (_: { ok: true }): void => undefined;
    desk.answer = () => new Promise((resolve) => (done = resolve));
    const answer = button(present("c1"), /Opnemen/);
    await click(answer);
    await click(answer);
    expect(desk.asked).toHaveLength(1);
    expect(answer.getAttribute("aria-disabled")).toBe("true");
    await act(async () => done({ ok: true }));
    expect(answer.getAttribute("aria-disabled")).toBeNull();
  });

  it("has no queue name when it came past the queues [2.1.1-i]", () => {
    showScreen(offered("c1", { queue: null, queue_name: null, name: "Piet Jansen", number: "203" }));
    expect(present("c1").querySelector(".queue")).toBeNull();
    expect(present("c1").textContent).toContain("Piet Jansen");
  });

  it("goes when the caller gives up [2.1.1-u]", () => {
    const desk = showScreen(offered("c1"));
    desk.tell({ a: "x", k: "call", id: "c1" });
    expect(card("c1")).toBeNull();
    expect(screen.getByText("Geen gesprekken")).toBeTruthy();
  });

  it("does not take the focus from what somebody is doing", () => {
    const desk = showScreen();
    const row = screen.getByRole("button", { name: "Algemeen" });
    row.focus();
    desk.tell({ a: "s", e: offered("c1") });
    expect(document.activeElement).toBe(row);
  });

  it("joins below while the pointer rests on the cards, and the key shows what it takes", () => {
    const desk = showScreen(offered("c1"));
    fireEvent.pointerEnter(present("c1").parentElement as HTMLElement);
    desk.tell({ a: "s", e: offered("c2", { urgent: true, queue_name: "Urgent" }) });
    const ids = [...document.querySelectorAll<HTMLElement>(".card")].map((one) => one.dataset["call"]);
    expect(ids).toEqual(["c1", "c2"]);
    expect(present("c2").textContent).toContain("F3");
    expect(present("c1").textContent).not.toContain("F3");
  });

  it("tells the person when a colleague was first [2.1.1-v]", async () => {
    const desk = showScreen(offered("c1"));
    desk.answer = () => Promise.resolve({ ok: false, code: "answered_by", args: { name: "Piet" } });
    await click(button(present("c1"), /Opnemen/));
    expect(screen.getByText("Piet heeft dit gesprek net opgenomen.")).toBeTruthy();
  });
});

describe("an urgent call", () => {
  it("stands out by a red card and its word, and stands first [2.1.1-g, 2.2-a]", () => {
    showScreen(talking("c1"), offered("c2", { urgent: true, queue: "q2", queue_name: "Urgent" }));
    const first = document.querySelector<HTMLElement>(".card");
    expect(first?.dataset["call"]).toBe("c2");
    expect(first?.dataset["urgent"]).toBe("");
    expect(first?.textContent).toContain("Urgent");
  });

  it("is answered by the green telephone and has no cross [2.2-b, 2.2-c]", async () => {
    const desk = showScreen(offered("c1", { urgent: true }));
    expect(within(present("c1")).queryByRole("button", { name: /Weigeren/ })).toBeNull();
    await click(button(present("c1"), /Opnemen/));
    expect(desk.asked[0]?.[0]).toBe("call.answer");
  });
});

describe("an answered call", () => {
  it("is green while one speaks, with the talk time from the answer on [2.1.1-e]", () => {
    showScreen(talking("c1", { entered_at: ago(40), answered_at: ago(12) }));
    expect(present("c1").dataset["state"]).toBe("active");
    expect(within(present("c1")).getByText("In gesprek")).toBeTruthy();
    expect(within(present("c1")).getByText("00:12")).toBeTruthy();
  });

  it("is put on hold and resumed with one click each [2.1.1-m, 5.1-a]", async () => {
    const desk = showScreen(talking("c1"));
    await click(button(present("c1"), /Wachtstand/));
    desk.tell({ a: "m", k: "call", id: "c1", f: { state: "held", since: NOW } });
    await click(button(present("c1"), /Voortzetten/));
    expect(desk.asked.map(([op]) => op)).toEqual(["call.hold", "call.resume"]);
  });

  it("is faded on hold, stays beside the active one, and turns amber after 45 seconds [2.1.1-f, 5.1-c]", async () => {
    showScreen(talking("c1", { state: "held", since: ago(40) }), talking("c2"));
    expect(present("c1").dataset["state"]).toBe("held");
    expect(present("c2").dataset["state"]).toBe("active");
    expect(present("c1").dataset["late"]).toBeUndefined();
    await act(() => vi.advanceTimersByTimeAsync(6_000));
    expect(present("c1").dataset["late"]).toBe("");
    expect(within(present("c1")).getByText("Lang in de wacht")).toBeTruthy();
  });

  it("turns amber after the time that the organisation has set [D8]", async () => {
    showScreen(me({ hold_warn_ms: 20_000 }), talking("c1", { state: "held", since: ago(15) }));
    expect(present("c1").dataset["late"]).toBeUndefined();
    await act(() => vi.advanceTimersByTimeAsync(6_000));
    expect(present("c1").dataset["late"]).toBe("");
  });

  it("follows what is done on the telephone itself, and says so [2.1.1-x]", () => {
    const desk = showScreen(talking("c1"));
    desk.tell({ a: "m", k: "call", id: "c1", f: { state: "held", note: "phone_hold" } });
    expect(present("c1").dataset["state"]).toBe("held");
    expect(present("c1").textContent).toContain("Op het toestel in de wacht gezet.");
    desk.tell({ a: "x", k: "call", id: "c1" });
    expect(card("c1")).toBeNull();
  });

  it("says to lift the handset where the telephone cannot be answered from here [2.1.1-w]", () => {
    showScreen(talking("c1", { state: "connecting", note: "answer_on_phone" }));
    expect(present("c1").textContent).toContain("Neem op met de hoorn van uw toestel.");
  });

  it("of a colleague or of a queue that I am not in has no card [2.1-c]", () => {
    showScreen(
      talking("c1", { mine: false, agent: "u2", agent_name: "Piet Jansen" }),
      call("c2", { queue: "q3", queue_name: "Storingen" }),
    );
    expect(document.querySelectorAll(".card")).toHaveLength(0);
    expect(screen.queryByRole("region", { name: "Wachtend" })).toBeNull();
  });

  it("ends by hanging up [2.1.1-p]", async () => {
    const desk = showScreen(talking("c1"));
    await click(button(present("c1"), /Ophangen/));
    expect(desk.asked).toEqual([["call.hang_up", { call: "c1" }]]);
  });

  it("says what each action does when it has the focus [2.1.1-q]", async () => {
    showScreen(talking("c1"));
    fireEvent.keyDown(document.body, { key: "Tab" });
    await act(async () => button(present("c1"), /Wachtstand/).focus());
    expect(screen.getByRole("tooltip").textContent).toBe("Wachtstand (F5)");
  });
});

describe("the keys", () => {
  const press = (key: string, code = key): void => void fireEvent.keyDown(document.body, { key, code });

  it("answer, hold, resume and hang up from anywhere", async () => {
    const desk = showScreen(offered("c1"));
    await act(async () => press("F3"));
    desk.tell({ a: "s", e: talking("c1") });
    await act(async () => press("F5"));
    desk.tell({ a: "m", k: "call", id: "c1", f: { state: "held" } });
    await act(async () => press("F5"));
    desk.tell({ a: "m", k: "call", id: "c1", f: { state: "active" } });
    await act(async () => press("F4"));
    expect(desk.asked.map(([op]) => op)).toEqual(["call.answer", "call.hold", "call.resume", "call.hang_up"]);
  });

  it("lead from part to part with F6", async () => {
    showScreen();
    const visited: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await act(async () => press("F6"));
      visited.push(document.activeElement?.id ?? "");
    }
    expect(visited).toEqual(["calls", "main", "detail", "calls"]);
  });

  it("are listed under ?", async () => {
    showScreen();
    await act(async () => press("?", "Slash"));
    const list = screen.getByRole("dialog", { name: "Sneltoetsen" });
    expect(list.textContent).toContain("F3");
    expect(list.textContent).toContain("De bovenste oproep opnemen");
  });
});

describe("who waits", () => {
  it("stands in a quiet row when not offered to me, and can be taken [2.1-a]", async () => {
    const desk = showScreen(
      call("c1"),
      call("c2", { queue: "q3", queue_name: "Storingen" }),
      call("c3", { queue: "q2", urgent: true, queue_name: "Urgent" }),
    );
    const rows = within(screen.getByRole("region", { name: "Wachtend" })).getAllByRole("listitem");
    expect(rows.map((row) => row.dataset["call"])).toEqual(["c3", "c1"]);
    await click(within(rows[1] as HTMLElement).getByRole("button", { name: /Neem/ }));
    expect(desk.asked).toEqual([["call.answer", { call: "c1" }]]);
  });

  it("is folded away past eight rows, with the count [D1]", async () => {
    showScreen(
      ...Array.from({ length: 12 }, (_, index) => call(`c${index}`, { entered_at: ago(60 - index) })),
    );
    const region = screen.getByRole("region", { name: "Wachtend" });
    expect(within(region).getAllByRole("listitem")).toHaveLength(8);
    await click(within(region).getByRole("button", { name: "Alle 12 wachtenden tonen" }));
    expect(within(region).getAllByRole("listitem")).toHaveLength(12);
  });
});

describe("wrap-up", () => {
  const running = me({
    status: "wrap_up",
    wrap_up: { kind: "automatic", since: ago(30), until: NOW + 60_000, stoppable: true, extendable: false },
  });

  it("is a red bar below the clock that tells what is left, by the server's instants [2.3-d, 2.3-h]", async () => {
    showScreen(running);
    const bar = screen.getByRole("progressbar", { name: "Nawerktijd" });
    expect([bar.getAttribute("aria-valuenow"), bar.getAttribute("aria-valuemax")]).toEqual(["60", "90"]);
    await act(() => vi.advanceTimersByTimeAsync(30_100));
    expect(bar.getAttribute("aria-valuenow")).toBe("30");
  });

  it("is told by the clock, with how long it still lasts [2.4-e]", () => {
    showScreen(running);
    expect(screen.getByRole("button", { name: "Nawerktijd", pressed: true })).toBeTruthy();
    expect(document.querySelector(".desk-head")?.textContent).toContain("Nawerktijdnog 01:00 van 01:30");
    cleanup();
    showScreen(me());
    expect(screen.getByRole("button", { name: "Nawerktijd", pressed: false })).toBeTruthy();
    expect(document.querySelector(".desk-head")?.textContent).toContain("Beschikbaar");
  });

  it("starts with a click on the green clock, and stops with the next [2.4-b]", async () => {
    const desk = showScreen(me());
    await click(screen.getByRole("button", { name: "Nawerktijd" }));
    desk.tell({
      a: "m",
      k: "me",
      id: "u1",
      f: {
        status: "wrap_up",
        wrap_up: { kind: "manual", since: NOW, until: null, stoppable: true, extendable: false },
      },
    });
    await click(screen.getByRole("button", { name: "Nawerktijd" }));
    expect(desk.asked.map(([op]) => op)).toEqual(["wrap_up.start", "wrap_up.stop"]);
  });

  it("shows that it follows when it was asked for during a call [2.4-f]", () => {
    showScreen(me({ status: "in_call", wrap_up_armed: true }), talking("c1"));
    expect(document.querySelector(".desk-head")?.textContent).toContain("nawerktijd volgt");
    expect(screen.getByRole("button", { name: "Nawerktijd", pressed: true })).toBeTruthy();
  });

  it("cannot be started without the right, and the clock says why [2.4-a, 2.4-g]", async () => {
    const desk = showScreen(me({ rights: [] }));
    const clock = screen.getByRole("button", { name: "Nawerktijd" });
    expect(clock.getAttribute("aria-disabled")).toBe("true");
    await click(clock);
    expect(desk.asked).toEqual([]);
    fireEvent.keyDown(document.body, { key: "Tab" });
    await act(async () => clock.focus());
    expect(screen.getByRole("tooltip").textContent).toBe("U mag zelf geen nawerktijd beginnen.");
  });
});

describe("without a phone or a line", () => {
  it("call actions are off with the reason, and the rest can be read [1.2-l]", async () => {
    const desk = showScreen(me({ device: null }), call("c1"), agent("u2", "Piet Jansen"));
    const take = screen.getByRole("button", { name: /Neem/ });
    expect(take.getAttribute("aria-disabled")).toBe("true");
    await click(take);
    expect(desk.asked).toEqual([]);
    fireEvent.keyDown(document.body, { key: "Tab" });
    await act(async () => take.focus());
    expect(screen.getByRole("tooltip").textContent).toContain("U heeft geen toestel");
    expect(screen.getByRole("table", { name: "Wachtrijen" })).toBeTruthy();
    expect(screen.getByRole("tab", { name: "Geschiedenis" })).toBeTruthy();
  });

  it("says since when nothing is true any more, stops the waiting times, and lets the call go on", async () => {
    const desk = showScreen(talking("c1"), call("c2", { entered_at: ago(31) }));
    act(() => desk.store.line({ state: "lost", since: NOW, retryAt: NOW + 4_000 }));
    await act(() => vi.advanceTimersByTimeAsync(10_100));
    expect(screen.getByText(/Verbinding verbroken, uw gesprek loopt door/)).toBeTruthy();
    expect(screen.getByText("laatst bijgewerkt 14:30:00")).toBeTruthy();
    expect(within(present("c1")).getByText("00:22")).toBeTruthy();
    expect(screen.getByRole("region", { name: "Wachtend" }).textContent).toContain("00:31");
    await click(button(present("c1"), /Ophangen/));
    expect(desk.asked).toEqual([]);
  });

  it("says that the exchange is away and keeps call actions off", () => {
    showScreen({ k: "exchange", id: "exchange", up: false, since: NOW }, call("c1"));
    expect(screen.getByText("De telefooncentrale is weg.")).toBeTruthy();
    expect(screen.getByRole("button", { name: /Neem/ }).getAttribute("aria-disabled")).toBe("true");
  });
});
