import { t } from "@lingui/core/macro";
import type { Draft, Kind, Page, Rule } from "./kinds.ts";
import { own } from "./own-announcements.ts";

const KEYS = [..."1234567890"].map((key) => [key, key] as const);

/** A queue with every setting, said in sentences (2.1.1-k). */
export function queues(language: Kind): Page {
  return {
    title: t`Queues`,
    add: t`New queue`,
    kinds: { ...kinds(), language },
    rules: (row, isNew) => [
      ...callers(row),
      ...(isNew
        ? []
        : [...offering(row), ...wrapUp(), greeting(row), ...waiting(row), ...asking(row), ...waysOut()]),
    ],
    begin: { name: "", groups: [], numbers: [], urgent: false, position: null },
  };
}

function kinds(): Record<string, Kind> {
  const seconds: Kind = { is: "seconds" };
  const exit: Kind = { is: "exit", empty: t`goes on waiting`, ofQueue: true };
  return {
    name: { is: "text" },
    groups: { is: "several", of: "groups", empty: t`no group` },
    numbers: { is: "list", phones: true, empty: t`no number` },
    urgent: { is: "flag", yes: t`urgent`, no: t`ordinary` },
    priority: { is: "count" },
    position: { is: "count", from: 1, empty: t`the last one` },
    strategy: {
      is: "choice",
      options: [
        ["ring_all", t`everybody who is free`],
        ["longest_idle", t`who has been idle longest`],
        ["round_robin", t`each in turn`],
        ["linear", t`the first one free, in a fixed order`],
        ["fewest_calls", t`who answered the fewest calls today`],
        ["ring_progressively", t`the longest idle, then one more each time`],
      ],
    },
    ring_ms: seconds,
    widen_ms: seconds,
    order: { is: "several", of: "users", empty: t`no order` },
    wrap_up_ms: seconds,
    wrap_up_mode: {
      is: "choice",
      options: [
        ["timed", t`and may end it earlier`],
        ["timed_no_early_exit", t`and cannot end it earlier`],
        ["open_ended", t`and ends it by hand`],
      ],
    },
    wrap_up_extend_ms: seconds,
    wrap_up_extends_max: { is: "count" },
    breaks_wrap_up: { is: "flag", yes: t`are offered`, no: t`are not offered` },
    escalate_ms: seconds,
    escalate_to: { is: "phone", empty: t`nobody outside` },
    wait_ms_max: { is: "seconds", empty: t`any time` },
    calls_max: { is: "count", empty: t`any number` },
    empty_ms: seconds,
    greeting: own(t`nothing`),
    announce_first_ms: { is: "seconds", empty: t`never` },
    announce_every_ms: seconds,
    announce_wait: { is: "flag", yes: t`with the expected wait`, no: t`without the expected wait` },
    callback_attempts: { is: "count" },
    callback_spacing_ms: { is: "minutes", empty: t`fill in` },
    callback_ring_ms: seconds,
    callback_offer_ms: seconds,
    callback_customer_first: {
      is: "flag",
      yes: t`the customer is rung first and then waits for an agent`,
      no: t`an agent is asked first`,
    },
    callback_caller_first_ms: { is: "seconds", empty: t`never` },
    callback_caller_every_ms: seconds,
    callback_caller_key: { is: "choice", options: KEYS },
    callback_caller_chooses: { is: "flag", yes: t`may choose a time`, no: t`keeps the place in the queue` },
    callback_per_ten_minutes: { is: "count", empty: t`any number` },
    music: own(t`the usual music`),
    message_mail: { is: "text", empty: t`nobody` },
    number: { is: "phone", empty: t`the number of the caller's group` },
    ring_until_answered: { is: "flag", yes: t`ringing`, no: t`music` },
    locked: { is: "flag", yes: t`may not`, no: t`may` },
    hours: { is: "one", of: "hours", empty: t`day and night` },
    "exits.timeout": exit,
    "exits.full": { is: "exit", empty: t`waits too`, ofQueue: true },
    "exits.join_empty": exit,
    "exits.leave_empty": exit,
    "exits.join_unavailable": exit,
    "exits.leave_unavailable": exit,
    "exits.closed": exit,
  };
}

function callers(row: Draft): Rule[] {
  return [
    { title: t`Name`, text: t`The queue is called [name] and is number [position] in the list.` },
    {
      title: t`Callers`,
      text: t`Calls to [numbers] come in as [urgent] calls for [groups].`,
    },
    ...(row["urgent"] === true || row["priority"] === undefined
      ? []
      : [
          {
            title: t`Priority`,
            text: t`Its calls have priority [priority]; a higher one is offered first, urgent queues before all.`,
          },
        ]),
  ];
}

function offering(row: Draft): Rule[] {
  const more =
    row["strategy"] === "linear"
      ? t`The order is [order].`
      : row["strategy"] === "ring_progressively"
        ? t`One more phone rings after each [widen_ms] seconds.`
        : "";
  if (row["urgent"] === true) {
    return [
      {
        title: t`Offering`,
        text: t`Urgent rings everyone, also when busy; it cannot be refused. Nobody answers for [escalate_ms] seconds: then who is not signed in rings too, and after that [escalate_to].`,
      },
      { title: t`Wrap-up and pause`, text: t`In wrap-up and pause, urgent calls [breaks_wrap_up].` },
    ];
  }
  return [
    {
      title: t`Offering`,
      text: `${t`A call is offered to [strategy]; a phone rings for [ring_ms] seconds.`} ${more}`.trim(),
    },
  ];
}

function wrapUp(): Rule[] {
  return [
    {
      title: t`Wrap-up`,
      text: t`After a call the agent gets [wrap_up_ms] seconds of wrap-up, [wrap_up_mode]. It can be lengthened [wrap_up_extends_max] times by [wrap_up_extend_ms] seconds.`,
    },
    { title: t`Signing out`, text: t`Agents [locked] sign out of this queue.` },
  ];
}

/** What a caller hears on entering (D25); who rings at the desks has not been answered, so nothing can be said. */
function greeting(row: Draft): Rule {
  const chosen = typeof row["greeting"] === "string";
  const ringing = chosen
    ? t`[greeting] is not heard: in this queue callers hear the telephone ring.`
    : t`There is none: in this queue callers hear the telephone ring.`;
  const heard = chosen
    ? t`Callers hear on entering: [greeting]. Agents are asked meanwhile, and an answer ends the greeting.`
    : t`Callers hear on entering: [greeting].`;
  return { title: t`Greeting`, text: row["ring_until_answered"] === true ? ringing : heard };
}

function waiting(row: Draft): Rule[] {
  const told = typeof row["announce_first_ms"] === "number";
  return [
    {
      title: t`Waiting`,
      text:
        row["ring_until_answered"] === true
          ? t`Who waits hears [ring_until_answered]. The language is [language].`
          : t`Who waits hears [ring_until_answered]: [music]. The language is [language].`,
    },
    {
      title: t`Place in the queue`,
      text: told
        ? t`It is told after [announce_first_ms] seconds and then every [announce_every_ms] seconds, [announce_wait].`
        : t`It is told after this many seconds: [announce_first_ms].`,
    },
  ];
}

/** What a waiting caller is offered (3.6-t); an urgent one never is. */
function asking(row: Draft): Rule[] {
  if (row["urgent"] === true) return [];
  const offered = typeof row["callback_caller_first_ms"] === "number";
  return [
    {
      title: t`Asking for a call back`,
      text: offered
        ? t`Who waits is offered a call back after [callback_caller_first_ms] seconds and then every [callback_caller_every_ms] seconds, and asks for it with key [callback_caller_key].`
        : t`Who waits is offered a call back after this many seconds: [callback_caller_first_ms].`,
    },
    { title: t`Time of a call back`, text: t`Who asks for a call back [callback_caller_chooses].` },
  ];
}

function waysOut(): Rule[] {
  return [
    {
      title: t`Call back`,
      text: t`A customer is called back at most [callback_attempts] times, each time for [callback_ring_ms] seconds; agents are asked for [callback_offer_ms] seconds. Ten minutes hold [callback_per_ten_minutes] of appointments.`,
    },
    {
      title: t`Next attempt`,
      text: t`After an attempt in vain the next one follows after [callback_spacing_ms] minutes. Of several numbers, each holds for one attempt and the last for all that follow.`,
    },
    { title: t`Order of calling back`, text: t`When a call back is due, [callback_customer_first].` },
    { title: t`Waiting long`, text: t`Who has waited [wait_ms_max] seconds [exits.timeout].` },
    { title: t`Full`, text: t`With [calls_max] callers waiting, the next one [exits.full].` },
    {
      title: t`Nobody signed in`,
      text: t`Who calls then [exits.join_empty]; who waits already [exits.leave_empty] after [empty_ms] seconds.`,
    },
    {
      title: t`Everybody away`,
      text: t`Who calls then [exits.join_unavailable]; who waits already [exits.leave_unavailable].`,
    },
    { title: t`Opening hours`, text: t`It is open [hours]. Outside of that a caller [exits.closed].` },
    { title: t`Messages`, text: t`Messages that callers leave here are mailed to [message_mail].` },
    { title: t`Calling out`, text: t`Who is called for this queue sees [number].` },
  ];
}
