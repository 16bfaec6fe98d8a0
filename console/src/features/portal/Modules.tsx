import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import type { Module, SessionInfo } from "../../model/wire.ts";
import { Icon, type IconName } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";

interface Tile {
  readonly icon: IconName;
  readonly name: MessageDescriptor;
  readonly about: MessageDescriptor;
  /** Where it opens; only what exists has one. */
  readonly path?: string;
}

const TILES: Record<Module["id"], Tile> = {
  operator: {
    icon: "headset",
    name: msg`Operator`,
    about: msg`Queues, calls and your phone`,
    path: "/operator",
  },
  callback: {
    icon: "callback",
    name: msg`Call back`,
    about: msg`Appointments to call people back`,
    path: "/operator#callback",
  },
  wallboard: { icon: "screen", name: msg`Wallboard`, about: msg`Queues on a big screen` },
  reports: { icon: "chart", name: msg`Reports`, about: msg`Availability and waiting times` },
  administration: {
    icon: "sliders",
    name: msg`Administration`,
    about: msg`Queues, groups and rights`,
    path: "/admin",
  },
};

interface Props {
  readonly session: SessionInfo;
  readonly missing: readonly string[];
  readonly hour: number;
}

/** The modules of the organisation; one that is not active is shown but cannot be chosen (1.1-l). */
export function Modules({ session, missing, hour }: Props) {
  const { t, i18n } = useLingui();
  const name = session.name.split(" ")[0] ?? session.name;
  const greeting =
    hour < 6
      ? t`Good night, ${name}`
      : hour < 12
        ? t`Good morning, ${name}`
        : hour < 18
          ? t`Good afternoon, ${name}`
          : t`Good evening, ${name}`;
  return (
    <main className="wide">
      <h1>{greeting}</h1>
      {missing.length > 0 && (
        <Note kind="attention">
          {t`This browser cannot do all that Cordboard needs (${missing.join(", ")}). Use a recent Chrome, Edge, Firefox or Safari.`}
        </Note>
      )}
      <div className="mods">
        {session.modules.map(({ id, active }) => {
          const tile = TILES[id];
          const inside = (
            <>
              <Icon name={tile.icon} size={24} />
              <h2>{i18n._(tile.name)}</h2>
              <p>{i18n._(tile.about)}</p>
            </>
          );
          const main = id === "operator" ? { "data-main": "" } : {};
          return active && tile.path !== undefined ? (
            <a key={id} className="mod" href={tile.path} target="_blank" rel="noopener" {...main}>
              {inside}
              <small>{t`Opens in a new tab`}</small>
            </a>
          ) : (
            <a key={id} className="mod" role="link" aria-disabled="true" {...main}>
              {inside}
              <small>
                {tile.path === undefined
                  ? t`Not in this version yet.`
                  : session.contact === ""
                    ? t`Not activated. Ask your administrator.`
                    : t`Not activated. Get in touch to activate it.`}
              </small>
              {tile.path !== undefined && session.contact !== "" && <small>{session.contact}</small>}
            </a>
          );
        })}
      </div>
    </main>
  );
}
