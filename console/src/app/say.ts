import { t } from "@lingui/core/macro";
import { phoneNumber } from "../model/format.ts";
import type { Store } from "../model/store.ts";
import { undoable } from "../model/transfer.ts";
import type { Notice } from "../model/wire.ts";
import type { Sound } from "../softphone/ring.ts";
import { notice, WRONG } from "../text/notices.ts";
import { partyName } from "../text/parties.ts";
import { announce } from "../ui/announce.tsx";
import { toast } from "../ui/toast.tsx";

/** Notices that ask for an ear as well as an eye (D8, D10, D6). */
const HEARD: ReadonlySet<string> = new Set([
  "hold_long",
  "wrap_up_goes_on",
  "transfer_returned",
  "alarm_urgent_unanswered",
  "alarm_urgent_empty",
  "alarm_urgent_deserted",
]);

/** A colleague's message while one looks at something else (3.5-g); the button opens the conversation (3.5-h). */
export function popUp(store: Store, from: string, text: string, reply: () => void): void {
  const name = store.world.entities.agent.get(from)?.name ?? "";
  toast(text, "chat", "ringing", { title: name, action: t`Reply`, act: reply });
}

/** Say once what the server says once. */
export function say(
  frame: Pick<Notice, "code" | "args" | "call">,
  store: Store,
  sound: (one: Sound) => void,
): void {
  const { code, call } = frame;
  const { entities } = store.world;
  const about = call === null ? undefined : store.call(call);
  // The server names a recipient or a colleague; whom a call is with stands on the card.
  const given = frame.args["name"];
  const name = given !== undefined ? phoneNumber(given) : about === undefined ? "" : partyName(about);
  const text = notice(code, { ...frame.args, name });
  if (text === null) return;
  if (HEARD.has(code)) sound("beep");
  // What can be undone stands on the screen with its button already.
  if (code === "transfer_done" && undoable(entities).some((one) => one.id === call)) announce(text);
  else toast(text, WRONG.has(code) || code === "exchange_up" ? "alert" : "info");
}
