import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { api, Refused } from "../../connection/api.ts";
import type { CallView } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { refusal } from "../../text/refusals.ts";
import { Press } from "../../ui/controls.tsx";
import { LastInUrgent } from "../../ui/LastInUrgent.tsx";
import { Note } from "../../ui/Note.tsx";
import { Window } from "../../ui/Window.tsx";

type OwnCall = Pick<CallView, "id" | "state" | "name" | "number" | "queue_name">;

interface Props {
  readonly open: boolean;
  /** Name of the paired phone; null: there is none, or it is not known here, so only logging out is asked. */
  readonly device: string | null;
  /** Who says No goes on at the desk phone, queues too: the organisation wants it (D17). */
  readonly keeps?: boolean;
  /** The calls that this person has now. */
  readonly calls: readonly OwnCall[];
  readonly close: () => void;
  readonly loggedOut: () => void;
}

/** Also log out of the phone? Yes, no, or not at all (4-b to 4-d, D17). */
export function LogOut({ open, device, keeps = false, calls, close, loggedOut }: Props) {
  const { t } = useLingui();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  /** Nobody would be left in this urgent queue: asked once more, with the answer about the phone. */
  const [last, setLast] = useState<{ readonly queue: string; readonly deviceToo: boolean } | null>(null);
  const held = calls.filter((call) => call.state === "held");
  const talking = calls.filter((call) => call.state !== "held");

  async function leave(deviceToo: boolean, confirmed = false): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await api.logOut(deviceToo, confirmed);
      loggedOut();
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason;
      // Who is already logged out has what was asked for.
      if (reason.code === "no_session") loggedOut();
      else if (reason.code === "last_in_urgent") setLast({ queue: reason.args["queue"] ?? "", deviceToo });
      else setProblem(refusal(reason.code, reason.args));
    } finally {
      setBusy(false);
    }
  }

  const cancel = (): void => {
    setProblem(null);
    setLast(null);
    close();
  };
  const stay = (
    <Press className="btn" data={{ "data-kind": "plain" }} onPress={cancel}>
      {t`Cancel`}
    </Press>
  );

  if (last !== null) {
    return (
      <LastInUrgent
        open={open}
        queue={last.queue}
        stay={t`Cancel`}
        go={t`Log out anyway`}
        busy={busy}
        close={cancel}
        confirm={() => void leave(last.deviceToo, true)}
      >
        {problem !== null && <Note kind="problem">{problem}</Note>}
      </LastInUrgent>
    );
  }
  // Nobody would take them off hold any more: not a warning, a stop.
  const off = held.length > 0 ? t`First take off hold or end who is on hold.` : undefined;
  return (
    <Window
      open={open}
      close={cancel}
      alert
      title={device === null ? t`Log out?` : t`Log out on your phone too?`}
      acts={
        <>
          {stay}
          {device !== null && (
            <Press className="btn" busy={busy} off={off} onPress={() => void leave(false)}>
              {t`No`}
            </Press>
          )}
          <Press
            className="btn"
            data={{ "data-kind": "primary" }}
            busy={busy}
            off={off}
            onPress={() => void leave(device !== null)}
          >
            {device === null ? t`Log out` : t`Yes`}
          </Press>
        </>
      }
    >
      {problem !== null && <Note kind="problem">{problem}</Note>}
      {held.length > 0 && (
        <Note kind="problem">
          {t`On hold, and nobody could resume them. First take them off hold or end them:`}
          <Names calls={held} />
        </Note>
      )}
      {talking.length > 0 && (
        <Note kind="attention">
          {t`These calls go on at your phone; here you can no longer reach them:`}
          <Names calls={talking} />
        </Note>
      )}
      {device !== null && (
        <p>
          {keeps
            ? t`Yes: you also leave ${device}. No: you stay logged in there, also for your queues, and calls ring there.`
            : t`Yes: you also leave ${device}. No: you stay logged in there, and direct calls still reach you. Either way you are signed out of your queues.`}
        </p>
      )}
    </Window>
  );
}

function Names({ calls }: { calls: readonly OwnCall[] }) {
  return (
    <ul className="note-list">
      {calls.map((call) => (
        <li key={call.id}>
          {partyName(call)}
          {call.queue_name !== null && `, ${call.queue_name}`}
        </li>
      ))}
    </ul>
  );
}
