import { plural, t } from "@lingui/core/macro";
import { phoneNumber } from "../model/format.ts";

type Args = Readonly<Record<string, string>>;

/** Why something was not done, in a sentence. The codes are the server's (wire.py, rest.py) and stable. */
export function refusal(code: string, args: Args = {}): string {
  const name = args["name"] ?? "";
  return (
    aboutCalling(code, args) ??
    aboutCallBacks(code) ??
    aboutTheDesk(code, name) ??
    aboutChanges(code, args) ??
    aboutThePortal(code, args)
  );
}

/** Calling somebody and passing callers on. */
function aboutCalling(code: string, args: Args): string | null {
  const name = args["name"] ?? "";
  const [one, other] = [party(args["one"]), party(args["other"])];
  switch (code) {
    case "bad_number":
      return t`This number cannot be called. Check it and try again.`;
    case "number_not_allowed":
      return notAllowed(args["kind"] ?? "");
    case "yourself":
      return t`That is this person already.`;
    case "nobody_on_line":
      return t`You are not speaking with anybody, so there is nobody to send tones to.`;
    case "colleague_not_there":
      return name === "" ? t`This colleague cannot be called now.` : t`${name} cannot be called now.`;
    case "not_armed":
      return t`This call is not being transferred any more.`;
    case "transfer_in_progress":
      return t`This call is already being transferred.`;
    case "not_answered_yet":
      return t`There is no answer yet. Wait for it, or connect without waiting.`;
    case "only_attended":
      return t`You are already speaking with somebody, so this is only possible with announcement.`;
    case "confirm_recipient":
      return t`Are you sure that you want to connect ${one} with ${other}?`;
    case "too_late":
      return t`It is too late for that: it has been done.`;
    case "queue_takes_nobody":
      return takesNobody(args["queue"] ?? "", args["reason"] ?? "");
    case "busy_talking":
      return t`Calls cannot be taken here while you are speaking. Put this one on hold first.`;
    default:
      return null;
  }
}

/** Promises to call back (D14). */
function aboutCallBacks(code: string): string | null {
  switch (code) {
    case "callback_gone":
      return t`This call back is no longer there, or too long ago to be repeated.`;
    case "callback_open":
      return t`This number has an open call back for this queue already.`;
    case "callback_refused_number":
      return t`This number cannot be called back: the rules of your organisation forbid it.`;
    case "callback_blocked":
      return t`Your organisation does not call back this number.`;
    case "callback_answered":
      return t`It is too late to cancel: the customer has answered.`;
    case "callback_closed_hours":
      return t`The queue is closed at that moment. Choose another one.`;
    case "callback_full":
      return t`These ten minutes are full. Choose another moment.`;
    case "missed_gone":
      return t`This caller is not in the list any more: a colleague has dealt with it.`;
    case "missed_claimed":
      return t`A colleague is at it already.`;
    default:
      return null;
  }
}

/** What an administrator cannot change now. */
function aboutChanges(code: string, args: Args): string | null {
  const queue = args["queue"] ?? "";
  const user = args["user"] ?? "";
  const device = args["device"] ?? "";
  switch (code) {
    case "queue_has_callers":
      return t`${queue} has callers. Try again when they have been helped.`;
    case "user_in_call":
      return t`The phone of ${user} is ringing or in a call. Try again in a moment.`;
    case "device_in_call":
      return t`${device} is in a call. Try again when it has ended.`;
    default:
      return null;
  }
}

/** A number of a kind that this person may not call. */
function notAllowed(kind: string): string {
  switch (kind) {
    case "international":
      return t`You may not call numbers abroad.`;
    case "premium":
      return t`You may not call pay numbers.`;
    case "national":
      return t`You may not call numbers outside the organisation.`;
    default:
      return t`You may not call numbers of this kind.`;
  }
}

/** A queue from which the caller would be sent away. */
function takesNobody(queue: string, reason: string): string {
  switch (reason) {
    case "closed":
      return t`${queue} is closed and would end the call. Choose somebody else.`;
    case "full":
      return t`${queue} is full and would end the call. Choose somebody else.`;
    default:
      return t`Nobody is there for ${queue}, and the call would end. Choose somebody else.`;
  }
}

function party(number: string | undefined): string {
  return number === undefined || number === "" ? t`withheld number` : phoneNumber(number);
}

/** Calls that are offered, queues, phone and wrap-up. */
function aboutTheDesk(code: string, name: string): string | null {
  switch (code) {
    case "answered_by":
      return t`${name} has just taken this call.`;
    case "call_gone":
      return t`This call is no longer there.`;
    case "no_device":
      return t`You have no phone. Choose one at the top right.`;
    case "device_not_registered":
      return t`Your phone is not connected.`;
    case "device_engaged":
      return t`An announcement is being recorded on your phone.`;
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
    case "from_directory":
      return t`This contact comes from a directory (LDAP), and is changed there.`;
    case "live_call":
      return t`You still have calls. End them or take them off hold first.`;
    case "hold_failed":
      return t`The call could not be put on hold.`;
    case "module_off":
      return t`Your organisation has not taken this module.`;
    case "no_right":
    case "forbidden":
      return t`You do not have the right to do this.`;
    case "too_many_practice_calls":
      return t`There are enough practice callers now. Answer one first.`;
    case "press_hold_on_phone":
      return t`Press the hold key on your phone: this one cannot be resumed from here.`;
    case "chat_not_there":
      return name === "" ? t`This colleague is not there any more.` : t`${name} is not there any more.`;
    case "chat_not_delivered":
      return t`${name} left before the message came.`;
    case "chat_empty":
      return t`Type a message first.`;
    case "chat_too_long":
      return t`This message is too long.`;
    case "import_busy":
      return t`Another file of contacts is being read. Try again in a minute.`;
    case "too_fast":
      return t`That was too fast. Try again.`;
    case "wrap_up_fixed":
      return t`This wrap-up cannot be changed any more.`;
    case "no_reason":
      return t`Choose a reason for your pause.`;
    case "request_too_large":
      return t`This is more than the server takes at once.`;
    case "bad_command":
      return t`The server did not understand this. Load the page again.`;
    default:
      return null;
  }
}

/** Logging in, and the way to the server. */
function aboutThePortal(code: string, args: Args): string {
  switch (code) {
    case "no_connection":
      return t`There is no connection to the server. Use your phone until it is back.`;
    case "wrong_credentials":
      return t`This combination of user name and password is not right. Check both and try again.`;
    case "wrong_password":
      return t`This is not your present password. Check it and try again.`;
    case "too_many_attempts": {
      const seconds = Number(args["seconds"] ?? 60);
      if (seconds >= 120) {
        const minutes = Math.ceil(seconds / 60);
        return plural(minutes, {
          one: "Too many attempts. Try again in # minute.",
          other: "Too many attempts. Try again in # minutes.",
        });
      }
      return plural(seconds, {
        one: "Too many attempts. Try again in # second.",
        other: "Too many attempts. Try again in # seconds.",
      });
    }
    case "code_needed":
      return t`Type the code of your authenticator as well.`;
    case "wrong_code":
      return t`This code is not right, or was used already. Wait for the next one.`;
    case "second_factor_on":
      return t`Your second step is on already.`;
    case "second_factor_needed":
      return t`Your organisation wants a second step at log-in of whoever administers. Turn it on in My settings, then come back.`;
    case "second_factor_must":
      return t`Your organisation wants a second step of whoever administers: it cannot be turned off.`;
    case "unknown_email":
      return t`We do not know this e-mail address. Check it, or ask your administrator.`;
    case "link_gone":
      return t`This link does not work any more: it was used, or it is too old. Ask for a new one.`;
    case "password_too_short":
      return t`This password is too short. Take at least 8 characters; a sentence is easy to remember.`;
    case "password_too_long":
      return t`This password is too long. Take at most 256 characters.`;
    case "password_too_common":
      return t`This password is guessed at once. Take another one; a sentence is easy to remember.`;
    case "password_is_user_name":
      return t`Your user name cannot be your password.`;
    case "not_saved":
      return t`The server could not save this. Try again in a moment.`;
    case "no_session":
      return t`You have been logged out. Log in again.`;
    case "unreachable":
      return t`The server does not answer. Check your network and try again.`;
    default:
      return t`That did not work (${code}).`;
  }
}
