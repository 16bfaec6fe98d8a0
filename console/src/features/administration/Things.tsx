import { useLingui } from "@lingui/react/macro";
import type { Row } from "../../connection/admin.ts";
import { Icon } from "../../ui/Icon.tsx";
import { PageLink } from "../../ui/PageLink.tsx";
import type { Page } from "./kinds.ts";
import { called, type Lists, nameOf, say } from "./words.ts";

interface Props {
  readonly page: Page;
  readonly place: string;
  readonly rows: readonly Row[];
  readonly lists: Lists;
  readonly may: boolean;
  readonly go: (path: string) => void;
}

/** All of one kind, to choose from. */
export function Things({ page, place, rows, lists, may, go }: Props) {
  const { t } = useLingui();
  const link = (id: string) => {
    const to = `/admin/${place}/${encodeURIComponent(id)}`;
    return { to, open: () => go(to) };
  };
  return (
    <main className="adm-sheet" data-alone="">
      <section className="adm-set">
        <header>
          <h1>{page.title}</h1>
          {may && page.add !== undefined && (
            <PageLink className="btn" {...link("new")}>
              <Icon name="plus" size={16} />
              {page.add}
            </PageLink>
          )}
        </header>
        {rows.length === 0 && <p className="faint">{t`There is none yet.`}</p>}
        <ul className="adm-list">
          {rows.map((row) => (
            <li key={row.id}>
              <PageLink {...link(row.id)} data-off={row["disabled"] === true || undefined}>
                <b>{called(row)}</b>
                <span>{about(page, place, row, lists)}</span>
                <small>{state(place, row)}</small>
                <Icon name="chevron-right" size={16} />
              </PageLink>
            </li>
          ))}
        </ul>
      </section>
    </main>
  );

  function state(of: string, row: Row): string {
    if (of === "devices") {
      const by = row["used_by_name"];
      if (typeof by === "string") return t`used by ${by}`;
      return row["registered"] === true ? t`connected` : t`not connected`;
    }
    if (of === "announcements") {
      if (row["source"] === "ours") return "";
      return row["source"] === "spoken" ? t`own text` : t`own recording`;
    }
    if (of === "trunks") {
      if (row["state"] === "unknown") return "";
      return row["state"] === "fine" ? t`works` : t`does not work`;
    }
    if (of === "ldap") {
      const last = row["last"] as { readonly problem: string | null } | null;
      if (last === null) return t`not imported yet`;
      return last.problem === null ? t`works` : t`does not work`;
    }
    if (of === "users") {
      if (row["disabled"] === true) return t`may not log in`;
      return row["has_password"] === true ? "" : t`has not chosen a password`;
    }
    if (of === "organisations") {
      if (row["disabled"] === true) return t`out of service`;
      return row["demo"] === true ? t`demo` : "";
    }
    if (of === "hours") return row["open_now"] === true ? t`open now` : t`closed now`;
    return row["urgent"] === true ? t`urgent` : "";
  }
}

function about(page: Page, place: string, row: Row, lists: Lists): string {
  if (place === "numbers") {
    return row["queue"] === null
      ? nameOf(lists, "users", row["person"])
      : nameOf(lists, "queues", row["queue"]);
  }
  if (place === "queues") return say(page.kinds["groups"], row["groups"], lists);
  return page.about === undefined ? "" : say(page.kinds[page.about], row[page.about], lists);
}
