import { useLingui } from "@lingui/react/macro";
import { useEntities } from "../../connection/desk.tsx";
import { myDevice } from "../../model/select.ts";
import { passing } from "../../model/transfer.ts";
import type { CallView } from "../../model/wire.ts";
import { reasonWords } from "../../text/reasons.ts";
import { Icon, type IconName, Shape } from "../../ui/Icon.tsx";

interface StateProps {
  readonly call: CallView;
  readonly offered: boolean;
  readonly ringing: boolean;
}

/** What the call is doing, as a sign and a word. */
export function StateWord({ call, offered, ringing }: StateProps) {
  const { t } = useLingui();
  const consulted = useEntities((all) => passing(all).some(({ transfer }) => transfer.recipient === call.id));
  const [icon, word, tone] = words();
  return (
    <span className="state" data-tone={tone}>
      <Icon name={icon} size={16} />
      {word}
    </span>
  );

  function words(): [IconName, string, "ringing"?] {
    if (offered) {
      if (call.note === "returned") return ["back", t({ message: "Back", context: "a call that came back" })];
      const word = ringing ? t`Ringing` : t`Waiting`;
      if (call.called_back) return ["callback", t`Call back`, "ringing"];
      return call.urgent ? ["phone-in", word] : ["phone-in", word, "ringing"];
    }
    switch (call.state) {
      case "held":
        return ["pause", call.transfer?.mine ? t`On hold, music` : t`On hold`];
      case "active":
        return [
          call.direction === "in" ? "phone" : "phone-out",
          consulted ? t`In a call, consulting` : t`In a call`,
        ];
      case "conference":
        return ["users", t`Conference`];
      case "dialling":
        return ["phone-out", t`Outgoing, ringing`, "ringing"];
      case "connecting":
        return call.direction === "in"
          ? ["phone-in", t`Connecting`, "ringing"]
          : ["phone-out", t`Outgoing`, "ringing"];
      default:
        return ["blind", t`Transferring`, "ringing"];
    }
  }
}

interface NotesProps {
  readonly call: CallView;
  /** To whom the caller is or was passed on; "": unknown. */
  readonly recipient: string;
  readonly staleSince: number | null;
}

/** What must be known: why it came back, what a second click does, what the phone needs. */
export function Notes({ call, recipient, staleSince }: NotesProps) {
  const { t } = useLingui();
  const kind = useEntities((all) => myDevice(all)?.kind);
  const transfer = call.transfer?.mine ? call.transfer : null;
  const button = transfer?.kind === "blind" ? t`Direct` : t`Consult`;
  const warnings: string[] = [];
  const hints: string[] = [];

  if (call.note === "phone_hold") warnings.push(t`Put on hold at the phone.`);
  if (call.note === "answer_on_phone") warnings.push(t`Lift the handset of your phone to answer.`);
  if (call.note === "line_lost")
    warnings.push(t`The line to your phone was lost. The caller hears music; you are rung back.`);
  if (call.note === "nobody_else") warnings.push(t`Nobody else is free.`);
  if (call.note === "caller_gone") warnings.push(t`The caller has hung up. You still speak with each other.`);
  if (call.reason !== null) warnings.push(reasonWords(call.reason, recipient));
  if (call.mine && staleSince !== null && kind === "sip")
    warnings.push(t`Use your phone for this call until the connection is back.`);

  if (transfer?.state === "armed") hints.push(t`Choose a recipient. ${button} again stops.`);
  if (transfer?.state === "dialling") hints.push(t`${recipient} is being called. ${button} again stops.`);
  if (transfer?.state === "consulting") hints.push(t`Click ${button} again to stop.`);
  if (transfer?.state === "ringing") hints.push(t`Connecting with ${recipient}…`);

  return (
    <>
      {warnings.map((text) => (
        <p className="card-note" key={text}>
          <Shape as="wrap" tone="wrap" size={9} />
          {text}
        </p>
      ))}
      {hints.map((text) => (
        <p className="card-note" key={text}>
          {text}
        </p>
      ))}
    </>
  );
}
