/** What can be pressed. */
export const PRESSED =
  "button, a, [role=button], [role=option], [role=tab], [role=menuitem], [role=switch], label";

/**
 * The second half of a double click goes to what was under the pointer at the first, or to nothing: who clicks Answer
 * twice must not press the button that takes its place a moment later (2.1.1-r). Two presses of the same button, as on
 * the keypad, are two. What a double click is, the browser knows: it counts.
 *
 * Returns what takes this back.
 */
export function guardDoubleClicks(): () => void {
  let first: Element | null = null;
  let name = "";

  function clicked(event: MouseEvent): void {
    // A click without a pointer is a key's or a screen reader's.
    if (event.detail === 0) return;
    const what = event.target instanceof Element ? event.target.closest(PRESSED) : null;
    if (event.detail === 1) {
      first = what;
      name = nameOf(what);
    } else if (first !== null && what !== null && (first !== what || name !== nameOf(what))) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }

  addEventListener("click", clicked, { capture: true });
  return () => removeEventListener("click", clicked, { capture: true });
}

/** What a button does: the same element may have become another button. */
function nameOf(what: Element | null): string {
  return what?.getAttribute("aria-label") ?? what?.textContent ?? "";
}
