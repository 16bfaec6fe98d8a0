import { t } from "@lingui/core/macro";
import { reasonWords } from "./reasons.ts";

const REASONS: ReadonlySet<string> = new Set(["busy", "no_answer", "rejected", "unreachable", "hung_up"]);

interface Line {
  readonly why: string;
  readonly agent_name: string | null;
  readonly detail: string | null;
}

/** One line of a call's log in words (core/records.Why): why it rang whom, and why not. */
export function whyWords({ why, agent_name, detail }: Line): string {
  if (agent_name === null) return withoutAgent(why, detail ?? "");
  return aboutRinging(why, agent_name, detail ?? "") ?? aboutTalking(why, agent_name, detail ?? "");
}

/** Lines that are about nobody of ours. */
function withoutAgent(why: string, detail: string): string {
  switch (why) {
    case "answered":
      return t`Answered`;
    case "held":
      return t`Put on hold`;
    case "resumed":
      return t`Resumed`;
    case "transferred":
      return detail === "" ? t`Transferred` : t`Transferred to ${detail}`;
    case "to_queue":
      return t`Sent to ${detail}`;
    case "call_back":
      return t`The caller asked to be called back`;
    case "fallback_answered":
      return detail === "" ? t`Answered` : t`Answered on phone ${detail}`;
    case "entered":
      // Of a number that leads to an announcement; any other call is a queue's or somebody's.
      return detail === "" ? t`Came in` : t`Came in on ${detail}`;
    default: {
      const somebody = t`somebody`;
      return aboutRinging(why, somebody, detail) ?? aboutTalking(why, somebody, detail);
    }
  }
}

function aboutRinging(why: string, who: string, detail: string): string | null {
  switch (why) {
    case "entered":
      return detail === "" ? t`Called ${who} directly` : t`Came in on ${detail}`;
    case "recognised":
      return detail === "" ? t`Recognised by the number` : t`Recognised by the number: ${detail}`;
    case "offered":
      return t`Offered to ${who}`;
    case "rang_out":
      return t`${who} did not answer`;
    case "rejected":
      return t`${who} rejected it`;
    case "not_reached":
      return t`The phone of ${who} could not be rung`;
    case "withdrawn":
      return t`No longer offered to ${who}`;
    case "skipped_busy":
      return t`${who} passed over: in a call`;
    case "skipped_wrap_up":
      return t`${who} passed over: in wrap-up`;
    case "skipped_paused":
      return t`${who} passed over: paused`;
    case "skipped_away":
      return t`${who} passed over: not answering`;
    case "skipped_no_device":
      return t`${who} passed over: no phone`;
    case "nobody_signed_in":
      return t`Nobody was signed in`;
    case "taken":
      return t`${who} answered`;
    case "picked":
      return t`${who} took it out of the queue`;
    case "device_failed":
      return t`The phone of ${who} did not come up: waits again`;
    case "escalated":
      return detail === "" ? t`Nobody came: others are asked` : t`Nobody came: ${detail} is asked`;
    case "fallback":
      return detail === "early"
        ? t`Cordboard was away: the caller hung up before a phone rang`
        : t`Cordboard was away: the exchange rang the phones by itself`;
    case "led_out":
      return detail === "number"
        ? t`The number that was called leads to an announcement`
        : t`Led out of the queue: ${wayOut(detail)}`;
    default:
      return null;
  }
}

function aboutTalking(why: string, who: string, detail: string): string {
  const because = REASONS.has(detail) ? reasonWords(detail, "") : "";
  switch (why) {
    case "answered":
      return t`Connected with ${who}`;
    case "fallback_answered":
      return detail === "" ? t`${who} answered` : t`${who} answered on phone ${detail}`;
    case "held":
      return t`Put on hold by ${who}`;
    case "resumed":
      return t`Resumed by ${who}`;
    case "transfer_armed":
      return t`${who} wants to transfer it`;
    case "transfer_cancelled":
      return t`Transfer stopped by ${who}`;
    case "transfer_failed":
      return because === "" ? t`Transfer failed` : t`Transfer failed. ${because}`;
    case "transfer_returned":
      return because === "" ? t`Came back to ${who}` : t`Came back to ${who}. ${because}`;
    case "transferred":
      return detail === "" ? t`Transferred by ${who}` : t`Transferred by ${who} to ${detail}`;
    case "transfer_undone":
      return t`Transfer undone by ${who}`;
    case "to_queue":
      return t`Sent to ${detail} by ${who}`;
    case "call_back":
      return t`The caller asked to be called back`;
    case "returned":
      return t`The phone of ${who} was lost: to the front of the queue`;
    case "ended":
      return ending(detail, who);
    default:
      return why;
  }
}

/** Why a rule led the caller out (core/rules.ExitReason). */
export function wayOut(reason: string): string {
  switch (reason) {
    case "timeout":
      return t`waited too long`;
    case "full":
      return t`the queue was full`;
    case "join_empty":
    case "leave_empty":
      return t`nobody was signed in`;
    case "join_unavailable":
    case "leave_unavailable":
      return t`nobody was available`;
    case "closed":
      return t`closed`;
    default:
      return REASONS.has(reason) ? reasonWords(reason, "") : reason;
  }
}

/** Who ended it (core/types.EndedBy). */
function ending(by: string, who: string): string {
  switch (by) {
    case "caller":
      return t`The caller hung up`;
    case "agent":
      return t`${who} hung up`;
    case "transfer":
      return t`Ended after the transfer`;
    case "not_reached":
      return t`Nobody was reached`;
    case "exit":
      return t`Led out of the queue`;
    case "call_back":
      return t`The caller is called back`;
    case "lost":
      return t`Broken off by a failure`;
    case "nobody":
      return t`Nobody answered, and the caller was told so`;
    default:
      return t`Ended`;
  }
}
