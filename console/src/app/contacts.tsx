import { useCallback, useEffect, useRef, useState } from "react";
import { useContactGroups, useContactSearch } from "../connection/contacts.ts";
import { ContactDetail } from "../features/contacts/ContactDetail.tsx";
import { ContactFiles } from "../features/contacts/ContactFiles.tsx";
import { ContactForm } from "../features/contacts/ContactForm.tsx";
import { ContactList } from "../features/contacts/ContactList.tsx";
import { type Bars, EVERYBODY, type Person } from "../model/contacts.ts";
import type { ContactGroup, ContactRow } from "../model/wire.ts";

/** What the list lends to the detail field; it never changes while somebody types. */
interface Lent {
  readonly star: (person: Person) => Promise<void>;
  readonly again: () => void;
  readonly groups: readonly ContactGroup[];
}

/** Whom the detail field shows, and who is being changed. */
export interface ContactChoice {
  readonly person: Person | null;
  readonly select: (person: Person | null) => void;
  /** Show or hide the star of this one, if the detail field shows it. */
  readonly mark: (id: string, starred: boolean) => void;
  readonly editing: ContactRow | "new" | null;
  readonly edit: (whom: ContactRow | "new" | null) => void;
  readonly lent: Lent | null;
  readonly lend: (lent: Lent) => void;
  /** What was typed and ticked: it stays when another tab is looked at. */
  readonly kept: { typed: string; bars: Bars };
}

/** @param putAside takes away what else stands in the detail field. */
export function useContactChoice(putAside: () => void): ContactChoice {
  const [person, setPerson] = useState<Person | null>(null);
  const [editing, edit] = useState<ContactRow | "new" | null>(null);
  const [lent, lend] = useState<Lent | null>(null);
  const kept = useRef({ typed: "", bars: EVERYBODY });
  const select = useCallback(
    (whom: Person | null) => {
      setPerson(whom);
      if (whom !== null) putAside();
    },
    [putAside],
  );
  const mark = useCallback((id: string, starred: boolean) => {
    setPerson((before) => (before?.id === id ? { ...before, starred } : before));
  }, []);
  return { person, select, mark, editing, edit, lent, lend, kept: kept.current };
}

/** The list asks the server only while somebody looks at it, and draws itself alone at each letter. */
export function ContactsTab({ choice }: { choice: ContactChoice }) {
  const { kept, person, select, mark, edit, lend } = choice;
  const [typed, setTyped] = useState(kept.typed);
  const [bars, setBars] = useState(kept.bars);
  const groups = useContactGroups();
  const search = useContactSearch(typed, bars);
  const { again, star: starOnServer } = search;
  useEffect(() => {
    kept.typed = typed;
    kept.bars = bars;
  }, [kept, typed, bars]);
  const star = useCallback(
    async (whom: Person) => {
      // In the list and in the detail field alike, from wherever it was pressed.
      mark(whom.id, !whom.starred);
      const done = await starOnServer(whom.id, !whom.starred, whom.kind === "contact" ? whom.contact : null);
      if (!done) mark(whom.id, whom.starred);
    },
    [starOnServer, mark],
  );
  useEffect(() => lend({ star, again, groups }), [lend, star, again, groups]);
  const add = useCallback(() => edit("new"), [edit]);
  const [files, setFiles] = useState(false);
  return (
    <>
      <ContactList
        typed={typed}
        type={setTyped}
        bars={bars}
        tick={setBars}
        search={search}
        groups={groups}
        selected={person?.id ?? null}
        select={select}
        star={star}
        add={add}
        files={() => setFiles(true)}
      />
      {files && <ContactFiles close={() => setFiles(false)} done={again} />}
    </>
  );
}

/** Beside the list: one person, and the form when somebody is added or changed. */
export function ContactsDetail({ choice }: { choice: ContactChoice }) {
  const { person, select, editing, edit, lent } = choice;
  const groups = lent?.groups ?? [];
  return (
    <>
      <ContactDetail
        person={person}
        groups={groups}
        star={(whom) => void lent?.star(whom)}
        edit={(whom) => whom.kind === "contact" && edit(whom.contact)}
      />
      {editing !== null && (
        <ContactForm
          row={editing === "new" ? null : editing}
          groups={groups}
          close={() => edit(null)}
          done={(row) => {
            edit(null);
            select(
              row === null
                ? null
                : {
                    kind: "contact",
                    id: row.id,
                    starred: person?.id === row.id && person.starred,
                    contact: row,
                  },
            );
            lent?.again();
          }}
        />
      )}
    </>
  );
}
