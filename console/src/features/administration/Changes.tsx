import { useLingui } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import { admin } from "../../connection/admin.ts";
import { Refused } from "../../connection/api.ts";
import { dateAndTime } from "../../model/format.ts";
import type { AuditPage, AuditRow } from "../../model/wire.ts";
import { Press } from "../../ui/controls.tsx";
import { toast } from "../../ui/toast.tsx";
import { type Page, standsIn } from "./kinds.ts";
import { everyRule, pages } from "./pages.ts";
import type { Known } from "./use-lists.ts";
import { called, refusedWords, say } from "./words.ts";

interface Props {
  readonly known: Known;
  /** Only of this thing; undefined: of everything. */
  readonly resource?: string;
  readonly thing?: string;
  /** Read again when it is another one. */
  readonly version?: string;
}

/** What is told of a thing that was made or deleted: what one knows it by, not all that it was set to. */
const MAIN: Readonly<Record<string, readonly string[]>> = {
  queues: ["groups", "numbers", "urgent", "strategy", "hours"],
  groups: ["number"],
  users: ["user_name", "email", "extension", "groups", "role", "rights", "numbers"],
  roles: ["rights"],
  devices: ["kind", "extension"],
  numbers: ["queue", "person", "announcement"],
  trunks: ["host", "user_name"],
  hours: ["week"],
  links: ["numbers", "queue"],
  ldap: ["url", "base"],
  own_announcements: ["text", "numbers"],
  organisations: ["country", "modules", "numbers"],
};

/** Who changed what, from what to what, newest first. */
export function Changes({ known, resource, thing, version }: Props) {
  const { t, i18n } = useLingui();
  const [page, setPage] = useState<AuditPage | null>(null);
  const [sought, setSought] = useState({ user: "", resource: "" });
  // What is asked for last counts, whatever is answered first.
  const latest = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is more to read.
  useEffect(() => {
    void read(null);
  }, [resource, thing, version, sought]);
  const all = pages();
  const kindWords = (kind: string): string => all[kind]?.title ?? (kind === "contacts" ? t`Contacts` : kind);

  async function read(before: string | null): Promise<void> {
    latest.current += 1;
    const mine = latest.current;
    try {
      const found = await admin.audit({
        resource: resource ?? sought.resource,
        ...(thing !== undefined && { thing }),
        user: sought.user,
        before,
      });
      if (mine !== latest.current) return;
      setPage((old) => (before === null ? found : { ...found, rows: [...(old?.rows ?? []), ...found.rows] }));
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason;
      toast(refusedWords(reason.code, reason.args));
    }
  }

  const words: Readonly<Record<string, string>> = {
    create: t`made`,
    delete: t`deleted`,
    invite: t`invited`,
    password: t`gave a new password to`,
    log_out: t`logged out`,
    release: t`took from its user`,
    test_call: t`made a test call over`,
    change: t`changed`,
    import: t`imported`,
  };
  if (page === null) return null;
  const people = (known.lists["users"] ?? []).map((row) => [row.id, called(row)] as const);
  const kinds = [...known.overview.resources.map((one) => one.name), "contacts"].map(
    (name) => [name, kindWords(name)] as const,
  );
  return (
    <>
      {resource === undefined && (
        <div className="adm-filter">
          <Pick
            label={t`Whose changes`}
            options={[["", t`Everybody`], ...people]}
            value={sought.user}
            change={(user) => setSought({ ...sought, user })}
          />
          <Pick
            label={t`Changes of what`}
            options={[["", t`Everything`], ...kinds]}
            value={sought.resource}
            change={(of) => setSought({ ...sought, resource: of })}
          />
        </div>
      )}
      {page.rows.length === 0 && (
        <p className="faint">
          {sought.user === "" && sought.resource === ""
            ? t`Nothing has been changed yet.`
            : t`Nothing of that has been changed.`}
        </p>
      )}
      <ul className="adm-changes">
        {page.rows.map((row) => (
          <li key={row.id}>
            <span>
              <b>{row.user_name === "" ? t`The server` : row.user_name}</b> {words[row.action] ?? row.action}{" "}
              {thing === undefined && (
                <>
                  {kindWords(row.resource)}: <b>{row.name}</b>
                </>
              )}
            </span>
            {row.action === "change" &&
              differing(row).map((field) => (
                <span key={field} className="adm-diff">
                  {titleOf(all[row.resource], field)}{" "}
                  <del>{said(all[row.resource], field, row.before?.[field])}</del>{" "}
                  <ins>{said(all[row.resource], field, row.after?.[field])}</ins>
                </span>
              ))}
            {row.action === "create" &&
              told(row, row.after).map(([field, words]) => (
                <span key={field} className="adm-diff">
                  {titleOf(all[row.resource], field)} <ins>{words}</ins>
                </span>
              ))}
            {row.action === "delete" &&
              told(row, row.before).map(([field, words]) => (
                <span key={field} className="adm-diff">
                  {titleOf(all[row.resource], field)} <del>{words}</del>
                </span>
              ))}
            <small>{dateAndTime(row.at, i18n.locale)}</small>
          </li>
        ))}
      </ul>
      {page.before !== null && (
        <Press className="btn" onPress={() => void read(page.before)}>{t`Older changes`}</Press>
      )}
    </>
  );

  /** The main fields of what was made or deleted, as far as there was something in them. */
  function told(row: AuditRow, fields: Readonly<Record<string, unknown>> | null): [string, string][] {
    return (MAIN[row.resource] ?? [])
      .filter((field) => fields?.[field] !== undefined && fields[field] !== null)
      .map((field): [string, string] => [field, said(all[row.resource], field, fields?.[field])])
      .filter(([, words]) => words !== "");
  }

  function said(of: Page | undefined, field: string, value: unknown): string {
    if (field === "exits") {
      return Object.entries((value ?? {}) as object)
        .map(([reason, way]) => say(of?.kinds[`exits.${reason}`], way, known.lists))
        .join(", ");
    }
    return cut(say(of?.kinds[field], value, known.lists));
  }
}

/** Of a certificate or a long text the beginning is enough to know it by; the thing itself has all of it. */
function cut(words: string): string {
  return words.length > SHOWN_MAX ? `${words.slice(0, SHOWN_MAX)}…` : words;
}
const SHOWN_MAX = 160;

interface PickProps {
  readonly label: string;
  readonly options: readonly (readonly [value: string, words: string])[];
  readonly value: string;
  readonly change: (value: string) => void;
}

function Pick({ label, options, value, change }: PickProps) {
  return (
    <select
      className="input"
      aria-label={label}
      value={value}
      onChange={({ target }) => change(target.value)}
    >
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  );
}

function differing(row: AuditRow): string[] {
  const changed = ([field, after]: [string, unknown]): boolean =>
    JSON.stringify(after) !== JSON.stringify(row.before?.[field]);
  return Object.entries(row.after ?? {})
    .filter(changed)
    .map(([field]) => field);
}

/** A field is called as the sentence in which it stands. */
function titleOf(page: Page | undefined, field: string): string {
  const rules = page === undefined ? [] : everyRule(page);
  return rules.find((rule) => standsIn(rule.text, field))?.title ?? page?.besides?.[field] ?? "";
}
