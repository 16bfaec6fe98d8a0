import { useLingui } from "@lingui/react/macro";
import { memo } from "react";
import { useAct, useEntities, usePast, useStaleSince } from "../../connection/desk.tsx";
import { phoneNumber } from "../../model/format.ts";
import { KEYS } from "../../model/keymap.ts";
import { HELD_LATE_MS, myDevice } from "../../model/select.ts";
import type { CallView } from "../../model/wire.ts";
import { useDeskPhone } from "../../softphone/use.tsx";
import { Press } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";
import "./call-card.css";

interface Props {
  readonly call: CallView;
  /** The key F3 would take this one: it shows the key. */
  readonly next: boolean;
  /** Why nothing can be done with calls now. */
  readonly off: string | undefined;
}

/** One call as a card: white while nobody has answered, green when talking, faded on hold, red edge when urgent. */
export const CallCard = memo(function CallCard({ call, next, off }: Props) {
  const { t } = useLingui();
  const staleSince = useStaleSince();
  const late = usePast(call.state === "held" ? call.since + HELD_LATE_MS : null);
  const number = call.number === null ? t`Withheld number` : phoneNumber(call.number);
  const name = call.name ?? number;
  const offered = !call.mine && call.offer !== null;
  const state = offered ? "offered" : call.state;
  const ringing = offered && (call.offer?.ringing ?? false);
  return (
    <article
      className="card"
      data-call={call.id}
      data-state={state}
      {...(call.urgent && { "data-urgent": "" })}
      {...(ringing && { "data-ringing": "" })}
      {...(late && { "data-late": "" })}
      aria-label={call.queue_name === null ? name : `${call.queue_name}, ${name}`}
    >
      <header className="card-top">
        {call.queue_name !== null && (
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
            since={
              offered
                ? call.entered_at
                : call.state === "active"
                  ? (call.answered_at ?? call.since)
                  : call.since
            }
            frozenAt={call.mine ? null : staleSince}
          />
        </span>
      </header>
      <h2 className={call.name === null ? "card-name cut num" : "card-name cut"} title={name}>
        {name}
      </h2>
      <p className="card-sub cut">
        {call.name === null ? (
          call.number === null ? (
            ""
          ) : (
            t`Unknown number`
          )
        ) : (
          <span className="num">{number}</span>
        )}
      </p>
      <Notes call={call} staleSince={staleSince} />
      {offered ? (
        <OfferActs call={call} name={name} next={next} off={off} />
      ) : (
        <OwnActs call={call} name={name} off={off} />
      )}
    </article>
  );
});

function StateWord({ call, offered, ringing }: { call: CallView; offered: boolean; ringing: boolean }) {
  const { t } = useLingui();
  if (offered) {
    return (
      <span className="state" data-tone={call.urgent ? undefined : "ringing"}>
        <Icon name="phone-in" size={16} />
        {ringing ? t`Ringing` : t`Waiting`}
      </span>
    );
  }
  if (call.state === "held") {
    return (
      <span className="state">
        <Icon name="pause" size={16} />
        {t`On hold`}
      </span>
    );
  }
  if (call.state === "active") {
    return (
      <span className="state">
        <Icon name={call.direction === "in" ? "phone" : "phone-out"} size={16} />
        {t`In a call`}
      </span>
    );
  }
  return (
    <span className="state" data-tone="ringing">
      <Icon name={call.direction === "in" ? "phone-in" : "phone-out"} size={16} />
      {t`Connecting`}
    </span>
  );
}

function Notes({ call, staleSince }: { call: CallView; staleSince: number | null }) {
  const { t } = useLingui();
  const kind = useEntities((all) => myDevice(all)?.kind);
  const notes: string[] = [];
  if (call.note === "phone_hold") notes.push(t`Put on hold at the phone.`);
  if (call.note === "answer_on_phone") notes.push(t`Lift the handset of your phone to answer.`);
  if (call.note === "line_lost")
    notes.push(t`The line to your phone was lost. The caller hears music; you are rung back.`);
  if (call.note === "nobody_else") notes.push(t`Nobody else is free.`);
  if (call.mine && staleSince !== null && kind === "sip")
    notes.push(t`Use your phone for this call until the connection is back.`);
  return notes.map((text) => (
    <p className="card-note" key={text}>
      <Shape as="wrap" tone="wrap" size={9} />
      {text}
    </p>
  ));
}

function OfferActs({ call, name, next, off }: Props & { name: string }) {
  const { t } = useLingui();
  const phone = useDeskPhone();
  const answer = useAct();
  const reject = useAct();
  const rejectable = call.offer?.rejectable ?? false;
  return (
    <div className="card-acts" data-offer={rejectable ? "" : "only"}>
      <Press
        className="go"
        aria-label={`${t`Answer`}, ${name}`}
        off={off}
        busy={answer.busy}
        aria-keyshortcuts={KEYS.answer[0]}
        onPress={() => {
          void answer.act("call.answer", { call: call.id });
          // The browser's own phone rings for this call: take it here too, without a way over the server.
          if (call.offer?.ringing) phone.answer();
        }}
      >
        <Icon name="phone" />
        {t`Answer`}
        {next && <kbd aria-hidden="true">{KEYS.answer[0]}</kbd>}
      </Press>
      {rejectable && (
        <Press
          className="act"
          data={{ "data-end": "" }}
          aria-label={`${t`Reject`}, ${name}`}
          tip={t`Reject`}
          off={off}
          busy={reject.busy}
          onPress={() => void reject.act("call.reject", { call: call.id })}
        >
          <Icon name="x" />
        </Press>
      )}
    </div>
  );
}

function OwnActs({ call, name, off }: Omit<Props, "next"> & { name: string }) {
  const { t } = useLingui();
  const hold = useAct();
  const end = useAct();
  const held = call.state === "held";
  return (
    <div className="card-acts">
      {(held || call.state === "active") && (
        <Press
          className="act"
          aria-label={`${held ? t`Resume` : t`Hold`}, ${name}`}
          tip={`${held ? t`Resume call` : t`Hold`} (${KEYS.hold[0]})`}
          off={off}
          busy={hold.busy}
          aria-keyshortcuts={KEYS.hold[0]}
          onPress={() => void hold.act(held ? "call.resume" : "call.hold", { call: call.id })}
        >
          <Icon name={held ? "play" : "pause"} />
          {held ? t`Resume` : t`Hold`}
        </Press>
      )}
      <Press
        className="act"
        data={{ "data-end": "" }}
        aria-label={`${t`Hang up`}, ${name}`}
        tip={`${t`Disconnect`} (${KEYS.hang_up[0]})`}
        off={off}
        busy={end.busy}
        aria-keyshortcuts={KEYS.hang_up[0]}
        onPress={() => void end.act("call.hang_up", { call: call.id })}
      >
        <Icon name="phone-down" />
        {t`Hang up`}
      </Press>
    </div>
  );
}
