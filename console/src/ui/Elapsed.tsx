import { useEffect, useRef } from "react";
import { useDesk } from "../connection/desk.tsx";
import { duration } from "../model/format.ts";

interface Props {
  /** The instant from which to count, in the server's time. */
  readonly since: number;
  /** When what is shown was last true; then the time stands still. */
  readonly frozenAt?: number | null;
  /** Counts down to this instant instead of up from `since`. */
  readonly until?: number;
}

/** A running time. It writes its own text once a second, without drawing anything around it again. */
export function Elapsed({ since, frozenAt = null, until }: Props) {
  const { ticker } = useDesk();
  const place = useRef<HTMLTimeElement>(null);
  const text = (): string => {
    const now = frozenAt ?? ticker.now();
    // Counting down, the last second shows 00:01 until it is over.
    return duration(until === undefined ? now - since : until - now + 999);
  };
  useEffect(() => {
    const write = (): void => {
      // The text itself, not the node that holds it: who watches for new nodes has nothing to look at.
      const shown = place.current?.firstChild;
      const wanted = text();
      if (shown && shown.nodeValue !== wanted) shown.nodeValue = wanted;
    };
    write();
    return frozenAt === null ? ticker.subscribe(write) : undefined;
  });
  return <time ref={place}>{text()}</time>;
}
