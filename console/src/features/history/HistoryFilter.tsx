import { useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { api, type Sought } from "../../connection/api.ts";
import type { HistoryKind } from "../../model/wire.ts";
import { EVERYTHING } from "./use-history.ts";

/** Letters come faster than answers: the server is asked when they rest. */
const REST_MS = 200;

interface Props {
  readonly sought: Sought;
  readonly seek: (sought: Sought) => void;
}

/** Which of the own calls are shown, and the way to all of them as a file (3.4-i). */
export function HistoryFilter({ sought, seek }: Props) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(sought.q);
  useEffect(() => {
    if (typed === sought.q) return undefined;
    const rest = setTimeout(() => seek(with_(sought, { q: typed })), REST_MS);
    return () => clearTimeout(rest);
  }, [typed, sought, seek]);
  const kinds: readonly (readonly [HistoryKind | "", string])[] = [
    ["", t`All calls`],
    ["answered", t`Incoming`],
    ["outbound", t`Outgoing`],
    ["missed", t`Missed`],
    ["rejected", t`Rejected`],
  ];
  return (
    <div className="hfilter">
      <select
        className="input"
        aria-label={t`Which calls`}
        value={sought.kind ?? ""}
        onChange={({ target }) =>
          seek(with_(sought, { kind: target.value === "" ? null : (target.value as HistoryKind) }))
        }
      >
        {kinds.map(([kind, words]) => (
          <option key={kind} value={kind}>
            {words}
          </option>
        ))}
      </select>
      <input
        className="input"
        type="search"
        aria-label={t`Name, queue or number`}
        placeholder={t`Name, queue or number`}
        maxLength={80}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      <a className="btn" href={api.historyFile(sought)} download>
        {t`Save as file`}
      </a>
    </div>
  );
}

function with_(sought: Sought, part: Partial<Sought>): Sought {
  const next = { ...sought, ...part };
  return next.kind === null && next.q === "" ? EVERYTHING : next;
}
