/** What can be done with one key from anywhere on the operator screen. */
export type KeyAction =
  /** The top call; while a recipient is being consulted: connect, as the green button says. */
  | "answer"
  | "hang_up"
  /** Hold whom I speak with, or resume who was held last. */
  | "hold"
  /** The held one comes, the active one waits. */
  | "swap"
  /** Pass on after speaking with the recipient; the same key again stops. */
  | "attended"
  /** Pass on without; while an announced recipient rings: without waiting for the answer. */
  | "blind"
  /** Take back a transfer, however far it is: stop, pull back, undo. */
  | "undo"
  | "keypad"
  | "regions"
  | "wrap_up"
  | "help";

/**
 * Keys by action, as `KeyboardEvent.code` for keys with a place and `key` for signs, `Shift+` before it where that
 * makes another action of it. The first one is shown.
 */
export type KeyMap = Readonly<Record<KeyAction, readonly string[]>>;

export const KEYS: KeyMap = {
  answer: ["F3", "NumpadEnter"],
  hang_up: ["F4", "NumpadSubtract"],
  hold: ["F5"],
  swap: ["Shift+F5", "NumpadMultiply"],
  attended: ["F7", "NumpadAdd"],
  blind: ["F8"],
  undo: ["F2"],
  keypad: ["F10", "NumpadDivide"],
  regions: ["F6"],
  wrap_up: ["F9"],
  help: ["?"],
};

/** The keys of somebody who chose some otherwise, or none at all (WCAG 2.1.4). */
export function ownKeys(keys: Readonly<Record<string, string>>, on: boolean): KeyMap {
  const chosen = new Map(Object.entries(keys).filter(([action]) => action in KEYS));
  const taken = new Set(chosen.values());
  const of = (action: KeyAction): readonly string[] => {
    if (!on) return [];
    const [usual, ...others] = KEYS[action];
    // What is chosen takes the place of the first one; a key that now means something else means this no more.
    return [
      ...(chosen.has(action)
        ? [chosen.get(action) ?? ""]
        : usual === undefined || taken.has(usual)
          ? []
          : [usual]),
      ...others.filter((key) => !taken.has(key)),
    ];
  };
  return Object.fromEntries(
    (Object.keys(KEYS) as KeyAction[]).map((action) => [action, of(action)]),
  ) as Record<KeyAction, readonly string[]>;
}

/** Keys that may be chosen: they write nothing, and neither the browser nor a field needs them. */
const CHOOSABLE = /^(F\d{1,2}|Numpad(Enter|Add|Subtract|Multiply|Divide|Decimal)|Insert|Pause|ScrollLock)$/;

/** The name of the key that was pressed, as a map has it; null: this one cannot be chosen. */
export function choice(stroke: Keystroke): string | null {
  if (stroke.ctrlKey || stroke.altKey || stroke.metaKey || !CHOOSABLE.test(stroke.code)) return null;
  return stroke.shiftKey && WRITES_NOTHING.test(stroke.code) ? `Shift+${stroke.code}` : stroke.code;
}

/** Keys that write nothing, so that they also work in a field: F1 to F12. */
const WRITES_NOTHING = /^F\d+$/;

export interface Keystroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat: boolean;
}

/** The action of a key, or null. Keys with Ctrl, Alt or Meta belong to the browser; a held key acts once. */
export function actionOf(stroke: Keystroke, typing: boolean, map: KeyMap = KEYS): KeyAction | null {
  if (stroke.repeat || stroke.ctrlKey || stroke.altKey || stroke.metaKey) return null;
  if (typing && !WRITES_NOTHING.test(stroke.code)) return null;
  const named = stroke.shiftKey && WRITES_NOTHING.test(stroke.code) ? `Shift+${stroke.code}` : stroke.code;
  for (const [action, keys] of Object.entries(map)) {
    if (keys.includes(named) || (named === stroke.code && keys.includes(stroke.key)))
      return action as KeyAction;
  }
  return null;
}

/** Keys that stand for two actions at once; a remapped map with such a key is refused. */
export function conflicts(map: KeyMap): string[] {
  const all = Object.values(map).flat();
  return all.filter((key, index) => all.indexOf(key) !== index);
}

/** How a key is written on the screen. */
export function keyName(key: string): string {
  return key
    .replace(/^Numpad/, "Num ")
    .replace("Subtract", "−")
    .replace("Add", "+")
    .replace("Multiply", "×")
    .replace("Divide", "÷")
    .replace("+F", " F");
}
