import { useLingui } from "@lingui/react/macro";
import { useCallback, useEffect, useRef, useState } from "react";
import { admin, type Take } from "../../connection/admin.ts";
import { Refused } from "../../connection/api.ts";
import { useAsk } from "../../connection/ask.ts";
import { Press } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";
import { refusalWords } from "./words.ts";

const LOOK_MS = 700;

interface Props {
  /** Of the announcement. */
  readonly id: string;
  /** It is heard from now on. */
  readonly kept: () => void;
}

/** Records on a telephone: it rings, one speaks, and keeps it there with a key or here with a click. */
export function TelephoneRecorder({ id, kept }: Props) {
  const { t } = useLingui();
  const { busy, problem, ask, clear } = useAsk();
  const [take, setTake] = useState<Take | null>(null);
  const [chosen, setChosen] = useState("");
  const told = useRef(kept);
  told.current = kept;
  const last = useRef<Take | null>(null);
  // Who hangs up while speaking is off the line a moment before the recording is there.
  const live = take !== null && (take.on_the_line || take.state === "recording");
  const look = useCallback(async () => {
    try {
      const now = await admin.take(id);
      const before = last.current;
      last.current = now;
      setTake(now);
      if (now.state === "kept" && before !== null && before.state !== "kept") told.current();
    } catch (reason) {
      // What was seen last is shown until the server can be asked again; one that cannot ring has no button.
      if (!(reason instanceof Refused)) throw reason;
    }
  }, [id]);
  useEffect(() => void look(), [look]);
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [live, look]);
  if (take === null) return null;

  const telephone = take.own === null ? chosen : null;
  const done = !live && take.take !== null && take.state === "done";
  const does = (work: () => Promise<unknown>): void =>
    void ask(async () => {
      await work();
      await look();
    });
  return (
    <>
      {live ? (
        <Press
          className="btn"
          data={{ "data-kind": "danger" }}
          busy={busy}
          onPress={() => does(() => admin.throwAway(id))}
        >{t`Stop, and hang up`}</Press>
      ) : (
        <span className="adm-pair">
          {take.own === null && (
            <select
              className="v"
              aria-label={t`Telephone to record on`}
              value={chosen}
              onChange={(event) => setChosen(event.target.value)}
            >
              <option value="">{t`choose a telephone`}</option>
              {take.telephones.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          )}
          <Press
            className="btn"
            busy={busy}
            off={telephone === "" ? t`Choose the telephone that has to ring first.` : undefined}
            onPress={() => {
              clear();
              does(() => admin.ring(id, telephone));
            }}
          >{t`Record by telephone`}</Press>
        </span>
      )}
      <p role="status">{sentence()}</p>
      {done && take.take !== null && (
        <>
          {/* biome-ignore lint/a11y/useMediaCaption: the text is on this page */}
          <audio controls aria-label={t`The new recording`} src={admin.takeSound(id, take.take)} />
          <Press
            className="btn"
            data={{ "data-kind": "primary" }}
            busy={busy}
            onPress={() => does(() => admin.keepTake(id))}
          >{t`Keep this recording`}</Press>
          <Press
            className="btn"
            busy={busy}
            onPress={() => does(() => admin.throwAway(id))}
          >{t`Throw it away`}</Press>
        </>
      )}
      {problem !== null && <Note kind="problem">{refusalWords(problem)}</Note>}
    </>
  );

  function sentence(): string {
    const phone = take?.device ?? "";
    switch (take?.state) {
      case "ringing":
        return t`${phone} rings. Pick it up.`;
      case "recording":
        return t`Recording on ${phone}: speak after the tone, and end with #.`;
      case "listening":
        return t`The recording is played on ${phone}. Press 1 there to keep it or 2 to do it again, or hang up and decide here.`;
      case "done":
        return t`It is recorded. Callers hear it when you keep it.`;
      case "failed":
        return take?.wrong == null ? "" : wrong(take.wrong, phone);
      default:
        return "";
    }
  }

  function wrong(code: string, phone: string): string {
    switch (code) {
      case "busy":
        return t`${phone} is busy. Nothing has changed.`;
      case "rejected":
        return t`${phone} refused the call. Nothing has changed.`;
      case "no_answer":
        return t`${phone} was not picked up. Nothing has changed.`;
      case "not_reached":
        return t`${phone} could not be rung. Nothing has changed.`;
      case "nothing_said":
        return t`Nothing was said. Nothing has changed.`;
      case "lost":
        return t`The line broke. Nothing has changed.`;
      default:
        return t`The exchange did not give the recording. Nothing has changed.`;
    }
  }
}
