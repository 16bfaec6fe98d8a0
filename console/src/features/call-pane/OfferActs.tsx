import { useLingui } from "@lingui/react/macro";
import { useAct } from "../../connection/desk.tsx";
import { keyName } from "../../model/keymap.ts";
import type { CommandName } from "../../model/wire.ts";
import { useDeskPhone } from "../../softphone/use.tsx";
import { Press } from "../../ui/controls.tsx";
import { Icon, type IconName } from "../../ui/Icon.tsx";
import { useKeyMap } from "../../ui/keymap.ts";

type Ask = readonly [command: CommandName, args: Record<string, string>];

interface Props {
  /** Who is at the other end. */
  readonly name: string;
  /** What the green button says, and its drawing. */
  readonly word: string;
  readonly icon: IconName;
  /** The key would take this one: it shows the key. */
  readonly next: boolean;
  /** Why nothing can be done now. */
  readonly off: string | undefined;
  readonly take: Ask;
  /** The red cross; null: it cannot be given back, as an urgent call (2.2-c). */
  readonly giveBack: Ask | null;
  /** My phone rings for it already. */
  readonly ringing: boolean;
}

/** The green button and the red cross of what is offered: a call, or somebody to call back. */
export function OfferActs({ name, word, icon, next, off, take, giveBack, ringing }: Props) {
  const key = useKeyMap().answer[0];
  const { t } = useLingui();
  const phone = useDeskPhone();
  const taking = useAct();
  const giving = useAct();
  return (
    <div className="card-acts" data-offer={giveBack === null ? "only" : ""}>
      <Press
        className="go"
        aria-label={`${word}, ${name}`}
        off={off}
        busy={taking.busy}
        aria-keyshortcuts={key}
        onPress={() => {
          void taking.act(...take);
          // The browser's own phone rings for this call: take it here too, without a way over the server.
          if (ringing) phone.answer();
        }}
      >
        <Icon name={icon} />
        {word}
        {next && key !== undefined && <kbd aria-hidden="true">{keyName(key)}</kbd>}
      </Press>
      {giveBack !== null && (
        <Press
          className="act"
          data={{ "data-end": "" }}
          aria-label={`${t`Reject`}, ${name}`}
          tip={t`Reject`}
          off={off}
          busy={giving.busy}
          onPress={() => void giving.act(...giveBack)}
        >
          <Icon name="x" />
        </Press>
      )}
    </div>
  );
}
