import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { type ChangeEvent, useId, useState } from "react";
import { useAsk } from "../../connection/ask.ts";
import { book } from "../../connection/contacts.ts";
import type { BadContact, ContactFile, ContactsImported } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { BadRows } from "../../ui/BadRows.tsx";
import { Press } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";
import { Window } from "../../ui/Window.tsx";

interface Props {
  readonly close: () => void;
  /** Something is different now. */
  readonly done: () => void;
}

/** Contacts from a file, looked at before they are taken, and into one (3.3-p). */
export function ContactFiles({ close, done }: Props) {
  const { t } = useLingui();
  const { busy, problem, ask } = useAsk();
  const [file, setFile] = useState<ContactFile | null>(null);
  const [name, setName] = useState<string | null>(null);
  const label = useId();
  const [outcome, setOutcome] = useState<ContactsImported | null>(null);

  async function choose(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const chosen = event.target.files?.[0];
    setOutcome(null);
    setFile(null);
    setName(chosen?.name ?? null);
    if (chosen === undefined) return;
    const text = decoded(await chosen.arrayBuffer());
    const asked = { format: /BEGIN:VCARD/i.test(text) ? "vcard" : "csv", text, dry_run: true } as const;
    const seen = await ask(() => book.take(asked));
    if (seen === undefined) return;
    setFile(asked);
    setOutcome(seen.answer);
  }

  async function take(): Promise<void> {
    if (file === null) return;
    const taken = await ask(() => book.take({ ...file, dry_run: false }));
    if (taken === undefined) return;
    setOutcome(taken.answer);
    done();
  }

  const good = outcome === null ? 0 : outcome.added + outcome.changed;
  return (
    <Window
      open
      close={close}
      title={t`Import and export contacts`}
      acts={
        <>
          <Press className="btn" onPress={close}>{t`Close`}</Press>
          {outcome !== null && !outcome.done && good > 0 && (
            <Press className="btn" data={{ "data-kind": "primary" }} busy={busy} onPress={() => void take()}>
              {plural(good, { one: "Import # contact", other: "Import # contacts" })}
            </Press>
          )}
        </>
      }
    >
      <div className="contact-form">
        <p>
          {t`Fetch all contacts:`} <a className="link" href={book.file("csv")} download>{t`as CSV`}</a>,{" "}
          <a className="link" href={book.file("vcard")} download>{t`as vCard`}</a>
        </p>
        <div className="field">
          <span className="label" id={label}>
            {t`Choose a file (CSV or vCard); nothing is changed yet`}
          </span>
          <label className="btn file-choice">
            <span className="cut">{name ?? t`Choose a file`}</span>
            <input
              type="file"
              aria-labelledby={label}
              accept=".csv,.txt,.vcf,text/csv,text/vcard"
              // The same file, mended meanwhile, is a choice again.
              onClick={(event) => {
                event.currentTarget.value = "";
              }}
              onChange={(event) => void choose(event)}
            />
          </label>
        </div>
        {problem !== null && <Note kind="problem">{refusal(problem.code, problem.args)}</Note>}
        {outcome !== null && <Outcome outcome={outcome} />}
      </div>
    </Window>
  );
}

function Outcome({ outcome }: { outcome: ContactsImported }) {
  const { t } = useLingui();
  const { added, changed, same, bad, bad_count } = outcome;
  const words: Readonly<Record<BadContact["reason"], string>> = {
    name: t`no name, or one that is too long or has signs that cannot be shown`,
    function: t`a function that is too long or has signs that cannot be shown`,
    numbers: t`a number is no telephone number`,
    addresses: t`an address is no e-mail address`,
    group: t`no such group`,
    columns: t`more cells than columns`,
    unreadable: t`cannot be read`,
    twice: t`stands in the file already`,
    directory: t`comes from a directory (LDAP), and is changed there`,
    head: t`no column is called name`,
  };
  return (
    <div role="status">
      <p>
        {outcome.done
          ? t`Done: ${added} new, ${changed} changed, ${same} the same.`
          : t`This would become: ${added} new, ${changed} changed, ${same} the same.`}
      </p>
      <BadRows bad={bad} words={(row) => t`Line ${row.line}: ${words[row.reason]}`} count={bad_count} />
    </div>
  );
}

/** Spreadsheets on Windows still write their own letters; what is no UTF-8 is taken for those. */
function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
