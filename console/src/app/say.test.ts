import { i18n } from "@lingui/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { messages } from "../text/catalogues/nl.po";
import { call, me, NOW, pretendDesk, talking } from "./harness.tsx";
import { say } from "./say.ts";

const shown: string[] = [];
const spoken: string[] = [];
vi.mock("../ui/toast.tsx", () => ({ toast: (text: string) => shown.push(text) }));
vi.mock("../ui/announce.tsx", () => ({
  announce: (text: string) => spoken.push(text),
  Announcer: () => null,
}));

beforeEach(() => i18n.loadAndActivate({ locale: "nl", messages }));
afterEach(() => {
  shown.length = 0;
  spoken.length = 0;
});

const transfer = {
  kind: "attended",
  state: "completed",
  mine: true,
  recipient: "c",
  recipient_name: "Jan",
} as const;

function hear(code: string, args: Record<string, string>, about: string | null): string[] {
  const sounds: string[] = [];
  const { store } = pretendDesk([
    me(),
    talking("held", { state: "held", name: "Mevrouw De Vries" }),
    call("done", { state: "transferred", transfer: { ...transfer, until: NOW + 10_000 } }),
    call("final", { state: "transferred", transfer: { ...transfer, until: null } }),
  ]);
  say({ code, args, call: about }, store, (sound) => sounds.push(sound));
  return sounds;
}

describe("what the server says once", () => {
  it("names the caller on whose card it is, where it names nobody itself [D8]", () => {
    expect(hear("hold_long", {}, "held")).toEqual(["beep"]);
    expect(shown).toEqual(["Mevrouw De Vries staat al lang in de wacht."]);
  });

  it("names who was on hold and has hung up, though the card has gone just before it is said [D8]", () => {
    const { store, tell } = pretendDesk([
      me(),
      talking("a", { name: "Jan Jansen" }),
      talking("held", { state: "held", name: "Mevrouw De Vries" }),
    ]);
    tell({ a: "x", k: "call", id: "held" });
    tell({ a: "m", k: "me", id: "u1", f: { status: "in_call" } });
    say({ code: "caller_on_hold_hung_up", args: {}, call: "held" }, store, () => undefined);
    expect(shown).toEqual(["Mevrouw De Vries stond in de wacht en heeft opgehangen."]);
  });

  it("names the recipient, a number as people write it [D7]", () => {
    hear("recipient_busy", { name: "31534800937" }, "held");
    hear("transfer_returned", { name: "Henk van Dijk", reason: "no_answer" }, "held");
    expect(shown).toEqual([
      "053 480 09 37 is in gesprek.",
      "De beller is terug bij u. Henk van Dijk neemt niet op.",
    ]);
  });

  it("is only spoken where the screen already says it, with the way to undo it [D7]", () => {
    hear("transfer_done", { name: "Jan" }, "done");
    expect([shown, spoken]).toEqual([[], ["De beller is verbonden met Jan."]]);
    hear("transfer_done", { name: "Jan" }, "final");
    expect(shown).toEqual(["De beller is verbonden met Jan."]);
  });

  it("is nothing when the code is from a newer server", () => {
    hear("something_new", {}, null);
    expect(shown).toEqual([]);
  });
});
