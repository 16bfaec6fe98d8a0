import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Press } from "./controls.tsx";
import { Window } from "./Window.tsx";

interface Props {
  /** The urgent queues that nobody would be left in, as the server names them. */
  readonly queue: string;
  /** What "no" is called, and what "yes" is. */
  readonly stay: string;
  readonly go: string;
  readonly close: () => void;
  readonly confirm: () => void;
  readonly open?: boolean;
  readonly busy?: boolean;
  /** What else has to be known, before or after the question. */
  readonly children?: ReactNode;
}

/** Nobody would be left for urgent calls: that deserves a question, not a refusal (D6, D12, D17). */
export function LastInUrgent({ queue, stay, go, close, confirm, open = true, busy, children }: Props) {
  const { t } = useLingui();
  return (
    <Window
      open={open}
      alert
      close={close}
      title={t`Nobody left for urgent calls`}
      acts={
        <>
          <Press className="btn" data={{ "data-kind": "plain" }} onPress={close}>
            {stay}
          </Press>
          <Press className="btn" data={{ "data-kind": "danger" }} busy={busy} onPress={confirm}>
            {go}
          </Press>
        </>
      }
    >
      {children}
      <p>{t`You are the last one signed in to ${queue}. Without you these callers reach nobody.`}</p>
    </Window>
  );
}
