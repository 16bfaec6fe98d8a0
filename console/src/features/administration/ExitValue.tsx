import { useLingui } from "@lingui/react/macro";
import type { Exit } from "./kinds.ts";
import { Choice, type ValueProps } from "./Value.tsx";
import { exitActions, nameOf, otherwise } from "./words.ts";

interface Props extends Omit<ValueProps, "value"> {
  readonly value: Exit | null;
  /** What happens without one; undefined: there is always one. */
  readonly empty: string | undefined;
  /** A call back is offered in a queue alone. */
  readonly ofQueue: boolean;
}

const POINTS_AT: Readonly<Record<string, string>> = { queue: "queues", colleague: "users" };

/** Where a caller is led: an action, and for some of them to whom. */
export function ExitValue({ value, empty, ofQueue, ...rest }: Props) {
  const { t } = useLingui();
  const { lists, label, changed, change } = rest;
  const resource = value === null ? undefined : POINTS_AT[value.action];
  const first = (action: string): string | null => {
    const of = POINTS_AT[action];
    return of === undefined ? null : (lists[of]?.[0]?.id ?? null);
  };
  const actions = exitActions().filter(([action]) => ofQueue || action !== "call_back");
  return (
    <>
      <Choice
        {...rest}
        options={[...(empty === undefined ? [] : [["", empty] as const]), ...actions]}
        value={value?.action ?? ""}
        change={(action) => change(action === "" ? null : { action, target: first(action) })}
      />
      {value !== null && resource !== undefined && (
        <>
          <span> </span>
          <Choice
            {...rest}
            label={t`${label}: to whom`}
            options={(lists[resource] ?? []).map((row) => [row.id, nameOf(lists, resource, row.id)] as const)}
            value={value.target ?? ""}
            change={(target) => change({ ...value, target })}
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
