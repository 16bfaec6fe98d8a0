import { useCallback, useEffect, useState } from "react";
import { admin } from "../../connection/admin.ts";
import { Refused } from "../../connection/api.ts";
import type { AdminOverview } from "../../model/wire.ts";
import { toast } from "../../ui/toast.tsx";
import { type Lists, refusedWords } from "./words.ts";

/** Everything that is configured, as far as the pages need it; read again after each change. */
export interface Known {
  readonly overview: AdminOverview;
  readonly rights: readonly string[];
  readonly lists: Lists;
  readonly again: () => Promise<void>;
  /** One list alone, without a word when it cannot be read. */
  readonly reread: (resource: string) => Promise<void>;
}

/** null: still being read; a code: it cannot be. */
export function useLists(): Known | null | string {
  const [known, setKnown] = useState<Omit<Known, "again" | "reread"> | null | string>(null);
  const read = useCallback(async (otherwise: (refused: Refused) => void) => {
    try {
      const overview = await admin.overview();
      const names = overview.resources.map((one) => one.name);
      const [rights, ...rows] = await Promise.all([admin.rights(), ...names.map((name) => admin.rows(name))]);
      setKnown({
        overview,
        rights,
        lists: Object.fromEntries(names.map((name, at) => [name, rows[at] ?? []])),
      });
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason;
      otherwise(reason);
    }
  }, []);
  // What was read before is better than no page at all.
  const again = useCallback(() => read(({ code, args }) => toast(refusedWords(code, args))), [read]);
  const reread = useCallback(async (resource: string) => {
    try {
      const rows = await admin.rows(resource);
      setKnown((old) =>
        old === null || typeof old === "string" ? old : { ...old, lists: { ...old.lists, [resource]: rows } },
      );
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason;
    }
  }, []);
  useEffect(() => void read(({ code }) => setKnown(code)), [read]);
  return known === null || typeof known === "string" ? known : { ...known, again, reread };
}
