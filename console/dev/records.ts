/** What the pretend server answers about the past: own calls, one call's log, messages. */
import type { ContactRow, HistoryRow, LogLine, MessageRow } from "../src/model/wire.ts";
import { ago, NAMES } from "./cast.ts";

export const HISTORY: HistoryRow[] = Array.from({ length: 60 }, (_, index) => {
  const kind =
    (["answered", "answered", "outbound", "missed", "rejected", "answered"] as const)[index % 6] ??
    "answered";
  return {
    id: `h${index}`,
    call: `x${index}`,
    kind,
    direction: kind === "outbound" ? "out" : "in",
    number: index % 6 === 2 ? "203" : index % 3 === 0 ? "31884800943" : `3153${4000000 + index * 34567}`,
    name:
      index % 6 === 2 ? "Piet Jansen" : index % 7 === 0 ? "Mevrouw A.M.C. van der Heijden-Oosterhuis" : null,
    queue: kind === "outbound" ? null : (NAMES[index % 4] ?? null),
    urgent: index % 4 === 1,
    at: ago(index * 47, index * 13),
    wait_ms: kind === "outbound" ? null : 4_000 + index * 1_700,
    talk_ms: kind === "answered" || kind === "outbound" ? 15_000 + index * 9_000 : null,
    transferred_to: null,
    ended_by: kind === "answered" ? (index === 6 ? "lost" : "caller") : null,
  };
});

export const LOG: LogLine[] = [
  { at: ago(6, 20), why: "entered", agent_name: null, detail: "Algemeen" },
  { at: ago(6, 20), why: "skipped_busy", agent_name: "Anja Smit", detail: null },
  { at: ago(6, 20), why: "offered", agent_name: "Henk van Dijk", detail: null },
  { at: ago(6, 0), why: "rang_out", agent_name: "Henk van Dijk", detail: null },
  { at: ago(5, 59), why: "offered", agent_name: "Chantal Vos", detail: null },
  { at: ago(5, 48), why: "taken", agent_name: "Chantal Vos", detail: null },
  { at: ago(5, 47), why: "answered", agent_name: "Chantal Vos", detail: null },
  { at: ago(4, 2), why: "transfer_armed", agent_name: "Chantal Vos", detail: null },
  { at: ago(3, 40), why: "transfer_returned", agent_name: "Chantal Vos", detail: "no_answer" },
  { at: ago(1, 15), why: "transferred", agent_name: "Chantal Vos", detail: "Piet Jansen" },
];

export const MESSAGES: MessageRow[] = [
  {
    name: "m1.wav",
    call: "x1",
    number: "31612345678",
    caller_name: null,
    queue: "Algemeen",
    at: ago(95),
    ms: 23_000,
  },
  {
    name: "m2.wav",
    call: "x2",
    number: "31534312290",
    caller_name: "Fysio Haaksbergerstraat",
    queue: null,
    at: ago(1_600),
    ms: 61_000,
  },
];

const PEOPLE: readonly (readonly [name: string, what: string, numbers: string[], internal: boolean])[] = [
  ["Jansen Techniek", "Onderhoud liften", ["31742915500", "31612345678", "4930123456"], false],
  ["Janine Bakker", "Kantine", ["211"], true],
  ["Apotheek Jansonius-Van der Heijden tot Oosterbeek", "", ["31534312290"], false],
  ["Huisartsenpraktijk De Linde", "Spoedlijn", ["31884800943", "319008844"], false],
  ["Jan Zonder Nummer", "Vrijwilliger", [], false],
];
export const CONTACTS: ContactRow[] = PEOPLE.map(([name, what, numbers, internal], index) => ({
  id: `contact${index}`,
  name,
  function: what,
  numbers,
  addresses: [],
  internal,
  group: internal ? "g1" : null,
  source: null,
  version: "1",
}));
