import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { useAct, useEntities, useStaleSince } from "../../connection/desk.tsx";
import { phoneNumber } from "../../model/format.ts";
import { matches, numberIn } from "../../model/search.ts";
import { colleagues, queues, sameItems } from "../../model/select.ts";
import type { AgentView, CallView, CommandName, QueueView } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { STATUS, TIMED } from "../../text/words.ts";
import { Press } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";
import "../../ui/detail.css";
import "./recipients.css";

/** More people than this are not shown; a letter more brings the right one up. */
const SHOWN_MAX = 50;

interface Option {
  readonly id: string;
  readonly op: CommandName;
  readonly args: Record<string, string>;
  /** What screen readers say; what stands there is drawn. */
  readonly drawn: ReactNode;
  readonly off: string | undefined;
}

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

/** To whom a caller goes: colleagues, queues, or the number that was typed. A few letters and Enter are enough. */
export function Recipients({ call, unanswered, chosen, close }: Props) {
  const { t } = useLingui();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
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
  const found = useMemo(
    () => people.filter((agent) => typed === "" || matches(`${agent.extension ?? ""} ${agent.name}`, typed)),
    [people, typed],
  );
  const lines = useMemo(
    () => all.filter((queue) => queue.id !== call.queue && (typed === "" || matches(queue.name, typed))),
    [all, typed, call.queue],
  );
  const groups: readonly (readonly [string, readonly Option[]])[] = [
    [t`Number`, number === null ? [] : [numberOption(call, number)]],
    [
      t`Colleagues`,
      found.slice(0, SHOWN_MAX).map((agent) => personOption(call, agent, t`cannot be called now`)),
    ],
    [t`Queues`, lines.map((queue) => queueOption(call, queue))],
  ];
  const options = groups.flatMap(([, rows]) => rows);
  const marked = options[Math.min(at, options.length - 1)];

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
      setAt((now) => Math.max(0, Math.min(options.length - 1, now + step)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      void choose(marked);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (typed !== "") {
        setTyped("");
        setAt(0);
        return;
      }
      document.getElementById("calls")?.focus();
      close();
    }
  }

  const active = marked === undefined ? undefined : `${list}-${marked.id}`;
  useEffect(() => {
    if (active !== undefined && at > 0) document.getElementById(active)?.scrollIntoView({ block: "nearest" });
  }, [active, at]);

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
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
      </div>
      <div role="listbox" id={list} aria-label={t`Recipient`} aria-busy={busy}>
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
      {options.length === 0 && (
        <div className="empty" role="status">
          <b>{t`Nobody found`}</b>
          {t`Look for a part of a name, an extension or a queue.`}
        </div>
      )}
      {found.length > SHOWN_MAX && <p className="more-than">{t`Type more to see others.`}</p>}
    </div>
  );
}

function numberOption(call: CallView, number: string): Option {
  return {
    id: "number",
    op: "transfer.number",
    args: { call: call.id, number },
    off: undefined,
    drawn: (
      <>
        <Icon name="phone-out" size={16} />
        <span className="nm cut num">{phoneNumber(number)}</span>
      </>
    ),
  };
}

function personOption(call: CallView, agent: AgentView, cannot: string): Option {
  return {
    id: agent.id,
    op: "transfer.colleague",
    args: { call: call.id, user: agent.id },
    off: agent.reachable ? undefined : cannot,
    drawn: <Person agent={agent} cannot={cannot} />,
  };
}

function Person({ agent, cannot }: { agent: AgentView; cannot: string }) {
  const { i18n } = useLingui();
  const staleSince = useStaleSince();
  const { word, tone } = STATUS[agent.status];
  return (
    <>
      <Shape as={tone} tone={agent.reachable ? tone : "away"} />
      <span className="nm cut" title={agent.name}>
        {agent.name}
      </span>
      <span className="no num">{agent.extension}</span>
      <span className="st cut" data-tone={agent.reachable ? tone : "away"}>
        {agent.reachable ? i18n._(word) : cannot}
        {agent.reachable && agent.pause !== null && ` (${agent.pause})`}{" "}
        {agent.reachable && TIMED.has(agent.status) && <Elapsed since={agent.since} frozenAt={staleSince} />}
      </span>
    </>
  );
}

function queueOption(call: CallView, queue: QueueView): Option {
  return {
    id: queue.id,
    op: "transfer.queue",
    args: { call: call.id, queue: queue.id },
    off: undefined,
    drawn: <Line queue={queue} />,
  };
}

function Line({ queue }: { queue: QueueView }) {
  const { t } = useLingui();
  return (
    <>
      {queue.urgent ? <Shape as="urgent" tone="urgent" /> : <Icon name="line" size={16} />}
      <span className="nm cut" title={queue.name}>
        {queue.name}
      </span>
      <span className="st cut num">{t`${queue.agents_available} free, ${queue.waiting} waiting`}</span>
    </>
  );
}
