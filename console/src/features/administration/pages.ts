import { t } from "@lingui/core/macro";
import { announcements } from "./announcements.ts";
import { type Draft, inItsLanguage, type Page, type Rule } from "./kinds.ts";
import { ldap } from "./ldap.ts";
import { network } from "./network.ts";
import { organisation } from "./organisation.ts";
import { organisations } from "./organisations.ts";
import { OWN, ownAnnouncements } from "./own-announcements.ts";
import { queues } from "./queues.ts";
import { trunks } from "./trunks.ts";

const language = () =>
  ({
    is: "choice",
    options: [
      ["nl", t`Dutch`],
      ["en", t`English`],
    ],
  }) as const;

/** Every page by the name of its resource, in the present language. */
export function pages(): Readonly<Record<string, Page>> {
  return {
    queues: queues(language()),
    groups: groups(),
    users: users(),
    roles: roles(),
    devices: devices(),
    numbers: numbers(),
    trunks: trunks(),
    network: network(),
    hours: hours(),
    links: links(),
    ldap: ldap(),
    announcements: announcements(language()),
    own_announcements: ownAnnouncements(language()),
    organisation: organisation(language()),
    organisations: organisations(language()),
  };
}

/** Every sentence of a page, also those that only some things or new ones have. */
export function everyRule(page: Page): readonly Rule[] {
  const kinds: readonly Draft[] = [
    {},
    { urgent: true },
    { strategy: "linear" },
    { strategy: "ring_progressively" },
    { announce_first_ms: 1_000 },
    { callback_caller_first_ms: 1_000 },
    { repeats: "hours" },
    { ring_until_answered: true, greeting: "" },
  ];
  const rows = kinds.map((kind) => ({ ...page.begin, priority: 0, ...kind }));
  return [false, true].flatMap((isNew) => rows.flatMap((row) => page.rules(row, isNew)));
}

function groups(): Page {
  return {
    title: t`Groups`,
    add: t`New group`,
    kinds: {
      name: { is: "text" },
      number: { is: "phone", empty: t`the organisation's number` },
      position: { is: "count", from: 1, empty: t`the last one` },
    },
    rules: () => [
      { title: t`Name`, text: t`The group is called [name] and is number [position] in the list.` },
      { title: t`Calling out`, text: t`Who is called sees [number].` },
    ],
    begin: { name: "", number: null, position: null },
  };
}

function users(): Page {
  return {
    title: t`Users`,
    add: t`New user`,
    about: "user_name",
    kinds: {
      name: { is: "text" },
      user_name: { is: "text" },
      email: { is: "text", empty: t`no address` },
      language: language(),
      extension: { is: "text", empty: t`none` },
      numbers: { is: "list", phones: true, empty: t`no number` },
      number: { is: "phone", empty: t`the number of the group` },
      direct_exit: { is: "exit", empty: t`follows the rule of the organisation` },
      groups: { is: "several", of: "groups", empty: t`no group` },
      role: { is: "one", of: "roles", empty: t`none` },
      rights: { is: "rights", empty: t`nothing` },
      disabled: { is: "flag", yes: t`may not log in`, no: t`may log in` },
    },
    rules: (_, isNew) => [
      { title: t`Person`, text: t`[name] logs in as [user_name] and gets mail at [email].` },
      { title: t`Language`, text: t`The console speaks [language].` },
      { title: t`Groups`, text: t`Works for [groups].` },
      { title: t`Rights`, text: t`The role is [role]; on top of it, this person may [rights].` },
      {
        title: t`Own calls`,
        text: t`Colleagues dial [extension]. Calls to [numbers] are for this person alone; one that is not taken [direct_exit].`,
      },
      { title: t`Calling out`, text: t`Who is called sees [number].` },
      ...(isNew ? [] : [{ title: t`Access`, text: t`This person [disabled].` }]),
    ],
    begin: {
      name: "",
      user_name: "",
      email: null,
      extension: null,
      numbers: [],
      number: null,
      direct_exit: null,
      groups: [],
      role: null,
      rights: [],
    },
    beginIn: inItsLanguage,
  };
}

function roles(): Page {
  return {
    title: t`Roles`,
    add: t`New role`,
    kinds: { name: { is: "text" }, rights: { is: "rights", empty: t`nothing` } },
    rules: () => [
      { title: t`Name`, text: t`The role is called [name].` },
      { title: t`Rights`, text: t`Who has it may [rights].` },
    ],
    begin: { name: "", rights: [] },
  };
}

function devices(): Page {
  const rule = (isNew: boolean): Rule[] => (isNew ? [{ title: t`Kind`, text: t`It is [kind].` }] : []);
  return {
    title: t`Phones`,
    add: t`New phone`,
    about: "extension",
    kinds: {
      name: { is: "text" },
      kind: {
        is: "choice",
        options: [
          ["sip", t`a desk phone or a program`],
          ["web", t`a browser`],
        ],
      },
      extension: { is: "text" },
      answer_method: {
        is: "choice",
        options: [
          ["notify_talk", t`answers a phone that rings (NOTIFY talk)`],
          ["header", t`calls it again, and it answers at once`],
          ["manual", t`does nothing: it must be picked up by hand`],
          ["web", t`answers in the browser`],
        ],
      },
      position: { is: "count", from: 1, empty: t`the last one` },
      one_line: { is: "flag", yes: t`on the same line`, no: t`as a second ring of the phone` },
    },
    rules: (row: Draft, isNew) => [
      {
        title: t`Name`,
        text: t`The phone is called [name], with extension [extension], and is number [position] in the list.`,
      },
      ...rule(isNew),
      { title: t`Answering`, text: t`A click on answer [answer_method].` },
      // A browser shows its calls itself.
      ...(row.kind === "sip" ? [{ title: t`Second call`, text: t`A second call comes [one_line].` }] : []),
    ],
    begin: {
      name: "",
      kind: "sip",
      extension: "",
      answer_method: "header",
      one_line: true,
      position: null,
    },
  };
}

function numbers(): Page {
  return {
    title: t`Numbers`,
    add: t`New number`,
    kinds: {
      number: { is: "phone", empty: t`fill in` },
      queue: { is: "one", of: "queues", empty: t`no queue` },
      person: { is: "one", of: "users", empty: t`no person` },
      announcement: { is: "one", of: OWN, empty: t`no announcement` },
    },
    rules: (row: Draft, isNew) => [
      ...(isNew ? [{ title: t`Number`, text: t`It is [number].` }] : []),
      { title: t`Routing`, text: routing(row) },
    ],
    // A number leads to one of them.
    settle: (row, field) =>
      row[field] === null || field === "number" ? row : { ...row, ...NOWHERE, [field]: row[field] },
    begin: { number: "", ...NOWHERE },
  };
}

const NOWHERE = { queue: null, person: null, announcement: null };

/** What was chosen stands first. */
function routing(row: Draft): string {
  if (typeof row["announcement"] === "string") {
    return t`Callers hear [announcement] and the call ends, or calls go to [queue] or to [person].`;
  }
  return typeof row["person"] === "string"
    ? t`Calls go to [person], or to [queue], or callers hear [announcement].`
    : t`Calls go to [queue], or to [person], or callers hear [announcement].`;
}

function hours(): Page {
  return {
    title: t`Opening hours`,
    add: t`New opening hours`,
    kinds: { name: { is: "text" }, week: { is: "week" }, holidays: { is: "holidays" } },
    rules: () => [
      { title: t`Name`, text: t`These hours are called [name].` },
      { title: t`Week`, text: "[week]" },
      { title: t`Holidays`, text: "[holidays]" },
    ],
    begin: {
      name: "",
      week: [1, 2, 3, 4, 5].map((day) => ({ day, from: "08:30", to: "17:00" })),
      holidays: [],
    },
  };
}

function links(): Page {
  return {
    title: t`Linked organisations`,
    add: t`New linked organisation`,
    kinds: {
      name: { is: "text" },
      numbers: { is: "list", empty: t`no number` },
      queue: { is: "one", of: "queues", empty: t`choose` },
    },
    rules: () => [
      {
        title: t`Callers`,
        text: t`Callers of [name], who call from [numbers], come in by [queue].`,
      },
    ],
    begin: { name: "", numbers: [], queue: null },
  };
}
