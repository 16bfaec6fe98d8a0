import "./administration.css";
import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useEffect, useState } from "react";
import { Press } from "../../ui/controls.tsx";
import { Brand, Icon, type IconName } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";
import { PageLink } from "../../ui/PageLink.tsx";
import { useZone } from "../../ui/use-zone.ts";
import { Window } from "../../ui/Window.tsx";
import { Changes } from "./Changes.tsx";
import { Editor } from "./Editor.tsx";
import { pages } from "./pages.ts";
import { Things } from "./Things.tsx";
import { type Known, useLists } from "./use-lists.ts";
import { refusedWords } from "./words.ts";

const ICONS: Readonly<Record<string, IconName>> = {
  queues: "line",
  groups: "group",
  users: "user",
  roles: "user-check",
  devices: "headset",
  numbers: "keypad",
  trunks: "phone-out",
  network: "globe",
  announcements: "speaker",
  own_announcements: "mic",
  hours: "clock",
  links: "users",
  ldap: "user",
  organisation: "sliders",
  organisations: "together",
  audit: "tally",
};

const iconOf = (place: string): IconName => ICONS[place] ?? "sliders";

/** Pages that say how something is now. */
const LIVE: ReadonlySet<string> = new Set(["trunks", "devices"]);
const REREAD_MS = 2_000;

interface Props {
  /** The address, from `/admin` on. */
  readonly path: string;
  readonly go: (path: string) => void;
  readonly corner: ReactNode;
  /** Something is changed and not saved: this page has to stay until it is asked whether that may go. */
  readonly holds: (unsaved: boolean) => void;
}

/** The administration (docs/admin/rest.md): what is configured, said in sentences and changed in them. */
export function Administration({ path, go, corner, holds }: Props) {
  const { t } = useLingui();
  const known = useLists();
  useZone(known === null || typeof known === "string" ? undefined : zoneOf(known));
  const [made, setMade] = useState<Secret | null>(null);
  const [sought, setSought] = useState({ place: "", text: "" });
  // The page that is drawn stays while it is asked whether its changes may go, however one leaves: also by Back.
  const [shown, setShown] = useState(path);
  const [unsaved, setUnsaved] = useState(false);
  if (shown !== path && !unsaved) setShown(path);
  useEffect(() => {
    holds(unsaved);
    return () => holds(false);
  }, [holds, unsaved]);
  const [, , wanted = "", id] = shown.split("/");
  const all = pages();
  // Not every installation has everything: the network of an Asterisk of one's own is not ours.
  const has =
    known === null || typeof known === "string"
      ? null
      : new Set(known.overview.resources.map((one) => one.name));
  const shownPages = Object.keys(all).filter((name) => has === null || has.has(name));
  const place = wanted === "" ? (shownPages[0] ?? "queues") : wanted;
  const title = place === "audit" ? t`Changes` : (all[place]?.title ?? t`Administration`);
  useEffect(() => {
    document.title = `${title} - Cordboard`;
  }, [title]);
  if (known === null) return null;
  const audit = typeof known !== "string" && known.overview.rights.includes("admin.audit");
  const entries = [...shownPages, ...(audit ? ["audit"] : [])];
  return (
    <div className="adm">
      <header>
        <Brand organisation={t`Administration`} />
        <a className="top-item" href="/operator">
          <Icon name="headset" size={16} />
          {t`To Operator`}
        </a>
        {corner}
      </header>
      <nav className="adm-nav" aria-label={t`Administration`}>
        {entries.map((name) => (
          <PageLink
            key={name}
            to={`/admin/${name}`}
            open={() => go(`/admin/${name}`)}
            aria-current={name === place ? "page" : undefined}
          >
            <Icon name={iconOf(name)} />
            {name === "audit" ? t`Changes` : all[name]?.title}
          </PageLink>
        ))}
      </nav>
      {typeof known === "string" ? (
        <main className="adm-sheet">
          <Note kind="problem">{refusedWords(known)}</Note>
          {known === "second_factor_needed" && (
            <a className="btn" data-kind="primary" href="/settings">
              {t`My settings`}
            </a>
          )}
        </main>
      ) : (
        <Place
          key={`${place}/${id ?? ""}`}
          place={place}
          id={id}
          known={known}
          audit={audit}
          go={go}
          made={made}
          sought={sought.place === place ? sought.text : ""}
          seek={(text) => setSought({ place, text })}
          tell={(of, password) =>
            setMade((old) => (password !== null ? { id: of, password } : old?.id === of ? null : old))
          }
          holds={setUnsaved}
        />
      )}
      <Window
        title={t`Leave without saving?`}
        open={shown !== path && unsaved}
        close={() => go(shown)}
        alert
        acts={
          <>
            <Press className="btn" onPress={() => go(shown)}>{t`No`}</Press>
            <Press className="btn" data={{ "data-kind": "danger" }} onPress={() => setUnsaved(false)}>
              {t`Leave`}
            </Press>
          </>
        }
      >
        <p>{t`What you have changed here is lost then.`}</p>
      </Window>
    </div>
  );
}

/** The organisation's, which is also what times in its files are written in. */
function zoneOf({ lists }: Known): string | undefined {
  const zone = lists["organisation"]?.[0]?.["time_zone"];
  return typeof zone === "string" ? zone : undefined;
}

/** A password that was made a moment ago: shown on the page of its phone, until another one is made. */
interface Secret {
  readonly id: string;
  readonly password: string;
}

interface PlaceProps {
  readonly place: string;
  readonly id: string | undefined;
  readonly known: Known;
  readonly audit: boolean;
  readonly go: (path: string) => void;
  readonly made: Secret | null;
  readonly sought: string;
  readonly seek: (sought: string) => void;
  readonly tell: (id: string, password: string | null) => void;
  readonly holds: (unsaved: boolean) => void;
}

function Place({ place, id, known, audit, go, made, sought, seek, tell, holds }: PlaceProps) {
  const { t } = useLingui();
  const page = pages()[place];
  const { reread } = known;
  useEffect(() => {
    if (!LIVE.has(place)) return;
    const timer = setInterval(() => void reread(place), REREAD_MS);
    return () => clearInterval(timer);
  }, [place, reread]);
  if (place === "audit") {
    return (
      <main className="adm-sheet" data-alone="">
        <section className="adm-set">
          <header>
            <h1>{t`Changes`}</h1>
          </header>
          <Changes known={known} />
        </section>
      </main>
    );
  }
  if (page === undefined) return <main className="adm-sheet" />;
  const rows = known.lists[place] ?? [];
  const may = known.overview.resources.some((one) => one.name === place && one.may_change);
  const only = page.add === undefined && page.several !== true ? rows[0]?.id : undefined;
  const chosen = only ?? (id === undefined ? undefined : decodeURIComponent(id));
  const row = rows.find((one) => one.id === chosen);
  if (chosen === undefined || (row === undefined && chosen !== "new")) {
    const icon = iconOf(place);
    return <Things {...{ page, place, icon, rows, known, may, sought, seek, go }} />;
  }
  return (
    <main className="adm-sheet" data-alone={audit && row !== undefined ? undefined : ""}>
      <Editor
        page={page}
        place={place}
        row={row}
        known={known}
        may={may}
        password={made !== null && made.id === row?.id ? made.password : null}
        made={tell}
        holds={holds}
        go={go}
        done={(to) => go(`/admin/${place}${to === undefined ? "" : `/${encodeURIComponent(to)}`}`)}
      />
      {audit && row !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by itself, also for who has no mouse.
        <aside className="adm-trail" aria-label={t`Changes`} tabIndex={0}>
          <h2>{t`Changes`}</h2>
          <Changes
            known={known}
            resource={place}
            thing={row.id}
            version={[row.version, row["source"], row["ms"]].join()}
          />
        </aside>
      )}
    </main>
  );
}
