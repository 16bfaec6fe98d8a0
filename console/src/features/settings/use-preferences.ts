import { useCallback, useRef, useState } from "react";
import { api } from "../../connection/api.ts";
import type { Preferences } from "../../model/wire.ts";

/**
 * What a person prefers: shown at once, kept on the server one after the other, the newest last.
 *
 * @param kept told when the server has kept what is shown. @param refused told why it did not.
 */
export function usePreferences(
  kept: () => void,
  refused: (reason: unknown) => void,
): {
  /** Null: not known yet. */
  readonly preferences: Preferences | null;
  /** What the server says that they are. */
  readonly begin: (preferences: Preferences) => void;
  readonly change: (part: Partial<Preferences>) => void;
} {
  const [preferences, setPreferences] = useState<Preferences | null>(null);
  const wanted = useRef<Preferences | null>(null);
  const known = useRef<Preferences | null>(null);
  const sending = useRef(false);

  const want = useCallback((next: Preferences): void => {
    wanted.current = next;
    setPreferences(next);
  }, []);

  const begin = useCallback(
    (read: Preferences): void => {
      known.current = read;
      want(read);
    },
    [want],
  );

  /** Until the server has what is wanted. Steps of a slider that were passed meanwhile are left out. */
  async function send(): Promise<void> {
    if (sending.current) return;
    sending.current = true;
    try {
      while (wanted.current !== null && wanted.current !== known.current) {
        const next: Preferences = wanted.current;
        try {
          await api.setPreferences(next);
          known.current = next;
          kept();
        } catch (reason) {
          refused(reason);
          const before = known.current;
          const read = await api.preferences().catch(() => before);
          // What is not kept is not shown either; a newer change carries this one with it and is tried by itself.
          if (wanted.current === next && read !== null) begin(read);
        }
      }
    } finally {
      sending.current = false;
    }
  }

  const change = (part: Partial<Preferences>): void => {
    if (wanted.current === null) return;
    want({ ...wanted.current, ...part });
    void send();
  };

  return { preferences, begin, change };
}
