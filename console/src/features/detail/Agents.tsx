import { useLingui } from "@lingui/react/macro";
import { memo } from "react";
import { Button } from "react-aria-components";
import { useAct, useDesk, useEntities, useStaleSince } from "../../connection/desk.tsx";
import { duration, phoneNumber } from "../../model/format.ts";
import { isFree, me, queueAgents, sameItems } from "../../model/select.ts";
import { armed } from "../../model/transfer.ts";
import type { AgentView } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { STATUS, TIMED } from "../../text/words.ts";
import { Press, Tip } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";
import { useRingOff } from "../../ui/use-off.ts";
import "../../ui/detail.css";

/** Who is signed in to each chosen queue, and what they do now (3.1-m to 3.1-r). */
export function Agents({ queues }: { queues: readonly string[] }) {
  const { t } = useLingui();
  const names = useEntities((all) => queues.flatMap((id) => all.queue.get(id)?.name ?? []), sameItems);
  return (
    <>
      <div className="detail-head">
        <h2 className="cut">{t`Agents signed in`}</h2>
        <p className="cut" title={names.join(", ")}>
          {names.join(", ")}
        </p>
      </div>
      {queues.map((queue) => (
        <QueueAgents key={queue} queue={queue} />
      ))}
    </>
  );
}

function QueueAgents({ queue }: { queue: string }) {
  const { t } = useLingui();
  const name = useEntities((all) => all.queue.get(queue)?.name);
  const agents = useEntities((all) => queueAgents(all, queue), sameItems);
  if (name === undefined) return null;
  const free = agents.filter(isFree).length;
  return (
    <section aria-label={name}>
      <div className="group-head">
        <span className="cut">{name}</span>
        <span className="right num">
          {agents.length === 0 ? t`nobody` : t`${agents.length} signed in, ${free} free`}
        </span>
      </div>
      {agents.map((agent) => (
        <Person key={agent.id} agent={agent} />
      ))}
    </section>
  );
}

const Person = memo(function Person({ agent }: { agent: AgentView }) {
  const { t, i18n } = useLingui();
  const { ticker } = useDesk();
  const staleSince = useStaleSince();
  const { word, tone } = STATUS[agent.status];
  const text = i18n._(word);
  const talk = agent.talk;
  const number = talk?.number ? phoneNumber(talk.number) : null;
  const talking =
    talk === null
      ? null
      : talk.direction === "in"
        ? t`incoming ${number ?? t`withheld number`}`
        : t`outgoing ${number ?? ""}`;
  const long = TIMED.has(agent.status) ? duration((staleSince ?? ticker.now()) - agent.since) : null;
  return (
    <div className="person">
      <Tip text={[text, long, talking].filter((fact) => fact !== null).join(", ")}>
        <Button className="stat" aria-label={`${agent.name}: ${text}`}>
          <Shape as={tone} tone={tone} />
        </Button>
      </Tip>
      <div className="nm cut" title={agent.name}>
        {agent.name}
        {agent.extension !== null && <span className="faint num"> {agent.extension}</span>}
      </div>
      <div className="st cut" data-tone={tone}>
        {text}
        {agent.pause !== null && ` (${agent.pause})`}{" "}
        {TIMED.has(agent.status) && <Elapsed since={agent.since} frozenAt={staleSince} />}
      </div>
      {talking !== null && <div className="st cut soft num">{talking}</div>}
      <div className="person-acts">
        <CallAct agent={agent} />
        <ChatAct agent={agent} />
        {agent.email === null ? (
          <Press
            className="round"
            aria-label={t`E-mail ${agent.name}`}
            off={t`No e-mail address of ${agent.name} is known.`}
          >
            <Icon name="mail" />
          </Press>
        ) : (
          <a
            className="round"
            href={`mailto:${agent.email}`}
            aria-label={t`E-mail ${agent.name}`}
            title={agent.email}
          >
            <Icon name="mail" />
          </a>
        )}
      </div>
    </div>
  );
});

/** Write to this colleague (3.1-q); nothing for who may not chat. */
function ChatAct({ agent }: { agent: AgentView }) {
  const { t } = useLingui();
  const { chat } = useDesk();
  const may = useEntities((all) => me(all)?.rights.includes("chat.use") ?? false);
  const mine = useEntities((all) => me(all)?.id === agent.id);
  if (!may || mine) return null;
  const { name } = agent;
  return (
    <Press
      className="round"
      aria-label={t`Chat with ${name}`}
      tip={t`Chat with ${name}`}
      off={agent.chat ? undefined : t`${name} is not available for chat now.`}
      onPress={() => chat.show(agent.id)}
    >
      <Icon name="chat" />
    </Press>
  );
}

/** Call this colleague; while a transfer is armed, choose him for it (3.1-q, 5.2-d). */
function CallAct({ agent }: { agent: AgentView }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const mine = useEntities((all) => me(all)?.id === agent.id);
  const ringOff = useRingOff();
  const call = useEntities(armed);
  if (mine) return null;
  const { name } = agent;
  const off = ringOff ?? (agent.reachable ? undefined : t`${name} cannot be called now.`);
  const party = call === undefined ? "" : partyName(call);
  const what =
    call === undefined
      ? t`Call ${name}`
      : call.transfer.kind === "attended"
        ? t`Consult ${name} about ${party}`
        : t`Transfer ${party} to ${name}`;
  return (
    <Press
      className="round"
      data={{ "data-pick": "" }}
      aria-label={what}
      tip={what}
      off={off}
      busy={busy}
      onPress={() =>
        void (call === undefined
          ? act("call.colleague", { user: agent.id })
          : act("transfer.colleague", { call: call.id, user: agent.id }))
      }
    >
      <Icon name="phone" />
    </Press>
  );
}
