import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useContactSearch } from "../../connection/contacts.ts";
import { useAct, useEntities } from "../../connection/desk.tsx";
import {
  candidates,
  DIGITS_MIN,
  EVERYBODY,
  FOUND_MAX,
  LETTERS_MIN,
  maySearch,
} from "../../model/contacts.ts";
import { matches, numberIn } from "../../model/search.ts";
import { colleagues, queues, sameItems } from "../../model/select.ts";
import type { CallView, ContactRow } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { refusal } from "../../text/refusals.ts";
import { announce } from "../../ui/announce.tsx";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";
import { contactOptions, numberOption, type Option, personOption, queueOption } from "./options.tsx";
import "../../ui/detail.css";
import "./recipients.css";

/** More people than this are not shown; a letter more brings the right one up. */
const SHOWN_MAX = 50;
const [letters, digits] = [LETTERS_MIN, DIGITS_MIN];

interface Props {
  /** The caller who is to be passed on. */
  readonly call: CallView;
  /** It waits and has not been answered: send it on as it is. */
  readonly unanswered: boolean;
  /** Somebody was chosen, and the server has taken it. */
  readonly chosen: () => void;
  /** The search was given up. */
  readonly close: () => void;
}

/**
 * To whom a caller goes: colleagues, queues, contacts, or the number that was typed (5.2-d). A few letters and Enter are
 * enough.
 */
export function Recipients({ call, unanswered, chosen, close }: Props) {
  const { t } = useLingui();
  const [typed, setTyped] = useState("");
  /** The line that Enter chooses, by its name: what the server finds later must not put another in its place. */
  const [mark, setMark] = useState<{ readonly typed: string; readonly id: string } | null>(null);
  const { act, busy } = useAct();
  const list = useId();
  const field = useRef<HTMLInputElement>(null);
  const people = useEntities(colleagues, sameItems);
  const all = useEntities(queues, sameItems);
  const blind = call.transfer?.kind === "blind" || unanswered;
  const name = partyName(call);

  // Whoever pressed the transfer button goes on by typing; whoever types elsewhere is left alone.
  useEffect(() => {
    const here = document.activeElement;
    if (here === null || here === document.body || here.closest("#calls, #main") !== null)
      field.current?.focus();
  }, []);

  const number = unanswered ? null : numberIn(typed);
  const search = useContactSearch(unanswered ? "" : typed, EVERYBODY);
  const { page, problem } = search;
  const searching = !unanswered && maySearch(typed);
  const asking = searching && search.asking;
  const found = useMemo(
    () => candidates(people, page, typed, !asking && problem === null),
    [people, page, typed, asking, problem],
  );
  const lines = useMemo(
    () => all.filter((queue) => queue.id !== call.queue && (typed === "" || matches(queue.name, typed))),
    [all, typed, call.queue],
  );
  const cannot = t`cannot be called now`;
  // Who waits unanswered goes to somebody of the house.
  const ofContact = (contact: ContactRow): readonly Option[] =>
    unanswered ? [] : contactOptions(call, contact, page.barred, t`no number known`);
  const groups: readonly (readonly [string, readonly Option[]])[] = [
    [t`Number`, number === null ? [] : [numberOption(call, number)]],
    [
      t`Favourites`,
      found.favourites.flatMap((one) =>
        one.kind === "colleague" ? [personOption(call, one.agent, cannot)] : ofContact(one.contact),
      ),
    ],
    [t`Colleagues`, found.colleagues.slice(0, SHOWN_MAX).map((agent) => personOption(call, agent, cannot))],
    [t`Queues`, lines.map((queue) => queueOption(call, queue))],
    // Below what is there at once: nothing moves away under the pointer when the server answers.
    [t`Contacts`, found.contacts.flatMap(ofContact)],
  ];
  const options = groups.flatMap(([, rows]) => rows);
  // Before something was typed it is nobody: the list moves with who is free, and Enter is pressed in haste.
  const first = typed === "" ? undefined : options[0]?.id;
  const marked = options.find((one) => one.id === (mark?.typed === typed ? mark.id : first));
  useEffect(() => {
    if (first !== undefined) setMark((before) => (before?.typed === typed ? before : { typed, id: first }));
  }, [first, typed]);
  const count = options.length;
  useEffect(() => {
    // Said when it has come to rest, not at each letter; that there is nobody stands there as a status.
    if (typed === "" || asking || count === 0) return undefined;
    const later = setTimeout(() => announce(t`${count} found`), 600);
    return () => clearTimeout(later);
  }, [typed, asking, count, t]);

  async function choose(option: Option | undefined): Promise<void> {
    if (option === undefined || option.off !== undefined || busy) return;
    if (!(await act(option.op, option.args))) return;
    document.getElementById("calls")?.focus();
    chosen();
  }

  function onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const from = marked === undefined ? -1 : options.indexOf(marked);
      const to = options[Math.max(0, Math.min(count - 1, from + step))];
      if (to !== undefined) setMark({ typed, id: to.id });
    } else if (event.key === "Enter") {
      event.preventDefault();
      void choose(marked);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (typed !== "") {
        setTyped("");
        return;
      }
      document.getElementById("calls")?.focus();
      close();
    }
  }

  const active = marked === undefined ? undefined : `${list}-${marked.id}`;
  useEffect(() => {
    if (active !== undefined && mark !== null)
      document.getElementById(active)?.scrollIntoView({ block: "nearest" });
  }, [active, mark]);

  return (
    <div className="recipients">
      <div className="detail-head">
        <h2 className="cut" title={name}>
          {name}
        </h2>
        <p>
          {unanswered
            ? t`Send on without answering`
            : blind
              ? t`Transfer (without announcement)`
              : t`Transfer (with announcement)`}
        </p>
        <Press className="round" aria-label={t`Close`} onPress={close}>
          <Icon name="x" size={16} />
        </Press>
      </div>
      <div className="find">
        <Icon name="search" />
        <input
          ref={field}
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={active}
          aria-autocomplete="list"
          aria-label={t`Recipient`}
          className="input"
          autoComplete="off"
          spellCheck={false}
          placeholder={unanswered ? t`Name or extension` : t`Name, extension or number`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKey}
        />
      </div>
      <div role="listbox" id={list} aria-label={t`Recipient`} aria-busy={busy || asking}>
        {groups.map(([title, rows]) =>
          rows.length === 0 ? null : (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox.
            <div role="group" key={title} aria-label={title}>
              <div className="group-head" aria-hidden="true">
                {title}
              </div>
              {rows.map((option) => (
                <div
                  role="option"
                  key={option.id}
                  id={`${list}-${option.id}`}
                  tabIndex={-1}
                  className="recipient"
                  aria-selected={option === marked}
                  aria-disabled={option.off !== undefined}
                  onClick={() => void choose(option)}
                  onKeyDown={onKey}
                >
                  {option.drawn}
                </div>
              ))}
            </div>
          ),
        )}
      </div>
      {problem !== null && !unanswered && (
        <div className="pane-note">
          <Note kind="problem">{refusal(problem.code, problem.args)}</Note>
          <Press className="btn" onPress={search.again}>{t`Try again`}</Press>
        </div>
      )}
      {count === 0 && !asking && (
        <div className="empty" role="status">
          <b>{t`Nobody found`}</b>
          {unanswered
            ? t`Look for a part of a name, an extension or a queue.`
            : t`Look for a part of a name, a number or a queue.`}
        </div>
      )}
      {(found.colleagues.length > SHOWN_MAX || (searching && page.found.length >= FOUND_MAX)) && (
        <p className="more-than">{t`Type more to see others.`}</p>
      )}
      {!unanswered && !searching && (
        <p className="more-than">{t`Contacts too from ${letters} letters or ${digits} digits.`}</p>
      )}
    </div>
  );
}
