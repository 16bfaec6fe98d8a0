import { plural, t } from "@lingui/core/macro";
import type { Row } from "../../connection/admin.ts";
import { phoneNumber } from "../../model/format.ts";
import { refusal } from "../../text/refusals.ts";
import type { Exit, Kind, Stretch } from "./kinds.ts";

/** All lists of the organisation, by resource: what a setting may point at. */
export type Lists = Readonly<Record<string, readonly Row[]>>;

/** How a thing is called; a number has no other name. */
export function called(row: Row): string {
  return String(row["name"] ?? phoneNumber(row.id));
}

/** How the thing with this id is called. */
export function nameOf(lists: Lists, resource: string, id: unknown): string {
  const row = lists[resource]?.find((one) => one.id === id);
  return row === undefined ? String(id) : called(row);
}

/** A value as it is read in a sentence or in the log. */
export function say(kind: Kind | undefined, value: unknown, lists: Lists): string {
  const empty = kind !== undefined && "empty" in kind ? (kind.empty ?? "") : "";
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) {
    return empty;
  }
  switch (kind?.is) {
    case "phone":
      return phoneNumber(String(value));
    case "list":
      return (value as string[]).map((one) => (kind.phones === true ? phoneNumber(one) : one)).join(", ");
    case "choice":
      return kind.options.find(([one]) => one === value)?.[1] ?? String(value);
    case "flag":
      return value === true ? kind.yes : kind.no;
    case "seconds":
      return String(Number(value) / (kind.minutes === true ? 60_000 : 1_000));
    case "count":
      return String(Number(value) + (kind.from ?? 0));
    case "one":
      return nameOf(lists, kind.of, value);
    case "several":
      return (value as string[]).map((one) => nameOf(lists, kind.of, one)).join(", ");
    case "rights":
      return (value as string[]).map(rightWords).join(", ");
    case "exit":
      return exitWords(value as Exit, lists);
    case "week":
      return (value as (Stretch & { day: number })[])
        .map((one) => `${dayName(one.day)} ${one.from}-${one.to}`)
        .join(", ");
    case "holidays":
      return (value as { day: string; name: string }[]).map((one) => `${one.day} ${one.name}`).join(", ");
    default:
      return typeof value === "object" ? JSON.stringify(value) : String(value);
  }
}

/** A day of the week in the present language; Monday is 1. */
export function dayName(day: number): string {
  switch (day) {
    case 1:
      return t`Monday`;
    case 2:
      return t`Tuesday`;
    case 3:
      return t`Wednesday`;
    case 4:
      return t`Thursday`;
    case 5:
      return t`Friday`;
    case 6:
      return t`Saturday`;
    default:
      return t`Sunday`;
  }
}

/** Where a way out leads: what is chosen first. */
export function exitActions(): readonly (readonly [string, string])[] {
  return [
    ["queue", t`goes to the queue`],
    ["colleague", t`goes to the colleague`],
    ["number", t`goes to the number`],
    ["message", t`may leave a message`],
    ["announcement", t`hears a sentence, and the call ends`],
    ["busy", t`hears the busy tone`],
    ["hang_up", t`is disconnected`],
  ];
}

function exitWords(exit: Exit, lists: Lists): string {
  const action = exitActions().find(([one]) => one === exit.action)?.[1] ?? exit.action;
  if (exit.target === null) return action;
  const target =
    exit.action === "number"
      ? phoneNumber(exit.target)
      : nameOf(lists, exit.action === "queue" ? "queues" : "users", exit.target);
  return `${action} ${target}`;
}

/** A right, as the end of "may ...". */
export function rightWords(right: string): string {
  return RIGHTS()[right] ?? right;
}

const RIGHTS = (): Readonly<Record<string, string>> => ({
  "wrapup.manual": t`take wrap-up by hand`,
  "history.view": t`see the own calls`,
  "chat.use": t`chat with colleagues`,
  "colleagues.numbers": t`see with whom colleagues speak`,
  "queue.pick": t`take calls out of a queue`,
  "contacts.change": t`add and change contacts`,
  "practice.call": t`let practice callers ring`,
  "device.take_over": t`take over a phone`,
  "dial.outside": t`call numbers outside`,
  "dial.international": t`call abroad`,
  "dial.premium": t`call pay numbers`,
  "desk.supervise": t`hear alarms of urgent calls`,
  "admin.organisation": t`change the organisation and opening hours`,
  "admin.users": t`change users, groups and rights`,
  "admin.queues": t`change queues`,
  "admin.telephony": t`change phones and numbers`,
  "admin.audit": t`see who changed what`,
});

/** Why a field cannot be so. */
export function problemWords(code: string, args: Readonly<Record<string, string>>): string {
  const by = args["by"] ?? "";
  switch (code) {
    case "required":
      return t`Something has to be filled in here.`;
    case "too_small": {
      const least = amount(args["least"]);
      return t`This is too small: at least ${least}.`;
    }
    case "too_large": {
      const most = amount(args["most"]);
      return t`This is too large: at most ${most}.`;
    }
    case "too_long":
      return t`This is too long.`;
    case "taken":
      return t`This is taken already by ${by}.`;
    case "not_there":
      return t`This is not there any more.`;
    case "wrong_type":
      return t`This cannot be so; a number has to be a whole one.`;
    case "bad_choice":
      return t`This cannot be chosen here.`;
    case "bad_name":
      return t`There is a character in this that cannot be printed.`;
    case "bad_id":
      return t`This takes small letters, digits and dashes.`;
    case "bad_language":
      return t`This is not a language of Cordboard.`;
    case "fixed":
      return t`This cannot be changed any more. Make a new one.`;
    case "unknown_field":
      return t`The server does not know this setting. Load the page again.`;
    case "bad_number":
      return t`This is not a telephone number.`;
    case "bad_email":
      return t`This is not a mail address.`;
    case "bad_time_zone":
      return t`This is not a time zone, such as Europe/Amsterdam.`;
    case "bad_country":
      return t`This is not a country in two letters, such as NL.`;
    case "bad_time":
      return t`This is not a time, or it ends before it begins.`;
    case "bad_day":
      return t`This is not a day.`;
    case "one_of":
      return t`Choose one of both.`;
    default:
      return t`This cannot be so (${code}).`;
  }
}

/** Limits of durations are milliseconds; people read seconds. */
function amount(text: string | undefined): string {
  const value = Number(text);
  return value >= 1_000 ? plural(value / 1_000, { one: "# second", other: "# seconds" }) : String(value);
}

/** Why the administration did not do it. */
export function refusedWords(code: string, args: Readonly<Record<string, string>> = {}): string {
  const name = args["name"] ?? "";
  switch (code) {
    case "invalid":
      return t`Some settings cannot be so. Nothing has been saved.`;
    case "out_of_date":
      return t`Somebody else has changed this meanwhile. Here is how it is now; make your change again.`;
    case "still_used":
      return t`It is still used by ${name}.`;
    case "last_administrator":
      return t`Somebody has to be left who may change users.`;
    case "yourself":
      return t`You cannot do that to yourself.`;
    case "right_not_yours":
      return t`That takes a right that you do not have yourself.`;
    case "taken_elsewhere":
      return t`Another organisation on this server uses this user name.`;
    case "no_email":
      return t`There is no mail address to send it to.`;
    case "disabled":
      return t`This person may not log in.`;
    case "no_right":
      return t`You do not have the right for that.`;
    case "not_found":
      return t`It is not there any more.`;
    case "no_server":
      return t`This phone has no settings to give: it is a browser, or there is no exchange that phones can find.`;
    case "version_missing":
      return t`The server did not understand this. Load the page again.`;
    default:
      return refusal(code, args);
  }
}
