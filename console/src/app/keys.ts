import { useEffect } from "react";
import { type Desk, useDesk } from "../connection/desk.tsx";
import { actionOf, type KeyAction } from "../model/keymap.ts";
import { callLayers, me } from "../model/select.ts";
import type { CommandName } from "../model/wire.ts";
import { useDeskPhone } from "../softphone/use.tsx";

/** Parts of the screen between which F6 goes, by the id of the element that takes the focus. */
const REGIONS = ["calls", "main", "detail"];

interface Options {
  readonly help: () => void;
}

/** One key for each thing, from anywhere on the screen except while typing. */
export function useKeys({ help }: Options): void {
  const desk = useDesk();
  const phone = useDeskPhone();
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const action = actionOf(event, isTyping(event.target));
      if (action === null) return;
      // An open question belongs to itself; only a call may come through.
      if (action !== "answer" && document.querySelector("[role=dialog], [role=alertdialog]") !== null) return;
      if (act(action, desk, () => phone.answer(), help)) {
        // Before the browser reloads the page (F5) or presses the button that has the focus (Enter).
        event.preventDefault();
        event.stopImmediatePropagation();
      } else if (event.key.startsWith("F")) {
        // Nothing to do now: still no reload in the middle of the work.
        event.preventDefault();
      }
    };
    addEventListener("keydown", pressed, { capture: true });
    return () => removeEventListener("keydown", pressed, { capture: true });
  }, [desk, phone, help]);
}

/** Do it; false when there is nothing to do it to. */
function act(action: KeyAction, desk: Desk, answerHere: () => void, help: () => void): boolean {
  const { entities } = desk.store.world;
  const { cards } = callLayers(entities);
  const own = cards.filter((call) => call.mine);
  const send = (op: CommandName, args: Record<string, string> = {}): true => {
    void desk.command(op, args).then((outcome) => {
      if (!outcome.ok) desk.refused(outcome.code, outcome.args);
    });
    return true;
  };
  switch (action) {
    case "answer": {
      const call = cards.find((one) => !one.mine);
      if (call === undefined) return false;
      send("call.answer", { call: call.id });
      if (call.offer?.ringing) answerHere();
      return true;
    }
    case "hang_up": {
      const call = own.find((one) => one.state === "active") ?? own.find((one) => one.state === "connecting");
      return call !== undefined && send("call.hang_up", { call: call.id });
    }
    case "hold": {
      const active = own.find((one) => one.state === "active");
      if (active !== undefined) return send("call.hold", { call: active.id });
      const held = own.filter((one) => one.state === "held").sort((a, b) => b.since - a.since)[0];
      return held !== undefined && send("call.resume", { call: held.id });
    }
    case "wrap_up": {
      const mine = me(entities);
      if (mine === undefined) return false;
      const on = mine.wrap_up_armed || (mine.wrap_up !== null && mine.wrap_up.kind !== "pending");
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

/** Whether keys are letters here. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type);
}
