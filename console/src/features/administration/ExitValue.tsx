import { useLingui } from "@lingui/react/macro";
import type { Exit } from "./kinds.ts";
import { Choice, type ValueProps } from "./Value.tsx";
import { beforeTarget, choices, exitActions, otherwise, POINTS_AT } from "./words.ts";

interface Props extends Omit<ValueProps, "value"> {
  readonly value: Exit | null;
  /** What happens without one; undefined: there is always one. */
  readonly empty: string | undefined;
  /** A call back is offered in a queue alone. */
  readonly ofQueue: boolean;
}

/** Without one of the organisation's own the sentence is said that fits. */
const MAY_LACK: ReadonlySet<string> = new Set(["announcement", "message"]);

/** Where a caller is led: an action, and for some of them to whom. */
export function ExitValue({ value, empty, ofQueue, ...rest }: Props) {
  const { t } = useLingui();
  const { lists, label, changed, change } = rest;
  const resource = value === null ? undefined : POINTS_AT[value.action];
  const first = (action: string): string | null => {
    const of = POINTS_AT[action];
    return of === undefined || MAY_LACK.has(action) ? null : (lists[of]?.[0]?.id ?? null);
  };
  const mayLack = value !== null && MAY_LACK.has(value.action);
  const things = resource === undefined ? [] : choices(lists, resource);
  const actions = exitActions().filter(([action]) => ofQueue || action !== "call_back");
  return (
    <>
      <Choice
        {...rest}
        options={[...(empty === undefined ? [] : [["", empty] as const]), ...actions]}
        value={value?.action ?? ""}
        change={(action) => change(action === "" ? null : { action, target: first(action) })}
      />
      {value !== null && resource !== undefined && !(mayLack && things.length === 0) && (
        <>
          <span>{beforeTarget(value.action)}</span>
          <Choice
            {...rest}
            label={mayLack ? t`${label}: what is said` : t`${label}: to whom`}
            options={[...(mayLack ? [["", t`the usual sentence`] as const] : []), ...things]}
            value={value.target ?? ""}
            change={(target) => change({ ...value, target: target === "" ? null : target })}
          />
        </>
      )}
      {value?.action === "call_back" && (
        <>
          <span> </span>
          <Choice
            {...rest}
            label={t`${label}: who does not ask for it`}
            options={[
              ["", otherwise(null)],
              ["message", otherwise("message")],
            ]}
            value={value.target ?? ""}
            change={(target) => change({ ...value, target: target === "" ? null : target })}
          />
        </>
      )}
      {value?.action === "number" && (
        <>
          <span> </span>
          <input
            className="v"
            type="tel"
            aria-label={t`${label}: number`}
            value={value.target ?? ""}
            data-changed={changed || undefined}
            style={{ width: `${Math.max((value.target ?? "").length, 8) + 3}ch` }}
            onChange={(event) => change({ ...value, target: event.target.value })}
          />
        </>
      )}
    </>
  );
}
