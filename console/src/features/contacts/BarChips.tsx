import { useLingui } from "@lingui/react/macro";
import { type Bars, tickGroup } from "../../model/contacts.ts";
import type { ContactGroup } from "../../model/wire.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";

interface Props {
  readonly bars: Bars;
  readonly tick: (bars: Bars) => void;
  readonly groups: readonly ContactGroup[];
}

/** The two bars: in which group somebody is, and whether signed in, signed out or external (3.3-b, 3.3-c, D19). */
export function BarChips({ bars, tick, groups }: Props) {
  const { t } = useLingui();
  return (
    <div className="bars">
      <fieldset aria-label={t`Group`}>
        <Chip on={bars.groups === "all"} turn={() => tick(tickGroup(bars, "all"))}>{t`All`}</Chip>
        {groups.map((group) => (
          <Chip
            key={group.id}
            on={bars.groups !== "all" && bars.groups.includes(group.id)}
            turn={() => tick(tickGroup(bars, group.id))}
          >
            {group.name}
          </Chip>
        ))}
      </fieldset>
      <fieldset aria-label={t`Show`}>
        <Chip
          on={bars.signedIn}
          turn={() => tick({ ...bars, signedIn: !bars.signedIn })}
        >{t`Signed in`}</Chip>
        <Chip
          on={bars.signedOut}
          tip={t`Also people of the house who have no log-in`}
          turn={() => tick({ ...bars, signedOut: !bars.signedOut })}
        >{t`Signed out`}</Chip>
        <Chip on={bars.external} turn={() => tick({ ...bars, external: !bars.external })}>{t`External`}</Chip>
      </fieldset>
    </div>
  );
}

interface ChipProps {
  readonly on: boolean;
  readonly turn: () => void;
  readonly tip?: string;
  readonly children: string;
}

function Chip({ on, turn, tip, children }: ChipProps) {
  return (
    <Press className="chip" aria-pressed={on} tip={tip} onPress={turn}>
      {on && <Icon name="check" size={16} />}
      {children}
    </Press>
  );
}
