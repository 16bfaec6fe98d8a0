import { type FocusEvent, type PointerEvent, useLayoutEffect, useRef } from "react";

/**
 * Whoever works by keyboard goes on in the same part of the screen when the button on which the keyboard stands goes,
 * with its call or because the call now has others. Not on its card: a key must not mean a call that nobody went to.
 *
 * Returns what that part is to be given; it can take the focus itself.
 */
export function useFocusKept<E extends HTMLElement>() {
  const place = useRef<E>(null);
  const stood = useRef(false);
  const clicked = useRef(false);
  useLayoutEffect(() => {
    if (!stood.current || document.activeElement !== document.body) return;
    stood.current = false;
    // What is typed while nothing has the focus is for the open keypad.
    if (document.getElementById("keypad") === null) place.current?.focus();
  });
  return {
    ref: place,
    // Buttons keep it for themselves.
    onPointerDownCapture: (_: PointerEvent) => {
      clicked.current = true;
      stood.current = false;
    },
    onFocus: (_: FocusEvent) => {
      stood.current = !clicked.current;
      clicked.current = false;
    },
    onBlur: ({ relatedTarget }: FocusEvent) => {
      // It went somewhere. Nowhere: another window, or what it stood on has gone.
      if (relatedTarget !== null) stood.current = false;
    },
  };
}
