import {
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useLayoutEffect,
  useRef,
  useState,
} from "react";

/** Lists with no more rows are drawn whole: the browser finds every name in them. */
const WHOLE = 30;
/** So many rows come or go at once: few, so that scrolling stays smooth. */
const STEP = 2;
/** So much of what is seen is drawn beyond each edge, for who scrolls and for who goes on with the keyboard. */
const BEYOND = 0.25;

/** Where the style does not say it. */
const ROW_PX = 48;

/** Rows from the first up to, not including, the last. */
type Range = readonly [from: number, to: number];
const NONE: Range = [0, 0];

/** Where the screen is now: the edges of what is to be drawn, and how high a row is, all in CSS pixels. */
interface Edges {
  readonly top: number;
  readonly bottom: number;
  readonly rowPx: number;
}

interface Long {
  /** Told whenever the edges have moved. */
  readonly looks: Set<(edges: Edges) => void>;
  /** null: the list is hidden. */
  readonly edges: () => Edges | null;
}
const LongContext = createContext<Long | null>(null);

interface Props {
  /** How many rows all lists in it have together. */
  readonly rows: number;
  readonly className: string;
  readonly children: ReactNode;
}

/**
 * Around lists (`Rows`) that may be long, such as everybody who is signed in to forty queues: of more than thirty rows
 * only those near the screen are drawn, of the others the room is kept. Headings between them are always there. Rows
 * are as high as its style says (`--row`), or nearly so.
 */
export function LongList({ rows, className, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [list] = useState(() => makeLong(place));
  const long = rows > WHOLE;
  useLayoutEffect(() => {
    const element = place.current;
    if (!long || element === null) return undefined;
    const look = (): void => {
      const edges = list.edges();
      if (edges !== null) for (const one of list.looks) one(edges);
    };
    const scrolled = (event: Event): void => {
      if (event.target instanceof Node && event.target.contains(element)) look();
    };
    look();
    // Something above grew or shrank, or the window did.
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    // Whatever scrolls it now: in a narrow window the page does, in a wide one a part of it.
    const how = { capture: true, passive: true };
    document.addEventListener("scroll", scrolled, how);
    return () => {
      sizes.disconnect();
      document.removeEventListener("scroll", scrolled, how);
    };
  }, [long, list]);
  return (
    <LongContext value={long ? list : null}>
      <div ref={place} className={className}>
        {children}
      </div>
    </LongContext>
  );
}

function makeLong(place: RefObject<HTMLElement | null>): Long {
  return {
    looks: new Set(),
    edges: () => {
      const list = place.current;
      // While it is hidden it has no place on the screen.
      if (list === null || list.getClientRects().length === 0) return null;
      const box = scrollerOf(list)?.getBoundingClientRect();
      const [top, bottom] = box === undefined ? [0, window.innerHeight] : [box.top, box.bottom];
      const beyond = BEYOND * (bottom - top);
      const rowPx = Number.parseFloat(getComputedStyle(list).getPropertyValue("--row")) || ROW_PX;
      return { top: top - beyond, bottom: bottom + beyond, rowPx };
    },
  };
}

interface RowsProps<T> {
  readonly of: readonly T[];
  /** The rows are items of a list (`li`). */
  readonly items?: boolean;
  /** One row; its key is the id. */
  readonly children: (one: T) => ReactNode;
}

/** The rows of one list; in a short `LongList` all of them. */
export function Rows<T extends { readonly id: string }>({ of, items = false, children }: RowsProps<T>) {
  const long = useContext(LongContext);
  const place = useRef<HTMLUListElement & HTMLDivElement>(null);
  const count = useRef(of.length);
  const [range, setRange] = useState<Range | null>(null);
  /** A list that grows long goes on with what it has. */
  const last = useRef(NONE);
  /** The row on which the keyboard stands: nobody loses it, wherever it goes. */
  const held = useRef<string | null>(null);
  const near = long === null ? ([0, of.length] as const) : (range ?? last.current);
  const parts = drawn(near, long === null ? -1 : of.findIndex((one) => one.id === held.current), of.length);
  useLayoutEffect(() => {
    count.current = of.length;
    last.current = near;
    const places = parts.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at + 1));
    if (items) tellPlaces(rowsIn(place.current), long === null ? null : places, of.length);
  });
  useLayoutEffect(() => {
    if (long === null) return undefined;
    const look = ({ top, bottom, rowPx }: Edges): void => {
      if (place.current === null) return;
      const its = place.current.getBoundingClientRect().top;
      const wanted = rangeOf((top - its) / rowPx, (bottom - its) / rowPx, count.current);
      setRange((known) => {
        const before = known ?? last.current;
        return wanted[0] === before[0] && wanted[1] === before[1] ? known : wanted;
      });
    };
    long.looks.add(look);
    return () => {
      long.looks.delete(look);
    };
  }, [long]);
  // A list that scrolls by itself has no other size when rows have come or gone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number of rows says that the edges are others.
  useLayoutEffect(() => {
    const edges = long?.edges() ?? null;
    if (edges !== null) for (const one of long?.looks ?? []) one(edges);
  }, [long, of.length]);
  const Place = items ? "ul" : "div";
  let after = 0;
  return (
    <Place
      ref={place}
      onFocus={(event) => {
        const at = rowsIn(place.current).findIndex((row) => row.contains(event.target));
        held.current = parts.flatMap(([from, to]) => of.slice(from, to))[at]?.id ?? null;
      }}
      onBlur={() => {
        held.current = null;
      }}
    >
      {/* One list, so that a row that goes from one part to another is the same one. */}
      {parts.flatMap(([from, to]) => {
        const gap = from - after;
        after = to;
        return [<Gap key={`before ${to}`} rows={gap} item={items} />, ...of.slice(from, to).map(children)];
      })}
      <Gap rows={of.length - after} item={items} />
    </Place>
  );
}

/** The room of rows that are not drawn. An element of its own, so that the browser keeps in place what is seen. */
function Gap({ rows, item }: { rows: number; item: boolean }) {
  if (rows === 0) return null;
  const style = { height: `calc(${rows} * var(--row))` };
  return item ? <li data-gap="" aria-hidden="true" style={style} /> : <div data-gap="" style={style} />;
}

/** The rows that are there, in their order. */
function rowsIn(list: Element | null): readonly Element[] {
  return [...(list?.children ?? [])].filter((one) => !one.hasAttribute("data-gap"));
}

/**
 * Of how many each is which, for who listens: the browser counts those that are there. Written into the page itself:
 * when a caller leaves, all behind move up, and none has to be drawn again for it.
 *
 * @param places of each row, from 1; null: all are there, and the browser knows.
 */
function tellPlaces(rows: readonly Element[], places: readonly number[] | null, count: number): void {
  rows.forEach((row, at) => {
    if (places === null) {
      row.removeAttribute("aria-posinset");
      row.removeAttribute("aria-setsize");
    } else {
      row.setAttribute("aria-posinset", String(places[at]));
      row.setAttribute("aria-setsize", String(count));
    }
  });
}

/** What is drawn: the rows near the screen and, where the keyboard stands elsewhere, that one and its neighbours. */
function drawn(near: Range, held: number, count: number): readonly Range[] {
  const [from, to] = [Math.min(near[0], count), Math.min(near[1], count)];
  const parts: Range[] = to > from ? [[from, to]] : [];
  if (held < 0 || (held >= from && held < to)) return parts;
  const around: Range = [Math.max(0, held - 1), Math.min(count, held + 2)];
  if (around[1] < from || parts.length === 0) return [around, ...parts];
  if (around[0] > to) return [...parts, around];
  return [[Math.min(from, around[0]), Math.max(to, around[1])]];
}

/** Which rows lie between these edges, counted in rows from the top of the list. */
function rangeOf(top: number, bottom: number, count: number): Range {
  const from = Math.max(0, Math.floor(top / STEP) * STEP);
  const to = Math.ceil(bottom / STEP) * STEP;
  return to <= 0 || from >= count ? NONE : [from, to];
}

/** What scrolls it; null: the page itself. */
function scrollerOf(list: Element): Element | null {
  for (let one: Element | null = list; one !== null && one !== document.body; one = one.parentElement) {
    const scrolls = /auto|scroll/.test(getComputedStyle(one).overflowY);
    if (scrolls && one.scrollHeight > one.clientHeight) return one;
  }
  return null;
}
