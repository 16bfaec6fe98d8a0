import { useEffect } from "react";
import { type Desk, useDesk } from "../connection/desk.tsx";
import { offeredCallBacks } from "../model/callback.ts";
import { actionOf, type KeyAction } from "../model/keymap.ts";
import { callLayers, me } from "../model/select.ts";
import {
  endedByKey,
  isAnswered,
  isOnLine,
  own,
  passing,
  ready,
  resumedByKey,
  ringingElsewhere,
  toPassOn,
  undoable,
} from "../model/transfer.ts";
import type { CommandName } from "../model/wire.ts";
import { useDeskPhone } from "../softphone/use.tsx";
import { keyMap } from "../ui/keymap.ts";

/** Parts of the screen between which F6 goes, by the id of the element that takes the focus. */
const REGIONS = ["calls", "main", "detail"];

interface Options {
  readonly help: () => void;
  readonly keypad: () => void;
}

interface Here {
  /** The call on whose card the keyboard stands. */
  readonly focused: string | undefined;
}

/** One key for each thing, from anywhere on the screen except while typing. */
export function useKeys(options: Options): void {
  const { help, keypad } = options;
  const desk = useDesk();
  const phone = useDeskPhone();
  useEffect(() => {
    // Whoever clicked on a card may long be speaking with somebody else: only where the keyboard went counts.
    let clicked = false;
    const points = (): void => {
      clicked = true;
    };
    const pressed = (event: KeyboardEvent): void => {
      if (event.key === "Tab") clicked = false;
      const action = actionOf(event, isTyping(event.target), keyMap());
      if (action === null) return;
      // An open question belongs to itself; only a call may come through, and not by the Enter that presses its button.
      const question = document.querySelector("[role=dialog], [role=alertdialog]") !== null;
      const calls = action === "answer" && event.key !== "Enter";
      if (question && (!calls || ready(desk.store.world.entities) !== undefined)) {
        if (event.key.startsWith("F")) event.preventDefault();
        return;
      }
      const focused = clicked ? undefined : focusedCall();
      if (act(action, desk, () => phone.answer(), { help, keypad, focused })) {
        // Before the browser reloads the page (F5) or presses the button that has the focus (Enter).
        event.preventDefault();
        event.stopImmediatePropagation();
      } else if (event.key.startsWith("F")) {
        // Nothing to do now: still no reload in the middle of the work.
        event.preventDefault();
      }
    };
    addEventListener("pointerdown", points, { capture: true });
    addEventListener("keydown", pressed, { capture: true });
    return () => {
      removeEventListener("pointerdown", points, { capture: true });
      removeEventListener("keydown", pressed, { capture: true });
    };
  }, [desk, phone, help, keypad]);
}

/** Do it; false when there is nothing to do it to. */
function act(action: KeyAction, desk: Desk, answerHere: () => void, options: Options & Here): boolean {
  const { help, keypad } = options;
  const { entities } = desk.store.world;
  const mine = own(entities);
  const held = resumedByKey(entities);
  const active = mine.find(isOnLine);
  const send = (op: CommandName, args: Record<string, string> = {}): true => {
    void desk.command(op, args).then((outcome) => {
      if (!outcome.ok) desk.refused(outcome.code, outcome.args);
    });
    return true;
  };
  switch (action) {
    case "answer": {
      const check = ready(entities);
      if (check !== undefined) return send("transfer.complete", { call: check.call.id, to: check.to.id });
      const call = callLayers(entities).cards.find((one) => !one.mine && one.offer !== null);
      if (call === undefined) {
        const [owed] = offeredCallBacks(entities);
        return owed !== undefined && send("callback.accept", { callback: owed.id });
      }
      send("call.answer", { call: call.id });
      if (call.offer?.ringing) answerHere();
      return true;
    }
    case "hang_up": {
      const call = endedByKey(entities);
      return call !== undefined && send("call.hang_up", { call: call.id });
    }
    case "hold":
      if (active !== undefined) return send("call.hold", { call: active.id });
      return held !== undefined && send("call.resume", { call: held.id });
    case "swap":
      return held !== undefined && send("call.resume", { call: held.id });
    case "attended":
    case "blind": {
      const rings = passing(entities).find(({ transfer }) => transfer.state === "dialling");
      if (action === "blind" && rings !== undefined) return send("transfer.connect", { call: rings.id });
      const going = passing(entities).find(({ transfer }) => transfer.kind === action);
      const focused = mine.find((one) => one.id === options.focused && isAnswered(one));
      if (going !== undefined && (focused === undefined || focused.id === going.id))
        return send("transfer.cancel", { call: going.id });
      const call = focused ?? toPassOn(entities);
      return call !== undefined && send("transfer.arm", { call: call.id, kind: action });
    }
    case "undo": {
      const done = undoable(entities).find(({ transfer }) => transfer.until > desk.ticker.now());
      if (done !== undefined) return send("transfer.undo", { call: done.id });
      const going = [...entities.call.values()].find(ringingElsewhere) ?? passing(entities)[0];
      return going !== undefined && send("transfer.cancel", { call: going.id });
    }
    case "keypad":
      keypad();
      return true;
    case "wrap_up": {
      const user = me(entities);
      if (user === undefined) return false;
      const on = user.wrap_up_armed || (user.wrap_up !== null && user.wrap_up.kind !== "pending");
      return send(on ? "wrap_up.stop" : "wrap_up.start");
    }
    case "regions": {
      const here = REGIONS.findIndex((id) => document.getElementById(id)?.contains(document.activeElement));
      const next = REGIONS[(here + 1) % REGIONS.length];
      if (next !== undefined) document.getElementById(next)?.focus();
      return true;
    }
    case "help":
      help();
      return true;
  }
}

/** The call on whose card the focus is. */
function focusedCall(): string | undefined {
  return document.activeElement?.closest<HTMLElement>(".card")?.dataset["call"];
}

/** Whether keys are letters here. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // The open keypad takes the signs of the number block wherever nothing else has the focus.
  const keypad = document.getElementById("keypad");
  if (keypad !== null && (target === document.body || keypad.contains(target))) return true;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type);
}
