import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { api, Refused } from "../../connection/api.ts";
import { useDesk, useEntities, useLine } from "../../connection/desk.tsx";
import { dayRows, dayStart, type HourRow, rollingRows, zoneOf } from "../../model/callback.ts";
import { NOTHING } from "../../model/entities.ts";
import { digitsOf } from "../../model/format.ts";
import type { CallBackPage, CallBackView } from "../../model/wire.ts";

/** A search of other days begins at so many digits. */
const DIGITS_MIN = 3;
const TYPING_MS = 250;
/** A change that is told rests so long before another day is asked for again. */
const REST_MS = 1_000;
const NONE: readonly CallBackView[] = [];

/** What is looked at in the tab; the grid and the detail field share it. */
export interface Planning {
  /** 0: the rolling window of today; -1 yesterday. */
  readonly days: number;
  readonly goTo: (days: number) => void;
  /** The planning, or the callers who were missed. */
  readonly view: "grid" | "missed";
  readonly show: (view: "grid" | "missed") => void;
  readonly typed: string;
  readonly search: (typed: string) => void;
  /** The chosen call back. */
  readonly chosen: string | null;
  readonly choose: (id: string | null) => void;
  /** The ten minutes of which all call backs are listed; null: none. */
  readonly cell: number | null;
  readonly list: (cell: number | null) => void;
  /** What the server told of another day; null while it is fetched, and for today. */
  readonly page: CallBackPage | null;
  readonly problem: Refused | null;
  readonly again: () => void;
  /** Of the number that is searched, on any day. */
  readonly found: readonly CallBackView[];
  /** All that is known now, by id: what is told live is newer than what was fetched. */
  readonly known: ReadonlyMap<string, CallBackView>;
}

const PlanningContext = createContext<Planning | null>(null);

/** What is looked at in the tab. */
export function usePlanning(): Planning {
  const planning = useContext(PlanningContext);
  if (planning === null) throw new Error("no planning around this component");
  return planning;
}

interface Props {
  /** The tab is open: nothing is fetched else. */
  readonly on: boolean;
  readonly children: ReactNode;
}

/** Shared by the tab and the detail field; what is typed in there draws those two again, not the whole screen. */
export function WithPlanning({ on, children }: Props) {
  const zone = useEntities(zoneOf);
  const [days, setDays] = useState(0);
  const [view, show] = useState<Planning["view"]>("grid");
  const [typed, search] = useState("");
  const [chosen, choose] = useState<string | null>(null);
  const [cell, setCell] = useState<number | null>(null);
  const { page, problem, again } = useDay(on && days !== 0, days, zone);
  const found = useFound(on, digitsOf(typed));
  const live = useEntities((all) => (on ? all.callback : NOTHING.callback));
  const known = useMemo(
    () => new Map([...found, ...(page?.rows ?? [])].map((row) => [row.id, row] as const).concat([...live])),
    [page, found, live],
  );
  const goTo = useCallback((to: number) => {
    setDays(to);
    setCell(null);
  }, []);
  const list = useCallback((at: number | null) => {
    setCell(at);
    choose(null);
  }, []);
  const planning = useMemo(
    () => ({
      days,
      goTo,
      view,
      show,
      typed,
      search,
      chosen,
      choose,
      cell,
      list,
      page,
      problem,
      again,
      found,
      known,
    }),
    [days, goTo, view, typed, chosen, cell, list, page, problem, again, found, known],
  );
  return <PlanningContext value={planning}>{children}</PlanningContext>;
}

/**
 * What the server tells of another day. Asked again at midnight, when the connection came back, and when a call back
 * has changed: what is told live are the rows of today, and open and handled of that day may have changed with them.
 */
function useDay(on: boolean, days: number, zone: string): Pick<Planning, "page" | "problem" | "again"> {
  const { store, ticker } = useDesk();
  const [answer, setAnswer] = useState<{ readonly from: number; readonly page: CallBackPage } | null>(null);
  const [wrong, setWrong] = useState<{ readonly from: number; readonly problem: Refused } | null>(null);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  const from = useSyncExternalStore(ticker.subscribe, () => (on ? dayStart(ticker.now(), zone, days) : 0));

  // The table of the call backs as it was when the server was asked.
  const [told, setTold] = useState(store.world.entities.callback);
  const live = useEntities((all) => all.callback);
  const old = on && live !== told;
  useEffect(() => {
    if (!old) return undefined;
    // Many changes in a row are one question.
    const later = setTimeout(again, REST_MS);
    return () => clearTimeout(later);
  }, [old, again]);

  const connected = useLine().state === "connected";
  const lost = useRef(false);
  useEffect(() => {
    if (connected && lost.current) again();
    lost.current = !connected;
  }, [connected, again]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn is another try
  useEffect(() => {
    if (!on) return undefined;
    let wanted = true;
    setTold(store.world.entities.callback);
    api.callBacks(from, dayStart(from, zone, 1)).then(
      (page) => {
        if (!wanted) return;
        setAnswer({ from, page });
        setWrong(null);
      },
      (reason: unknown) => {
        if (!(reason instanceof Refused)) throw reason;
        if (wanted) setWrong({ from, problem: reason });
      },
    );
    return () => {
      wanted = false;
    };
  }, [on, from, zone, store, turn]);

  // What was answered for this day stays while it is asked for again; that of another day never stands for it.
  return {
    page: answer?.from === from ? answer.page : null,
    problem: wrong?.from === from ? wrong.problem : null,
    again,
  };
}

/** The call backs of the number that is searched, on any day. */
function useFound(on: boolean, digits: string): readonly CallBackView[] {
  const [found, setFound] = useState<readonly CallBackView[]>(NONE);
  useEffect(() => {
    setFound(NONE);
    if (!on || digits.length < DIGITS_MIN) return undefined;
    let wanted = true;
    const later = setTimeout(() => {
      api.callBacksOf(digits).then(
        (answer) => wanted && setFound(answer.rows),
        (reason: unknown) => {
          // The grid is filtered all the same.
          if (!(reason instanceof Refused)) throw reason;
        },
      );
    }, TYPING_MS);
    return () => {
      wanted = false;
      clearTimeout(later);
    };
  }, [on, digits]);
  return found;
}

/** The minute, so that the hour that is marked moves with the time (3.6-s). */
export function useMinute(): number {
  const { ticker } = useDesk();
  const minute = useSyncExternalStore(ticker.subscribe, () => Math.floor(ticker.now() / 60_000));
  return minute * 60_000;
}

export function useHours(days: number): readonly HourRow[] {
  const now = useMinute();
  const zone = useEntities(zoneOf);
  return useMemo(() => (days === 0 ? rollingRows(now, zone) : dayRows(now, zone, days)), [now, zone, days]);
}
