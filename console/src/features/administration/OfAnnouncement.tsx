import { useLingui } from "@lingui/react/macro";
import { admin, type Row } from "../../connection/admin.ts";
import { Press } from "../../ui/controls.tsx";
import { Sound } from "./Sound.tsx";
import type { Known } from "./use-lists.ts";

interface Props {
  readonly row: Row;
  readonly may: boolean;
  readonly known: Known;
}

/** Listen to an announcement, put a recording in its place, have our voice again. */
export function OfAnnouncement({ row, may, known }: Props) {
  const { t } = useLingui();
  return (
    <Sound
      id={row.id}
      place="announcements"
      version={row["ms"] === null ? null : row.version}
      may={may}
      known={known}
      says={
        <>
          <p>
            {row["source"] === "ours" && t`It is spoken by Cordboard's own voice.`}
            {row["source"] === "spoken" && t`It is your own text, spoken by Cordboard's voice.`}
            {row["source"] === "recorded" && t`It is a recording of your own.`}
          </p>
          {row["ms"] === null && (
            <p className="faint">{t`There is no sound of it: set-up has not spoken it.`}</p>
          )}
        </>
      }
      more={(busy, carryOut) =>
        row["source"] !== "ours" && (
          <Press
            className="btn"
            busy={busy}
            onPress={() =>
              carryOut(() => admin.ownVoice(row.id), t`Cordboard's own voice is heard from now on.`)
            }
          >{t`Cordboard's own voice again`}</Press>
        )
      }
    />
  );
}
