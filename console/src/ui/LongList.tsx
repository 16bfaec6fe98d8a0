import { createContext, type ReactNode, useContext, useLayoutEffect, useRef, useState } from "react";

/** Lists with no more rows are drawn whole: the browser finds every name in them. */
const WHOLE = 30;
/** So many rows come or go at once: few, so that scrolling stays smooth. */
const STEP = 2;
/** So much of what is seen is drawn beyond each edge, for who scrolls and for who goes on with the keyboard. */
const BEYOND = 0.25;

/** Where the style does not say it. */
const ROW_PX = 48;

/** Rows that are drawn: from the first up to, not including, the last. */
type Range = readonly [from: number, to: number];
const NONE: Range = [0, 0];

/** Told where the screen is now: the edges of what is to be drawn, and how high a row is, all in CSS pixels. */
type Look = (top: number, bottom: number, rowPx: number) => void;

const LongContext = createContext<Set<Look> | null>(null);

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
  const [looks] = useState(() => new Set<Look>());
  const long = rows > WHOLE;
  useLayoutEffect(() => {
    const list = place.current;
    if (!long || list === null) return undefined;
    const scroller = scrollerOf(list);
    const rowPx = Number.parseFloat(getComputedStyle(list).getPropertyValue("--row")) || ROW_PX;
    const look = (): void => {
      // While it is hidden it has no place on the screen.
      if (list.getClientRects().length === 0) return;
      const box = scroller?.getBoundingClientRect();
      const [top, bottom] = box === undefined ? [0, window.innerHeight] : [box.top, box.bottom];
      const beyond = BEYOND * (bottom - top);
      for (const one of looks) one(top - beyond, bottom + beyond, rowPx);
    };
    look();
    // Something above grew or shrank, or the window did.
    const sizes = new ResizeObserver(look);
    sizes.observe(list);
    if (scroller !== null) sizes.observe(scroller);
    const scrolled = scroller ?? document;
    scrolled.addEventListener("scroll", look, { passive: true });
    return () => {
      sizes.disconnect();
      scrolled.removeEventListener("scroll", look);
    };
  }, [long, looks]);
  return (
    <LongContext value={long ? looks : null}>
      <div ref={place} className={className}>
        {children}
      </div>
    </LongContext>
  );
}

interface RowsProps<T> {
  readonly of: readonly T[];
  /** The rows are items of a list (`li`). */
  readonly items?: boolean;
  /** One row with its key. */
  readonly children: (one: T) => ReactNode;
}

/** The rows of one list; in a short `LongList` all of them. */
export function Rows<T>({ of, items = false, children }: RowsProps<T>) {
  const looks = useContext(LongContext);
  const place = useRef<HTMLUListElement & HTMLDivElement>(null);
  const count = useRef(of.length);
  const [range, setRange] = useState<Range | null>(null);
  /** A list that grows long goes on with what it has. */
  const last = useRef(NONE);
  const drawn = looks === null ? ([0, of.length] as const) : (range ?? last.current);
  useLayoutEffect(() => {
    count.current = of.length;
    last.current = drawn;
    if (items) tellPlaces(place.current, looks === null ? null : drawn[0], of.length);
  });
  useLayoutEffect(() => {
    if (looks === null) return undefined;
    const look: Look = (top, bottom, rowPx) => {
      const list = place.current;
      if (list === null) return;
      const its = list.getBoundingClientRect().top;
      const wanted = rangeOf((top - its) / rowPx, (bottom - its) / rowPx, count.current);
      setRange((known) => {
        const before = known ?? last.current;
        // Nobody loses the row on which the keyboard stands.
        const next = list.contains(document.activeElement) ? both(before, wanted) : wanted;
        return next[0] === before[0] && next[1] === before[1] ? known : next;
      });
    };
    looks.add(look);
    return () => {
      looks.delete(look);
    };
  }, [looks]);
  const [from, to] = drawn;
  const Place = items ? "ul" : "div";
  return (
    <Place ref={place}>
      <Gap rows={Math.min(from, of.length)} item={items} />
      {of.slice(from, to).map(children)}
      <Gap rows={Math.max(0, of.length - Math.max(from, to))} item={items} />
    </Place>
  );
}

/** The room of rows that are not drawn. An element of its own, so that the browser keeps in place what is seen. */
function Gap({ rows, item }: { rows: number; item: boolean }) {
  if (rows === 0) return null;
  const style = { height: `calc(${rows} * var(--row))` };
  return item ? <li aria-hidden="true" style={style} /> : <div style={style} />;
}

/**
 * Of how many each is which, for who listens: the browser counts those that are there. Written into the page itself:
 * when a caller leaves, all behind move up, and none has to be drawn again for it.
 *
 * @param from the place of the first that is drawn; null: all are, and the browser knows.
 */
function tellPlaces(list: Element | null, from: number | null, count: number): void {
  let place = from ?? 0;
  for (const item of list?.querySelectorAll(":scope > :not([aria-hidden])") ?? []) {
    place += 1;
    if (from === null) {
      item.removeAttribute("aria-posinset");
      item.removeAttribute("aria-setsize");
    } else {
      item.setAttribute("aria-posinset", String(place));
      item.setAttribute("aria-setsize", String(count));
    }
  }
}

/** Which rows lie between these edges, counted in rows from the top of the list. */
function rangeOf(top: number, bottom: number, count: number): Range {
  const from = Math.max(0, Math.floor(top / STEP) * STEP);
  const to = Math.ceil(bottom / STEP) * STEP;
  return to <= 0 || from >= count ? NONE : [from, to];
}

function both(one: Range, other: Range): Range {
  if (one === NONE || other === NONE) return one === NONE ? other : one;
  return [Math.min(one[0], other[0]), Math.max(one[1], other[1])];
}

/** What scrolls it; null: the page itself. */
function scrollerOf(list: Element): Element | null {
  for (let one: Element | null = list; one !== null && one !== document.body; one = one.parentElement) {
    const scrolls = /auto|scroll/.test(getComputedStyle(one).overflowY);
    if (scrolls && one.scrollHeight > one.clientHeight) return one;
  }
  return null;
}
