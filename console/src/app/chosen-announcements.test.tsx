import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { say } from "../features/administration/words.ts";
import { whyWords } from "../text/why.ts";
import { cleanup } from "./harness.tsx";
import {
  field,
  NUMBER,
  open,
  own,
  press,
  pretend,
  pretendAnnouncements,
  QUEUE,
  reads,
  WELCOME,
  words,
} from "./pretend-announcements.tsx";

pretendAnnouncements();

describe("where an own announcement is chosen", () => {
  it("a queue greets who enters, or says nothing [D25]", async () => {
    await open("queues/q1");
    expect(words(/^Begroeting/)).toEqual(["niets", "Welkom"]);
    field(/^Begroeting/).focus();
    fireEvent.change(field(/^Begroeting/), { target: { value: "a1" } });
    expect(document.activeElement).toBe(field(/^Begroeting/));
    expect(document.body.textContent).toContain("zodra iemand opneemt, stopt de begroeting");
    await press("Opslaan");
    pretend.lists["queues"] = [{ ...QUEUE, greeting: "a1" }];
    cleanup();
    await open("queues/q1");
    fireEvent.change(field(/^Begroeting/), { target: { value: "" } });
    await press("Opslaan");

    expect(pretend.asked.map(([, , body]) => body)).toEqual([{ greeting: "a1" }, { greeting: null }]);
  });

  it("a queue plays it to who waits, and the organisation to who is on hold [D25]", async () => {
    await open("queues/q1");
    expect(words(/^Wachtend: Wie wacht hoort …:$/)).toEqual(["de gewone muziek", "Welkom"]);
    fireEvent.change(field(/^Wachtend: Wie wacht hoort …:$/), { target: { value: "a1" } });
    await press("Opslaan");
    cleanup();
    await open("organisation");
    fireEvent.change(field(/Wie in de wacht staat hoort$/), { target: { value: "a1" } });
    await press("Opslaan");
    expect(pretend.asked.map(([, , body]) => body)).toEqual([{ music: "a1" }, { hold_music: "a1" }]);

    cleanup();
    pretend.lists["queues"] = [{ ...QUEUE, music: "a1" }];
    pretend.lists["organisation"] = [{ ...pretend.lists["organisation"]?.[0], hold_music: "a1" }];
    await open("own_announcements/a1");
    expect(reads()).toContain("muziek van Algemeen");
    expect(reads()).toContain("muziek in de wacht");
  });

  it("a queue in which callers hear ringing says why it has no greeting", async () => {
    pretend.lists["queues"] = [{ ...QUEUE, ring_until_answered: true }];
    await open("queues/q1");
    expect(document.body.textContent).toContain("Die is er niet: in deze wachtrij horen bellers de telefoon");
    expect(screen.queryByLabelText(/^Begroeting/)).toBeNull();
    cleanup();
    pretend.lists["queues"] = [{ ...QUEUE, ring_until_answered: true, greeting: "a1" }];
    await open("queues/q1");

    expect(field(/^Begroeting/).value).toBe("a1");
    expect(document.body.textContent).toContain("klinkt niet: in deze wachtrij");
  });

  it("what nobody can hear yet says so before it is chosen", async () => {
    own({ source: "none", ms: null });
    pretend.lists["queues"] = [{ ...QUEUE, exits: { full: { action: "message", target: null } } }];
    await open("queues/q1");

    expect(words(/^Begroeting/)).toEqual(["niets", "Welkom (nog niets te horen)"]);
    expect(words(/^Vol: .*: wat er wordt gezegd$/)).toContain("Welkom (nog niets te horen)");
  });

  it("a queue says where they are made as long as there is none", async () => {
    pretend.lists["own_announcements"] = [];
    await open("queues/q1");

    expect(document.body.textContent).toContain("(er is er nog geen gemaakt: zie Eigen meldteksten)");
  });

  it("a way out says the usual sentence or one of the own [D21]", async () => {
    pretend.lists["queues"] = [{ ...QUEUE, exits: { full: { action: "announcement", target: null } } }];
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

    expect(pretend.asked[0]?.[2]).toEqual({ exits: { full: { action: "message", target: "a1" } } });
  });

  it("a way out asks nothing more where there is no own announcement", async () => {
    pretend.lists["own_announcements"] = [];
    pretend.lists["queues"] = [{ ...QUEUE, exits: { full: { action: "announcement", target: null } } }];
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
    expect(pretend.asked[0]?.[2]).toEqual({ queue: null, announcement: "a1" });

    fireEvent.change(field(/of naar$/), { target: { value: "u1" } });
    expect(field(/bellers horen$/).value).toBe("");
    await press("Opslaan");
    expect(pretend.asked[1]?.[2]).toEqual({ queue: null, person: "u1" });
  });

  it("the list of numbers names the announcement", async () => {
    pretend.lists["numbers"] = [{ ...NUMBER, queue: null, announcement: "a1" }];
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
