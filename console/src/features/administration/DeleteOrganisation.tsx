import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useId, useState } from "react";
import { admin, type Row } from "../../connection/admin.ts";
import { useAsk } from "../../connection/ask.ts";
import { Press } from "../../ui/controls.tsx";
import { Field } from "../../ui/Field.tsx";
import { Note } from "../../ui/Note.tsx";
import { toast } from "../../ui/toast.tsx";
import { Window } from "../../ui/Window.tsx";
import type { Known } from "./use-lists.ts";
import { called, refusalWords } from "./words.ts";

interface Props {
  readonly row: Row;
  readonly known: Known;
  /** There is no such organisation any more: the page goes to the list. */
  readonly gone: () => void;
}

/** For good, once it is out of service; its name is typed, so that nobody deletes another one than is meant (X-a). */
export function DeleteOrganisation({ row, known, gone }: Props) {
  const { t } = useLingui();
  const form = useId();
  const { busy, problem, ask, clear } = useAsk();
  const [asks, setAsks] = useState(false);
  const [typed, setTyped] = useState("");
  const [missed, setMissed] = useState(false);
  const name = called(row);
  const isSame = typed.trim() === name;
  const open = (): void => {
    setTyped("");
    setMissed(false);
    clear();
    setAsks(true);
  };
  // What has begun goes on: closed, nobody would be told why it stopped.
  const close = (): void => {
    if (!busy) setAsks(false);
  };
  const remove = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setMissed(!isSame);
    if (!isSame) return;
    const done = await ask(() => admin.removeOrganisation(row, typed.trim()));
    if (done === undefined) {
      // As it is now, somebody else may have seen to it.
      await known.reread("organisations");
      return;
    }
    setAsks(false);
    await known.again();
    toast(t`${name} has been deleted.`, "check", "ringing");
    gone();
    // The button from which one came is no more; the list is where one goes on.
    setTimeout(() => document.querySelector<HTMLElement>(".adm-nav [aria-current]")?.focus());
  };
  return (
    <div className="adm-rule">
      <h2>{t`Deleting`}</h2>
      <div className="adm-say">
        {row["disabled"] === true ? (
          <>
            <p>{t`All of it goes: people, calls, recordings, contacts and telephones. Nothing brings it back.`}</p>
            <p className="adm-acts">
              <Press className="btn" onPress={open}>{t`Delete this organisation`}</Press>
            </p>
          </>
        ) : (
          <p>{t`Once it is out of service it can be deleted here.`}</p>
        )}
        <Window
          title={t`Delete ${name}?`}
          open={asks}
          close={close}
          alert
          acts={
            <>
              <Press className="btn" onPress={close} busy={busy}>{t`Cancel`}</Press>
              <Press
                className="btn"
                data={{ "data-kind": "danger" }}
                type="submit"
                form={form}
                busy={busy}
              >{t`Delete for good`}</Press>
            </>
          }
        >
          <p>{t`All of it goes: people, calls, recordings, contacts and telephones. Nothing brings it back.`}</p>
          <form id={form} onSubmit={(event) => void remove(event)}>
            <Field
              label={t`Name of the organisation`}
              help={t`Type ${name}, so that no other one is deleted than you mean.`}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setMissed(false);
              }}
              autoComplete="off"
              spellCheck={false}
              readOnly={busy}
              autoFocus
              aria-invalid={missed}
            />
          </form>
          {missed && <Note kind="problem">{t`That is not the name of this organisation.`}</Note>}
          {problem !== null && !missed && <Note kind="problem">{refusalWords(problem)}</Note>}
          <p role="status" className="faint">
            {busy && t`It is being deleted; after years of calls that takes a while.`}
          </p>
        </Window>
      </div>
    </div>
  );
}
