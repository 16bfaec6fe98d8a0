/** How long after a press a second one at the same place belongs to it: what desktops call a double click. */
const DOUBLE_MS = 500;
/** How far the pointer may move between the two, in CSS pixels. */
const DOUBLE_PX = 8;

const PRESSED = "button, a, [role=button], [role=option], [role=tab], [role=menuitem], [role=switch], label";
/** What follows a press and would still reach whoever listens for it. */
const FOLLOWS = ["mousedown", "pointerup", "mouseup", "click"] as const;

interface Press {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly what: Element | null;
  readonly name: string;
}

/**
 * The second half of a double click goes to what was under the pointer at the first, or to nothing: who clicks Answer
 * twice must not press the button that takes its place a moment later (2.1.1-r). Two presses of the same button, as on
 * the keypad, are two.
 *
 * Returns what takes this back.
 */
export function guardDoubleClicks(now: () => number = () => performance.now()): () => void {
  let last: Press | null = null;
  let swallowing = false;

  function pressed(event: MouseEvent): void {
    swallowing = false;
    if (event.button !== 0) return;
    const what = event.target instanceof Element ? event.target.closest(PRESSED) : null;
    const press: Press = { at: now(), x: event.clientX, y: event.clientY, what, name: nameOf(what) };
    if (last !== null && what !== null && isSecond(last, press)) {
      // The first press stays the one that counts, also for a third.
      swallowing = true;
      swallow(event);
      return;
    }
    last = press;
  }

  function follows(event: Event): void {
    // A click without a pointer is a key's or a screen reader's.
    if (!swallowing || (event instanceof MouseEvent && event.type === "click" && event.detail === 0)) return;
    swallow(event);
    if (event.type === "click") swallowing = false;
  }

  addEventListener("pointerdown", pressed, { capture: true });
  for (const type of FOLLOWS) addEventListener(type, follows, { capture: true });
  return () => {
    removeEventListener("pointerdown", pressed, { capture: true });
    for (const type of FOLLOWS) removeEventListener(type, follows, { capture: true });
  };
}

function isSecond(first: Press, second: Press): boolean {
  const near = Math.abs(first.x - second.x) <= DOUBLE_PX && Math.abs(first.y - second.y) <= DOUBLE_PX;
  const another = first.what !== second.what || first.name !== second.name;
  return near && another && first.what !== null && second.at - first.at < DOUBLE_MS;
}

/** What a button does: the same element may have become another button. */
function nameOf(what: Element | null): string {
  return what?.getAttribute("aria-label") ?? what?.textContent ?? "";
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}
