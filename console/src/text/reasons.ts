import { t } from "@lingui/core/macro";

/** Why somebody was not reached, or is not there any more, in a sentence (core/call.Reason). */
export function reasonWords(reason: string, name: string): string {
  if (name === "") return withoutName(reason);
  switch (reason) {
    case "busy":
      return t`${name} is in a call.`;
    case "rejected":
      return t`${name} rejected the call.`;
    case "unreachable":
      return t`${name} cannot be reached.`;
    case "hung_up":
      return t`${name} has hung up.`;
    default:
      return t`${name} does not answer.`;
  }
}

function withoutName(reason: string): string {
  switch (reason) {
    case "busy":
      return t`The other party is in a call.`;
    case "rejected":
      return t`The other party rejected the call.`;
    case "unreachable":
      return t`The other party cannot be reached.`;
    case "hung_up":
      return t`The other party has hung up.`;
    default:
      return t`The other party does not answer.`;
  }
}
