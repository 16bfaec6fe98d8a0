import { useCallback, useEffect, useRef, useState } from "react";
import { useDesk } from "../../connection/desk.tsx";
import { refusal } from "../../text/refusals.ts";

/**
 * Sends tones in the order in which they are typed, each as soon as the one before is accepted. What was sent is
 * forgotten at once, as it may be somebody's secret (D26): only how many there were is kept.
 */
export function useTones(refused: (text: string) => void): {
  readonly sent: number;
  readonly send: (text: string) => void;
} {
  const { command } = useDesk();
  const [sent, setSent] = useState(0);
  const waiting = useRef("");
  const sending = useRef(false);

  const next = useCallback(async (): Promise<void> => {
    if (sending.current) return;
    sending.current = true;
    while (waiting.current !== "") {
      const digits = waiting.current;
      waiting.current = "";
      const outcome = await command("call.keys", { digits });
      if (outcome.ok) setSent((count) => count + digits.length);
      else {
        waiting.current = "";
        refused(refusal(outcome.code, outcome.args));
      }
    }
    sending.current = false;
  }, [command, refused]);

  useEffect(
    () => () => {
      waiting.current = "";
    },
    [],
  );

  const send = useCallback(
    (text: string) => {
      waiting.current += text.replace(/[^0-9*#]/g, "");
      void next();
    },
    [next],
  );
  return { sent, send };
}
