import type { Entities } from "./entities.ts";
import type { Kind } from "./wire.ts";

/**
 * The same reading, worked out anew only when one of these kinds has changed; what it gave is never changed in place.
 * Forty rows ask for the same at every change of anything.
 *
 * @param kinds all that `read` looks at.
 */
export function kept<T>(kinds: readonly Kind[], read: (all: Entities) => T): (all: Entities) => T {
  let last: { readonly all: Entities; readonly value: T } | null = null;
  return (all) => {
    if (last?.all === all) return last.value;
    const before = last;
    const same = before !== null && kinds.every((kind) => before.all[kind] === all[kind]);
    last = { all, value: same ? before.value : read(all) };
    return last.value;
  };
}
