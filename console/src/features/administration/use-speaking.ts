import { useEffect, useState } from "react";
import type { Row } from "../../connection/admin.ts";
import { OWN } from "./own-announcements.ts";
import type { Known } from "./use-lists.ts";

const LOOK_MS = 1_000;
const LOOKS_MAX = 30;

/** Looks each second while a text is being spoken; after half a minute only when somebody asks for it. */
export function useSpeaking(rows: readonly Row[], reread: Known["reread"]) {
  const said = rows.flatMap((row) => (row["speaking"] === true ? [`${row.id} ${row.version}`] : [])).join();
  const [late, setLate] = useState("");
  const isLate = said !== "" && late === said;
  useEffect(() => {
    if (said === "" || isLate) return;
    let looks = 0;
    const timer = setInterval(() => {
      looks += 1;
      if (looks > LOOKS_MAX) setLate(said);
      else void reread(OWN);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [said, isLate, reread]);
  return { isLate, again: () => setLate("") };
}
