import { t } from "@lingui/core/macro";
import { phoneNumber } from "../model/format.ts";
import type { CallView } from "../model/wire.ts";

/** How a call's other party is named everywhere: by name, else by number, else as withheld. */
export function partyName(call: Pick<CallView, "name" | "number">): string {
  return call.name ?? (call.number === null ? t`Withheld number` : phoneNumber(call.number));
}
