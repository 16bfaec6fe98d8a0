import { useCallback, useEffect, useState } from "react";
import { type Bars, maySearch } from "../model/contacts.ts";
import type {
  ContactFields,
  ContactFile,
  ContactGroup,
  ContactGroups,
  ContactPage,
  ContactRow,
  ContactsImported,
} from "../model/wire.ts";
import { json, Refused, send } from "./api.ts";
import { useDesk } from "./desk.tsx";

const at = (id: string): string => `contacts/${encodeURIComponent(id)}`;

/** The address book on the server. */
export const book = {
  /** @param asked what `query` made of the text and the bars. */
  search: (asked: string, signal: AbortSignal) =>
    json<ContactPage>(send("GET", `contacts?${asked}`, undefined, undefined, signal)),
  groups: async () => (await json<ContactGroups>(send("GET", "contacts/groups"))).groups,
  add: (fields: ContactFields) => json<ContactRow>(send("POST", "contacts", fields)),
  change: (row: ContactRow, fields: ContactFields) =>
    json<ContactRow>(send("PUT", at(row.id), fields, row.version)),
  remove: async (row: ContactRow): Promise<void> => {
    await send("DELETE", at(row.id), undefined, row.version);
  },
  /** Look at a file of contacts, or take it. */
  take: (file: ContactFile) => json<ContactsImported>(send("POST", `contacts/import`, file)),
  /** Where the whole book can be fetched. */
  file: (format: ContactFile["format"]): string => `/api/contacts/export?format=${format}`,
  star: async (id: string, on: boolean): Promise<void> => {
    await send(on ? "PUT" : "DELETE", `${at(id)}/favourite`);
  },
};

function query(typed: string, { groups, signedOut, external }: Bars): URLSearchParams {
  const asked = new URLSearchParams({ q: maySearch(typed) ? typed.trim() : "" });
  if (!external) asked.set("external", "false");
  // Contacts of the house have no log-in, so they are as good as signed out.
  if (!signedOut) asked.set("internal", "false");
  else if (groups !== "all") {
    if (groups.length === 0) asked.set("internal", "false");
    for (const group of groups) asked.append("group", group);
  }
  return asked;
}

const NOBODY: ContactPage = { favourites: [], colleagues: [], found: [], found_colleagues: [], barred: {} };

export interface ContactSearch {
  readonly page: ContactPage;
  /** The question that `page` answers; an earlier one while the server is asked, "" while nothing is known. */
  readonly answers: string;
  /** What is shown answers an earlier question; the server is asked. */
  readonly asking: boolean;
  readonly problem: Refused | null;
  /** Ask once more: something was changed. */
  readonly again: () => void;
  /** Show the star at once and tell the server; false: it refused, and the person was told why. */
  readonly star: (id: string, on: boolean, contact: ContactRow | null) => Promise<boolean>;
}

/** Who is found while somebody types: older questions are given up, and rows stay until there are newer ones. */
export function useContactSearch(typed: string, bars: Bars): ContactSearch {
  const desk = useDesk();
  const [page, setPage] = useState(NOBODY);
  const [answers, setAnswers] = useState("");
  const [problem, setProblem] = useState<Refused | null>(null);
  const [turn, setTurn] = useState(0);
  const asked = query(typed, bars).toString();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn asks the same again
  useEffect(() => {
    const giveUp = new AbortController();
    book.search(asked, giveUp.signal).then(
      (found) => {
        if (giveUp.signal.aborted) return;
        setPage(found);
        setAnswers(asked);
        setProblem(null);
      },
      (reason: unknown) => {
        if (giveUp.signal.aborted) return;
        if (!(reason instanceof Refused)) throw reason;
        setProblem(reason);
      },
    );
    return () => giveUp.abort();
  }, [asked, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  const star = useCallback(
    async (id: string, on: boolean, contact: ContactRow | null) => {
      setPage((before) => starredIn(before, id, on, contact));
      try {
        await book.star(id, on);
        return true;
      } catch (reason) {
        if (!(reason instanceof Refused)) throw reason;
        desk.refused(reason.code, reason.args);
        again();
        return false;
      }
    },
    [desk, again],
  );
  return { page, answers, asking: answers !== asked && problem === null, problem, again, star };
}

function starredIn(page: ContactPage, id: string, on: boolean, contact: ContactRow | null): ContactPage {
  if (contact === null) {
    const others = page.colleagues.filter((one) => one !== id);
    return { ...page, colleagues: on ? [...others, id] : others };
  }
  const others = page.favourites.filter((one) => one.id !== id);
  return { ...page, favourites: on ? [...others, contact] : others };
}

/** The groups of the organisation; none until they are known. */
export function useContactGroups(): readonly ContactGroup[] {
  const [groups, setGroups] = useState<readonly ContactGroup[]>([]);
  useEffect(() => {
    let gone = false;
    book.groups().then(
      (known) => {
        if (!gone) setGroups(known);
      },
      // Without them "Alles" still works.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);
  return groups;
}
