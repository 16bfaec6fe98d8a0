import { useEffect } from "react";
import { showTimesOf } from "../model/format.ts";

/** While this is on the screen, its times are those of this zone; undefined: of this computer. */
export function useZone(zone: string | undefined): void {
  // At once, for what is drawn below; and kept, as long as it is there.
  showTimesOf(zone);
  useEffect(() => {
    showTimesOf(zone);
    return () => showTimesOf(undefined);
  }, [zone]);
}
