import { plural, t } from "@lingui/core/macro";
import type { Row } from "../../connection/admin.ts";
import { duration, phoneNumber } from "../../model/format.ts";
import { wayOut } from "../../text/why.ts";
import { source } from "./announcements.ts";
import { type Draft, type Exit, inItsLanguage, type Kind, type Page } from "./kinds.ts";
import type { Lists } from "./words.ts";

export const OWN = "own_announcements";

/** One of them, or what is heard without.  */
export function own(empty: string): Kind {
  return { is: "one", of: OWN, empty, none: t`(none has been made yet: see Own announcements)` };
}

/** What an organisation tells callers in its own words (D21, D25). */
export function ownAnnouncements(language: Kind): Page {
  return {
    title: t`Own announcements`,
    add: t`New announcement`,
    purpose: t`What you tell callers in your own words: a welcome to whoever enters a queue, what is heard when nobody can answer, or a number that only gives information. Cordboard's voice speaks your text, or you record it yourself. Music of your own goes here as well.`,
    kinds: {
      name: { is: "text" },
      language,
      text: { is: "text", lines: 4, empty: t`no text: there is only a recording` },
      numbers: { is: "list", phones: true, empty: t`no number` },
      source: source(),
    },
    besides: { source: t`Sound` },
    rules: (row, isNew) => [
      { title: t`Name`, text: t`The announcement is called [name].` },
      {
        title: t`Text`,
        text:
          row["source"] === "recorded"
            ? t`The recording says, in [language]: [text]`
            : t`Callers hear, in [language]: [text]`,
      },
      { title: t`Own number`, text: t`Whoever calls [numbers] hears it, and then the call ends.` },
      ...(isNew
        ? [
            {
              title: t`Sound`,
              text: t`Once it has been made, you can listen to it on its page, or put a recording of your own in its place.`,
            },
          ]
        : []),
    ],
    begin: { name: "", text: "", numbers: [] },
    beginIn: inItsLanguage,
  };
}

/** What it is called in the routes of sounds. */
export const soundId = (row: Row): string => `own.${row.id}`;

/** How long it lasts, as one says it. */
export function lengthWords(ms: number): string {
  const seconds = wholeSeconds(ms);
  if (seconds < 60) return plural(seconds, { one: "# second", other: "# seconds" });
  const length = duration(seconds * 1_000).replace(/^0/, "");
  return t`${length} minutes`;
}

const wholeSeconds = (ms: number): number => Math.max(1, Math.round(ms / 1_000));

/** Nobody hears anything of it, and nobody will as long as nothing is done. */
export const isSilent = (row: Draft): boolean => row["source"] === "none" && row["speaking"] !== true;

/** A place at which callers hear it, and the page where that is set. */
export interface Use {
  readonly words: string;
  readonly place: string;
  readonly id: string;
}

/** Everywhere callers hear it. */
export function usesOf(id: string, lists: Lists): readonly Use[] {
  const uses: Use[] = [];
  const add = (place: string, of: string, words: string): void => {
    // Two ways out may have the same reason: of who calls, and of who waits already.
    const known = uses.some((one) => one.words === words && one.place === place && one.id === of);
    if (!known) uses.push({ words, place, id: of });
  };
  for (const row of lists["numbers"] ?? []) {
    const number = phoneNumber(row.id);
    if (row["announcement"] === id) add("numbers", row.id, t`number ${number}`);
  }
  for (const row of lists["queues"] ?? []) {
    const queue = String(row["name"]);
    if (row["greeting"] === id) add("queues", row.id, t`greeting of ${queue}`);
    if (row["music"] === id) add("queues", row.id, t`music of ${queue}`);
    for (const [reason, exit] of Object.entries((row["exits"] ?? {}) as Readonly<Record<string, Exit>>)) {
      const situation = wayOut(reason);
      if (says(exit, id)) add("queues", row.id, t`${queue}: ${situation}`);
    }
  }
  for (const place of ["organisation", "users"]) {
    for (const row of lists[place] ?? []) {
      const name = String(row["name"]);
      if (row["hold_music"] === id) add(place, row.id, t`music on hold`);
      if (says(row["direct_exit"] as Exit | null | undefined, id)) {
        add(
          place,
          row.id,
          place === "users" ? t`direct calls that ${name} does not take` : t`direct calls that nobody takes`,
        );
      }
    }
  }
  return uses;
}

/** Does this way out have them hear it? A queue or a person may have the same id. */
const says = (exit: Exit | null | undefined, id: string): boolean =>
  exit?.target === id && (exit.action === "announcement" || exit.action === "message");

/** The same in one line. */
export function usedWords(id: string, lists: Lists): string {
  const uses = usesOf(id, lists);
  return uses.length === 0 ? t`not used yet` : uses.map(({ words }) => words).join(", ");
}

/** Whether callers hear it, in a few words. */
export function heardWords(row: Draft): string {
  if (row["speaking"] === true) return t`being spoken`;
  if (isSilent(row)) return t`nothing to hear yet`;
  const length = typeof row["ms"] === "number" ? [duration(wholeSeconds(row["ms"]) * 1_000)] : [];
  return [...(row["source"] === "recorded" ? [t`own recording`] : []), ...length].join(", ");
}
