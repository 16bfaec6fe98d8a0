import { useCallback, useEffect, useRef, useState } from "react";
import { api, Refused, type Sought } from "../../connection/api.ts";
import { useEntities, useLine } from "../../connection/desk.tsx";
import { liveCalls } from "../../model/select.ts";
import type { HistoryGap, HistoryRow } from "../../model/wire.ts";

const PAGE = 50;

export interface History {
  readonly rows: readonly HistoryRow[];
  /** Where calls may be missing among them, the latest first. */
  readonly gaps: readonly HistoryGap[];
  readonly state: "loading" | "ready" | "failed";
  readonly problem: Refused | null;
  /** There are older rows on the server. */
  readonly more: boolean;
  readonly older: () => void;
  readonly again: () => void;
}

/** Nothing is left out. */
export const EVERYTHING: Sought = { kind: null, q: "" };

/** Own calls, newest first, page by page; fetched again when one of my calls has ended. */
export function useHistory(sought: Sought): History {
  const [rows, setRows] = useState<readonly HistoryRow[]>([]);
  const [gaps, setGaps] = useState<readonly HistoryGap[]>([]);
  const [before, setBefore] = useState<string | null>(null);
  const [state, setState] = useState<History["state"]>("loading");
  const [problem, setProblem] = useState<Refused | null>(null);
  const turn = useRef(0);

  const load = useCallback(
    async (mark: string | null): Promise<void> => {
      turn.current += 1;
      const mine = turn.current;
      try {
        const page = await api.history(mark, PAGE, sought);
        // Somebody asked again meanwhile: that answer counts.
        if (mine !== turn.current) return;
        setRows((known) => (mark === null ? join(page.rows, known) : [...known, ...page.rows]));
        setGaps((known) => joinGaps(page.gaps, known));
        setBefore((old) => (mark === null && old !== null ? old : page.before));
        setState("ready");
        setProblem(null);
      } catch (reason) {
        if (!(reason instanceof Refused)) throw reason;
        if (mine !== turn.current) return;
        setProblem(reason);
        setState("failed");
      }
    },
    [sought],
  );

  // Other calls are wanted: what was shown is no beginning of them.
  const [shown, setShown] = useState(sought);
  if (shown !== sought) {
    setShown(sought);
    setRows([]);
    setGaps([]);
    setBefore(null);
    setState("loading");
  }

  const own = useEntities((all) =>
    liveCalls(all)
      .map((call) => call.id)
      .sort()
      .join(" "),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a call that came or went is the reason to look again
  useEffect(() => {
    void load(null);
    // The row is written just after the call has ended.
    const later = setTimeout(() => void load(null), 1_500);
    return () => clearTimeout(later);
  }, [load, own]);

  // A call that began and ended while the line was away has left no trace here.
  const connected = useLine().state === "connected";
  const lost = useRef(false);
  useEffect(() => {
    if (connected && lost.current) void load(null);
    lost.current = !connected;
  }, [connected, load]);

  const fetching = useRef(false);
  const older = useCallback((): void => {
    // The end of the list may come into sight again before the answer is there.
    if (before === null || fetching.current) return;
    fetching.current = true;
    void load(before).finally(() => {
      fetching.current = false;
    });
  }, [before, load]);

  return {
    rows,
    gaps,
    state,
    problem,
    more: before !== null,
    older,
    again: () => {
      setState("loading");
      void load(null);
    },
  };
}

/** Which one it is, however far it reaches by now. */
export const gapKey = (gap: HistoryGap): string => `${gap.since} ${gap.reason}`;

/** Those of a page with those of the others; one that has grown since takes its own place. */
function joinGaps(page: readonly HistoryGap[], known: readonly HistoryGap[]): readonly HistoryGap[] {
  const fresh = new Set(page.map(gapKey));
  return [...page, ...known.filter((gap) => !fresh.has(gapKey(gap)))].sort((a, b) => b.until - a.until);
}

/** The newest page in front of the older rows that are already shown, without any row twice. */
function join(page: readonly HistoryRow[], known: readonly HistoryRow[]): readonly HistoryRow[] {
  const fresh = new Set(page.map((row) => row.id));
  const oldest = page.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  return [...page, ...known.filter((row) => !fresh.has(row.id) && row.at <= oldest)];
}
