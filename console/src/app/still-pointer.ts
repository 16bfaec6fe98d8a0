import { PRESSED } from "./double-click.ts";

/** A click so soon after the page moved was aimed at what was there before: nobody sees, decides and presses faster. */
export const SEEN_MS = 300;

/**
 * A caller who hangs up or is taken by a colleague leaves, and what stands below moves up: under a pointer that rests
 * there comes another button, of another call. A click that was on its way to the first presses nothing; whoever clicks
 * once more, or has moved the pointer meanwhile, means what is there now.
 *
 * Returns what takes this back.
 */
export function guardStillPointer(): () => void {
  /** What the pointer went to; undefined: not known, because the page was scrolled under it. */
  let aimed: Element | null | undefined;
  /** What the browser says is under it, moved there or slid there, and since when. */
  let over: Element | null = null;
  let overAt = Number.NEGATIVE_INFINITY;
  /** When something came or went on the page. */
  let changedAt = Number.NEGATIVE_INFINITY;
  let wrong = false;
  const changes = new MutationObserver(() => {
    changedAt = performance.now();
  });

  function moved(event: PointerEvent): void {
    aimed = pressable(event);
  }
  function entered(event: PointerEvent): void {
    const what = pressable(event);
    if (what === over) return;
    over = what;
    overAt = performance.now();
  }
  function scrolled(): void {
    aimed = undefined;
  }
  function down(event: PointerEvent): void {
    const what = pressable(event);
    const unseenSince = performance.now() - SEEN_MS;
    wrong =
      event.pointerType === "mouse" &&
      what !== null &&
      aimed !== undefined &&
      what !== aimed &&
      changedAt > unseenSince &&
      // On a busy page something changes all the time; this may have been here for long.
      (what !== over || overAt > unseenSince);
    aimed = what;
    // Others on the window may still take it for a click, as for the sound; the button does not.
    if (wrong) event.stopPropagation();
  }
  function clicked(event: MouseEvent): void {
    // A click without a pointer is a key's or a screen reader's.
    if (!wrong || event.detail === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  changes.observe(document.body, { childList: true, subtree: true });
  const how = { capture: true, passive: true };
  addEventListener("pointermove", moved, how);
  addEventListener("pointerover", entered, how);
  addEventListener("wheel", scrolled, how);
  addEventListener("pointerdown", down, { capture: true });
  addEventListener("click", clicked, { capture: true });
  return () => {
    changes.disconnect();
    removeEventListener("pointermove", moved, how);
    removeEventListener("pointerover", entered, how);
    removeEventListener("wheel", scrolled, how);
    removeEventListener("pointerdown", down, { capture: true });
    removeEventListener("click", clicked, { capture: true });
  };
}

function pressable({ target }: Event): Element | null {
  return target instanceof Element ? target.closest(PRESSED) : null;
}
