import { useLingui } from "@lingui/react/macro";
import { memo, type ReactNode } from "react";
import { useStaleSince } from "../../connection/desk.tsx";
import { international, phoneNumber } from "../../model/format.ts";
import type {
  AgentView,
  CallView,
  CommandName,
  ContactPage,
  ContactRow,
  QueueView,
} from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { countedFrom, STATUS } from "../../text/words.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";

/** One line of the list: somebody, or one of somebody's numbers. */
export interface Option {
  readonly id: string;
  readonly op: CommandName;
  readonly args: Record<string, string>;
  /** What screen readers say; what stands there is drawn. */
  readonly drawn: ReactNode;
  /** Why it cannot be chosen; undefined: it can. */
  readonly off: string | undefined;
}

export function numberOption(call: CallView, number: string): Option {
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

export function personOption(call: CallView, agent: AgentView, cannot: string): Option {
  return {
    id: agent.id,
    op: "transfer.colleague",
    args: { call: call.id, user: agent.id },
    off: agent.reachable ? undefined : cannot,
    drawn: <Person agent={agent} cannot={cannot} />,
  };
}

const Person = memo(function Person({ agent, cannot }: { agent: AgentView; cannot: string }) {
  const { i18n } = useLingui();
  const staleSince = useStaleSince();
  const { word, tone } = STATUS[agent.status];
  const from = countedFrom(agent);
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
        {agent.reachable && from !== null && <Elapsed since={from} frozenAt={staleSince} />}
      </span>
    </>
  );
});

/** Each number by itself, the primary one first (3.3-l); without any number still there, so that nobody searches on. */
export function contactOptions(
  call: CallView,
  contact: ContactRow,
  barred: ContactPage["barred"],
  none: string,
): readonly Option[] {
  const { id, name, numbers } = contact;
  if (numbers.length === 0) {
    const drawn = <Contact contact={contact} number={null} primary={false} off={none} />;
    return [{ id, op: "transfer.number", args: {}, off: none, drawn }];
  }
  return numbers.map((number, index) => {
    const kind = barred[number];
    const off = kind === undefined ? undefined : refusal("number_not_allowed", { kind });
    return {
      id: `${id}-${index}`,
      op: "transfer.number",
      args: { call: call.id, number: international(number), name },
      off,
      drawn: (
        <Contact contact={contact} number={number} primary={index === 0 && numbers.length > 1} off={off} />
      ),
    };
  });
}

interface ContactProps {
  readonly contact: ContactRow;
  readonly number: string | null;
  /** It is the first of several. */
  readonly primary: boolean;
  readonly off: string | undefined;
}

/** The lines break instead of being cut off: organisations have long names, and a reason is there to be read. */
const Contact = memo(function Contact({ contact, number, primary, off }: ContactProps) {
  const { t } = useLingui();
  const kind = contact.internal ? t`Internal` : t`External`;
  const below = off ?? [contact.function, kind, primary && t`Primary number`].filter(Boolean).join(" · ");
  return (
    <>
      <Icon name={contact.internal ? "user" : "globe"} size={16} />
      <span className="nm" title={contact.name}>
        {contact.name}
      </span>
      <span className="no num">{number !== null && phoneNumber(number)}</span>
      <span className="st">{below}</span>
    </>
  );
});

export function queueOption(call: CallView, queue: QueueView): Option {
  return {
    id: queue.id,
    op: "transfer.queue",
    args: { call: call.id, queue: queue.id },
    off: undefined,
    drawn: <Line queue={queue} />,
  };
}

const Line = memo(function Line({ queue }: { queue: QueueView }) {
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
});
