import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { AgentStatus, AgentView } from "../model/wire.ts";

/** The shape and colour of a status; the same names as the drawings in `ui/Icon`. */
export type StatusTone = "free" | "ringing" | "busy" | "wrap" | "away" | "urgent";

/** What somebody does, as a word and as a shape (D11). */
export const STATUS: Record<AgentStatus, { word: MessageDescriptor; tone: StatusTone }> = {
  available: { word: msg`Available`, tone: "free" },
  ringing: { word: msg`Ringing`, tone: "ringing" },
  in_call: { word: msg`In a call`, tone: "busy" },
  holding: { word: msg`On hold`, tone: "busy" },
  wrap_up: { word: msg`Wrap-up`, tone: "wrap" },
  paused: { word: msg`Paused`, tone: "away" },
  not_answered: { word: msg`Not answered`, tone: "away" },
  device_lost: { word: msg`Phone not connected`, tone: "urgent" },
  console_gone: { word: msg`Phone only`, tone: "away" },
  signed_out: { word: msg`Signed out`, tone: "away" },
  phone_free: { word: msg`Phone free`, tone: "free" },
  unknown: { word: msg`Unknown`, tone: "away" },
};

/**
 * From when to count beside the status: the call from its answer, whatever was held meanwhile (3.2-a), other things from
 * their beginning. null: how long is not shown.
 */
export function countedFrom(agent: AgentView): number | null {
  switch (agent.status) {
    case "in_call":
      return agent.talk_since;
    case "ringing":
    case "holding":
    case "wrap_up":
    case "paused":
    case "not_answered":
    case "device_lost":
    case "console_gone":
      return agent.since;
    default:
      return null;
  }
}
