import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { Press } from "./controls.tsx";

/** More than this are not drawn: they stand in a file. */
const LISTED_MAX = 200;

interface Props<T> {
  readonly bad: readonly T[];
  /** Where one stands and what is wrong with it, different for each. */
  readonly words: (one: T) => string;
  /** How many there are; more than `bad`, when the server did not tell them all. */
  readonly count: number;
}

/** What an import leaves out, and why; nothing when it takes all. A hundred thousand are read in a file. */
export function BadRows<T>({ bad, words, count }: Props<T>) {
  const { t } = useLingui();
  if (count === 0) return null;
  const listed = bad.slice(0, LISTED_MAX).map(words);
  const save = (): void => {
    const lines = bad.map(words);
    if (count > bad.length) lines.push(t`and ${count - bad.length} more`);
    // The mark says to programs on Windows which letters these are.
    const file = new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/plain;charset=utf-8" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = t`left-out.txt`;
    link.click();
    // The browser has taken it by the next turn.
    setTimeout(() => URL.revokeObjectURL(link.href));
  };
  return (
    <>
      <p>
        {plural(count, {
          one: "# cannot be taken and is left out:",
          other: "# cannot be taken and are left out:",
        })}
      </p>
      <ul className="bad-rows">
        {listed.map((line) => (
          <li key={line}>{line}</li>
        ))}
        {count > listed.length && <li>{t`and ${count - listed.length} more`}</li>}
      </ul>
      {bad.length > listed.length && (
        <Press className="btn" onPress={save}>{t`Save the whole list as a file`}</Press>
      )}
    </>
  );
}
