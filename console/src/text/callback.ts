import type { MessageDescriptor } from "@lingui/core";
import { msg, t } from "@lingui/core/macro";
import { phoneNumber } from "../model/format.ts";
import type { CallBackReason, CallBackStatus, CallBackView, MissedWhy } from "../model/wire.ts";

interface Look {
  readonly word: MessageDescriptor;
  /** Drawing in `ui/Icon`; each has its own sign cut out: o > v x -. */
  readonly shape: "ringing" | "going" | "tick" | "cross" | "dash";
  readonly tone: "ringing" | "busy" | "free" | "urgent" | "away";
}

/** A call back by its status: colour, shape and word (3.6-e to 3.6-g, D14), in the order of the legend. */
export const CALL_BACK: Record<CallBackStatus, Look> = {
  planned: { word: msg({ message: "Future", context: "call back" }), shape: "ringing", tone: "ringing" },
  in_progress: { word: msg({ message: "In progress", context: "call back" }), shape: "going", tone: "busy" },
  succeeded: { word: msg({ message: "Succeeded", context: "call back" }), shape: "tick", tone: "free" },
  failed: { word: msg({ message: "Not succeeded", context: "call back" }), shape: "cross", tone: "urgent" },
  cancelled: { word: msg({ message: "Cancelled", context: "call back" }), shape: "dash", tone: "away" },
};

export const CALL_BACK_REASON: Record<CallBackReason, MessageDescriptor> = {
  no_answer: msg`not answered`,
  busy: msg`line busy`,
  unreachable: msg`could not be reached`,
  no_agent: msg`no agent answered`,
  already_spoken: msg`already spoken to`,
  by_agent: msg`cancelled by an agent`,
  manual: msg`called by hand`,
  expired: msg`its time has passed`,
  blocked: msg`number is not called back`,
  hung_up: msg`hung up before an agent was free`,
};

/** Why a caller was not helped (D14). */
export const MISSED: Record<MissedWhy, MessageDescriptor> = {
  abandoned: msg`hung up while waiting`,
  closed: msg`called outside opening hours`,
  not_helped: msg`could not be helped`,
  message: msg`left a message`,
  interrupted: msg`broken off by a failure`,
  callback_failed: msg`call back did not succeed`,
  fallback: msg`not answered while Cordboard was away`,
};

/** Whom to call back; the number of who has no name. */
export const callBackName = (row: CallBackView): string => row.name ?? phoneNumber(row.number);

/** One that is offered, as its card is called and as it is said aloud: for which queue, and whom. */
export function callBackTitle(row: CallBackView): string {
  const queue = row.queue_name;
  const name = callBackName(row);
  return t`Call back, ${queue}, ${name}`;
}
