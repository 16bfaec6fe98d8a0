import { useLingui } from "@lingui/react/macro";
import { useAct } from "../../connection/desk.tsx";
import { keyName } from "../../model/keymap.ts";
import type { CallView } from "../../model/wire.ts";
import { useDeskPhone } from "../../softphone/use.tsx";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { useKeyMap } from "../../ui/keymap.ts";

interface Props {
  readonly call: CallView;
  readonly name: string;
  readonly next: boolean;
  readonly off: string | undefined;
}

/** The green telephone and the red cross of a call that is offered; no cross on an urgent one (2.2-c). */
export function OfferActs({ call, name, next, off }: Props) {
  const key = useKeyMap().answer[0];
  const { t } = useLingui();
  const phone = useDeskPhone();
  const answer = useAct();
  const reject = useAct();
  const rejectable = call.offer?.rejectable ?? false;
  const word = call.note === "returned" ? t`Take back` : t`Answer`;
  return (
    <div className="card-acts" data-offer={rejectable ? "" : "only"}>
      <Press
        className="go"
        aria-label={`${word}, ${name}`}
        off={off}
        busy={answer.busy}
        aria-keyshortcuts={key}
        onPress={() => {
          void answer.act("call.answer", { call: call.id });
          // The browser's own phone rings for this call: take it here too, without a way over the server.
          if (call.offer?.ringing) phone.answer();
        }}
      >
        <Icon name="phone" />
        {word}
        {next && key !== undefined && <kbd aria-hidden="true">{keyName(key)}</kbd>}
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
