import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChooseDevice } from "../features/sign-in/ChooseDevice.tsx";
import { ChooseGroup } from "../features/sign-in/ChooseGroup.tsx";
import { LogOut } from "../features/user-menu/LogOut.tsx";
import type { CallView } from "../model/wire.ts";
import { cleanup, click, device, me, type PretendDesk, show, talking } from "./harness.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the choice of a group", () => {
  it("comes with the warning about queues of other groups, and one click chooses [1.1-q]", async () => {
    const chosen = vi.fn();
    const desk = show([me({ group: null, device: null })], <ChooseGroup current={null} done={chosen} />);
    expect(
      screen.getByText(/LET OP: u wordt automatisch uitgelogd op de wachtrijen die niet beschikbaar zijn/),
    ).toBeTruthy();
    await click(screen.getByRole("button", { name: "Den Bosch" }));
    expect(desk.asked).toEqual([["group.select", { group: "g2" }]]);
    expect(chosen).toHaveBeenCalledOnce();
  });

  it("asks first when an urgent queue would be left to nobody [D12]", async () => {
    const chosen = vi.fn();
    const desk = show([me({ group: "g1", device: null })], <ChooseGroup current="g1" done={chosen} />);
    desk.answer = () =>
      Promise.resolve(
        desk.asked.length === 1
          ? { ok: false, code: "last_in_urgent", args: { queue: "Urgent" } }
          : { ok: true },
      );
    await click(screen.getByRole("button", { name: "Den Bosch" }));
    const question = screen.getByRole("alertdialog");
    expect(question.textContent).toContain("als laatste ingelogd op Urgent");
    expect(chosen).not.toHaveBeenCalled();
    await click(within(question).getByRole("button", { name: "Toch van groep wisselen" }));
    expect(desk.asked.at(-1)).toEqual(["group.select", { group: "g2", confirmed: "true" }]);
    expect(chosen).toHaveBeenCalledOnce();
  });

  it("says that sign-ins come back, where they are remembered [D12]", () => {
    const note = /weer ingelogd op de wachtrijen van de vorige keer/;
    show([me({ device: null })], <ChooseGroup current="g1" done={() => undefined} />);
    expect(screen.queryByText(note)).toBeNull();
    cleanup();
    show(
      [me({ device: null, remembers_sign_ins: true })],
      <ChooseGroup current="g1" done={() => undefined} />,
    );
    expect(screen.getByText(note)).toBeTruthy();
  });

  it("has the group of the last time first, and says so [D12]", () => {
    show([me({ group: "g2", device: null })], <ChooseGroup current="g2" done={() => undefined} />);
    const [first] = screen.getAllByRole("button");
    expect(first?.textContent).toContain("Den Bosch");
    expect(first?.textContent).toContain("vorige keer");
  });

  it("tells who belongs to no group so, and offers nothing [1.1-v]", () => {
    show([me({ group: null, groups: [] })], <ChooseGroup current={null} done={() => undefined} />);
    expect(screen.getByRole("heading", { name: "Geen groep" })).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("the choice of a telephone", () => {
  const DEVICES = [
    device("d1", "Toestel 201"),
    device("d2", "Toestel 203", { used_by: "Piet Jansen" }),
    device("d3", "Nachtpost", { registered: false }),
    device("d4", "Browser van Chantal", { kind: "web", registered: false }),
  ];
  let desk: PretendDesk;
  let done: number;
  let without: number;

  beforeEach(() => {
    done = without = 0;
    desk = show(
      [me({ device: null }), ...DEVICES],
      <ChooseDevice
        done={() => {
          done += 1;
        }}
        without={() => {
          without += 1;
        }}
      />,
    );
  });

  async function pick(name: string): Promise<void> {
    await click(screen.getByRole("button", { name: "Inloggen op een toestel" }));
    await click(screen.getByRole("option", { name: new RegExp(name) }));
  }

  it("says that there is no link to a telephone, and can be put off [1.2-a]", async () => {
    expect(screen.getByText(/U bent nog niet ingelogd op een toestel/)).toBeTruthy();
    await click(screen.getByRole("button", { name: "Alleen meekijken" }));
    expect(without).toBe(1);
  });

  it("does not tell who changes the telephone that there is none, and can be left with it [1.2-k]", async () => {
    desk.tell(
      { a: "m", k: "me", id: "u1", f: { device: "d1" } },
      { a: "m", k: "device", id: "d1", f: { used_by: "Chantal Vos", used_by_me: true } },
    );
    expect(screen.queryByText(/nog niet ingelogd/)).toBeNull();
    expect(screen.getByText(/U bent nu ingelogd op Toestel 201/)).toBeTruthy();
    await pick("Nachtpost");
    await click(screen.getByRole("button", { name: "Toestel 201 houden" }));
    expect(without).toBe(1);
  });

  it("has a button that opens the list of names [1.2-b]", async () => {
    await click(screen.getByRole("button", { name: "Inloggen op een toestel" }));
    const names = within(screen.getByRole("listbox"))
      .getAllByRole("option")
      .map((option) => option.textContent);
    expect(names).toHaveLength(4);
    expect(names.join()).toContain("Toestel 201");
  });

  it("needs a choice and a click to be ready [1.2-c]", async () => {
    await pick("Toestel 201");
    await click(screen.getByRole("button", { name: "Inloggen" }));
    expect(desk.asked).toEqual([["device.pair", { device: "d1" }]]);
    expect(done).toBe(1);
  });

  it("names the colleague who has it, and does not take it over [1.2-e]", async () => {
    await pick("Toestel 203");
    expect(screen.getByText(/Piet Jansen is al ingelogd op dit toestel/)).toBeTruthy();
    await click(screen.getByRole("button", { name: "Inloggen" }));
    expect(desk.asked).toEqual([]);
  });

  it("names the colleague who was just faster", async () => {
    desk.answer = () => Promise.resolve({ ok: false, code: "device_taken", args: { name: "Anja Smit" } });
    await pick("Toestel 201");
    await click(screen.getByRole("button", { name: "Inloggen" }));
    expect(screen.getByText(/Anja Smit is al ingelogd op dit toestel/)).toBeTruthy();
    expect(done).toBe(0);
  });

  it("says which telephones are connected, and warns before one that is not [1.2-i]", async () => {
    await click(screen.getByRole("button", { name: "Inloggen op een toestel" }));
    const said = (name: string): string =>
      screen.getByRole("option", { name: new RegExp(name) }).textContent ?? "";
    expect([said("Toestel 201"), said("Nachtpost"), said("Browser")]).toEqual([
      expect.stringContaining("Vrij"),
      expect.stringContaining("Niet verbonden"),
      expect.stringContaining("Vrij"),
    ]);
    await click(screen.getByRole("option", { name: /Nachtpost/ }));
    expect(screen.getByText(/Dit toestel is nu niet verbonden/)).toBeTruthy();
    await click(screen.getByRole("button", { name: "Inloggen" }));
    expect(desk.asked).toEqual([["device.pair", { device: "d3" }]]);
  });
});

describe("a telephone that a colleague has", () => {
  it("is taken over by who has the right, with the name on the button [D16]", async () => {
    let done = 0;
    const desk = show(
      [
        me({ device: null, rights: ["device.take_over"] }),
        device("d2", "Toestel 203", { used_by: "Piet Jansen" }),
      ],
      <ChooseDevice done={() => (done += 1)} without={() => undefined} />,
    );
    await click(screen.getByRole("button", { name: "Inloggen op een toestel" }));
    await click(screen.getByRole("option", { name: /Toestel 203/ }));
    expect(screen.getByText(/Piet Jansen is al ingelogd op dit toestel/)).toBeTruthy();
    const takeOver = screen.getByRole("button", { name: "Overnemen van Piet Jansen" });
    desk.answer = () =>
      Promise.resolve({ ok: false, code: "device_in_call", args: { device: "Toestel 203" } });
    await click(takeOver);
    expect(desk.asked).toEqual([["device.pair", { device: "d2", take_over: "true" }]]);
    expect(screen.getByText(/Toestel 203 is in gesprek/)).toBeTruthy();
    expect(done).toBe(0);
    desk.answer = () => Promise.resolve({ ok: true });
    await click(takeOver);
    expect(done).toBe(1);
  });
});

describe("logging out", () => {
  let requests: string[];
  let answer: () => Response;
  let loggedOut: number;

  beforeEach(() => {
    requests = [];
    loggedOut = 0;
    answer = () => new Response(null, { status: 204 });
    vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
      requests.push(`${init.method} ${path}`);
      return answer();
    });
  });

  const ask = (calls: readonly CallView[] = [], device: string | null = "Toestel 201"): void =>
    void show(
      [me()],
      <LogOut
        open
        device={device}
        calls={calls}
        close={() => undefined}
        loggedOut={() => {
          loggedOut += 1;
        }}
      />,
    );

  it("asks whether to leave the telephone too: yes, no, or not at all [4-b]", () => {
    ask();
    const question = screen.getByRole("alertdialog", { name: "Ook uitloggen op uw toestel?" });
    const answers = within(question)
      .getAllByRole("button")
      .map((one) => one.textContent);
    expect(answers).toEqual(["Annuleren", "Nee", "Ja"]);
  });

  it.each([
    ["Ja", "DELETE /api/session?device=1"],
    ["Nee", "DELETE /api/session"],
  ])("%s asks the server for what it says", async (word, request) => {
    ask();
    await click(screen.getByRole("button", { name: word }));
    expect(requests).toEqual([request]);
    expect(loggedOut).toBe(1);
  });

  it("says that the phone goes on for the queues where the organisation wants that [D17]", () => {
    show(
      [me()],
      <LogOut
        open
        device="Toestel 201"
        keeps
        calls={[]}
        close={() => undefined}
        loggedOut={() => undefined}
      />,
    );
    expect(screen.getByRole("alertdialog").textContent).toContain("ook voor uw wachtrijen");
  });

  it("names the calls that go on at the telephone, and can be done [4-f, D17]", async () => {
    ask([talking("c1", { name: "Mevr. De Vries" })]);
    const warning = screen.getByText(/Deze gesprekken gaan door op uw toestel/);
    expect(warning.textContent).toContain("Mevr. De Vries, Algemeen");
    await click(screen.getByRole("button", { name: "Nee" }));
    expect(loggedOut).toBe(1);
  });

  it("cannot be done while somebody is on hold, and says who [4-f, D17]", async () => {
    ask([talking("c1", { state: "held", name: "Mevr. De Vries", queue_name: null })]);
    expect(screen.getByText(/Staan in de wacht/).textContent).toContain("Mevr. De Vries");
    for (const word of ["Ja", "Nee"]) {
      expect(screen.getByRole("button", { name: word }).getAttribute("aria-disabled")).toBe("true");
      await click(screen.getByRole("button", { name: word }));
    }
    expect(requests).toEqual([]);
  });

  it("says why the server refuses", async () => {
    ask();
    answer = () => new Response(JSON.stringify({ code: "live_call", args: {} }), { status: 409 });
    await click(screen.getByRole("button", { name: "Ja" }));
    expect(screen.getByText(/Beëindig ze of haal ze eerst uit de wacht/)).toBeTruthy();
    expect(loggedOut).toBe(0);
  });

  it("asks the last one for urgent calls once more, without what was wrong before [D17]", async () => {
    ask();
    answer = () => new Response(JSON.stringify({ code: "live_call", args: {} }), { status: 409 });
    await click(screen.getByRole("button", { name: "Ja" }));
    answer = () =>
      new Response(JSON.stringify({ code: "last_in_urgent", args: { queue: "Urgent" } }), { status: 409 });
    await click(screen.getByRole("button", { name: "Ja" }));
    expect(screen.getByText(/U bent als laatste ingelogd op Urgent/)).toBeTruthy();
    expect(screen.queryByText(/Beëindig ze of haal ze eerst uit de wacht/)).toBeNull();
    answer = () => new Response(null, { status: 204 });
    await click(screen.getByRole("button", { name: "Toch uitloggen" }));
    expect(requests.at(-1)).toBe("DELETE /api/session?device=1&confirmed=1");
    expect(loggedOut).toBe(1);
  });

  it("only asks whether, where there is no telephone; it leaves none then", async () => {
    ask([], null);
    expect(screen.getByRole("alertdialog", { name: "Uitloggen?" })).toBeTruthy();
    await click(screen.getByRole("button", { name: "Uitloggen" }));
    expect(requests).toEqual(["DELETE /api/session"]);
  });
});
