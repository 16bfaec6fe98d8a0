import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { memo, useState } from "react";
import { useAct, useEntities, useStaleSince } from "../../connection/desk.tsx";
import { duration, phoneNumber, timeOfDay } from "../../model/format.ts";
import { me, queueCalls, sameItems } from "../../model/select.ts";
import type { CallView } from "../../model/wire.ts";
import { useDeskPhone } from "../../softphone/use.tsx";
import { CallTimeline } from "../../ui/CallTimeline.tsx";
import { Press } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { useRingOff } from "../../ui/use-off.ts";
import "../../ui/detail.css";
import { Messages } from "./Messages.tsx";

/** What happens in the chosen queues now: who waits, who is helped by whom (2.1.2). */
export function QueueDetail({ queues }: { queues: readonly string[] }) {
  const { t } = useLingui();
  const [only] = queues;
  const name = useEntities((all) => (only === undefined ? undefined : all.queue.get(only)?.name));
  const signedIn = useEntities((all) => only !== undefined && (me(all)?.signed_in.includes(only) ?? false));
  const counts = useEntities((all) => {
    const { waiting, talking } = queueCalls(all, only ?? "");
    return [waiting.length, talking.length] as const;
  }, sameItems);
  const staleSince = useStaleSince();
  if (only === undefined) {
    return (
      <>
        <div className="detail-head">
          <h2>{t`No queue chosen`}</h2>
          <p>{t`Choose a queue to see its calls.`}</p>
        </div>
        <Messages queue={null} />
      </>
    );
  }
  const single = queues.length === 1;
  const [waiting, talking] = counts;
  return (
    <>
      <div className="detail-head">
        <h2 className="cut" title={name}>
          {single ? name : t`Chosen queues`}
        </h2>
        <p>
          {staleSince !== null
            ? t`As of ${timeOfDay(staleSince, true)}`
            : single
              ? `${signedIn ? t`You are signed in.` : t`You are signed out.`} ${waiting + talking > 0 ? t`${waiting} waiting, ${talking} in a call` : ""}`
              : plural(queues.length, { one: "# queue", other: "# queues" })}
        </p>
      </div>
      {queues.map((queue) => (
        <Calls key={queue} queue={queue} titled={!single} />
      ))}
      {single && name !== undefined && <Messages queue={name} />}
    </>
  );
}

function Calls({ queue, titled }: { queue: string; titled: boolean }) {
  const { t } = useLingui();
  const name = useEntities((all) => all.queue.get(queue)?.name);
  const { waiting, talking } = useEntities(
    (all) => queueCalls(all, queue),
    (a, b) => sameItems(a.waiting, b.waiting) && sameItems(a.talking, b.talking),
  );
  if (name === undefined) return null;
  if (waiting.length + talking.length === 0) {
    return titled ? (
      <div className="group-head">
        {name}
        <span className="right">{t`no calls`}</span>
      </div>
    ) : (
      <div className="empty">
        <b>{t`No calls in this queue`}</b>
        {t`Who waits and who is being helped appears here.`}
      </div>
    );
  }
  return (
    <section aria-label={name}>
      {waiting.length > 0 && (
        <div className="group-head">
          {titled ? t`${name}, waiting` : t`Waiting`}
          <span className="right">{t`waiting time`}</span>
        </div>
      )}
      {waiting.map((call) => (
        <Row key={call.id} call={call} />
      ))}
      {talking.length > 0 && (
        <div className="group-head">
          {titled ? t`${name}, in a call` : t`In a call`}
          <span className="right">{t`talk time`}</span>
        </div>
      )}
      {talking.map((call) => (
        <Row key={call.id} call={call} />
      ))}
    </section>
  );
}

const Row = memo(function Row({ call }: { call: CallView }) {
  const { t } = useLingui();
  const staleSince = useStaleSince();
  const number = call.number === null ? t`Withheld number` : phoneNumber(call.number);
  const name = call.name ?? number;
  const answered = call.answered_at;
  const waited = answered === null ? null : duration(answered - call.entered_at);
  const agent = call.agent_name ?? "";
  const state = useStateWords(call, waited);
  const [open, setOpen] = useState(false);
  const facts = [agent, state].filter((fact) => fact !== "").join(", ");
  const waiting = call.state === "waiting" || call.state === "offered";
  return (
    <>
      <div className="dcall" data-call={call.id} {...(call.urgent && { "data-urgent": "" })}>
        <div className="lines">
          <Press
            className="who cut num"
            aria-expanded={open}
            tip={open ? undefined : t`Show what happened with this call`}
            onPress={() => setOpen(!open)}
          >
            {name}
          </Press>
          {/* The number stands under the name of a contact; alone it is the name. */}
          {call.name !== null && <div className="sub cut num">{number}</div>}
          {call.name === null && facts === "" && <div className="sub cut">{t`Unknown number`}</div>}
          {facts !== "" && (
            <div className="sub cut num" title={facts}>
              {facts}
            </div>
          )}
        </div>
        <div className="side">
          <Elapsed since={waiting ? call.entered_at : (answered ?? call.since)} frozenAt={staleSince} />
          {waiting && <CherryPick call={call} name={name} />}
        </div>
      </div>
      {open && <CallTimeline call={call.id} version={call.v} />}
    </>
  );
});

/** What the call does now, where the two heads do not say it already. */
function useStateWords(call: CallView, waited: string | null): string {
  const { t } = useLingui();
  const to = call.transfer?.recipient_name ?? "";
  switch (call.state) {
    case "held":
      return t`on hold`;
    case "connecting":
      return t`connecting`;
    case "conference":
      return t`in a conference`;
    case "transferring":
      return to === "" ? t`being transferred` : t`being transferred to ${to}`;
    case "transferred":
      return to === "" ? t`transferred` : t`transferred to ${to}`;
    case "leaving":
      return t`hears an announcement or leaves a message`;
    default:
      return waited === null ? "" : t`waited ${waited}`;
  }
}

/** Take this call out of the queue, wherever it stands; signed in there or not, unless the organisation wants that (2.1.2-g, D13). */
function CherryPick({ call, name }: { call: CallView; name: string }) {
  const { t } = useLingui();
  const phone = useDeskPhone();
  const { act, busy } = useAct();
  const off = useRingOff();
  const signedOut = useEntities((all) => {
    const mine = me(all);
    return mine?.picks_signed_in_only === true && !mine.signed_in.includes(call.queue ?? "");
  });
  const may = useEntities((all) => me(all)?.rights.includes("queue.pick") ?? false) || call.offer !== null;
  if (!may) return null;
  return (
    <Press
      className="round"
      data={{ "data-pick": "" }}
      aria-label={t`Take ${name}`}
      tip={t`Take this call`}
      off={off ?? (signedOut && call.offer === null ? t`You are not signed in to this queue.` : undefined)}
      busy={busy}
      onPress={() => {
        void act("call.answer", { call: call.id });
        if (call.offer?.ringing) phone.answer();
      }}
    >
      <Icon name="phone" />
    </Press>
  );
}
