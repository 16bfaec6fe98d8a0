import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { admin, type Row } from "../../connection/admin.ts";
import { Press } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";
import { PageLink } from "../../ui/PageLink.tsx";
import { Window } from "../../ui/Window.tsx";
import { isSilent, lengthWords, OWN, soundId, usesOf } from "./own-announcements.ts";
import { Sound } from "./Sound.tsx";
import type { Known } from "./use-lists.ts";
import { useSpeaking } from "./use-speaking.ts";

interface Props {
  readonly row: Row;
  readonly may: boolean;
  readonly known: Known;
  readonly go: (path: string) => void;
}

/** What is heard of one of the organisation's own, how to make it otherwise, and where callers hear it. */
export function OfOwnAnnouncement({ row, may, known, go }: Props) {
  const { t } = useLingui();
  const { isLate, again } = useSpeaking([row], known.reread);
  const [asks, setAsks] = useState(false);
  const { source, ms, speaking } = row;
  const isRecorded = source === "recorded";
  const hasText = row["text"] !== "";
  const uses = usesOf(row.id, known.lists);
  return (
    <>
      <Sound
        id={soundId(row)}
        place={OWN}
        version={source === "none" ? null : `${row.version}-${source}-${ms}-${speaking}`}
        may={may}
        known={known}
        says={
          <div role="status">
            {isSilent(row) ? (
              <Note kind="attention">{nothing()}</Note>
            ) : (
              <p>{speaking === true ? beingSpoken() : heard()}</p>
            )}
          </div>
        }
        more={(busy, carryOut) => {
          const speak = (): void => {
            setAsks(false);
            carryOut(
              () => admin.ownVoice(soundId(row)),
              hasText ? t`Cordboard's voice is heard from now on.` : t`The recording has been deleted.`,
            );
          };
          return (
            <>
              {isLate && <Press className="btn" onPress={again}>{t`Look again`}</Press>}
              {isSilent(row) && hasText && (
                <Press className="btn" busy={busy} onPress={speak}>{t`Speak the text`}</Press>
              )}
              {isRecorded && (
                <Press className="btn" busy={busy} onPress={() => setAsks(true)}>
                  {hasText ? t`Cordboard's voice again` : t`Delete the recording`}
                </Press>
              )}
              <Window
                title={t`Delete the recording?`}
                open={asks}
                close={() => setAsks(false)}
                alert
                acts={
                  <>
                    <Press className="btn" onPress={() => setAsks(false)}>{t`No`}</Press>
                    <Press className="btn" data={{ "data-kind": "danger" }} onPress={speak}>
                      {t`Delete`}
                    </Press>
                  </>
                }
              >
                <p>
                  {hasText
                    ? t`Cordboard's voice then speaks the text. The recording cannot be had back.`
                    : t`Nothing is heard then. The recording cannot be had back.`}
                </p>
              </Window>
            </>
          );
        }}
      />
      <div className="adm-rule">
        <h2>{t`Used`}</h2>
        <div className="adm-say">
          {uses.length === 0 ? (
            <p>{t`No caller hears it yet. Choose it as the greeting or the music of a queue, as what is heard on hold or when nobody can answer, or give it a number of its own.`}</p>
          ) : (
            <ul className="adm-uses">
              {uses.map(({ words, place, id }) => {
                const to = `/admin/${place}/${encodeURIComponent(id)}`;
                return (
                  <li key={`${place} ${id} ${words}`}>
                    <PageLink to={to} open={() => go(to)}>
                      {words}
                    </PageLink>
                  </li>
                );
              })}
            </ul>
          )}
        </div>
      </div>
    </>
  );

  function beingSpoken(): string {
    if (isLate) return t`The text is still being spoken: that takes longer than usual.`;
    return source === "none"
      ? t`The text is being spoken, and can be heard in a moment.`
      : t`The new text is being spoken. Until it is ready, callers hear the old one.`;
  }

  function heard(): string {
    const said = isRecorded ? t`It is a recording of your own.` : t`Cordboard's voice speaks the text.`;
    const length = typeof ms === "number" ? lengthWords(ms) : "";
    return [
      said,
      ...(length === "" ? [] : [t`It lasts ${length}.`]),
      ...(isRecorded && hasText ? [t`The text itself is not spoken.`] : []),
    ].join(" ");
  }

  function nothing(): string {
    if (!may) return t`Callers hear nothing yet.`;
    return hasText
      ? t`Callers hear nothing yet: Cordboard's voice could not speak the text. Have it try again, or record it yourself.`
      : t`Callers hear nothing yet. Write a text above and save it, or record it here.`;
  }
}
