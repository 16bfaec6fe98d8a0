import { plural, t } from "@lingui/core/macro";

type Args = Readonly<Record<string, string>>;

/** Why something was not done, in a sentence. The codes are the server's (wire.py, rest.py) and stable. */
export function refusal(code: string, args: Args = {}): string {
  const name = args["name"] ?? "";
  switch (code) {
    case "answered_by":
      return t`${name} has just taken this call.`;
    case "call_gone":
      return t`This call is no longer there.`;
    case "no_device":
      return t`You have no phone. Choose one at the top right.`;
    case "device_not_registered":
      return t`Your phone is not connected.`;
    case "device_taken":
      return t`${name} is already using this phone. Choose another one, or ask ${name} to leave it.`;
    case "urgent_cannot_be_rejected":
      return t`An urgent call cannot be rejected.`;
    case "not_offered":
      return t`This call is not offered to you any more.`;
    case "not_your_call":
      return t`This call belongs to somebody else.`;
    case "not_signed_in":
      return t`You are not signed in to this queue.`;
    case "queue_not_available":
      return t`This queue does not belong to your group.`;
    case "queue_locked":
      return t`Your administrator has fixed your place in this queue.`;
    case "last_in_urgent":
      return t`You are the last one in an urgent queue.`;
    case "wrap_up_not_allowed":
      return t`You may not start wrap-up yourself.`;
    case "no_wrap_up":
      return t`There is no wrap-up to stop.`;
    case "needs_a_queue":
      return t`Sign in to a queue first.`;
    case "busy_on_the_phone":
      return t`Your phone is busy with another call.`;
    case "exchange_down":
      return t`The telephone exchange is away. It is being started again.`;
    case "out_of_date":
      return t`The call changed just before you clicked. Look again and click once more.`;
    case "live_call":
      return t`You still have calls. End them or take them off hold first.`;
    case "hold_failed":
      return t`The call could not be put on hold.`;
    case "no_right":
    case "forbidden":
      return t`You do not have the right to do this.`;
    case "too_many_practice_calls":
      return t`There are enough practice callers now. Answer one first.`;
    case "press_hold_on_phone":
      return t`Press the hold key on your phone: this one cannot be resumed from here.`;
    case "too_fast":
      return t`That was too fast. Try again.`;
    case "no_connection":
      return t`There is no connection to the server. Use your phone until it is back.`;
    case "wrong_credentials":
      return t`This combination of user name and password is not right. Check both and try again.`;
    case "too_many_attempts": {
      const seconds = Number(args["seconds"] ?? 60);
      return plural(seconds, {
        one: "Too many attempts. Try again in # second.",
        other: "Too many attempts. Try again in # seconds.",
      });
    }
    case "no_session":
      return t`You have been logged out. Log in again.`;
    case "unreachable":
      return t`The server does not answer. Check your network and try again.`;
    default:
      return t`That did not work (${code}).`;
  }
}

/** Something the server says once; null when there is nothing to say about it. */
export function notice(code: string, args: Args = {}): string | null {
  const name = args["name"] ?? "";
  switch (code) {
    case "answered_by":
      return t`${name} has just taken this call.`;
    case "caller_hung_up":
      return name === "" ? t`The caller has hung up.` : t`${name} has hung up.`;
    case "exchange_down":
      return t`The telephone exchange is away. Calls that were going on have ended.`;
    case "exchange_up":
      return t`The telephone exchange is back.`;
    case "device_lost":
      return t`Your phone has lost its connection. You get no calls until it is back.`;
    case "offer_missed":
      return t`Your phone rang and was not answered.`;
    case "call_returned":
      return t`The call is back in the queue, in its old place.`;
    default:
      return null;
  }
}
