import { useLingui } from "@lingui/react/macro";
import { memo } from "react";
import { useEntities, usePast, useStaleSince } from "../../connection/desk.tsx";
import { phoneNumber } from "../../model/format.ts";
import { me } from "../../model/select.ts";
import { cordEnd, isOnLine, ringingElsewhere } from "../../model/transfer.ts";
import type { CallView } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Shape } from "../../ui/Icon.tsx";
import { PlanButton } from "../../ui/PlanCallBack.tsx";
import { Notes, StateWord } from "./CardWords.tsx";
import { Connect } from "./Connect.tsx";
import { OfferActs } from "./OfferActs.tsx";
import { Conference, OwnActs, PullBack } from "./OwnActs.tsx";
import "./call-card.css";

interface Props {
  readonly call: CallView;
  /** The key F3 would take this one: it shows the key. */
  readonly next: boolean;
  /** Why nothing can be done with calls now. */
  readonly off: string | undefined;
}

/**
 * One call as a card: white while nobody has answered, green when talking, faded on hold, red edge when urgent. A cord
 * in the gutter leads from a caller who is passed on to the one who would get the call.
 */
export const CallCard = memo(function CallCard({ call, next, off }: Props) {
  const { t } = useLingui();
  const staleSince = useStaleSince();
  const warnMs = useEntities((all) => me(all)?.hold_warn_ms ?? Number.MAX_SAFE_INTEGER);
  const late = usePast(call.state === "held" && call.mine ? call.since + warnMs : null);
  const cord = useEntities((all) => cordEnd(all, call));
  const number = call.number === null ? t`Withheld number` : phoneNumber(call.number);
  const name = partyName(call);
  const offered = !call.mine && call.offer !== null;
  const state = offered ? "offered" : call.state;
  const ringing = offered && (call.offer?.ringing ?? false);
  const elsewhere = ringingElsewhere(call);
  const recipient = recipientName(call);
  return (
    <article
      className="card"
      data-call={call.id}
      data-state={elsewhere ? "transferring" : state}
      {...(call.urgent && { "data-urgent": "" })}
      {...(ringing && { "data-ringing": "" })}
      {...(late && { "data-late": "" })}
      {...(cord !== null && { "data-cord": cord })}
      aria-label={call.queue_name === null ? name : `${call.queue_name}, ${name}`}
    >
      <header className="card-top">
        {call.queue_name !== null && call.direction === "in" && (
          <span className="queue cut">
            {call.urgent && <Shape as="urgent" />}
            {call.queue_name}
          </span>
        )}
        <StateWord call={call} offered={offered} ringing={ringing} />
        <span className="right">
          {late && <Shape as="wrap" tone="wrap" />}
          {late && <span className="vh">{t`On hold for long`}</span>}
          <Elapsed
            since={offered ? call.entered_at : isOnLine(call) ? (call.answered_at ?? call.since) : call.since}
            frozenAt={call.mine ? null : staleSince}
          />
        </span>
      </header>
      <div className="card-who">
        <div className="lines">
          <h2 className={call.name === null ? "card-name cut num" : "card-name cut"} title={name}>
            {name}
          </h2>
          <p className="card-sub cut">
            {call.name === null ? (
              call.number === null || call.direction === "out" ? (
                ""
              ) : (
                t`Unknown number`
              )
            ) : (
              <span className="num">{number}</span>
            )}
          </p>
        </div>
        {call.mine && call.number !== null && !call.internal && (
          <PlanButton number={call.number} queue={call.queue} call={call.id} name={name} />
        )}
        {call.state === "held" && call.mine && <Conference call={call} name={name} off={off} />}
      </div>
      <Notes call={call} recipient={recipient} staleSince={staleSince} />
      {offered ? (
        <OfferActs
          name={name}
          word={call.note === "returned" ? t`Take back` : t`Answer`}
          icon="phone"
          next={next}
          off={off}
          take={["call.answer", { call: call.id }]}
          giveBack={call.offer?.rejectable ? ["call.reject", { call: call.id }] : null}
          ringing={ringing}
        />
      ) : elsewhere ? (
        <PullBack call={call} name={name} recipient={recipient} off={off} />
      ) : (
        <OwnActs call={call} name={name} off={off} />
      )}
      <Connect to={call} off={off} />
    </article>
  );
});

/** To whom it is passed on, or was in vain. A number as the server knows it is written as people write it. */
function recipientName(call: CallView): string {
  return phoneNumber(call.transfer?.recipient_name ?? call.not_reached ?? "");
}
