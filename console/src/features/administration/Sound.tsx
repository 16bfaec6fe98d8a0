import { useLingui } from "@lingui/react/macro";
import { type ChangeEvent, type ReactNode, useState } from "react";
import { admin } from "../../connection/admin.ts";
import { Refused } from "../../connection/api.ts";
import { useAsk } from "../../connection/ask.ts";
import { Note } from "../../ui/Note.tsx";
import { toast } from "../../ui/toast.tsx";
import { Recorder } from "./Recorder.tsx";
import { TelephoneRecorder } from "./TelephoneRecorder.tsx";
import { isTooLong, toTelephone } from "./telephone-sound.ts";
import type { Known } from "./use-lists.ts";
import { problemWords, refusalWords } from "./words.ts";

interface Props {
  /** In the routes of sounds. */
  readonly id: string;
  /** The list in which it stands. */
  readonly place: string;
  /** Another one when something else is heard; null: there is nothing to hear. */
  readonly version: string | null;
  readonly may: boolean;
  readonly known: Known;
  /** How it is, in words. */
  readonly says: ReactNode;
  /** What else can be done with it. */
  readonly more: (
    busy: boolean,
    carryOut: (work: () => Promise<unknown>, words: string) => void,
  ) => ReactNode;
}

/** What callers hear: listen to it, put a recording in its place. */
export function Sound({ id, place, version, may, known, says, more }: Props) {
  const { t } = useLingui();
  const { busy, problem, ask, refuse } = useAsk();
  // Another recording of the same length is told by nothing else, and the browser keeps what it has at an address.
  const [heard, setHeard] = useState(() => Date.now());
  const again = async (words: string): Promise<void> => {
    await known.reread(place);
    setHeard(Date.now());
    toast(words, "check", "ringing");
  };
  const carryOut = async (work: () => Promise<unknown>, words: string): Promise<boolean> => {
    const done = await ask(async () => {
      await work();
      await again(words);
    });
    return done !== undefined;
  };
  const keep = async (sound: Blob): Promise<boolean> => {
    if (isTooLong(sound)) {
      refuse(new Refused({ code: "sound_too_long", args: {} }));
      return false;
    }
    return await carryOut(() => admin.record(id, sound), t`This recording is heard from now on.`);
  };

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
    await keep(sound);
  }

  return (
    <div className="adm-rule">
      <h2>{t`Sound`}</h2>
      <div className="adm-say">
        {says}
        {version !== null && (
          // What it says stands beside it.
          // biome-ignore lint/a11y/useMediaCaption: the text is on this page
          <audio
            key={`${version} ${heard}`}
            controls
            preload="none"
            aria-label={t`Listen`}
            src={admin.sound(id, `${version}-${heard}`)}
          />
        )}
        {may && (
          <div className="adm-acts">
            <label className="btn file-choice">
              {t`A recording of your own (WAV or MP3)`}
              <input type="file" accept="audio/*" disabled={busy} onChange={(event) => void choose(event)} />
            </label>
            <Recorder busy={busy} keep={keep} />
            <TelephoneRecorder
              key={id}
              id={id}
              kept={() => void again(t`This recording is heard from now on.`)}
            />
            {more(busy, (work, words) => void carryOut(work, words))}
          </div>
        )}
        {problem !== null && <Note kind="problem">{refusalWords(problem)}</Note>}
      </div>
    </div>
  );
}
