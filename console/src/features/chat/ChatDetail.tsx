import { useLingui } from "@lingui/react/macro";
import { useChats } from "../../connection/chat.ts";
import { useEntities, useStaleSince } from "../../connection/desk.tsx";
import { sameItems } from "../../model/select.ts";
import { countedFrom, STATUS } from "../../text/words.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Shape } from "../../ui/Icon.tsx";
import "../../ui/detail.css";

/** Who the open conversation is with, as far as the console knows the colleague. */
export function ChatDetail() {
  const { t, i18n } = useLingui();
  const open = useChats((chats) => chats.open);
  const agent = useEntities((all) => (open === null ? undefined : all.agent.get(open)));
  const staleSince = useStaleSince();
  const queues = useEntities(
    (all) => agent?.queues.flatMap((id) => all.queue.get(id)?.name ?? []) ?? [],
    sameItems,
  );
  if (agent === undefined) {
    return (
      <div className="detail-head">
        <h2>{t`No conversation is open`}</h2>
        <p>{t`Choose a conversation to see who it is with.`}</p>
      </div>
    );
  }
  const { word, tone } = STATUS[agent.status];
  const from = countedFrom(agent);
  const facts: readonly (readonly [string, string | null])[] = [
    [t`Extension`, agent.extension],
    [t`E-mail`, agent.email],
    [t`Queues`, queues.length === 0 ? null : queues.join(", ")],
  ];
  return (
    <>
      <div className="detail-head">
        <h2 className="cut" title={agent.name}>
          {agent.name}
        </h2>
        <p className="state" data-tone={tone}>
          <Shape as={tone} tone={tone} />
          {i18n._(word)}
          {agent.pause !== null && ` (${agent.pause})`}{" "}
          {from !== null && <Elapsed since={from} frozenAt={staleSince} />}
        </p>
      </div>
      <dl className="facts">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="num cut" title={value}>
                {value}
              </dd>
            </div>
          ),
        )}
      </dl>
    </>
  );
}
