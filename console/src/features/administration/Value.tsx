import { useLingui } from "@lingui/react/macro";
import { type ChangeEvent, useRef, useState } from "react";
import { Button, DialogTrigger, Popover } from "react-aria-components";
import { Icon } from "../../ui/Icon.tsx";
import { ExitValue } from "./ExitValue.tsx";
import { HolidaysValue, WeekValue } from "./HoursValue.tsx";
import type { Exit, Kind } from "./kinds.ts";
import { choices, type Lists, MINUTE_MS, nameOf, rightWords, say } from "./words.ts";

export interface ValueProps {
  readonly kind: Kind;
  readonly value: unknown;
  readonly lists: Lists;
  readonly rights: readonly string[];
  readonly label: string;
  readonly changed: boolean;
  /** The viewer may only read. */
  readonly fixed: boolean;
  readonly change: (value: unknown) => void;
}

/** One value in a sentence: read as a word, changed in its place. */
export function Value(props: ValueProps) {
  const { kind, value, lists, change } = props;
  if (props.fixed) return <b className="v-fixed">{say(kind, value, lists)}</b>;
  switch (kind.is) {
    case "choice":
      return <Choice {...props} options={kind.options} value={String(value)} change={change} />;
    case "flag":
      return (
        <Choice
          {...props}
          options={[
            ["true", kind.yes],
            ["false", kind.no],
          ]}
          value={String(value === true)}
          change={(chosen) => change(chosen === "true")}
        />
      );
    case "one":
      return (
        <>
          <Choice
            {...props}
            options={[["", kind.empty ?? ""], ...choices(lists, kind.of)]}
            value={String(value ?? "")}
            change={(chosen) => change(chosen === "" ? null : chosen)}
          />
          {kind.none !== undefined && (lists[kind.of] ?? []).length === 0 && (
            <span className="faint"> {kind.none}</span>
          )}
        </>
      );
    case "several":
      return <Several {...props} options={(lists[kind.of] ?? []).map((row) => row.id)} />;
    case "some":
      return <Several {...props} options={kind.options.map(([one]) => one)} />;
    case "rights":
      return <Several {...props} options={props.rights} />;
    case "seconds":
      return <Amount {...props} unit={kind.minutes === true ? 60_000 : 1_000} empty={kind.empty} />;
    case "count":
      return <Amount {...props} unit={1} from={kind.from ?? 0} empty={kind.empty} />;
    case "exit":
      return (
        <ExitValue
          {...props}
          value={value as Exit | null}
          empty={kind.empty}
          ofQueue={kind.ofQueue === true}
        />
      );
    case "secret":
      return <Secret {...props} empty={kind.empty} />;
    case "week":
      return <WeekValue {...props} />;
    case "holidays":
      return <HolidaysValue {...props} />;
    default:
      return <Words {...props} kind={kind} />;
  }
}

interface ChoiceProps extends Omit<ValueProps, "kind" | "value" | "change"> {
  readonly options: readonly (readonly [string, string])[];
  readonly value: string;
  readonly change: (value: string) => void;
}

/** One of a few words. */
export function Choice({ options, value, label, changed, change }: ChoiceProps) {
  const now = options.find(([one]) => one === value)?.[1] ?? value;
  return (
    <span className="v-select">
      {/* The sentence is as wide as the words that were chosen, not as the longest ones. */}
      <span aria-hidden="true" className="v" data-changed={changed || undefined}>
        {now}
        <Icon name="chevron" size={16} />
      </span>
      <select aria-label={label} value={value} onChange={(event) => change(event.target.value)}>
        {options.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </span>
  );
}

interface AmountProps extends ValueProps {
  readonly unit: number;
  readonly from?: number;
  readonly empty: string | undefined;
}

function Amount({ value, unit, from = 0, empty, label, changed, change }: AmountProps) {
  const shown = value === null || value === undefined ? "" : String(Number(value) / unit + from);
  return (
    <input
      className="v"
      type="number"
      aria-label={label}
      // A number, not its text: "2.0" on the way to "2.05" is 2, and is not to be written over.
      value={shown === "" ? "" : Number(shown)}
      placeholder={empty ?? ""}
      data-changed={changed || undefined}
      style={{ width: `${Math.max(shown.length, shown === "" ? (empty ?? "").length : 0, 2) + 4.5}ch` }}
      onChange={(event) => {
        const typed = event.target.value;
        change(typed === "" && empty !== undefined ? null : Math.round((Number(typed) - from) * unit));
      }}
    />
  );
}

/** A password: what is typed replaces the one that is kept, and nothing typed keeps it. */
function Secret({ value, empty, label, changed, change }: ValueProps & { readonly empty: string }) {
  const { t } = useLingui();
  // The server's mark for the one that is kept; another one after each new password.
  const kept = useRef(value);
  if (!changed) kept.current = value;
  const shown = changed ? String(value ?? "") : "";
  const none = kept.current === null || kept.current === undefined || value === null;
  const hint = none ? empty : t`kept, and not shown`;
  return (
    <input
      className="v"
      type="password"
      autoComplete="new-password"
      aria-label={label}
      value={shown}
      placeholder={hint}
      data-changed={changed || undefined}
      style={{ width: `${Math.max(shown.length, hint.length, 8) + 3}ch` }}
      onChange={(event) => change(event.target.value === "" ? (kept.current ?? null) : event.target.value)}
    />
  );
}

/** Words, a number, or a list of them with commas between. */
function Words({ kind, value, label, changed, change, lists }: ValueProps) {
  const list = kind.is === "list" || kind.is === "minutes";
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (value === null || value === undefined ? "" : sayPlain(kind, value, lists));
  const empty = "empty" in kind ? (kind.empty ?? "") : "";
  const take = (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>): void => {
    const text = event.target.value;
    setTyped(text);
    if (list)
      change(
        text
          .split(",")
          .map((one) => one.trim())
          .filter((one) => one !== "")
          .map((one) => (kind.is === "minutes" ? milliseconds(one) : one)),
      );
    else change(text === "" && empty !== "" && kind.is !== "text" ? null : text);
  };
  if (kind.is === "text" && kind.lines !== undefined) {
    return (
      <textarea
        className="v"
        rows={kind.lines}
        aria-label={label}
        value={shown}
        placeholder={empty}
        data-changed={changed || undefined}
        onChange={take}
        onBlur={() => setTyped(null)}
      />
    );
  }
  return (
    <input
      className="v"
      type="text"
      aria-label={label}
      value={shown}
      placeholder={empty}
      data-changed={changed || undefined}
      style={{ width: `${Math.max(shown.length, empty.length, 4) + 3}ch` }}
      onChange={take}
      onBlur={() => setTyped(null)}
    />
  );
}

/** What is no number stays as it was typed, for the server to say so. */
function milliseconds(minutes: string): number | string {
  const typed = Number(minutes);
  return Number.isFinite(typed) ? Math.round(typed * MINUTE_MS) : minutes;
}

function sayPlain(kind: Kind, value: unknown, lists: Lists): string {
  return Array.isArray(value) && value.length === 0 ? "" : value === "" ? "" : say(kind, value, lists);
}

/** Any of a list: a word that opens it. */
function Several({
  kind,
  value,
  options,
  label,
  changed,
  change,
  lists,
}: ValueProps & {
  readonly options: readonly string[];
}) {
  const { t } = useLingui();
  const chosen = value as readonly string[];
  const words = (one: string): string => {
    if (kind.is === "some") return say(kind, [one], lists);
    return kind.is === "several" ? nameOf(lists, kind.of, one) : rightWords(one);
  };
  const withOne = (one: string): string[] => {
    if (kind.is === "some") {
      // What a newer server knows and we do not stays chosen.
      const unknown = chosen.filter((other) => !options.includes(other));
      return [...options.filter((other) => other === one || chosen.includes(other)), ...unknown];
    }
    return kind.is === "several" && kind.of === "users" ? [...chosen, one] : [...chosen, one].sort();
  };
  return (
    <DialogTrigger>
      <Button
        className="v"
        aria-label={`${label}: ${say(kind, value, lists)}`}
        {...(changed && { "data-changed": "" })}
      >
        {say(kind, value, lists)}
        <Icon name="chevron" size={16} />
      </Button>
      <Popover className="pop v-pop" placement="bottom start" aria-label={label}>
        {options.length === 0 && <p className="faint">{t`There is nothing to choose from.`}</p>}
        {options.map((one) => (
          <label key={one} className="v-check">
            <input
              type="checkbox"
              checked={chosen.includes(one)}
              onChange={() =>
                change(chosen.includes(one) ? chosen.filter((other) => other !== one) : withOne(one))
              }
            />
            {words(one)}
          </label>
        ))}
      </Popover>
    </DialogTrigger>
  );
}
