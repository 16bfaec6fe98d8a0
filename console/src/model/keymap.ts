/** What can be done with one key from anywhere on the operator screen. */
export type KeyAction = "answer" | "hang_up" | "hold" | "regions" | "wrap_up" | "help";

/** Keys by action, as `KeyboardEvent.code` for keys with a place and `key` for signs. The first one is shown. */
export type KeyMap = Readonly<Record<KeyAction, readonly string[]>>;

export const KEYS: KeyMap = {
  answer: ["F3", "NumpadEnter"],
  hang_up: ["F4", "NumpadSubtract"],
  hold: ["F5"],
  regions: ["F6"],
  wrap_up: ["F9"],
  help: ["?"],
};

export interface Keystroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
}

/** The action of a key, or null. Keys with Ctrl, Alt or Meta belong to the browser; a held key acts once. */
export function actionOf(stroke: Keystroke, typing: boolean, map: KeyMap = KEYS): KeyAction | null {
  if (typing || stroke.repeat || stroke.ctrlKey || stroke.altKey || stroke.metaKey) return null;
  for (const [action, keys] of Object.entries(map)) {
    if (keys.includes(stroke.code) || keys.includes(stroke.key)) return action as KeyAction;
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
  return key.replace(/^Numpad/, "Num ").replace("Subtract", "−");
}
