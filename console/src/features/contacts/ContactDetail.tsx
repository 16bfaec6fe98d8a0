import { useLingui } from "@lingui/react/macro";
import { useEntities } from "../../connection/desk.tsx";
import { nameOf, type Person } from "../../model/contacts.ts";
import { phoneNumber } from "../../model/format.ts";
import { me } from "../../model/select.ts";
import type { ContactGroup } from "../../model/wire.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { CallAct, ChatAct, MailAct, useWays } from "../../ui/PersonActs.tsx";
import "../../ui/detail.css";
import { line, Status } from "./ContactList.tsx";
import { StarAct } from "./StarAct.tsx";
import "./contacts.css";

interface Props {
  readonly person: Person | null;
  readonly groups: readonly ContactGroup[];
  readonly star: (person: Person) => void;
  readonly edit: (person: Person) => void;
}

/** All that is known of one person: every number and address, the primary one first. */
export function ContactDetail({ person, groups, star, edit }: Props) {
  const { t } = useLingui();
  const may = useEntities((all) => me(all)?.rights.includes("contacts.change") ?? false);
  // A colleague's status goes on changing while the detail field shows it.
  const agent = useEntities((all) => (person?.kind === "colleague" ? all.agent.get(person.id) : undefined));
  const ways = useWays();
  if (person === null) {
    return (
      <div className="detail-head">
        <h2>{t`No contact chosen`}</h2>
        <p>{t`Choose a contact to see numbers and addresses.`}</p>
      </div>
    );
  }
  const shown: Person = person.kind === "colleague" && agent !== undefined ? { ...person, agent } : person;
  const name = nameOf(shown);
  const numbers =
    shown.kind === "contact" ? shown.contact.numbers : shown.agent.extension ? [shown.agent.extension] : [];
  const addresses =
    shown.kind === "contact" ? shown.contact.addresses : shown.agent.email ? [shown.agent.email] : [];
  return (
    <div className="contact-detail">
      <div className="detail-head">
        <h2 className="cut" title={name}>
          {name}
        </h2>
        <p className="cut">{line(shown, groups)}</p>
      </div>
      <div className="cdetail-acts">
        <Status person={shown} />
        <ChatAct person={shown} ways={ways} />
        <MailAct person={shown} />
        <StarAct person={shown} star={star} />
      </div>
      <dl className="facts">
        {numbers.map((number, index) => (
          <div key={number}>
            <dt>{index === 0 ? t`Primary number` : t`Number`}</dt>
            <dd className="num">
              {phoneNumber(number)}
              <CallAct person={shown} number={shown.kind === "contact" ? number : undefined} ways={ways} />
            </dd>
          </div>
        ))}
        {addresses.map((address, index) => (
          <div key={address}>
            <dt>{index === 0 ? t`Primary e-mail` : t`E-mail`}</dt>
            <dd>
              <a className="link" href={`mailto:${address}`}>
                {address}
              </a>
            </dd>
          </div>
        ))}
      </dl>
      {shown.kind === "contact" && shown.contact.source !== null && (
        <p className="cdetail-edit faint">{t`Comes from a directory (LDAP), and is changed there.`}</p>
      )}
      {may && shown.kind === "contact" && shown.contact.source === null && (
        <div className="cdetail-edit">
          <Press className="btn" onPress={() => edit(shown)}>
            <Icon name="sliders" size={16} />
            {t`Change`}
          </Press>
        </div>
      )}
    </div>
  );
}
