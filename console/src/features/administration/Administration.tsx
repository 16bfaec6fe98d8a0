import "./administration.css";
import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useEffect, useState } from "react";
import { refusal } from "../../text/refusals.ts";
import { Brand, Icon, type IconName } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";
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
  hours: "clock",
  links: "users",
  organisation: "sliders",
  audit: "tally",
};

interface Props {
  /** The address, from `/admin` on. */
  readonly path: string;
  readonly go: (path: string) => void;
  readonly corner: ReactNode;
}

/** The administration (docs/admin/rest.md): what is configured, said in sentences and changed in them. */
export function Administration({ path, go, corner }: Props) {
  const { t } = useLingui();
  const known = useLists();
  const [made, setMade] = useState<Secret | null>(null);
  const [, , wanted = "", id] = path.split("/");
  const place = wanted === "" ? "queues" : wanted;
  const all = pages();
  const title = place === "audit" ? t`Changes` : (all[place]?.title ?? t`Administration`);
  useEffect(() => {
    document.title = `${title} - Cordboard`;
  }, [title]);
  if (known === null) return null;
  const audit = typeof known !== "string" && known.overview.rights.includes("admin.audit");
  const entries = [...Object.keys(all), ...(audit ? ["audit"] : [])];
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
          <a
            key={name}
            href={`/admin/${name}`}
            aria-current={name === place ? "page" : undefined}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey) return;
              event.preventDefault();
              go(`/admin/${name}`);
            }}
          >
            <Icon name={ICONS[name] ?? "sliders"} />
            {name === "audit" ? t`Changes` : all[name]?.title}
          </a>
        ))}
      </nav>
      {typeof known === "string" ? (
        <main className="adm-sheet">
          <Note kind="problem">{refusedWords(known, {}) ?? refusal(known)}</Note>
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
          tell={setMade}
        />
      )}
    </div>
  );
}

/** A password that was made with a new phone: shown on its page, until another one is made. */
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
  readonly tell: (made: Secret) => void;
}

function Place({ place, id, known, audit, go, made, tell }: PlaceProps) {
  const { t } = useLingui();
  const page = pages()[place];
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
  const only = page.add === undefined ? rows[0]?.id : undefined;
  const chosen = only ?? (id === undefined ? undefined : decodeURIComponent(id));
  const row = rows.find((one) => one.id === chosen);
  if (chosen === undefined || (row === undefined && chosen !== "new")) {
    return <Things page={page} place={place} rows={rows} lists={known.lists} may={may} go={go} />;
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
        made={(of, password) => tell({ id: of, password })}
        done={(to) => go(`/admin/${place}${to === undefined ? "" : `/${encodeURIComponent(to)}`}`)}
      />
      {audit && row !== undefined && (
        <aside className="adm-trail" aria-label={t`Changes`}>
          <h2>{t`Changes`}</h2>
          <Changes known={known} resource={place} thing={row.id} version={row.version} />
        </aside>
      )}
    </main>
  );
}
