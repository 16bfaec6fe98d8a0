import { useLingui } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import { Press } from "../../ui/controls.tsx";
import { toast } from "../../ui/toast.tsx";
import { toTelephone } from "./telephone-sound.ts";
import { problemWords } from "./words.ts";

interface Props {
  readonly busy: boolean;
  /** It is good: have it be heard. False: it is not, and was not lost by it. */
  readonly keep: (sound: Blob) => Promise<boolean>;
}

/** Records with this browser's microphone: speak, listen, keep it or try again. */
export function Recorder({ busy, keep }: Props) {
  const { t } = useLingui();
  const recorder = useRef<MediaRecorder | null>(null);
  const asking = useRef(false);
  const gone = useRef(false);
  const [records, setRecords] = useState(false);
  const [draft, setDraft] = useState<{ readonly sound: Blob; readonly url: string } | null>(null);
  useEffect(() => {
    if (draft === null) return;
    return () => URL.revokeObjectURL(draft.url);
  }, [draft]);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      if (recorder.current !== null) release(recorder.current.stream);
    };
  }, []);

  async function begin(): Promise<void> {
    // The browser asks for the microphone first; a second click meanwhile would open it twice.
    if (asking.current) return;
    asking.current = true;
    setDraft(null);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (gone.current) {
        release(stream);
        return;
      }
      const made = new MediaRecorder(stream);
      const parts: Blob[] = [];
      made.ondataavailable = ({ data }) => void parts.push(data);
      made.onstop = () => {
        release(stream);
        if (gone.current) return;
        setRecords(false);
        void listen(new Blob(parts));
      };
      recorder.current = made;
      made.start();
      setRecords(true);
    } catch {
      if (!gone.current) toast(t`The microphone cannot be used.`);
    } finally {
      asking.current = false;
    }
  }

  async function listen(recorded: Blob): Promise<void> {
    try {
      // What is listened to is what callers will hear.
      const sound = await toTelephone(await recorded.arrayBuffer());
      setDraft({ sound, url: URL.createObjectURL(sound) });
    } catch {
      toast(problemWords("bad_sound", {}));
    }
  }

  async function keepDraft(sound: Blob): Promise<void> {
    // Whatever is wrong, what was spoken is still there to try again with.
    if (await keep(sound)) setDraft(null);
  }

  return (
    <>
      {records ? (
        <Press className="btn" data={{ "data-kind": "danger" }} onPress={() => recorder.current?.stop()}>
          {t`Stop recording`}
        </Press>
      ) : (
        <Press className="btn" busy={busy} onPress={() => void begin()}>
          {draft === null ? t`Record with the microphone` : t`Record again`}
        </Press>
      )}
      {draft !== null && (
        <>
          {/* biome-ignore lint/a11y/useMediaCaption: the text is on this page */}
          <audio controls aria-label={t`The new recording`} src={draft.url} />
          <Press
            className="btn"
            data={{ "data-kind": "primary" }}
            busy={busy}
            onPress={() => void keepDraft(draft.sound)}
          >{t`Keep this recording`}</Press>
        </>
      )}
    </>
  );
}

/** The microphone is free again. */
function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
