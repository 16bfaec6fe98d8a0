import { useSyncExternalStore } from "react";
import { KEYS, type KeyMap, keyName } from "../model/keymap.ts";

/** The keys of the person at the screen; until they are known, the usual ones. */
let worn: KeyMap = KEYS;
const readers = new Set<() => void>();

/** From now on these keys act, and stand on the buttons. */
export function wearKeys(map: KeyMap): void {
  worn = map;
  for (const reader of readers) reader();
}

export function keyMap(): KeyMap {
  return worn;
}

/** For what shows a key. */
export function useKeyMap(): KeyMap {
  return useSyncExternalStore((reader) => {
    readers.add(reader);
    return () => readers.delete(reader);
  }, keyMap);
}

/** What a button does, with its key when it has one: `Hold (F5)`. */
export function hint(text: string, key: string | undefined): string {
  return key === undefined ? text : `${text} (${keyName(key)})`;
}
