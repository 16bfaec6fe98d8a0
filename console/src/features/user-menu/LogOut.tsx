import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { api, Refused } from "../../connection/api.ts";
import { refusal } from "../../text/refusals.ts";
import { Press } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";
import { Window } from "../../ui/Window.tsx";

interface Props {
  readonly open: boolean;
  /** Name of the paired phone; null: there is none, so only logging out is asked. */
  readonly device: string | null;
  /** How many calls this person has now. */
  readonly calls: number;
  readonly close: () => void;
  readonly loggedOut: () => void;
}

/** Also log out of the phone? Yes, no, or not at all (4-b to 4-d, D17). */
export function LogOut({ open, device, calls, close, loggedOut }: Props) {
  const { t } = useLingui();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function leave(deviceToo: boolean): Promise<void> {
    setBusy(true);
    try {
      await api.logOut(deviceToo);
      loggedOut();
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason;
      // Who is already logged out has what was asked for.
      if (reason.code === "no_session") return loggedOut();
      setProblem(refusal(reason.code, reason.args));
    } finally {
      setBusy(false);
    }
  }

  const cancel = (): void => {
    setProblem(null);
    close();
  };

  return (
    <Window
      open={open}
      close={cancel}
      alert
      title={device === null ? t`Log out?` : t`Log out on your phone too?`}
      acts={
        <>
          <Press className="btn" data={{ "data-kind": "plain" }} onPress={cancel}>
            {t`Cancel`}
          </Press>
          {device !== null && (
            <Press className="btn" busy={busy} onPress={() => void leave(false)}>
              {t`No`}
            </Press>
          )}
          <Press
            className="btn"
            data={{ "data-kind": "primary" }}
            busy={busy}
            onPress={() => void leave(true)}
          >
            {device === null ? t`Log out` : t`Yes`}
          </Press>
        </>
      }
    >
      {problem !== null && <Note kind="problem">{problem}</Note>}
      {problem === null && calls > 0 && (
        <Note kind="attention">
          {plural(calls, {
            one: "You still have # call. It goes on at your phone; here you can no longer reach it.",
            other: "You still have # calls. They go on at your phone; here you can no longer reach them.",
          })}
        </Note>
      )}
      {device !== null && (
        <p>
          {t`Yes: you also leave ${device}. No: you stay logged in there, and direct calls still reach you. Either way you are signed out of your queues.`}
        </p>
      )}
    </Window>
  );
}
