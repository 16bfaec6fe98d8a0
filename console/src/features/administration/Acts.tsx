import { useLingui } from "@lingui/react/macro";
import { admin, type Row } from "../../connection/admin.ts";
import { Press } from "../../ui/controls.tsx";
import { carryOut } from "./carry-out.ts";
import { OfAnnouncement } from "./OfAnnouncement.tsx";
import { OfLdap } from "./OfLdap.tsx";
import { OfNetwork } from "./OfNetwork.tsx";
import { OfOrganisation } from "./OfOrganisation.tsx";
import { OfOwnAnnouncement } from "./OfOwnAnnouncement.tsx";
import { OfTrunk } from "./OfTrunk.tsx";
import { OWN } from "./own-announcements.ts";
import type { Known } from "./use-lists.ts";
import { invitedWords, noMailWords } from "./words.ts";

interface Props {
  readonly place: string;
  readonly row: Row;
  readonly may: boolean;
  readonly known: Known;
  /** A password that was made a moment ago, to be read this once. */
  readonly password: string | null;
  /** The phone has another one from now on; null: nobody is to read it here. */
  readonly made: (id: string, password: string | null) => void;
  readonly go: (path: string) => void;
  /** It is no more. */
  readonly gone: () => void;
}

const MAKERS = [
  ["yealink", "Yealink"],
  ["snom", "Snom"],
  ["grandstream", "Grandstream"],
] as const;

/** What can be done with a thing beside changing it. */
export function Acts(props: Props) {
  if (props.place === "users") return <OfUser {...props} />;
  if (props.place === "announcements") {
    return <OfAnnouncement row={props.row} may={props.may} known={props.known} />;
  }
  if (props.place === OWN) {
    return <OfOwnAnnouncement row={props.row} may={props.may} known={props.known} go={props.go} />;
  }
  if (props.place === "organisations")
    return <OfOrganisation row={props.row} known={props.known} gone={props.gone} />;
  if (props.place === "network") return <OfNetwork row={props.row} />;
  if (props.place === "trunks") return <OfTrunk row={props.row} may={props.may} />;
  if (props.place === "ldap") return <OfLdap row={props.row} may={props.may} known={props.known} />;
  return props.place === "devices" ? <OfDevice {...props} /> : null;
}

function OfUser({ row, may, known }: Props) {
  const { t } = useLingui();
  const act = (what: string, words: string): void =>
    void carryOut(async () => {
      await admin.act("users", row.id, what);
      await known.again();
    }, words);
  return (
    <div className="adm-rule">
      <h2>{t`Logging in`}</h2>
      <div className="adm-say">
        <p>
          {row["has_password"] === true
            ? t`This person has chosen a password.`
            : t`This person has not chosen a password yet. An invitation by mail has a link for it.`}
        </p>
        {may && known.overview.mail === "outbox" && <p className="faint">{noMailWords()}</p>}
        {may && (
          <p className="adm-acts">
            <Press
              className="btn"
              onPress={() => act("invitation", invitedWords(known.overview.mail))}
            >{t`Send an invitation`}</Press>
            <Press
              className="btn"
              onPress={() => act("log_out", t`This person is logged out everywhere.`)}
            >{t`Log out everywhere`}</Press>
          </p>
        )}
      </div>
    </div>
  );
}

function OfDevice({ row, may, known, password, made }: Props) {
  const { t } = useLingui();
  const server = row["server"] as { host: string; port: number } | null;
  const by = row["used_by_name"];
  return (
    <>
      <div className="adm-rule">
        <h2>{t`Now`}</h2>
        <div className="adm-say">
          <p>
            {row["registered"] === true ? t`The phone is connected.` : t`The phone is not connected.`}{" "}
            {typeof by === "string" ? t`${by} is using it.` : t`Nobody is using it.`}
          </p>
          {may && typeof by === "string" && (
            <p className="adm-acts">
              <Press
                className="btn"
                onPress={() =>
                  void carryOut(async () => {
                    await admin.act("devices", row.id, "release");
                    await known.again();
                  }, t`The phone is free.`)
                }
              >{t`Take it from ${by}`}</Press>
            </p>
          )}
        </div>
      </div>
      {server !== null && (
        <div className="adm-rule">
          <h2>{t`In the phone`}</h2>
          <div className="adm-say">
            <dl className="adm-facts">
              <dt>{t`Server`}</dt>
              <dd>
                {server.host}:{server.port}
              </dd>
              <dt>{t`User name`}</dt>
              <dd>{String(row["user"])}</dd>
              <dt>{t`Password`}</dt>
              <dd>{password ?? t`shown once, when it is made`}</dd>
            </dl>
            {may && (
              <p className="adm-acts">
                <Press
                  className="btn"
                  onPress={() =>
                    void carryOut(
                      async () => made(row.id, await admin.newPassword(row.id)),
                      t`The old password no longer works.`,
                    )
                  }
                >{t`New password`}</Press>
                {MAKERS.map(([maker, name]) => (
                  <Press
                    key={maker}
                    className="btn"
                    tip={t`With a new password; the old one no longer works.`}
                    onPress={() =>
                      void carryOut(async () => {
                        const file = await admin.settingsFile(row.id, maker);
                        made(row.id, null);
                        download(file, maker);
                      }, "")
                    }
                  >{t`File for ${name}`}</Press>
                ))}
              </p>
            )}
          </div>
        </div>
      )}
    </>
  );
}

function download(file: Blob, maker: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = maker === "yealink" ? "yealink.cfg" : `${maker}.xml`;
  link.click();
  // The browser has taken it by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
