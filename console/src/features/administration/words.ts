import { plural, t } from "@lingui/core/macro";
import type { Row } from "../../connection/admin.ts";
import type { Refused } from "../../connection/api.ts";
import { phoneNumber } from "../../model/format.ts";
import type { AdminOverview } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { announcementName } from "./announcements.ts";
import type { Exit, Kind, Stretch } from "./kinds.ts";
import { isSilent, OWN } from "./own-announcements.ts";

/** All lists of the organisation, by resource: what a setting may point at. */
export type Lists = Readonly<Record<string, readonly Row[]>>;

/** How a thing is called; a number has no other name. */
export function called(row: Row): string {
  if (row.id === "network") return t`Network`;
  // One of ours has no name but what it says; one of the organisation's own has.
  if (row["source"] !== undefined && row["speaking"] === undefined) return announcementName(row.id);
  return String(row["name"] ?? phoneNumber(row.id));
}

export const MINUTE_MS = 60_000;

/** How the thing with this id is called. */
export function nameOf(lists: Lists, resource: string, id: unknown): string {
  const row = lists[resource]?.find((one) => one.id === id);
  return row === undefined ? String(id) : called(row);
}

/** The things of a list to choose from, and of an announcement without a sound that it has none. */
export function choices(lists: Lists, resource: string): readonly (readonly [id: string, words: string])[] {
  return (lists[resource] ?? []).map((row) => {
    const name = called(row);
    return [row.id, resource === OWN && isSilent(row) ? t`${name} (nothing to hear yet)` : name];
  });
}

/** A value as it is read in a sentence or in the log. */
export function say(kind: Kind | undefined, value: unknown, lists: Lists): string {
  const empty = kind !== undefined && "empty" in kind ? (kind.empty ?? "") : "";
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) {
    return empty;
  }
  switch (kind?.is) {
    case "secret":
      return "••••••••";
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
    case "minutes":
      return (value as unknown[]).map((one) => (typeof one === "number" ? one / MINUTE_MS : one)).join(", ");
    case "count":
      return String(Number(value) + (kind.from ?? 0));
    case "one":
      return nameOf(lists, kind.of, value);
    case "some":
      return (value as string[])
        .map((one) => kind.options.find(([known]) => known === one)?.[1] ?? one)
        .join(", ");
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
    ["call_back", t`may ask to be called back`],
    ["announcement", t`hears a sentence, and the call ends`],
    ["busy", t`hears the busy tone`],
    ["hang_up", t`is disconnected`],
  ];
}

/** What becomes of who does not ask for the call back. */
export function otherwise(target: string | null): string {
  return target === "message" ? t`or leave a message` : t`or hears a goodbye`;
}

function exitWords(exit: Exit, lists: Lists): string {
  const action = exitActions().find(([one]) => one === exit.action)?.[1] ?? exit.action;
  if (exit.action === "call_back") return `${action}, ${otherwise(exit.target)}`;
  if (exit.target === null) return action;
  if (exit.action === "number") return `${action} ${phoneNumber(exit.target)}`;
  return `${action}${beforeTarget(exit.action)}${nameOf(lists, POINTS_AT[exit.action] ?? "", exit.target)}`;
}

/** To what a way out leads: the list to choose from. */
export const POINTS_AT: Readonly<Record<string, string>> = {
  queue: "queues",
  colleague: "users",
  announcement: OWN,
  message: OWN,
};

/** What stands between an action and its target. */
export function beforeTarget(action: string): string {
  if (action === "announcement") return ": ";
  return action === "message" ? ` ${t`after`} ` : " ";
}

/** What has become of an invitation: without a mail server it has gone nowhere yet. */
export function invitedWords(mail: AdminOverview["mail"]): string {
  return mail === "outbox"
    ? t`The invitation is a file in the folder "outbox" on the server.`
    : t`The invitation has been sent.`;
}

/** Beside the button that sends one, where there is no mail server. */
export function noMailWords(): string {
  return t`No mail server is set here: an invitation becomes a file in the folder "outbox" on the server, for you to bring.`;
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
  "callback.see": t`see the planning of call backs`,
  "callback.manage": t`make, cancel and repeat call backs`,
  "dial.outside": t`call numbers outside`,
  "dial.international": t`call abroad`,
  "dial.premium": t`call pay numbers`,
  "desk.supervise": t`hear alarms of urgent calls`,
  "admin.organisation": t`change the organisation and opening hours`,
  "admin.users": t`change users, groups and rights`,
  "admin.queues": t`change queues`,
  "admin.telephony": t`change phones, numbers and trunks`,
  "admin.audit": t`see who changed what`,
  "provider.manage": t`manage all organisations`,
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
    case "bad_host":
      return t`This is not the name or address of a server.`;
    case "bad_sound":
      return t`This is no sound that can be used: a WAV or MP3 file of five minutes at most.`;
    case "bad_address":
      return t`This is not an address such as 192.0.2.10.`;
    case "not_here":
      return t`This machine does not have this address.`;
    case "port_taken":
      return t`Another program uses this port.`;
    case "stands_in_file":
      return t`This stands in the configuration file and can only be changed there.`;
    case "bad_network":
      return t`This is not an address such as 192.0.2.10, or a network such as 192.0.2.0/24.`;
    case "bad_account":
      return t`There is a character in this that an account cannot have.`;
    case "bad_password":
      return t`This password cannot be used: no spaces, and only letters, digits and signs of an English keyboard.`;
    case "password_again":
      return t`The server's address has changed: type the password again.`;
    case "bad_ldap_url":
      return t`This is not the address of a directory, such as ldaps://directory.example.`;
    case "bad_filter":
      return t`This is not a filter, such as (objectClass=person): see that its brackets go together.`;
    case "bad_attribute":
      return t`This is not the name of an attribute, such as telephoneNumber.`;
    case "bad_certificate":
      return t`This is not a certificate: it begins with -----BEGIN CERTIFICATE-----.`;
    case "other_name":
      return t`That is not the name of this organisation.`;
    case "one_of":
      return t`Choose one of these.`;
    default:
      return t`This cannot be so (${code}).`;
  }
}

/** Limits of durations are milliseconds; people read seconds. */
function amount(text: string | undefined): string {
  const value = Number(text);
  return value >= 1_000 ? plural(value / 1_000, { one: "# second", other: "# seconds" }) : String(value);
}

/** The same of an answer: what is wrong with the first field that is, else why nothing was done. */
export function refusalWords({ code, args, errors }: Refused): string {
  const first = errors[0];
  return first === undefined ? refusedWords(code, args) : problemWords(first.code, first.args);
}

/** Why the administration did not do it. */
export function refusedWords(code: string, args: Readonly<Record<string, string>> = {}): string {
  const name = args["name"] ?? "";
  const number = phoneNumber(args["number"] ?? "");
  const device = args["device"] ?? "";
  const by = args["by"] ?? "";
  switch (code) {
    case "number_taken":
      return t`${number} belongs to ${by}.`;
    case "number_elsewhere":
      return t`${number} belongs to another organisation on this server.`;
    case "number_not_given":
      return t`${number} is not one of the numbers that this organisation has been given.`;
    case "number_leads":
      return t`${number} leads to ${name} in this organisation: it has to be taken away there first.`;
    case "organisation_in_call":
      return t`There are calls in this organisation now. It can be done when they are over.`;
    case "organisation_in_service":
      return t`This organisation is in service. It has to be taken out of service first.`;
    case "stands_in_file":
      return t`The configuration file names this organisation, with a number or a trunk: that has to go there first.`;
    case "nobody_to_invite":
      return t`Every administrator there has chosen a password already.`;
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
    case "too_many_letters":
      return t`No letter has been sent: too many have been asked for. Try again in an hour.`;
    case "disabled":
      return t`This person may not log in.`;
    case "no_right":
      return t`You do not have the right for that.`;
    case "not_found":
      return t`It is not there any more.`;
    case "no_server":
      return t`This phone has no settings to give: it is a browser, or there is no exchange that phones can find.`;
    case "no_device":
      return t`You are not logged in on a telephone. Choose the one that has to ring.`;
    case "is_softphone":
      return t`You are logged in on this browser: record with the microphone, or log in on a telephone.`;
    case "device_not_registered":
      return t`${device} is not connected.`;
    case "device_busy":
      return t`${device} is in use. Try again when it is free.`;
    case "recording_already":
      return t`You are recording already.`;
    case "cannot_speak":
      return t`This server has no voice to speak another text. A recording of your own can be used.`;
    case "not_alone":
      return t`Other organisations use this network too: only somebody who manages all organisations can change it, or the configuration file.`;
    case "exchange_not_ours":
      return t`The exchange is your own Asterisk: set up its trunks there.`;
    case "address_elsewhere":
      return t`The calls of another organisation on this server come from ${name}. Name only your own provider's addresses.`;
    case "trunk_wrong":
      return t`The exchange cannot have it so: ${name}`;
    case "emergency_number":
      return t`An emergency number is not for tests.`;
    case "ldap_unreachable":
      return t`The directory does not answer: see that address and port are right, and that no firewall is between.`;
    case "ldap_no_tls":
      return t`The directory speaks no TLS there. ldaps:// usually takes port 636, ldap:// port 389.`;
    case "ldap_certificate":
      return t`The directory could not prove that it is this server: fill in the certificate of its authority, and its name as the certificate has it.`;
    case "ldap_password":
      return t`The directory does not know this account with this password.`;
    case "ldap_no_base":
      return t`The directory has no such base, or does not let this account see it.`;
    case "ldap_not_allowed":
      return t`The directory does not let this account read there.`;
    case "ldap_filter":
      return t`The directory cannot read this filter.`;
    case "ldap_too_many":
      return t`That is more than can be imported, or more than the directory gives: choose a narrower base or filter.`;
    case "ldap_nobody":
      return t`The directory gave nobody, though there are contacts of it. They stay as they are: see base, filter and what the account may read.`;
    case "ldap_most_gone":
      return t`More than half of its contacts would have been removed. They stay as they are: try it, and import it yourself if that is right.`;
    case "ldap_busy":
      return t`A directory is being imported right now.`;
    case "ldap_failed": {
      const detail = args["detail"] ?? "";
      return t`The directory refused it. ${detail}`.trim();
    }
    case "sound_too_long":
      return t`A recording lasts five minutes at most, and this one is longer. Nothing has been sent.`;
    case "bad_request":
    case "version_missing":
      return t`The server did not understand this. Load the page again.`;
    default:
      return refusal(code, args);
  }
}
