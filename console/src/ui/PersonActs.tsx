import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { useAct, useDesk, useEntities } from "../connection/desk.tsx";
import { nameOf, type Person } from "../model/contacts.ts";
import { international } from "../model/format.ts";
import { me } from "../model/select.ts";
import { armed, type Passing } from "../model/transfer.ts";
import { partyName } from "../text/parties.ts";
import { Press } from "./controls.tsx";
import { Icon } from "./Icon.tsx";
import { useRingOff } from "./use-off.ts";

/** How people can be reached from here now: the same for everybody in a list, so the list asks it once. */
export interface Ways {
  /** Why nobody can be rung; undefined: they can. */
  readonly ringOff: string | undefined;
  /** The caller who is to be passed on. */
  readonly passing: Passing | undefined;
  readonly mayChat: boolean;
}

/** The same object until one of them changes. */
export function useWays(): Ways {
  const ringOff = useRingOff();
  const passing = useEntities(armed);
  const mayChat = useEntities((all) => me(all)?.rights.includes("chat.use") ?? false);
  return useMemo(() => ({ ringOff, passing, mayChat }), [ringOff, passing, mayChat]);
}

interface Props {
  readonly person: Person;
  readonly ways: Ways;
}

interface CallProps extends Props {
  /** Which of the numbers; the primary one when it is not said (3.3-l). */
  readonly number?: string | undefined;
}

/** Call, or give an armed transfer its recipient: the name of the button says which (3.1-q, 5.1-b, 5.2-c, 5.2-d). */
export function CallAct({ person, number, ways }: CallProps) {
  const { t } = useLingui();
  const { busy, act } = useAct();
  const { passing: call } = ways;
  const name = nameOf(person);
  const dial = person.kind === "contact" ? (number ?? person.contact.numbers[0]) : undefined;
  const off =
    ways.ringOff ??
    (person.kind === "colleague"
      ? person.agent.reachable
        ? undefined
        : t`${name} cannot be called now.`
      : dial === undefined
        ? t`No number of ${name} is known.`
        : undefined);
  const party = call === undefined ? "" : partyName(call);
  const what =
    call === undefined
      ? t`Call ${name}`
      : call.transfer.kind === "attended"
        ? t`Consult ${name} about ${party}`
        : t`Transfer ${party} to ${name}`;
  const press = (): Promise<boolean> => {
    const whom =
      person.kind === "colleague" ? { user: person.id } : { number: international(dial ?? ""), name };
    if (call === undefined) return act(person.kind === "colleague" ? "call.colleague" : "call.dial", whom);
    return act(person.kind === "colleague" ? "transfer.colleague" : "transfer.number", {
      call: call.id,
      ...whom,
    });
  };
  return (
    <Press
      className="round"
      data={{ "data-pick": "" }}
      aria-label={number === undefined ? what : `${what} (${number})`}
      tip={what}
      off={off}
      busy={busy}
      onPress={() => void press()}
    >
      <Icon name={call === undefined ? "phone-out" : "attended"} />
    </Press>
  );
}

/** Write to a colleague; to nobody else (3.1-q, 3.3-k). Nothing for who may not chat. */
export function ChatAct({ person, ways }: Props) {
  const { t } = useLingui();
  const { chat } = useDesk();
  if (!ways.mayChat) return null;
  const name = nameOf(person);
  const off =
    person.kind === "contact"
      ? t`${name} has no chat.`
      : person.agent.chat
        ? undefined
        : t`${name} is not available for chat now.`;
  return (
    <Press
      className="round"
      aria-label={t`Chat with ${name}`}
      tip={t`Chat with ${name}`}
      off={off}
      onPress={() => chat.show(person.id)}
    >
      <Icon name="chat" />
    </Press>
  );
}

/** Mail to the primary address (3.1-q, 3.3-l). */
export function MailAct({ person }: Pick<Props, "person">) {
  const { t } = useLingui();
  const name = nameOf(person);
  const address = person.kind === "colleague" ? person.agent.email : (person.contact.addresses[0] ?? null);
  if (address === null) {
    return (
      <Press className="round" aria-label={t`E-mail ${name}`} off={t`No e-mail address of ${name} is known.`}>
        <Icon name="mail" />
      </Press>
    );
  }
  return (
    <a className="round" href={`mailto:${address}`} aria-label={t`E-mail ${name}`} title={address}>
      <Icon name="mail" />
    </a>
  );
}
