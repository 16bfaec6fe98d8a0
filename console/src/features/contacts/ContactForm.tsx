import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useId, useState } from "react";
import { useAsk } from "../../connection/ask.ts";
import { book } from "../../connection/contacts.ts";
import { international, phoneNumber } from "../../model/format.ts";
import type { ContactFields, ContactGroup, ContactRow } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { Press } from "../../ui/controls.tsx";
import { Field } from "../../ui/Field.tsx";
import { Note } from "../../ui/Note.tsx";
import { Window } from "../../ui/Window.tsx";
import { Several } from "./Several.tsx";

interface Props {
  /** Who is changed; null: somebody new. */
  readonly row: ContactRow | null;
  readonly groups: readonly ContactGroup[];
  readonly close: () => void;
  /** Saved, or (null) deleted. */
  readonly done: (row: ContactRow | null) => void;
}

/** Add or change a contact, internal or external, with several numbers and addresses of which one is primary (3.3-p). */
export function ContactForm({ row, groups, close, done }: Props) {
  const { t } = useLingui();
  const { busy, problem, ask } = useAsk();
  const form = useId();
  const [deleting, setDeleting] = useState(false);
  const [fields, setFields] = useState<ContactFields>(() => ({
    name: row?.name ?? "",
    function: row?.function ?? "",
    numbers: row?.numbers.map((number) => phoneNumber(number)) ?? [],
    addresses: row?.addresses ?? [],
    internal: row?.internal ?? false,
    group: row?.group ?? null,
  }));
  const set = (part: Partial<ContactFields>): void => setFields((before) => ({ ...before, ...part }));
  const wrong = problem?.code === "wrong_contact" ? problem.args["field"] : undefined;

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    const kept = new Map(row?.numbers.map((number) => [phoneNumber(number), international(number)]));
    const filled = (values: readonly string[]): string[] => values.filter((value) => value.trim() !== "");
    const asked: ContactFields = {
      ...fields,
      group: fields.internal ? fields.group : null,
      // As they are kept, where nobody has changed them: no reading of what we have written ourselves. With the plus,
      // or the digits of a short service number (31 800 0403) are read as a national one.
      numbers: filled(fields.numbers).map((number) => kept.get(number) ?? number),
      addresses: filled(fields.addresses),
    };
    const saved = await ask(() => (row === null ? book.add(asked) : book.change(row, asked)));
    if (saved !== undefined) done(saved.answer);
  }

  async function remove(): Promise<void> {
    if (row === null) return;
    const gone = await ask(() => book.remove(row));
    if (gone !== undefined) done(null);
  }

  if (deleting && row !== null) {
    return (
      <Window
        alert
        open
        close={() => setDeleting(false)}
        title={t`Delete ${row.name}?`}
        acts={
          <>
            <Press className="btn" onPress={() => setDeleting(false)}>{t`Cancel`}</Press>
            <Press
              className="btn"
              data={{ "data-kind": "danger" }}
              busy={busy}
              onPress={() => void remove()}
            >{t`Delete`}</Press>
          </>
        }
      >
        <p>{t`The contact disappears for everybody, also as a favourite.`}</p>
        {problem !== null && <Note kind="problem">{said(problem.code, problem.args)}</Note>}
      </Window>
    );
  }
  return (
    <Window
      open
      close={close}
      title={row === null ? t`New contact` : t`Change contact`}
      acts={
        <>
          {row !== null && (
            <Press
              className="btn"
              data={{ "data-kind": "plain" }}
              onPress={() => setDeleting(true)}
            >{t`Delete`}</Press>
          )}
          <Press className="btn" onPress={close}>{t`Cancel`}</Press>
          <Press
            className="btn"
            data={{ "data-kind": "primary" }}
            type="submit"
            form={form}
            busy={busy}
          >{t`Save`}</Press>
        </>
      }
    >
      <form id={form} className="contact-form" onSubmit={(event) => void save(event)}>
        <Field
          label={t`Name`}
          help={t`First name first, as the list shows it.`}
          value={fields.name}
          onChange={(event) => set({ name: event.target.value })}
          maxLength={120}
          required
          autoFocus
          aria-invalid={wrong === "name"}
        />
        <Field
          label={t`Function or company`}
          value={fields.function}
          onChange={(event) => set({ function: event.target.value })}
          maxLength={120}
          aria-invalid={wrong === "function"}
        />
        <div className="sides">
          <label>
            <input
              type="radio"
              name={`${form}-side`}
              checked={!fields.internal}
              onChange={() => set({ internal: false })}
            />
            {t`External`}
          </label>
          <label>
            <input
              type="radio"
              name={`${form}-side`}
              checked={fields.internal}
              onChange={() => set({ internal: true })}
            />
            {t`Internal`}
          </label>
          {fields.internal && (
            <select
              className="input"
              aria-label={t`Group`}
              value={fields.group ?? ""}
              onChange={(event) => set({ group: event.target.value === "" ? null : event.target.value })}
            >
              <option value="">{t`No group`}</option>
              {groups.map((group) => (
                <option key={group.id} value={group.id}>
                  {group.name}
                </option>
              ))}
            </select>
          )}
        </div>
        <Several
          kind="number"
          values={fields.numbers}
          change={(numbers) => set({ numbers })}
          wrong={wrong === "numbers"}
        />
        <Several
          kind="address"
          values={fields.addresses}
          change={(addresses) => set({ addresses })}
          wrong={wrong === "addresses"}
        />
        {problem !== null && <Note kind="problem">{said(problem.code, problem.args)}</Note>}
      </form>
    </Window>
  );

  function said(code: string, args: Readonly<Record<string, string>>): string {
    if (code === "out_of_date")
      return t`Somebody else changed this contact just now. Close this, look again, and change it once more.`;
    if (code !== "wrong_contact") return refusal(code, args);
    switch (args["field"]) {
      case "name":
        return t`Fill in a name of at most 120 characters.`;
      case "numbers":
        return t`One of the numbers is not a telephone number.`;
      case "addresses":
        return t`One of the addresses is not an e-mail address.`;
      case "group":
        return t`This group is no longer there.`;
      default:
        return t`One of the fields cannot be so.`;
    }
  }
}
