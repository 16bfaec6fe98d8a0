import { t } from "@lingui/core/macro";
import { reasonWords } from "./reasons.ts";

type Args = Readonly<Record<string, string>>;

/** Something the server says once (core/notices.Saying); null when there is nothing to say about it. */
export function notice(code: string, args: Args = {}): string | null {
  const name = args["name"] ?? "";
  return aboutTransfers(code, name, args) ?? aboutTheDesk(code, name, args);
}

function aboutTransfers(code: string, name: string, args: Args): string | null {
  switch (code) {
    case "recipient_busy":
      return reasonWords("busy", name);
    case "recipient_no_answer":
      return reasonWords("no_answer", name);
    case "recipient_rejected":
      return reasonWords("rejected", name);
    case "recipient_unreachable":
      return reasonWords("unreachable", name);
    case "recipient_hung_up":
      return reasonWords("hung_up", name);
    case "transfer_returned": {
      const why = reasonWords(args["reason"] ?? "no_answer", name);
      return t`The caller is back with you. ${why}`;
    }
    case "transfer_done":
      return name === "" ? t`The call has been transferred.` : t`The caller is connected with ${name}.`;
    case "transfer_not_done":
      return t`They could not be connected. Both are with you, on hold.`;
    default:
      return null;
  }
}

function aboutTheDesk(code: string, name: string, args: Args): string | null {
  const queue = args["queue"] ?? "";
  const by = args["by"] ?? "";
  switch (code) {
    case "answered_by":
      return t`${name} has just taken this call.`;
    case "caller_hung_up":
      return name === "" ? t`The caller has hung up.` : t`${name} has hung up.`;
    case "caller_on_hold_hung_up":
      return name === "" ? t`The caller on hold has hung up.` : t`${name} was on hold and has hung up.`;
    case "exchange_down":
      return t`The telephone exchange is away. Calls that were going on have ended.`;
    case "exchange_up":
      return t`The telephone exchange is back.`;
    case "device_lost":
      return t`Your phone has lost its connection. You get no calls until it is back.`;
    case "device_released":
      return t`An administrator has taken ${name} from you. Choose a phone at the top right.`;
    case "device_taken_over":
      return t`${by} works on ${name} from now on. Choose a phone at the top right.`;
    case "offer_missed":
      return t`Your phone rang and was not answered.`;
    case "set_away":
      return t`You did not answer three times, so you get no calls now.`;
    case "last_in_urgent":
      return t`You did not answer, but you are the last one for urgent calls, so they keep coming to you.`;
    case "call_returned":
      return t`The call is back in the queue, in its old place.`;
    case "answer_failed":
      return t`Your phone could not take the call.`;
    case "hold_failed":
      return t`The call could not be put on hold: you still hear each other.`;
    case "hold_long":
      return name === "" ? t`Somebody has been on hold for long.` : t`${name} has been on hold for long.`;
    case "press_hold_on_phone":
      return t`Press the hold key on your phone: this one cannot be resumed from here.`;
    case "wrap_up_goes_on":
      return t`You are still in wrap-up, so you get no calls.`;
    case "wrap_up_limit":
      return t`Your wrap-up has reached its limit and has ended.`;
    case "wrap_up_long":
      return t`${name} has been in wrap-up for long.`;
    case "wrap_up_needs_sign_in":
      return t`For wrap-up after this call you have to be signed in to a queue.`;
    case "signed_out_reminder":
      return t`You are signed out of all queues, so you get no calls.`;
    case "alarm_urgent_unanswered":
      return t`An urgent call in ${queue} is not being answered.`;
    case "alarm_urgent_empty":
      return t`Nobody is signed in to ${queue}.`;
    case "alarm_urgent_deserted":
      return t`Nobody seems to be there for ${queue}: who is signed in does not answer, or has no console or phone.`;
    default:
      return null;
  }
}

/** Notices about something that is wrong, and not only news. */
export const WRONG: ReadonlySet<string> = new Set([
  "device_lost",
  "device_released",
  "device_taken_over",
  "set_away",
  "answer_failed",
  "hold_failed",
  "transfer_not_done",
  "exchange_down",
  "alarm_urgent_unanswered",
  "alarm_urgent_empty",
  "alarm_urgent_deserted",
]);
