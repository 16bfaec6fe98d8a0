import { useLingui } from "@lingui/react/macro";
import { memo, useState } from "react";
import { useAct, useEntities, useLine, usePast, useStaleSince } from "../../connection/desk.tsx";
import { duration, timeOfDay } from "../../model/format.ts";
import { me, queues, sameItems, totals, WAIT_LATE_MS } from "../../model/select.ts";
import { armed, type Passing } from "../../model/transfer.ts";
import type { QueueView } from "../../model/wire.ts";
import { countedWords, shortWords } from "../../text/counted.ts";
import { Press, Switch } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";
import { LastInUrgent } from "../../ui/LastInUrgent.tsx";
import { COLUMNS } from "./columns.ts";
import "./queues.css";
import { ToQueue } from "./ToQueue.tsx";

interface Props {
  /** Ids of the chosen queues. */
  readonly selected: readonly string[];
  readonly toggle: (queue: string) => void;
  /** The detail field shows who is signed in, instead of the calls. */
  readonly agents: boolean;
  readonly showAgents: () => void;
  /** The detail field explains the columns. */
  readonly explain: () => void;
}

/** The queues of my group with their live numbers, and whether I am signed in (3.1). */
export function Queues({ selected, toggle, agents, showAgents, explain }: Props) {
  const { t, i18n } = useLingui();
  const ids = useEntities((all) => queues(all).map((queue) => queue.id), sameItems);
  const countedSince = useEntities((all) => queues(all)[0]?.counted_since);
  const countsShort = useEntities((all) => me(all)?.counts_short ?? true);
  const staleSince = useStaleSince();
  const passing = useEntities(armed);
  if (ids.length === 0) {
    return (
      <div className="empty">
        <b>{t`No queues`}</b>
        {t`There are no queues for your group yet. Your administrator can add them.`}
      </div>
    );
  }
  return (
    <>
      <div className="pane-head">
        <span className="cut">
          {staleSince !== null
            ? t`As of ${timeOfDay(staleSince, true)}`
            : countedSince !== undefined && countedWords(countedSince)}
        </span>
        <Press
          className="btn"
          aria-pressed={agents && selected.length > 0}
          off={selected.length === 0 ? t`Choose a queue first` : undefined}
          onPress={showAgents}
        >
          <Icon name="users" />
          {t`Agents signed in`}
        </Press>
      </div>
      {/* Not a <table>: that is laid out anew as a whole at every number (console.md 1.2). */}
      <div className="qt" role="table" aria-label={t`Queues`}>
        <div className="qhead" role="row">
          <span role="columnheader">
            <span className="vh">{t`Queue`}</span>
          </span>
          {COLUMNS.map((column) => (
            <span key={column.id} role="columnheader">
              <Press
                className=""
                tip={[
                  i18n._(column.short),
                  ...(column.counts && countedSince !== undefined ? [countedWords(countedSince)] : []),
                  ...(column.id === "handled" && !countsShort ? [shortWords()] : []),
                ].join(". ")}
                aria-label={`${i18n._(column.word)}, ${i18n._(column.short)}`}
                onPress={explain}
              >
                <Icon name={column.icon} />
                <span>{i18n._(column.word)}</span>
              </Press>
            </span>
          ))}
        </div>
        {ids.map((id) => (
          <Row key={id} id={id} selected={selected.includes(id)} toggle={toggle} passing={passing} />
        ))}
        {ids.length > 1 && <Sum />}
      </div>
    </>
  );
}

interface RowProps {
  readonly id: string;
  readonly selected: boolean;
  readonly toggle: (id: string) => void;
  /** The caller who is to be passed on. */
  readonly passing: Passing | undefined;
}

const Row = memo(function Row({ id, selected, toggle, passing }: RowProps) {
  const queue = useEntities((all) => all.queue.get(id));
  const signedIn = useEntities((all) => me(all)?.signed_in.includes(id) ?? false);
  if (queue === undefined) return null;
  const alarm = queue.urgent && queue.waiting > 0;
  return (
    <div
      className="qrow"
      role="row"
      onClick={(event) => {
        // The name and the switch act for themselves.
        if (!(event.target instanceof Element) || event.target.closest("button, label") === null) toggle(id);
      }}
      {...(selected && { "data-selected": "" })}
      {...(signedIn && { "data-in": "" })}
    >
      <Name
        queue={queue}
        loud={alarm || !signedIn}
        selected={selected}
        toggle={toggle}
        passing={passing?.queue === id ? undefined : passing}
      />
      <Count n={queue.agents_signed_in} />
      <Count n={queue.agents_available} />
      <Count n={queue.waiting} as={alarm ? "red" : "w"} />
      <span role="cell" className={queue.average_wait_ms === null ? "z" : undefined}>
        {duration(queue.average_wait_ms ?? 0)}
      </span>
      <Longest queue={queue} />
      <span role="cell" className={queue.total === 0 ? "z" : undefined}>
        {queue.handled}
        <span className="z"> / {queue.total}</span>
      </span>
      <span role="cell">
        <KeptSignIn queue={queue} on={signedIn} />
      </span>
    </div>
  );
});

/** Its numbers change all day; what stands on its buttons does not, and these take the longest to draw. */
function sameQueue(one: QueueView, other: QueueView): boolean {
  return one.id === other.id && one.name === other.name && one.urgent === other.urgent;
}

interface NameProps extends Omit<RowProps, "id"> {
  readonly queue: QueueView;
  /** The mark of an urgent queue is red: somebody waits, or I am not there. */
  readonly loud: boolean;
}

const Name = memo(
  function Name({ queue, loud, selected, toggle, passing }: NameProps) {
    const { t } = useLingui();
    return (
      <span role="rowheader">
        <Press className="qname" aria-pressed={selected} onPress={() => toggle(queue.id)}>
          <span className="cut" title={queue.name}>
            {queue.name}
          </span>
          {queue.urgent && <Shape as="urgent" tone={loud ? "urgent" : "away"} />}
          {queue.urgent && <span className="vh">{t`urgent`}</span>}
        </Press>
        {passing !== undefined && <ToQueue queue={queue} call={passing} />}
      </span>
    );
  },
  (a, b) =>
    sameQueue(a.queue, b.queue) &&
    a.loud === b.loud &&
    a.selected === b.selected &&
    a.toggle === b.toggle &&
    a.passing === b.passing,
);

function Count({ n, as }: { n: number; as?: "w" | "red" }) {
  return (
    <span role="cell" className={n === 0 ? "z" : as}>
      {n}
    </span>
  );
}

function Longest({ queue }: { queue: QueueView }) {
  const staleSince = useStaleSince();
  const since = queue.longest_since;
  const late = usePast(since === null ? null : since + WAIT_LATE_MS);
  if (since === null) {
    return (
      <span role="cell" className="z">
        {duration(0)}
      </span>
    );
  }
  return (
    <span role="cell" className={queue.urgent ? "red" : late ? "late" : undefined}>
      {late && !queue.urgent && <Shape as="wrap" size={9} />}
      <Elapsed since={since} frozenAt={staleSince} />
    </span>
  );
}

/** The slide button: signed in or out, red when an urgent queue is left (2.4-h to 2.4-j). */
function SignIn({ queue, on }: { queue: QueueView; on: boolean }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const connected = useLine().state === "connected";
  const locked = useEntities((all) => me(all)?.locked.includes(queue.id) ?? false);
  const [asking, setAsking] = useState(false);
  const off = !connected
    ? t`No connection to the server`
    : on && locked
      ? t`Your administrator has fixed your place in this queue.`
      : undefined;

  async function change(): Promise<void> {
    if (!on) {
      await act("queue.sign_in", { queue: queue.id });
      return;
    }
    await act("queue.sign_out", { queue: queue.id }, {}, { last_in_urgent: () => setAsking(true) });
  }

  return (
    <>
      <Switch
        on={on}
        urgent={queue.urgent}
        label={on ? t`${queue.name}: signed in` : t`${queue.name}: signed out`}
        busy={busy}
        off={off}
        change={() => void change()}
      />
      {asking && (
        <LastInUrgent
          queue={queue.name}
          stay={t`Stay signed in`}
          go={t`Sign out anyway`}
          close={() => setAsking(false)}
          confirm={() => {
            setAsking(false);
            void act("queue.sign_out", { queue: queue.id, confirmed: "true" });
          }}
        />
      )}
    </>
  );
}

const KeptSignIn = memo(SignIn, (a, b) => sameQueue(a.queue, b.queue) && a.on === b.on);

/** All queues together. */
function Sum() {
  const { t } = useLingui();
  const staleSince = useStaleSince();
  const sum = useEntities(totals, (a, b) => JSON.stringify(a) === JSON.stringify(b));
  return (
    <div className="qrow qsum" role="row">
      <span role="rowheader">{t`Together`}</span>
      <span role="cell">{sum.signedIn}</span>
      <span role="cell">{sum.available}</span>
      <span role="cell">{sum.waiting}</span>
      <span role="cell">{duration(sum.averageWaitMs ?? 0)}</span>
      <span role="cell">
        {sum.longestSince === null ? duration(0) : <Elapsed since={sum.longestSince} frozenAt={staleSince} />}
      </span>
      <span role="cell">
        {sum.handled} / {sum.total}
      </span>
      <span role="cell" />
    </div>
  );
}
