import { Plural, useLingui } from "@lingui/react/macro";
import { admin, type Row } from "../../connection/admin.ts";
import { useAsk } from "../../connection/ask.ts";
import { Press } from "../../ui/controls.tsx";
import { carryOut } from "./carry-out.ts";
import { DeleteOrganisation } from "./DeleteOrganisation.tsx";
import type { Known } from "./use-lists.ts";
import { invitedWords, noMailWords } from "./words.ts";

interface Props {
  readonly row: Row;
  readonly known: Known;
  /** There is no such organisation any more. */
  readonly gone: () => void;
}

/** How large it is, the letter once more for an administrator who has not chosen a password, and its end. */
export function OfOrganisation({ row, known, gone }: Props) {
  const { t } = useLingui();
  const { busy, ask } = useAsk();
  const invite = (): void =>
    void ask(() =>
      carryOut(() => admin.act("organisations", row.id, "invitation"), invitedWords(known.overview.mail)),
    );
  return (
    <>
      <div className="adm-rule">
        <h2>{t`Inside it`}</h2>
        <div className="adm-say">
          <p>
            <Plural value={Number(row["users"])} one="# user" other="# users" />,{" "}
            <Plural value={Number(row["queues"])} one="# queue" other="# queues" />.{" "}
            {row["demo"] === true && <>{t`This is the demo, with people and numbers that do not exist.`} </>}
            {t`What is set up there is seen by its own administrators only.`}
          </p>
          {known.overview.mail === "outbox" && <p className="faint">{noMailWords()}</p>}
          <p className="adm-acts">
            <Press
              className="btn"
              onPress={invite}
              busy={busy}
              tip={t`Goes to administrators who have not chosen a password yet.`}
            >{t`Send the invitation again`}</Press>
          </p>
        </div>
      </div>
      {/* Nobody deletes the organisation from which that is done. */}
      {row.id !== known.lists["organisation"]?.[0]?.id && (
        <DeleteOrganisation row={row} known={known} gone={gone} />
      )}
    </>
  );
}
