import { useLingui } from "@lingui/react/macro";
import type { Row } from "../../connection/admin.ts";
import { Icon, type IconName } from "../../ui/Icon.tsx";
import { PageLink } from "../../ui/PageLink.tsx";
import type { Page } from "./kinds.ts";
import { heardWords, OWN, usedWords } from "./own-announcements.ts";
import type { Known } from "./use-lists.ts";
import { useSpeaking } from "./use-speaking.ts";
import { called, type Lists, nameOf, say } from "./words.ts";

/** So many can be seen at once; more can be searched. */
const SEEN_AT_ONCE = 7;

interface Props {
  readonly page: Page;
  readonly place: string;
  readonly icon: IconName;
  readonly rows: readonly Row[];
  readonly known: Known;
  readonly may: boolean;
  /** What is searched for; it stays for who opens one and comes back. */
  readonly sought: string;
  readonly seek: (sought: string) => void;
  readonly go: (path: string) => void;
}

/** All of one kind, to choose from. */
export function Things({ page, place, icon, rows, known, may, sought, seek, go }: Props) {
  const { t } = useLingui();
  const { lists } = known;
  useSpeaking(place === OWN ? rows : [], known.reread);
  const link = (id: string) => {
    const to = `/admin/${place}/${encodeURIComponent(id)}`;
    return { to, open: () => go(to) };
  };
  const lines = rows.map((row) => ({
    row,
    name: called(row),
    about: about(page, place, row, lists),
    state: state(place, row),
  }));
  // What cannot be seen and changed does not search.
  const active = rows.length > SEEN_AT_ONCE ? sought : "";
  const found = lines.filter(({ name, about: other, state: now }) => has(`${name} ${other} ${now}`, active));
  const words = active.trim();
  const [count, all] = [found.length, rows.length];
  const title = page.title;
  const add = may && page.add !== undefined && (
    <PageLink
      className="btn"
      data-kind={rows.length === 0 && page.purpose ? "primary" : undefined}
      {...link("new")}
    >
      <Icon name="plus" size={16} />
      {page.add}
    </PageLink>
  );
  return (
    <main className="adm-sheet" data-alone="">
      <section className="adm-set">
        <header>
          <h1>{title}</h1>
          {rows.length > SEEN_AT_ONCE && (
            <search className="adm-find">
              <Icon name="search" size={16} />
              <input
                className="input"
                type="search"
                autoComplete="off"
                spellCheck={false}
                aria-label={t`Search: ${title}`}
                placeholder={t`Search`}
                maxLength={80}
                value={sought}
                onChange={(event) => seek(event.target.value)}
              />
            </search>
          )}
          {(rows.length > 0 || page.purpose === undefined) && add}
        </header>
        {rows.length === 0 &&
          (page.purpose === undefined ? (
            <p className="faint">{t`There is none yet.`}</p>
          ) : (
            <div className="adm-none">
              <Icon name={icon} size={24} />
              <h2>{t`There is none yet.`}</h2>
              <p>{page.purpose}</p>
              {add}
            </div>
          ))}
        {rows.length > SEEN_AT_ONCE && (
          <p role="status" className={found.length === 0 ? "faint" : "vh"}>
            {words === ""
              ? ""
              : found.length === 0
                ? t`Nothing found for “${words}”.`
                : t`${count} of ${all}`}
          </p>
        )}
        <ul className="adm-list">
          {found.map(({ row, name, about: other, state: now }) => (
            <li key={row.id}>
              <PageLink {...link(row.id)} data-off={row["disabled"] === true || undefined}>
                <b>{name}</b>
                <span>{other}</span>
                <small>{now}</small>
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
    if (of === OWN) {
      const language = say(page.kinds["language"], row["language"], lists);
      return [language, heardWords(row)].filter((words) => words !== "").join(", ");
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
    const [field, of] = DESTINATIONS.find(([one]) => typeof row[one] === "string") ?? DESTINATIONS[0];
    return nameOf(lists, of, row[field]);
  }
  if (place === "queues") return say(page.kinds["groups"], row["groups"], lists);
  if (place === OWN) return usedWords(row.id, lists);
  return page.about === undefined ? "" : say(page.kinds[page.about], row[page.about], lists);
}

/** Where a number leads: a field of it, and the list in which that stands. */
const DESTINATIONS = [
  ["queue", "queues"],
  ["person", "users"],
  ["announcement", OWN],
] as const;

/** Every word that is sought stands in it; a number also when it is typed without its spaces. */
function has(text: string, sought: string): boolean {
  const small = text.toLowerCase();
  const close = small.replace(/ /g, "");
  return sought
    .toLowerCase()
    .split(/\s+/)
    .every((word) => small.includes(word) || close.includes(word));
}
