import { useLingui } from "@lingui/react/macro";
import { memo, useDeferredValue } from "react";
import { Button } from "react-aria-components";
import { useDesk, useEntities, useStaleSince } from "../../connection/desk.tsx";
import { duration, phoneNumber } from "../../model/format.ts";
import { isFree, me, queueAgents, sameItems } from "../../model/select.ts";
import type { AgentView } from "../../model/wire.ts";
import { countedFrom, STATUS } from "../../text/words.ts";
import { Tip } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Shape } from "../../ui/Icon.tsx";
import { LongList, Rows } from "../../ui/LongList.tsx";
import { CallAct, ChatAct, MailAct, useWays, type Ways } from "../../ui/PersonActs.tsx";
import "../../ui/detail.css";

/** Who is signed in to each chosen queue, and what they do now (3.1-m to 3.1-r). */
export function Agents({ queues }: { queues: readonly string[] }) {
  const { t } = useLingui();
  const ways = useWays();
  const mine = useEntities((all) => me(all)?.id);
  const names = useEntities((all) => queues.flatMap((id) => all.queue.get(id)?.name ?? []), sameItems);
  const rows = useEntities((all) => queues.reduce((sum, id) => sum + queueAgents(all, id).length, 0));
  return (
    <>
      <div className="detail-head">
        <h2 className="cut">{t`Agents signed in`}</h2>
        <p className="cut" title={names.join(", ")}>
          {names.join(", ")}
        </p>
      </div>
      <LongList rows={rows} className="everybody">
        {queues.map((queue) => (
          <QueueAgents key={queue} queue={queue} mine={mine} ways={ways} />
        ))}
      </LongList>
    </>
  );
}

interface QueueProps {
  readonly queue: string;
  /** My id. */
  readonly mine: string | undefined;
  readonly ways: Ways;
}

const QueueAgents = memo(function QueueAgents({ queue, mine, ways }: QueueProps) {
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
      <Rows of={agents}>
        {(agent) => <Person key={agent.id} agent={agent} mine={agent.id === mine} ways={ways} />}
      </Rows>
    </section>
  );
});

interface PersonProps {
  readonly agent: AgentView;
  /** That is me: nobody calls or chats with themselves. */
  readonly mine: boolean;
  readonly ways: Ways;
}

const Person = memo(function Person({ agent, mine, ways }: PersonProps) {
  const { t, i18n } = useLingui();
  const { ticker } = useDesk();
  const staleSince = useStaleSince();
  const { word, tone } = STATUS[agent.status];
  const from = countedFrom(agent);
  const text = i18n._(word);
  const talk = agent.talk;
  const number = talk?.number ? phoneNumber(talk.number) : null;
  const talking =
    talk === null
      ? null
      : talk.direction === "in"
        ? t`incoming ${number ?? t`withheld number`}`
        : t`outgoing ${number ?? ""}`;
  const long = from !== null ? duration((staleSince ?? ticker.now()) - from) : null;
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
        {from !== null && <Elapsed since={from} frozenAt={staleSince} />}
      </div>
      {talking !== null && <div className="st cut soft num">{talking}</div>}
      <Acts agent={agent} mine={mine} ways={ways} />
    </div>
  );
});

/**
 * How to reach this person. Buttons take the longest to draw, and a status changes hardly ever anything about them; who
 * scrolls through hundreds of people sees their names at once and the buttons where it comes to rest.
 */
const Acts = memo(function Acts({ agent, mine, ways }: PersonProps) {
  const ready = useDeferredValue(true, false);
  const person = { kind: "colleague", id: agent.id, starred: false, agent } as const;
  return (
    <div className="person-acts">
      {ready && !mine && <CallAct person={person} ways={ways} />}
      {ready && !mine && <ChatAct person={person} ways={ways} />}
      {ready && <MailAct person={person} />}
    </div>
  );
}, reachedAlike);

function reachedAlike(a: PersonProps, b: PersonProps): boolean {
  const [one, other] = [a.agent, b.agent];
  return (
    a.mine === b.mine &&
    a.ways === b.ways &&
    one.id === other.id &&
    one.name === other.name &&
    one.email === other.email &&
    one.reachable === other.reachable &&
    one.chat === other.chat
  );
}
