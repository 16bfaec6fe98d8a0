import { hasDigits } from "./callback.ts";
import type { Entities } from "./entities.ts";
import { folded, matches, seeker } from "./search.ts";
import { isSignedOut } from "./select.ts";
import type { AgentView, ContactGroup, ContactPage, ContactRow } from "./wire.ts";

/** The address book as the list shows it: colleagues, whom the console knows, and contacts, whom the server finds. */

/** Fewer letters find nearly everybody (3.3-f). */
export const LETTERS_MIN = 3;
/** Of a number (D19). */
export const DIGITS_MIN = 2;
/** The server shows no more; another letter brings the right one up. */
export const FOUND_MAX = 50;

/** What is ticked in the two bars (3.3-b, 3.3-c, D19). */
export interface Bars {
  /** Ids of groups; "all": Alles. Nobody internal is shown when none is ticked (3.3-d). */
  readonly groups: "all" | readonly string[];
  readonly signedIn: boolean;
  /** Who is signed out, and who has no log-in at all. */
  readonly signedOut: boolean;
  readonly external: boolean;
}

/** Three letters give results at once (D19). */
export const EVERYBODY: Bars = { groups: "all", signedIn: true, signedOut: true, external: true };

export type Person =
  | { readonly kind: "colleague"; readonly id: string; readonly starred: boolean; readonly agent: AgentView }
  | {
      readonly kind: "contact";
      readonly id: string;
      readonly starred: boolean;
      readonly contact: ContactRow;
    };

export const nameOf = (person: Person): string =>
  person.kind === "colleague" ? person.agent.name : person.contact.name;

export interface Sections {
  readonly favourites: readonly Person[];
  /** Everybody else by initial, first name first (3.3-n). */
  readonly others: readonly (readonly [letter: string, people: readonly Person[]])[];
}

/** An extension has no more digits; outside numbers have. */
const EXTENSION_MAX = 6;

/**
 * How the telephone of somebody internal without a log-in is (D11): by a number that is an extension here. The colleague
 * whose it is, or who works at that telephone; of one that nobody has, whether it can be rung. null: nothing is known.
 */
export function telephoneOf(
  all: Pick<Entities, "agent" | "device">,
  contact: ContactRow,
): AgentView | "in_call" | "phone_free" | "unknown" | null {
  const extensions = contact.internal ? contact.numbers.filter((one) => one.length <= EXTENSION_MAX) : [];
  if (extensions.length === 0) return null;
  for (const agent of all.agent.values())
    if (agent.extension !== null && extensions.includes(agent.extension)) return agent;
  for (const device of all.device.values()) {
    if (device.extension === null || !extensions.includes(device.extension)) continue;
    if (device.used_by === null) {
      if (device.in_call) return "in_call";
      return device.registered ? "phone_free" : "unknown";
    }
    const users = [...all.agent.values()].filter((agent) => agent.name === device.used_by);
    return users.length === 1 ? (users[0] ?? null) : null;
  }
  return null;
}

/** Written as numbers are: no letter in it. */
const isNumber = (typed: string): boolean => /^[\d\s+().\-/]+$/.test(typed);

/** Enough was typed to search with: three letters, or two digits. */
export function maySearch(typed: string): boolean {
  if (isNumber(typed)) {
    const digits = typed.replace(/\D/g, "");
    return digits.length >= DIGITS_MIN && /[1-9]/.test(digits);
  }
  return folded(typed).trim().length >= LETTERS_MIN;
}

/** What the list shows; not `mine`, who looks at it. `page` is the server's answer to what was typed, or to an earlier text while it is asked. */
export function sections(
  agents: Entities["agent"],
  mine: string | undefined,
  page: ContactPage,
  groups: readonly ContactGroup[],
  bars: Bars,
  typed: string,
): Sections {
  const searching = maySearch(typed);
  const people: Person[] = [];
  // Their own outside numbers are not told here: of these the server knows that they are meant (3.3-q).
  const numbered = new Set(page.found_colleagues);
  for (const agent of agents.values()) {
    if (agent.id === mine) continue;
    const own = groups.filter((group) => group.people.includes(agent.id));
    if (!fits(bars, !isSignedOut(agent), own)) continue;
    const words = [agent.extension ?? "", agent.name, agent.email ?? "", ...own.map((group) => group.name)];
    if (searching && !numbered.has(agent.id) && !matches(words.join(" "), typed.trim())) continue;
    people.push({ kind: "colleague", id: agent.id, starred: page.colleagues.includes(agent.id), agent });
  }
  const starred = new Set(page.favourites.map((contact) => contact.id));
  const found = searching ? page.found : [];
  const hits = new Set(found.map((contact) => contact.id));
  for (const contact of page.favourites) {
    if (searching && !hits.has(contact.id) && !holds(contact, typed, groups)) continue;
    if (shown(contact, bars, groups))
      people.push({ kind: "contact", id: contact.id, starred: true, contact });
  }
  for (const contact of found) {
    if (starred.has(contact.id) || !shown(contact, bars, groups)) continue;
    people.push({ kind: "contact", id: contact.id, starred: false, contact });
  }
  const keys = new Map(people.map((person) => [person.id, folded(nameOf(person))]));
  people.sort((a, b) => compare(keys.get(a.id) ?? "", keys.get(b.id) ?? "") || compare(a.id, b.id));
  const others = new Map<string, Person[]>();
  for (const person of people) {
    if (person.starred) continue;
    const letter = initial(nameOf(person));
    others.set(letter, [...(others.get(letter) ?? []), person]);
  }
  return { favourites: people.filter((person) => person.starred), others: [...others] };
}

export interface Candidates {
  readonly favourites: readonly Person[];
  readonly colleagues: readonly AgentView[];
  readonly contacts: readonly ContactRow[];
}

/**
 * To whom a caller can go (5.2-d): favourites first, of colleagues and contacts alike.
 *
 * Unlike in the address book nobody stands there who does not answer what is typed now, not even for the moment in
 * which the server is asked: Enter would pass the caller on to them.
 *
 * @param answered `page` is the answer to what is typed, no longer to an earlier text.
 */
export function candidates(
  people: readonly AgentView[],
  page: ContactPage,
  typed: string,
  answered: boolean,
): Candidates {
  const wanted = typed.trim();
  const found = maySearch(wanted) ? page.found.filter((one) => answered || holds(one, wanted)) : [];
  const hits = new Set(found.map((contact) => contact.id));
  const starred = new Set([...page.colleagues, ...page.favourites.map((contact) => contact.id)]);
  const sought = seeker(wanted);
  const numbered = new Set(answered && maySearch(wanted) ? page.found_colleagues : []);
  const fitting =
    wanted === "" ? people : people.filter((agent) => numbered.has(agent.id) || sought(wordsOf(agent)));
  const favourites: Person[] = [
    ...fitting
      .filter((agent) => starred.has(agent.id))
      .map((agent) => ({ kind: "colleague" as const, id: agent.id, starred: true, agent })),
    ...page.favourites
      .filter((contact) => wanted === "" || hits.has(contact.id) || holds(contact, wanted))
      .map((contact) => ({ kind: "contact" as const, id: contact.id, starred: true, contact })),
  ];
  favourites.sort((a, b) => compare(folded(nameOf(a)), folded(nameOf(b))));
  return {
    favourites,
    colleagues: fitting.filter((agent) => !starred.has(agent.id)),
    contacts: found.filter((contact) => !starred.has(contact.id)),
  };
}

/** What a colleague is found by, folded once: in a large house somebody changes status all the time while one types. */
function wordsOf(agent: AgentView): string {
  let words = agentWords.get(agent);
  if (words === undefined) {
    words = folded(`${agent.extension ?? ""} ${agent.name}`);
    agentWords.set(agent, words);
  }
  return words;
}
const agentWords = new WeakMap<AgentView, string>();

/** A favourite beyond the first fifty of a search is still a favourite. */
function holds(contact: ContactRow, typed: string, groups: readonly ContactGroup[] = []): boolean {
  const group = groups.find((one) => one.id === contact.group)?.name ?? "";
  const words = [contact.name, contact.function, ...contact.addresses, group].join(" ");
  if (isNumber(typed)) return contact.numbers.some((number) => hasDigits(number, typed));
  return matches(words, typed.trim());
}

function shown(contact: ContactRow, bars: Bars, groups: readonly ContactGroup[]): boolean {
  if (!contact.internal) return bars.external;
  return fits(
    bars,
    false,
    groups.filter((group) => group.id === contact.group),
  );
}

/** For somebody internal both bars have to let through (3.3-d). */
function fits(bars: Bars, signedIn: boolean, own: readonly ContactGroup[]): boolean {
  const { groups } = bars;
  const left = groups === "all" || own.some((group) => groups.includes(group.id));
  return left && (signedIn ? bars.signedIn : bars.signedOut);
}

function initial(name: string): string {
  const first = folded(name).charAt(0).toUpperCase();
  return /\p{L}/u.test(first) ? first : "#";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Tick a group, or Alles; ticking a group unticks Alles. */
export function tickGroup(bars: Bars, id: "all" | string): Bars {
  if (id === "all") return { ...bars, groups: bars.groups === "all" ? [] : "all" };
  const before = bars.groups === "all" ? [] : bars.groups;
  return {
    ...bars,
    groups: before.includes(id) ? before.filter((one) => one !== id) : [...before, id],
  };
}
