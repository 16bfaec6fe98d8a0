import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { admin, type Row } from "../../connection/admin.ts";
import { useAsk } from "../../connection/ask.ts";
import { dateAndTime } from "../../model/format.ts";
import type { BadLdapEntry, LdapImported } from "../../model/wire.ts";
import { BadRows } from "../../ui/BadRows.tsx";
import { Press } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";
import type { Known } from "./use-lists.ts";
import { refusalWords, refusedWords } from "./words.ts";

interface Last {
  readonly at: number;
  readonly problem: string | null;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly same: number;
  readonly bad: number;
}

interface Props {
  readonly row: Row;
  readonly may: boolean;
  readonly known: Known;
}

/** What became of a directory the last time, and importing it: after a look at what becomes of it. */
export function OfLdap({ row, may, known }: Props) {
  const { t, i18n } = useLingui();
  const { busy, problem, ask } = useAsk();
  // What was seen of it as it was set up then says nothing of it as it is now.
  const [seen, setSeen] = useState<{ readonly version: string; readonly outcome: LdapImported } | null>(null);
  const outcome = seen?.version === row.version ? seen.outcome : null;
  const last = row["last"] as Last | null;
  const take = async (what: "try" | "import"): Promise<void> => {
    setSeen(null);
    const done = await ask(() => admin.directory(row.id, what));
    if (done !== undefined) setSeen({ version: row.version, outcome: done.answer });
    if (what === "import") await known.reread("ldap");
  };
  return (
    <div className="adm-rule">
      <h2>{t`Importing`}</h2>
      <div className="adm-say">
        <p>{last === null ? t`It has not been imported yet.` : lastSentence(last)}</p>
        {may && (
          <p className="adm-acts">
            <Press className="btn" busy={busy} onPress={() => void take("try")}>{t`Try it`}</Press>
            <Press
              className="btn"
              busy={busy}
              onPress={() => void take("import")}
              off={outcome === null || outcome.done ? t`Try it first: then you see what changes.` : undefined}
            >{t`Import`}</Press>
          </p>
        )}
        <p>{t`A try changes nothing. Contacts that were made by hand are never touched.`}</p>
        {problem !== null && <Note kind="problem">{refusalWords(problem)}</Note>}
        {outcome !== null && <Outcome outcome={outcome} />}
      </div>
    </div>
  );

  function lastSentence({ at, problem: no, added, changed, removed, same, bad }: Last): string {
    const when = dateAndTime(at, i18n.locale);
    if (no !== null) {
      if (no === "not_saved") {
        return t`${when}: the contacts could not be saved. What was stored before stays; it is tried again the next time.`;
      }
      const why = refusedWords(no);
      return t`${when}: nothing was imported. ${why}`;
    }
    return t`${when}: ${added} new, ${changed} changed, ${removed} removed, ${same} the same, ${bad} left out.`;
  }
}

function Outcome({ outcome }: { readonly outcome: LdapImported }) {
  const { t } = useLingui();
  const { added, changed, removed, same, bad, bad_count } = outcome;
  const words: Readonly<Record<BadLdapEntry["reason"], string>> = {
    name: t`no name, or one that is too long or has signs that cannot be shown`,
    function: t`a function that is too long or has signs that cannot be shown`,
    numbers: t`a number is no telephone number`,
    addresses: t`an address is no e-mail address`,
    twice: t`stands in the directory twice`,
    taken: t`a contact that was made by hand has its place`,
  };
  return (
    <div role="status">
      <p>
        {outcome.done
          ? t`Done: ${added} new, ${changed} changed, ${removed} removed, ${same} the same.`
          : t`This would become: ${added} new, ${changed} changed, ${removed} removed, ${same} the same.`}
      </p>
      <BadRows bad={bad} words={(one) => `${one.entry}: ${words[one.reason]}`} count={bad_count} />
    </div>
  );
}
