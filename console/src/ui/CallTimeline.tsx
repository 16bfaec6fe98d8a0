import { useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { api, Refused } from "../connection/api.ts";
import { timeOfDay } from "../model/format.ts";
import type { LogLine } from "../model/wire.ts";
import { whyWords } from "../text/why.ts";

interface Props {
  readonly call: string;
  /** Asked again when this changes. */
  readonly version: number;
}

/** Why this call rang whom and why not, and what became of it, line by line. */
export function CallTimeline({ call, version }: Props) {
  const { t } = useLingui();
  const [lines, setLines] = useState<readonly LogLine[] | "failed" | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version has new lines.
  useEffect(() => {
    let wanted = true;
    api.callLog(call).then(
      (log) => wanted && setLines(log.lines),
      (problem: unknown) => {
        if (!(problem instanceof Refused)) throw problem;
        if (wanted) setLines("failed");
      },
    );
    return () => {
      wanted = false;
    };
  }, [call, version]);
  if (lines === null) return null;
  return (
    <div className="timeline">
      {lines === "failed" ? (
        <p>{t`What happened with this call cannot be shown now.`}</p>
      ) : lines.length === 0 ? (
        <p>{t`Nothing is known of this call yet.`}</p>
      ) : (
        <ol aria-label={t`What happened with this call`}>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added at the end.
            <li key={index}>
              <time>{timeOfDay(line.at, true)}</time>
              <span>{whyWords(line)}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
