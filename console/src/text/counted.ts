import { t } from "@lingui/core/macro";
import { timeOfDay } from "../model/format.ts";

/** From when on the numbers of the queues count (D15); null: always the last twenty-four hours. */
export function countedWords(since: number | null): string {
  return since === null ? t`Counted over the last 24 hours` : t`Counted since ${timeOfDay(since)}`;
}

/** Whom a total leaves out, as the organisation has it. */
export function shortWords(): string {
  return t`Who hung up within 5 seconds is not counted`;
}
