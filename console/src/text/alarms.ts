import { t } from "@lingui/core/macro";
import { timeOfDay } from "../model/format.ts";
import type { AlarmView } from "../model/wire.ts";

/** What is wrong, and what it means for the calls. */
export function alarmWords(alarm: AlarmView): string {
  const queue = alarm.queue_name ?? "";
  const trunk = alarm.name ?? "";
  switch (alarm.code) {
    case "urgent_empty":
      return t`Nobody is signed in to ${queue}.`;
    case "urgent_deserted":
      return t`Nobody seems to be there for ${queue}: who is signed in does not answer, or has no console or phone.`;
    case "urgent_unanswered":
      return t`An urgent call in ${queue} is not being answered.`;
    case "exchange_away":
      return t`The telephone exchange is away. No call can come in or go out.`;
    case "exchange_stuck":
      return t`The telephone exchange does not answer. Calls cannot be controlled.`;
    case "exchange_busy":
      return t`The telephone exchange cannot keep up. It takes no new calls until it has.`;
    case "not_saved":
      return t`What happens is not saved. Calls go on; the history may have a gap.`;
    case "trunk_down":
      return t`The line ${trunk} does not answer. No call can come in or go out over it.`;
    case "disk_low":
      return t`The disk of the server is almost full.`;
    case "mail_away":
      return t`Letters do not leave: invitations and links for a new password reach nobody.`;
    case "history_gap": {
      const from = timeOfDay(alarm.since, true);
      const until = timeOfDay(alarm.until ?? alarm.since, true);
      return t`Between ${from} and ${until} calls may be missing from the history, or be incomplete.`;
    }
  }
}
