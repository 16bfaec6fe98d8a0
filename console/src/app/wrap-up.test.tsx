import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ago, call, chooseDevice, cleanup, click, me, NOW, showScreen } from "./harness.tsx";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, shouldAdvanceTime: false });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const timed = (part: object = {}) =>
  me({
    status: "wrap_up",
    wrap_up: {
      kind: "automatic",
      since: ago(30),
      until: NOW + 60_000,
      stoppable: true,
      extendable: true,
      ...part,
    },
  });

describe("wrap-up", () => {
  it("can be made half a minute longer as long as the queue lets it [D9]", async () => {
    const desk = showScreen(timed());
    await click(screen.getByRole("button", { name: "30 seconden langer" }));
    expect(desk.asked).toEqual([["wrap_up.extend", {}]]);
    desk.tell({ a: "s", e: timed({ until: NOW + 90_000, extendable: false }) });
    expect(screen.queryByRole("button", { name: "30 seconden langer" })).toBeNull();
    expect(screen.getByRole("progressbar", { name: "Nawerktijd" }).getAttribute("aria-valuenow")).toBe("90");
  });

  it("cannot be stopped where the queue says no, and the clock says why [D9]", async () => {
    const desk = showScreen(timed({ stoppable: false }));
    expect(screen.queryByRole("button", { name: "Klaar" })).toBeNull();
    const clock = screen.getByRole("button", { name: "Nawerktijd" });
    await click(clock);
    expect(desk.asked).toEqual([]);
    fireEvent.keyDown(document.body, { key: "Tab" });
    await act(async () => clock.focus());
    expect(screen.getByRole("tooltip").textContent).toBe("Deze nawerktijd loopt helemaal af.");
  });

  it("is over by itself, and the person is available again [2.3-g]", () => {
    const desk = showScreen(timed());
    desk.tell({ a: "s", e: me({ status: "available", status_since: NOW }) });
    expect(screen.queryByRole("progressbar")).toBeNull();
    expect(document.querySelector(".desk-head")?.textContent).toContain("Beschikbaar");
  });

  it("has no end when it was asked for by hand, and the same click ends it [2.4-d]", async () => {
    const desk = showScreen(
      me({
        status: "wrap_up",
        wrap_up: { kind: "manual", since: ago(300), until: null, stoppable: true, extendable: false },
      }),
    );
    expect(document.querySelector(".desk-head")?.textContent).toContain("05:00, zonder eindtijd");
    expect(screen.queryByRole("progressbar")).toBeNull();
    await click(screen.getByRole("button", { name: "Klaar" }));
    expect(desk.asked).toEqual([["wrap_up.stop", {}]]);
  });

  it("shows an urgent caller in red, who can be taken all the same [D6]", async () => {
    const desk = showScreen(
      timed(),
      call("u", { queue: "q2", queue_name: "Urgent", urgent: true, note: "breaks_wrap_up" }),
    );
    const row = within(screen.getByRole("region", { name: "Wachtend" })).getByRole("listitem");
    expect(row.dataset["urgent"]).toBe("");
    await click(within(row).getByRole("button", { name: /Neem/ }));
    expect(desk.asked).toEqual([["call.answer", { call: "u" }]]);
  });
});

describe("a pause", () => {
  const reasons = ["Lunch", "Koffie"];

  it("is taken from the menu with one's name, with a reason", async () => {
    const desk = showScreen(me({ pause_reasons: reasons }));
    await click(screen.getByRole("button", { name: /Menu van/ }));
    await click(screen.getByRole("menuitemradio", { name: "Lunch" }));
    expect(desk.asked).toEqual([["agent.pause", { reason: "Lunch" }]]);
  });

  it("says why and since when, and ends with one click", async () => {
    const desk = showScreen(me({ status: "paused", pause: "Lunch", pause_reasons: reasons }));
    expect(document.querySelector(".desk-head")?.textContent).toContain("PauzeLunch, sinds");
    await click(screen.getByRole("button", { name: "Ik ben er weer" }));
    expect(desk.asked).toEqual([["agent.return", {}]]);
  });

  it("stands in a menu whose items depend on rights, with logging out as the last one [4-a]", async () => {
    showScreen(me({ pause_reasons: reasons }));
    await click(screen.getByRole("button", { name: /Menu van/ }));
    expect(screen.queryByRole("menuitem", { name: "Beheer" })).toBeNull();
    expect(screen.getAllByRole("menuitem").at(-1)?.textContent).toBe("Uitloggen");
    cleanup();

    showScreen(me({ rights: ["admin.queues"] }));
    await click(screen.getByRole("button", { name: /Menu van/ }));
    expect(screen.getByRole("menuitem", { name: "Beheer" }).getAttribute("href")).toBe("/admin");
    cleanup();

    showScreen(me({ rights: ["provider.manage"] }));
    await click(screen.getByRole("button", { name: /Menu van/ }));
    expect(screen.getByRole("menuitem", { name: "Beheer" }).getAttribute("href")).toBe("/admin");
    expect(screen.getAllByRole("menuitem").at(-1)?.textContent).toBe("Uitloggen");
  });

  it("is not in the menu of an organisation without reasons for one", async () => {
    showScreen(me());
    await click(screen.getByRole("button", { name: /Menu van/ }));
    expect(screen.queryByRole("menuitemradio", { name: "Lunch" })).toBeNull();
    expect(screen.queryByText("Pauze")).toBeNull();
  });
});

describe("an alarm", () => {
  it("stands above everything, and who may sign in can do so there [D6]", async () => {
    const alarm = {
      k: "alarm",
      queue: "q2",
      queue_name: "Urgent",
      name: null,
      until: null,
      since: ago(35),
    } as const;
    const desk = showScreen(
      me({ signed_in: ["q1"] }),
      { ...alarm, id: "x", code: "urgent_unanswered" },
      { ...alarm, id: "y", code: "urgent_empty", queue: "q9", queue_name: "Nacht" },
    );
    const text = document.querySelector(".banners")?.textContent;
    expect(text).toContain("Een urgente oproep in Urgent wordt niet opgenomen. 00:35");
    expect(text).toContain("Niemand is ingelogd op Nacht.");
    await click(screen.getByRole("button", { name: "Inloggen" }));
    expect(desk.asked).toEqual([["queue.sign_in", { queue: "q2" }]]);
  });

  it("has who has no phone choose one first: signed in without it nothing rings [D6, 1.2-l]", async () => {
    chooseDevice.mockClear();
    const alarm = { k: "alarm", id: "x", code: "urgent_empty", queue: "q2", queue_name: "Urgent" } as const;
    showScreen(me({ signed_in: [], device: null }), { ...alarm, name: null, until: null, since: ago(35) });
    const banner = document.querySelector(".banner") as HTMLElement;
    expect(within(banner).queryByRole("button", { name: "Inloggen" })).toBeNull();
    expect(banner.textContent).toContain("Kies eerst een toestel: zonder kunt u de oproep niet aannemen.");
    await click(within(banner).getByRole("button", { name: "Kies een toestel" }));
    expect(chooseDevice).toHaveBeenCalledOnce();
  });

  it("of the house is one click away for who supervises, and stands in nobody's way [D6]", async () => {
    const house = { k: "alarm", queue: null, queue_name: null, name: null, until: null } as const;
    const all = [
      { ...house, id: "a", code: "not_saved", since: ago(120) },
      { ...house, id: "b", code: "trunk_down", name: "provider", since: ago(60) },
      { ...house, id: "c", code: "disk_low", since: ago(30) },
      { ...house, id: "d", code: "exchange_stuck", since: ago(20) },
      { ...house, id: "e", code: "exchange_away", since: ago(10) },
      { ...house, id: "f", code: "history_gap", since: ago(9), until: ago(5) },
    ] as const;
    showScreen(me({ rights: ["desk.supervise"] }), ...all);
    expect(document.querySelector(".banners")).toBeNull();
    await click(screen.getByRole("button", { name: "6 alarmen" }));
    const lines = [...document.querySelectorAll(".alarms li")].map((line) => line.textContent);
    expect(lines[0]).toContain("niet opgeslagen");
    expect(lines[0]).toContain("02:00");
    expect(lines[1]).toContain("provider");
    expect(lines[5]).toMatch(/Tussen .* en .* kunnen gesprekken in de geschiedenis ontbreken/);
    expect(lines).toHaveLength(6);
    cleanup();

    showScreen(me({ rights: [] }), ...all);
    expect(screen.queryByRole("button", { name: /alarm/ })).toBeNull();
  });
});
