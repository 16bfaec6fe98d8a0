import { useLingui } from "@lingui/react/macro";
import { useEntities } from "../../connection/desk.tsx";
import { me } from "../../model/select.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";
import { useGroup } from "../../ui/use-group.tsx";

const NONE: readonly never[] = [];

interface Props {
  /** The group of the last time: it comes first; null when there was none. */
  readonly current: string | null;
  readonly done: () => void;
}

/** Which department or location to work for (1.1-o to 1.1-t). Shown only to who belongs to several. */
export function ChooseGroup({ current, done }: Props) {
  const { t } = useLingui();
  const groups = useEntities((all) => me(all)?.groups ?? NONE);
  const inOrder = [...groups].sort((a, b) => Number(b.id === current) - Number(a.id === current));
  const remembers = useEntities((all) => me(all)?.remembers_sign_ins ?? false);
  const { busy, choose, question } = useGroup(done);
  if (groups.length === 0) {
    return (
      <main className="box" data-wide>
        <h1>{t`No group`}</h1>
        <Note kind="attention">{t`You do not belong to a group yet, so there are no queues for you. Ask your administrator.`}</Note>
      </main>
    );
  }
  return (
    <main className="box" data-wide>
      <h1>{t`Choose your group`}</h1>
      <Note kind="attention">
        {t`NOTE: you are signed out automatically of the queues that are not available for the group you choose next.`}
      </Note>
      {remembers && <p>{t`You are signed in again to the queues that you had last time in that group.`}</p>}
      <div className="pick">
        {inOrder.map((group) => (
          <Press key={group.id} className="" busy={busy} onPress={() => choose(group)}>
            <Icon name="group" />
            <b className="cut">{group.name}</b>
            {group.id === current && <span className="quiet">{t`last time`}</span>}
            <Icon name="chevron-right" size={16} />
          </Press>
        ))}
      </div>
      {question}
    </main>
  );
}
