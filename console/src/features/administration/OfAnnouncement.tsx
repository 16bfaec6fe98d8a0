import { useLingui } from "@lingui/react/macro";
import type { ChangeEvent } from "react";
import { admin, type Row } from "../../connection/admin.ts";
import { useAsk } from "../../connection/ask.ts";
import { Press } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";
import { toast } from "../../ui/toast.tsx";
import { Recorder } from "./Recorder.tsx";
import { TelephoneRecorder } from "./TelephoneRecorder.tsx";
import { toTelephone } from "./telephone-sound.ts";
import type { Known } from "./use-lists.ts";
import { problemWords, refusalWords } from "./words.ts";

interface Props {
  readonly row: Row;
  readonly may: boolean;
  readonly known: Known;
}

/** Listen to an announcement, put a recording in its place, have our voice again. */
export function OfAnnouncement({ row, may, known }: Props) {
  const { t } = useLingui();
  const { busy, problem, ask } = useAsk();
  const carryOut = (work: () => Promise<unknown>, words: string): void =>
    void ask(async () => {
      await work();
      await known.reread("announcements");
      toast(words, "check", "ringing");
    });

  async function choose(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const chosen = event.target.files?.[0];
    // The same file may be chosen again, when it has become another one.
    event.target.value = "";
    if (chosen === undefined) return;
    let sound: Blob;
    try {
      sound = await toTelephone(await chosen.arrayBuffer());
    } catch {
      toast(problemWords("bad_sound", {}));
      return;
    }
    carryOut(() => admin.record(row.id, sound), t`This recording is heard from now on.`);
  }

  return (
    <div className="adm-rule">
      <h2>{t`Sound`}</h2>
      <div className="adm-say">
        <p>
          {row["source"] === "ours" && t`It is spoken by Cordboard's own voice.`}
          {row["source"] === "spoken" && t`It is your own text, spoken by Cordboard's voice.`}
          {row["source"] === "recorded" && t`It is a recording of your own.`}
        </p>
        {row["ms"] === null ? (
          <p className="faint">{t`There is no sound of it: set-up has not spoken it.`}</p>
        ) : (
          // What it says stands beside it.
          // biome-ignore lint/a11y/useMediaCaption: the text is on this page
          <audio
            key={row.version}
            controls
            preload="none"
            aria-label={t`Listen`}
            src={admin.sound(row.id, row.version)}
          />
        )}
        {may && (
          <div className="adm-acts">
            <label className="btn adm-file">
              {t`A recording of your own (WAV or MP3)`}
              <input type="file" accept="audio/*" disabled={busy} onChange={(event) => void choose(event)} />
            </label>
            <Recorder
              busy={busy}
              keep={(sound) =>
                carryOut(() => admin.record(row.id, sound), t`This recording is heard from now on.`)
              }
            />
            <TelephoneRecorder
              key={row.id}
              id={row.id}
              kept={() => {
                void known.reread("announcements");
                toast(t`This recording is heard from now on.`, "check", "ringing");
              }}
            />
            {row["source"] !== "ours" && (
              <Press
                className="btn"
                busy={busy}
                onPress={() =>
                  carryOut(() => admin.ownVoice(row.id), t`Cordboard's own voice is heard from now on.`)
                }
              >{t`Cordboard's own voice again`}</Press>
            )}
          </div>
        )}
        {problem !== null && <Note kind="problem">{refusalWords(problem)}</Note>}
      </div>
    </div>
  );
}
