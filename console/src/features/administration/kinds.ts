/** What a value in a sentence is, and so how it is chosen and said. */
export type Kind =
  | { readonly is: "text"; readonly empty?: string; readonly lines?: number }
  | { readonly is: "phone"; readonly empty: string }
  /** A password that is never shown; what the server says of it only tells that there is one. */
  | { readonly is: "secret"; readonly empty: string }
  | { readonly is: "list"; readonly empty: string; readonly phones?: boolean }
  | { readonly is: "choice"; readonly options: readonly (readonly [value: string, words: string])[] }
  | { readonly is: "flag"; readonly yes: string; readonly no: string }
  | { readonly is: "seconds"; readonly empty?: string; readonly minutes?: boolean }
  /** A list of times, in minutes with commas between; the server has milliseconds. */
  | { readonly is: "minutes"; readonly empty: string }
  | { readonly is: "count"; readonly empty?: string; readonly from?: number }
  /** `none`: what to do where there is nothing to choose from yet. */
  | { readonly is: "one"; readonly of: string; readonly empty?: string; readonly none?: string }
  | { readonly is: "several"; readonly of: string; readonly empty: string }
  /** Any of a few, in their own order. */
  | {
      readonly is: "some";
      readonly options: readonly (readonly [value: string, words: string])[];
      readonly empty: string;
    }
  | { readonly is: "rights"; readonly empty: string }
  | { readonly is: "exit"; readonly empty?: string; readonly ofQueue?: boolean }
  | { readonly is: "week" }
  | { readonly is: "holidays" };

/** A sentence about settings; a value stands in it as `[field]`. */
export interface Rule {
  readonly title: string;
  readonly text: string;
}

/** A kind of thing: how its page says everything about it. */
export interface Page {
  readonly title: string;
  /** What they are for, told where there is none yet. */
  readonly purpose?: string;
  /** Adds one; undefined: there is always exactly one, unless there are `several`, always the same. */
  readonly add?: string;
  readonly several?: boolean;
  /** None is deleted here. */
  readonly stays?: boolean;
  /** What the list says of each beside its name: a field. */
  readonly about?: string;
  readonly kinds: Readonly<Record<string, Kind>>;
  /** Titles of fields that stand in no sentence, but in the log of changes. */
  readonly besides?: Readonly<Record<string, string>>;
  /** What is not asked with a new thing. */
  readonly rules: (row: Draft, isNew: boolean) => readonly Rule[];
  /** What else changes when somebody changes this field. */
  readonly settle?: (row: Draft, field: string) => Draft;
  /** What a new one begins with, as far as it has to be said. */
  readonly begin: Draft;
  /** The same, as far as it is what the organisation has. */
  readonly beginIn?: (lists: Readonly<Record<string, readonly Draft[]>>) => Draft;
}

/** A new one speaks the language of the organisation. */
export const inItsLanguage: NonNullable<Page["beginIn"]> = ({ organisation }) => ({
  language: organisation?.[0]?.["language"] ?? "nl",
});

/** A thing as it is being changed. */
export type Draft = Readonly<Record<string, unknown>>;

/** Way out of a queue or of a direct call. */
export interface Exit {
  readonly action: string;
  readonly target: string | null;
}

/** A stretch of a day. */
export interface Stretch {
  readonly from: string;
  readonly to: string;
}

/** The value of a field; `exits.full` looks inside. */
export function valueAt(row: Draft, field: string): unknown {
  const [name, inside] = field.split(".");
  const value = row[name ?? ""];
  return inside === undefined ? value : ((value as Draft | undefined)?.[inside] ?? null);
}

/** The thing with that field changed. */
export function withValue(row: Draft, field: string, value: unknown): Draft {
  const [name = "", inside] = field.split(".");
  if (inside === undefined) return { ...row, [name]: value };
  const { [inside]: _, ...others } = (row[name] ?? {}) as Draft;
  return { ...row, [name]: value === null ? others : { ...others, [inside]: value } };
}

/** The fields that differ, with their new values. */
export function changesOf(before: Draft, now: Draft): Draft {
  return Object.fromEntries(
    Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
}

/** A piece of a sentence: text, or a field with the signs that stand against it and go with it to a next line. */
interface Piece {
  readonly key: string;
  readonly text?: string;
  readonly field?: string;
  readonly opens?: string;
  readonly closes?: string;
}

/** The pieces of a sentence: text, and the fields that stand in it. */
export function pieces(text: string): readonly Piece[] {
  return text
    .split(/(\(?\[[a-z_.]+\][.,;:)]*)/)
    .filter((part) => part !== "")
    .map((part, place) => {
      const [, opens = "", field, closes = ""] = /^(\(?)\[([a-z_.]+)\](.*)$/.exec(part) ?? [];
      return field === undefined
        ? { key: `${place}`, text: part }
        : { key: `[${field}]`, field, opens, closes };
    });
}

/** Does the field of this path (`exits.full.target`, `numbers.2`) stand in the sentence? `exits` does with any of it. */
export function standsIn(text: string, path: string): boolean {
  return pieces(text).some(
    ({ field }) =>
      field !== undefined && (path === field || path.startsWith(`${field}.`) || field.startsWith(`${path}.`)),
  );
}
