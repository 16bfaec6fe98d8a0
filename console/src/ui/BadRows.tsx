import { useLingui } from "@lingui/react/macro";

/** More than this are counted, not listed. */
const LISTED_MAX = 200;

interface Props {
  /** Where each stands and what is wrong with it, different for each. */
  readonly lines: readonly string[];
  /** How many there are; more than there are lines, when the server did not tell them all. */
  readonly count: number;
}

/** What an import leaves out, and why; nothing when it takes all. */
export function BadRows({ lines, count }: Props) {
  const { t } = useLingui();
  if (count === 0) return null;
  const listed = lines.slice(0, LISTED_MAX);
  return (
    <>
      <p>{t`${count} cannot be taken and are left out:`}</p>
      <ul className="bad-rows">
        {listed.map((line) => (
          <li key={line}>{line}</li>
        ))}
        {count > listed.length && <li>{t`and ${count - listed.length} more`}</li>}
      </ul>
    </>
  );
}
