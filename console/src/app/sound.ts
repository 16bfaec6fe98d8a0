import { plural, t } from "@lingui/core/macro";
import { useEffect } from "react";
import { useDesk } from "../connection/desk.tsx";
import { offeredCallBacks } from "../model/callback.ts";
import { phoneNumber } from "../model/format.ts";
import { keyName } from "../model/keymap.ts";
import { callLayers, me, myDevice } from "../model/select.ts";
import type { World } from "../model/store.ts";
import { isOnLine, passing } from "../model/transfer.ts";
import type { CallView } from "../model/wire.ts";
import type { Sound } from "../softphone/ring.ts";
import { useDeskPhone } from "../softphone/use.tsx";
import { callBackTitle } from "../text/callback.ts";
import { announce } from "../ui/announce.tsx";
import { keyMap } from "../ui/keymap.ts";

const TITLE_EVERY_MS = 1_000;

/** What should be heard at this browser now. */
export function soundOf(world: World): Sound | null {
  // No word from the server for too long: a ring that nobody confirms is no ring (D3).
  if (world.line.state !== "connected") return null;
  const offers = [...world.entities.call.values()].filter((call) => call.offer !== null && !call.mine);
  const ringing = offers.filter((call) => call.offer?.ringing);
  if (myDevice(world.entities)?.kind === "web" && ringing.length > 0) {
    if (ringing.some((call) => call.urgent)) return "urgent";
    return ringing.every((call) => call.note === "returned") ? "returned" : "ring";
  }
  // Urgent while in a call: the phone is not rung, so the console beeps (D6).
  return offers.some((call) => call.urgent && !call.offer?.ringing) ? "beep" : null;
}

/** The sentence for who listens: queue, caller, urgent. */
function incoming(call: CallView, waiting: number): string {
  const who = call.name ?? (call.number === null ? t`withheld number` : phoneNumber(call.number));
  const queue = call.queue_name ?? "";
  const more = besides(waiting);
  if (call.note === "returned") return `${t`A call came back: ${who}.`}${more}`;
  if (call.urgent) return `${t`Urgent call, ${queue}, ${who}.`}${more}`;
  return `${queue === "" ? t`Call, ${who}.` : t`Call, ${queue}, ${who}.`}${more}`;
}

/** How many wait in all, said behind the one that is announced; nothing when it is the only one. */
function besides(waiting: number): string {
  return waiting > 1 ? ` ${plural(waiting, { one: "# waiting.", other: "# waiting." })}` : "";
}

/** Writes the tab's title: a browser takes its time for it, so once a second, and what was wanted last is written. */
function titleWriter(): { readonly want: (title: string) => void; readonly stop: () => void } {
  let wanted = "";
  let rest: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    rest = undefined;
    if (document.title === wanted) return;
    document.title = wanted;
    rest = setTimeout(write, TITLE_EVERY_MS);
  };
  return {
    want: (title) => {
      wanted = title;
      if (rest === undefined) write();
    },
    stop: () => clearTimeout(rest),
  };
}

/** Keeps the browser's phone, its sounds, the spoken announcements and the tab's title equal to the desk. */
export function usePhoneFollowsDesk(): void {
  const { store } = useDesk();
  const phone = useDeskPhone();
  useEffect(() => {
    const told = new Set<string>();
    const warned = new Set<string>();
    const beeped = new Set<string>();
    const heard = new Set<string>();
    const title = titleWriter();
    const follow = (): void => {
      const { world } = store;
      const device = myDevice(world.entities);
      if (world.line.state === "connected") {
        phone.use(device?.kind === "web" && device.used_by_me ? device.id : null);
      }
      phone.sound(soundOf(world));
      const { cards, waiting } = callLayers(world.entities);
      phone.expect(cards.some((call) => call.mine && call.state === "connecting"));
      const offers = cards.filter((call) => !call.mine && call.offer !== null);
      const owed = offeredCallBacks(world.entities);
      const count = offers.length + owed.length + waiting.length;
      const open = new Set([...offers, ...owed].map((one) => one.id));
      // Once for each call, however often it is offered again meanwhile; forgotten when the offer has gone.
      for (const id of told) if (!open.has(id)) told.delete(id);
      for (const row of owed) {
        if (told.has(row.id)) continue;
        told.add(row.id);
        // It makes no sound at all: who does not look would never know of it (3.6-q). A call is said after it, so heard.
        announce(`${callBackTitle(row)}.${besides(count)}`, "assertive");
      }
      // What is said last is what is heard: the one that stands first, so an urgent one.
      for (const call of offers.toReversed()) {
        if (told.has(call.id)) continue;
        told.add(call.id);
        announce(incoming(call, count), "assertive");
      }
      for (const id of beeped) if (!open.has(id)) beeped.delete(id);
      for (const call of offers) {
        // A call for me alone while I speak with somebody: one beep, no ringing (D5).
        if (beeped.has(call.id) || !call.direct || call.urgent || call.offer?.ringing !== false) continue;
        beeped.add(call.id);
        if (cards.some((one) => one.mine && isOnLine(one))) phone.soundOnce("beep");
      }
      // Who was called for a caller answers: the green check is there.
      const consulted = passing(world.entities).filter(({ transfer }) => transfer.state === "consulting");
      for (const id of heard) if (!consulted.some((call) => call.id === id)) heard.delete(id);
      for (const call of consulted) {
        if (heard.has(call.id)) continue;
        heard.add(call.id);
        const recipient = phoneNumber(call.transfer.recipient_name ?? "");
        const key = keyMap().answer[0];
        announce(
          key === undefined ? t`${recipient} answers.` : t`${recipient} answers. ${keyName(key)} connects.`,
        );
      }
      // In wrap-up and pause an urgent call is not offered, but said once; taking it ends the wrap-up (D6).
      const urgent = waiting.filter((call) => call.urgent);
      const there = new Set(urgent.map((call) => call.id));
      for (const id of warned) if (!there.has(id)) warned.delete(id);
      for (const call of urgent) {
        const resting = ["wrap_up", "paused"].includes(me(world.entities)?.status ?? "");
        if (warned.has(call.id) || !(resting || call.note === "breaks_wrap_up")) continue;
        warned.add(call.id);
        phone.soundOnce("beep");
        announce(incoming(call, count), "assertive");
      }
      title.want(count > 0 ? `(${count}) Operator - Cordboard` : "Operator - Cordboard");
    };
    follow();
    const leave = store.subscribe(follow);
    return () => {
      leave();
      title.stop();
    };
  }, [store, phone]);

  useEffect(() => {
    // Any click or key lets the browser sound from then on; it may take the sound away again.
    const unlock = (): void => phone.unlock();
    // In the capture phase: buttons keep these events for themselves.
    addEventListener("pointerdown", unlock, { capture: true });
    addEventListener("keydown", unlock, { capture: true });
    const stay = (event: BeforeUnloadEvent): void => {
      // Leaving the page cuts the audio of a call on the browser's own phone.
      if (phone.status.leg === "talking") event.preventDefault();
    };
    addEventListener("beforeunload", stay);
    return () => {
      removeEventListener("pointerdown", unlock, { capture: true });
      removeEventListener("keydown", unlock, { capture: true });
      removeEventListener("beforeunload", stay);
    };
  }, [phone]);
}
