import { useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { admin } from "../../connection/admin.ts";
import { Refused } from "../../connection/api.ts";
import type { AuditPage, AuditRow } from "../../model/wire.ts";
import { Press } from "../../ui/controls.tsx";
import { toast } from "../../ui/toast.tsx";
import { type Page, standsIn } from "./kinds.ts";
import { everyRule, pages } from "./pages.ts";
import type { Known } from "./use-lists.ts";
import { refusedWords, say } from "./words.ts";

interface Props {
  readonly known: Known;
  /** Only of this thing; undefined: of everything. */
  readonly resource?: string;
  readonly thing?: string;
  /** Read again when it is another one. */
  readonly version?: string;
}

/** Who changed what, from what to what, newest first. */
export function Changes({ known, resource, thing, version }: Props) {
  const { t, i18n } = useLingui();
  const [page, setPage] = useState<AuditPage | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is more to read.
  useEffect(() => {
    void read(null);
  }, [resource, thing, version]);
  const all = pages();

  async function read(before: string | null): Promise<void> {
    try {
      const found = await admin.audit({
        ...(resource !== undefined && { resource }),
        ...(thing !== undefined && { thing }),
        before,
      });
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
  return (
    <>
      {page.rows.length === 0 && <p className="faint">{t`Nothing has been changed yet.`}</p>}
      <ul className="adm-changes">
        {page.rows.map((row) => (
          <li key={row.id}>
            <span>
              <b>{row.user_name === "" ? t`The server` : row.user_name}</b> {words[row.action] ?? row.action}{" "}
              {thing === undefined && (
                <>
                  {all[row.resource]?.title ?? (row.resource === "contacts" ? t`Contacts` : row.resource)}:{" "}
                  <b>{row.name}</b>
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
            <small>{i18n.date(new Date(row.at), { dateStyle: "medium", timeStyle: "short" })}</small>
          </li>
        ))}
      </ul>
      {page.before !== null && (
        <Press className="btn" onPress={() => void read(page.before)}>{t`Older changes`}</Press>
      )}
    </>
  );

  function said(of: Page | undefined, field: string, value: unknown): string {
    if (field === "exits") {
      return Object.entries((value ?? {}) as object)
        .map(([reason, way]) => say(of?.kinds[`exits.${reason}`], way, known.lists))
        .join(", ");
    }
    return say(of?.kinds[field], value, known.lists);
  }
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
