import { fireEvent, render, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DeskContext } from "../connection/desk.tsx";
import { callBack } from "../model/pretend.ts";
import type { View } from "../model/wire.ts";
import { PhoneContext } from "../softphone/use.tsx";
import { Announcer } from "../ui/announce.tsx";
import { call, cleanup, device, me, NOW, OFFICE, offered, pretendDesk, talking } from "./harness.tsx";
import { soundOf, usePhoneFollowsDesk } from "./sound.ts";

const BROWSER = device("d1", "Browser van Chantal", {
  kind: "web",
  used_by: "Chantal Vos",
  used_by_me: true,
});
const QUIET = { since: NOW, ringing: false, rejectable: false };

const heard = (...views: View[]): string | null => soundOf(pretendDesk([me(), ...views]).store.world);

describe("what sounds at this browser", () => {
  it("is a ring for a call on its own phone, and another one for an urgent call", () => {
    expect(heard(BROWSER, offered("c1"))).toBe("ring");
    expect(heard(BROWSER, offered("c1"), offered("c2", { urgent: true }))).toBe("urgent");
  });

  it("is a tone of its own for a caller who came back [D7]", () => {
    expect(heard(BROWSER, offered("c1", { note: "returned" }))).toBe("returned");
    expect(heard(BROWSER, offered("c1", { note: "returned" }), offered("c2"))).toBe("ring");
  });

  it("is nothing while the telephone on the desk rings by itself", () => {
    expect(heard(...OFFICE, offered("c1"))).toBeNull();
  });

  it("is a soft beep when an urgent call comes during a call, whatever the phone", () => {
    expect(heard(...OFFICE, talking("c1"), offered("c2", { urgent: true, offer: QUIET }))).toBe("beep");
  });

  it("stops when the server has not been heard for too long", () => {
    const { store } = pretendDesk([me(), BROWSER, offered("c1")]);
    store.line({ state: "lost", since: NOW, retryAt: null });
    expect(soundOf(store.world)).toBeNull();
  });
});

function Listener(): null {
  usePhoneFollowsDesk();
  return null;
}

describe("what is said aloud", () => {
  afterEach(cleanup);

  /** A desk on which every sentence and every single beep is remembered. */
  function listen(...views: View[]) {
    const made = pretendDesk([me(), BROWSER, ...views]);
    const beeps: string[] = [];
    Object.assign(made.phone, {
      use: () => undefined,
      sound: () => undefined,
      expect: () => undefined,
      soundOnce: (sound: string) => beeps.push(sound),
    });
    render(
      <DeskContext value={made.desk}>
        <PhoneContext value={made.phone}>
          <Announcer />
          <Listener />
        </PhoneContext>
      </DeskContext>,
    );
    const said = (): string => document.querySelector("[aria-live=assertive]")?.textContent ?? "";
    return { ...made, said, beeps };
  }

  it("is an incoming call once, with its queue and caller", () => {
    const desk = listen();
    desk.tell({ a: "s", e: offered("c1", { name: "Mevrouw De Vries" }) });
    expect(desk.said()).toBe("Oproep, Algemeen, Mevrouw De Vries.");
    desk.tell({ a: "s", e: offered("c2") });
    const second = desk.said();
    desk.tell({ a: "m", k: "call", id: "c1", f: { offer: QUIET } });
    expect(desk.said()).toBe(second);
  });

  it("names an urgent call as urgent", () => {
    const desk = listen();
    desk.tell({ a: "s", e: offered("c1", { urgent: true, queue_name: "Urgent", number: null }) });
    expect(desk.said()).toBe("Urgente oproep, Urgent, afgeschermd nummer.");
  });

  it("is an urgent call that waits during my wrap-up, with one beep", () => {
    const desk = listen();
    desk.tell({ a: "m", k: "me", id: "u1", f: { status: "wrap_up" } });
    desk.tell({ a: "s", e: call("c1", { urgent: true, queue: "q2", queue_name: "Urgent" }) });
    desk.tell({ a: "m", k: "call", id: "c1", f: { v: 2 } });
    expect(desk.said()).toContain("Urgente oproep, Urgent");
    expect(desk.beeps).toEqual(["beep"]);
  });

  it("is an urgent call that waits during my pause as well", () => {
    const desk = listen();
    desk.tell({ a: "m", k: "me", id: "u1", f: { status: "paused", pause: "Lunch" } });
    desk.tell({ a: "s", e: call("c1", { urgent: true, note: "breaks_wrap_up", queue_name: "Urgent" }) });
    expect(desk.said()).toContain("Urgente oproep");
    expect(desk.beeps).toEqual(["beep"]);
  });

  it("is a direct call during another call, with one beep and no ringing [D5]", () => {
    const desk = listen(talking("a"));
    const direct = offered("c1", { queue: null, queue_name: null, direct: true, name: "Paul", offer: QUIET });
    desk.tell({ a: "s", e: direct });
    desk.tell({ a: "m", k: "call", id: "c1", f: { v: 2 } });
    expect(desk.said()).toBe("Oproep, Paul.");
    expect(desk.beeps).toEqual(["beep"]);
    expect(soundOf(desk.store.world)).toBeNull();
  });

  it("is a recipient who answers, with the key that connects", () => {
    const transfer = {
      kind: "attended",
      mine: true,
      recipient: "c",
      recipient_name: "Jan",
      until: null,
    } as const;
    const desk = listen(
      talking("a", { state: "held", transfer: { ...transfer, state: "dialling" } }),
      talking("c", { direction: "out", state: "dialling" }),
    );
    desk.tell({ a: "m", k: "call", id: "a", f: { transfer: { ...transfer, state: "consulting" } } });
    expect(document.querySelector("[aria-live=polite]")?.textContent).toBe("Jan neemt op. F3 verbindt.");
  });

  it("is a caller who came back", () => {
    const desk = listen();
    desk.tell({ a: "s", e: offered("c1", { name: "Mevrouw De Vries", note: "returned", reason: "busy" }) });
    expect(desk.said()).toBe("Gesprek terug: Mevrouw De Vries.");
  });

  it("is a call back that is offered, once, with its queue and whom, and how many wait besides [3.6-q]", async () => {
    const desk = listen();
    const before = desk.said();
    desk.tell({ a: "s", e: callBack("b1", NOW, { name: "Mevrouw De Vries" }) });
    expect(desk.said()).toBe(before);
    desk.tell({ a: "m", k: "callback", id: "b1", f: { offer: QUIET } });
    expect(desk.said()).toBe("Call back, Algemeen, Mevrouw De Vries.");
    // The title is written once a second.
    await waitFor(() => expect(document.title).toBe("(1) Operator - Cordboard"), { timeout: 2_000 });
    desk.tell({ a: "s", e: callBack("b2", NOW, { offer: QUIET }) });
    const second = desk.said();
    expect(second).toBe("Call back, Algemeen, 053 480 09 37. 2 wachtend.");
    desk.tell({ a: "m", k: "callback", id: "b1", f: { offer: { ...QUIET, since: NOW + 1 } } });
    expect(desk.said()).toBe(second);
    desk.tell({ a: "m", k: "callback", id: "b1", f: { offer: null } });
    desk.tell({ a: "m", k: "callback", id: "b1", f: { offer: QUIET } });
    expect(desk.said()).toBe("Call back, Algemeen, Mevrouw De Vries. 2 wachtend.");
  });

  it("names the call that stands first last of all, so that it is the one that is heard [2.2-a]", () => {
    const desk = listen();
    desk.tell(
      { a: "s", e: offered("c1", { name: "Paul" }) },
      { a: "s", e: offered("c2", { urgent: true, queue: "q2", queue_name: "Urgent", number: null }) },
    );
    expect(desk.said()).toBe("Urgente oproep, Urgent, afgeschermd nummer. 2 wachtend.");
  });

  it("can be heard after any click, as often as the browser takes the sound away [D16]", () => {
    const { phone } = listen();
    const unlock = vi.spyOn(phone, "unlock");
    for (let click = 0; click < 2; click += 1) fireEvent.pointerDown(document.body);
    fireEvent.keyDown(document.body, { key: "F3" });
    expect(unlock).toHaveBeenCalledTimes(3);
  });

  it("is counted in the title of the tab", () => {
    listen(offered("c1"), call("c2"));
    expect(document.title).toBe("(2) Operator - Cordboard");
  });
});
