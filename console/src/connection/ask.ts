import { useCallback, useRef, useState } from "react";
import { Refused } from "./api.ts";

/** A form that asks the server something: once at a time, and a refusal is kept to be shown beside it. */
export function useAsk(): {
  readonly busy: boolean;
  readonly problem: Refused | null;
  /** What the server answers; undefined when it refused, or while an earlier question is still running. */
  readonly ask: <T>(question: () => Promise<T>) => Promise<{ readonly answer: T } | undefined>;
  /** A refusal of something that was not asked through here. Anything else is a bug of ours, and thrown. */
  readonly refuse: (reason: unknown) => void;
  readonly clear: () => void;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Refused | null>(null);
  // The state is drawn a moment later; a second click may come sooner.
  const running = useRef(false);
  const refuse = useCallback((reason: unknown) => {
    if (!(reason instanceof Refused)) throw reason;
    setProblem(reason);
  }, []);
  const ask = useCallback(
    async <T>(question: () => Promise<T>) => {
      if (running.current) return undefined;
      running.current = true;
      setBusy(true);
      try {
        const answer = await question();
        setProblem(null);
        return { answer };
      } catch (reason) {
        refuse(reason);
        return undefined;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [refuse],
  );
  return { busy, problem, ask, refuse, clear: useCallback(() => setProblem(null), []) };
}
