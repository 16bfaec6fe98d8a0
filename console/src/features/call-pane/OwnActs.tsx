import { useLingui } from "@lingui/react/macro";
import { useAct, useEntities } from "../../connection/desk.tsx";
import { endedByKey, isAnswered, onLine, resumedByKey, ringsFor } from "../../model/transfer.ts";
import type { CallView, TransferView } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { hint, useKeyMap } from "../../ui/keymap.ts";

interface Props {
  readonly call: CallView;
  readonly name: string;
  readonly off: string | undefined;
}

/** The four actions of an answered call, each always in its own place (2.1.1-l); one that rings can only be stopped. */
export function OwnActs({ call, name, off }: Props) {
  const map = useKeyMap();
  // Only where it stands does the key do what the button does.
  const key = useEntities((all) => endedByKey(all)?.id === call.id) ? map.hang_up[0] : undefined;
  const { t } = useLingui();
  const end = useAct();
  const answered = isAnswered(call);
  // A call that nobody has answered yet is cancelled, not ended.
  const [word, manual] = answered || call.direction === "in" ? [t`Hang up`, t`Disconnect`] : [t`Cancel call`];
  return (
    <>
      <div className="card-acts">
        {answered && <HoldAct call={call} name={name} off={off} />}
        {answered && <TransferAct call={call} name={name} off={off} kind="attended" />}
        {answered && <TransferAct call={call} name={name} off={off} kind="blind" />}
        <Press
          className="act"
          data={{ "data-end": "" }}
          aria-label={[word, manual, name].filter(Boolean).join(", ")}
          tip={hint(manual ?? word, key)}
          off={off}
          busy={end.busy}
          aria-keyshortcuts={key}
          onPress={() => void end.act("call.hang_up", { call: call.id })}
        >
          <Icon name={answered || call.direction === "in" ? "phone-down" : "x"} />
          {word}
        </Press>
      </div>
      {call.state === "dialling" && <WithoutWaiting to={call} off={off} />}
    </>
  );
}

function HoldAct({ call, name, off }: Props) {
  const map = useKeyMap();
  const { t } = useLingui();
  const { act, busy } = useAct();
  const held = call.state === "held";
  const action = useEntities((all) => {
    const [active] = onLine(all);
    if (!held) return active?.id === call.id ? "hold" : null;
    return resumedByKey(all)?.id !== call.id ? null : active === undefined ? "hold" : "swap";
  });
  const key = action === null ? undefined : map[action][0];
  return (
    <Press
      className="act"
      aria-label={`${held ? t`Resume` : t`Hold`}, ${name}`}
      tip={hint(held ? t`Resume call` : t`Hold`, key)}
      off={off}
      busy={busy}
      aria-keyshortcuts={key}
      onPress={() => void act(held ? "call.resume" : "call.hold", { call: call.id })}
    >
      <Icon name={held ? "play" : "pause"} />
      {held ? t`Resume` : t`Hold`}
    </Press>
  );
}

/** Arm a transfer; black while armed, and the same click cancels it (5.1-h). */
function TransferAct({ call, name, off, kind }: Props & { kind: TransferView["kind"] }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const attended = kind === "attended";
  const transfer = call.transfer?.mine ? call.transfer : null;
  const going = transfer !== null && transfer.state !== "completed";
  const on = going && transfer.kind === kind;
  // Somebody hears me already: then there is no "without announcement" any more (5.1-g).
  const other = useEntities((all) => {
    const found = attended || on ? undefined : onLine(all).find((one) => one.id !== call.id);
    return found === undefined ? null : partyName(found);
  });
  const word = attended ? t`Consult` : t`Direct`;
  const manual = attended ? t`Transfer (with announcement)` : t`Transfer (without announcement)`;
  const key = useKeyMap()[kind][0];
  const reason =
    other !== null
      ? t`Only with announcement: you are already speaking with ${other}.`
      : going && !on && transfer.state !== "armed"
        ? t`This call is already being transferred.`
        : undefined;
  return (
    <Press
      className="act"
      data={{ "data-transfer": kind }}
      aria-label={`${word}, ${manual}, ${name}`}
      aria-pressed={on}
      tip={hint(on ? t`Cancel the transfer` : manual, key)}
      off={off ?? reason}
      busy={busy}
      aria-keyshortcuts={key}
      onPress={() =>
        void (on ? act("transfer.cancel", { call: call.id }) : act("transfer.arm", { call: call.id, kind }))
      }
    >
      <Icon name={kind} />
      {word}
    </Press>
  );
}

/** The announced recipient still rings: connect now, and let the caller hear it ring (D7). */
function WithoutWaiting({ to, off }: { to: CallView; off: string | undefined }) {
  const key = useKeyMap().blind[0];
  const { t } = useLingui();
  const { act, busy } = useAct();
  const call = useEntities((all) => ringsFor(all, to));
  if (call === undefined) return null;
  const [one, other] = [partyName(call), partyName(to)];
  return (
    <Press
      className="connect"
      aria-label={t`Connect without waiting: ${one} with ${other}`}
      tip={hint(t`Connect without waiting`, key)}
      off={off}
      busy={busy}
      aria-keyshortcuts={key}
      onPress={() => void act("transfer.connect", { call: call.id })}
    >
      <Icon name="blind" />
      <span className="cut">{t`Connect without waiting`}</span>
    </Press>
  );
}

/** A caller who was passed on blind and hears it ringing: fetch back (D7). */
export function PullBack({ call, name, recipient, off }: Props & { recipient: string }) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const key = useKeyMap().undo[0];
  return (
    <div className="card-acts">
      <Press
        className="act"
        aria-label={`${t`Pull back`}, ${name}`}
        tip={hint(recipient === "" ? t`Pull back` : t`Pull back from ${recipient}`, key)}
        off={off}
        busy={busy}
        aria-keyshortcuts={key}
        onPress={() => void act("transfer.cancel", { call: call.id })}
      >
        <Icon name="back" />
        {t`Pull back`}
      </Press>
    </div>
  );
}

/** While I speak with somebody else, this caller on hold can join. */
export function Conference({ call, name, off }: Props) {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const other = useEntities((all) => {
    const found = onLine(all)[0];
    return found === undefined ? null : partyName(found);
  });
  if (other === null) return null;
  return (
    <Press
      className="round-36"
      aria-label={t`Conference: let ${name} join you and ${other}`}
      tip={t`Conference: let ${name} join you and ${other}`}
      off={off}
      busy={busy}
      onPress={() => void act("call.conference", { call: call.id })}
    >
      <Icon name="together" />
    </Press>
  );
}
