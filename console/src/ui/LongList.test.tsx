import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LongList, Rows } from "./LongList.tsx";

/** happy-dom lays nothing out: rows are 48 px high here, the screen shows ten, and `scrolled` says from where. */
const ROW = 48;
const SCREEN = 10 * ROW;
let scrolled = 0;
/** How much of it the screen shows, and what scrolls it. */
let screenPx = SCREEN;

const heightOf = (element: Element): number => {
  const gap = /calc\((\d+)/.exec((element as HTMLElement).style.height)?.[1];
  if (gap !== undefined) return Number(gap) * ROW;
  if (element.matches(".row")) return ROW;
  return [...element.children].reduce((sum, one) => sum + heightOf(one), 0);
};
const topOf = (element: Element): number => {
  if (element.parentElement === null || element.matches(".scroller")) return 0;
  let top = element.parentElement.matches(".scroller") ? -scrolled : topOf(element.parentElement);
  for (let one = element.previousElementSibling; one !== null; one = one.previousElementSibling)
    top += heightOf(one);
  return top;
};

beforeEach(() => {
  [scrolled, screenPx] = [0, SCREEN];
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
    const height = this.matches(".scroller") ? screenPx : heightOf(this);
    return new DOMRect(0, topOf(this), 300, height);
  });
  vi.spyOn(Element.prototype, "getClientRects").mockReturnValue([new DOMRect()] as unknown as DOMRectList);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockImplementation(function (this: HTMLElement) {
    return this.matches(".scroller") ? screenPx : heightOf(this);
  });
  vi.spyOn(Element.prototype, "scrollHeight", "get").mockImplementation(function (this: Element) {
    return heightOf(this);
  });
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const numbers = (count: number): number[] => [...Array(count).keys()];
const things = (order: readonly number[]) => order.map((at) => ({ id: `r${at}`, at }));
const list = (...counts: number[]) => (
  <div className="scroller" style={{ overflowY: "auto" }}>
    <LongList className="" rows={counts.reduce((sum, one) => sum + one, 0)}>
      {counts.map((count, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lists stay where they are.
        <section key={index} aria-label={`list ${index}`}>
          <Rows of={things(numbers(count))}>
            {({ id, at }) => (
              <button type="button" key={id} className="row">
                {index * 1000 + at}
              </button>
            )}
          </Rows>
        </section>
      ))}
    </LongList>
  </div>
);
const drawn = (): number[] => screen.queryAllByRole("button").map((row) => Number(row.textContent));
const scrollTo = (top: number): void => {
  scrolled = top;
  const scroller = document.querySelector(".scroller");
  if (scroller === null) throw new Error("nothing scrolls");
  act(() => void fireEvent.scroll(scroller));
};

describe("a long list", () => {
  it("is drawn whole up to thirty rows", () => {
    render(list(10, 20));
    expect(drawn()).toHaveLength(30);
  });

  it("draws the rows near the screen and keeps the room of the others", () => {
    render(list(40, 500));
    // Ten on the screen and a quarter of a screen below it, by twos.
    expect(drawn()).toEqual(numbers(14));
    const [first, second] = screen.getAllByRole("region");
    if (first === undefined || second === undefined) throw new Error("a list is missing");
    expect([heightOf(first), heightOf(second)]).toEqual([40 * ROW, 500 * ROW]);
  });

  it("draws others when it is scrolled, also from one list into the next", () => {
    render(list(40, 500));
    scrollTo(20 * ROW);
    expect(drawn()).toEqual(numbers(34).slice(16));
    scrollTo(38 * ROW);
    expect(drawn()).toEqual([...numbers(40).slice(34), ...numbers(12).map((one) => 1000 + one)]);
    scrollTo(300 * ROW);
    expect(drawn()[0]).toBe(1000 + 256);
    expect(screen.getAllByRole("region")).toHaveLength(2);
  });

  it("never takes away the row on which the keyboard stands", () => {
    render(list(500));
    const fifth = screen.getByRole("button", { name: "5" });
    fifth.focus();
    scrollTo(100 * ROW);
    expect(document.activeElement).toBe(fifth);
    expect(drawn()).toContain(110);
    fifth.blur();
    scrollTo(102 * ROW);
    expect(drawn()).not.toContain(5);
  });

  it("keeps the row on which the keyboard stands when it moves to another place", () => {
    const ordered = (order: readonly number[]) => (
      <div className="scroller" style={{ overflowY: "auto" }}>
        <LongList className="" rows={order.length}>
          <Rows of={things(order)}>
            {({ id, at }) => (
              <button type="button" key={id} className="row">
                {at}
              </button>
            )}
          </Rows>
        </LongList>
      </div>
    );
    const order = numbers(200);
    const shown = render(ordered(order));
    const third = screen.getByRole("button", { name: "3" });
    third.focus();
    shown.rerender(ordered([...order.filter((one) => one !== 3), 3]));
    expect(document.activeElement).toBe(third);
    expect(drawn()).toEqual([...numbers(15).filter((one) => one !== 3), 199, 3]);
    // Its neighbours are there as well, for who goes on with Tab.
    shown.rerender(
      ordered([...numbers(100), 3, ...numbers(200).slice(100)].filter((one, at) => one !== 3 || at === 100)),
    );
    expect(document.activeElement).toBe(third);
    expect(drawn().slice(-3)).toEqual([99, 3, 100]);
  });

  it("scrolls on after it stood whole on the screen, or in a page that scrolled as a whole", () => {
    screenPx = 40 * ROW;
    vi.stubGlobal("innerHeight", screenPx);
    const shown = render(list(31));
    expect(drawn()).toEqual(numbers(31));
    screenPx = SCREEN;
    shown.rerender(list(200));
    scrollTo(100 * ROW);
    expect(drawn()).toContain(105);
  });

  it("keeps what is drawn when it grows long", () => {
    const shown = render(list(30));
    const row = screen.getByRole("button", { name: "7" });
    row.focus();
    shown.rerender(list(31));
    expect(document.activeElement).toBe(row);
  });

  it("tells who listens which of how many each item is", () => {
    const callers = (count: number) => (
      <div className="scroller" style={{ overflowY: "auto" }}>
        <LongList className="" rows={count}>
          <Rows of={things(numbers(count))} items>
            {({ id, at }) => (
              <li key={id} className="row">
                {at}
              </li>
            )}
          </Rows>
        </LongList>
      </div>
    );
    const places = (): (string | null)[] =>
      screen.getAllByRole("listitem").map((row) => {
        const [place, count] = ["aria-posinset", "aria-setsize"].map((name) => row.getAttribute(name));
        return place === null ? null : `${row.textContent} is ${place} of ${count}`;
      });
    const shown = render(callers(60));
    scrollTo(20 * ROW);
    expect(places().slice(0, 2)).toEqual(["16 is 17 of 60", "17 is 18 of 60"]);
    shown.rerender(callers(59));
    expect(places()[0]).toBe("16 is 17 of 59");
    shown.rerender(callers(20));
    expect(new Set(places())).toEqual(new Set([null]));
  });

  it("follows a list that shrinks", () => {
    const shown = render(list(500));
    scrollTo(490 * ROW);
    shown.rerender(list(40));
    scrollTo(30 * ROW);
    expect(drawn().at(-1)).toBe(39);
  });
});
