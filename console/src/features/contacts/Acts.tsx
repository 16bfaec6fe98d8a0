import { useLingui } from "@lingui/react/macro";
import { useAct, useDesk, useEntities } from "../../connection/desk.tsx";
import { nameOf, type Person, toDial } from "../../model/contacts.ts";
import { me } from "../../model/select.ts";
import type { Passing } from "../../model/transfer.ts";
import { partyName } from "../../text/parties.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { useRingOff } from "../../ui/use-off.ts";

interface CallProps {
  readonly person: Person;
  /** Which of the numbers; the primary one when it is not said (3.3-l). */
  readonly number?: string | undefined;
  /** The caller who is to be passed on. */
  readonly passing: Passing | undefined;
}

/** Call, or give an armed transfer its recipient: the name of the button says which (5.1-b, 5.2-c). */
export function CallAct({ person, number, passing: call }: CallProps) {
  const { t } = useLingui();
  const { busy, act } = useAct();
  const name = nameOf(person);
  const dial = person.kind === "contact" ? (number ?? person.contact.numbers[0]) : undefined;
  const ringOff = useRingOff();
  const off =
    ringOff ??
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
    const whom = person.kind === "colleague" ? { user: person.id } : { number: toDial(dial ?? ""), name };
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

/** Write to a colleague; to nobody else (3.3-k). Nothing for who may not chat. */
export function ChatAct({ person }: { person: Person }) {
  const { t } = useLingui();
  const { chat } = useDesk();
  const may = useEntities((all) => me(all)?.rights.includes("chat.use") ?? false);
  if (!may) return null;
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

/** Mail to the primary address (3.3-l). */
export function MailAct({ person }: { person: Person }) {
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

/** The star behind the name (3.3-m). */
export function StarAct({ person, star }: { person: Person; star: (person: Person) => void }) {
  const { t } = useLingui();
  const name = nameOf(person);
  return (
    <Press
      className="round"
      data={{ "data-star": person.starred ? "" : undefined }}
      aria-pressed={person.starred}
      aria-label={t`Favourite: ${name}`}
      tip={person.starred ? t`No longer a favourite` : t`Make this a favourite`}
      onPress={() => star(person)}
    >
      <Icon name={person.starred ? "star-on" : "star"} />
    </Press>
  );
}
