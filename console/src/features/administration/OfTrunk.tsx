import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { admin, type Row } from "../../connection/admin.ts";
import { useAsk } from "../../connection/ask.ts";
import { phoneNumber } from "../../model/format.ts";
import { Press } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";
import { refusalWords } from "./words.ts";

interface Test {
  readonly number: string;
  readonly result: string;
  readonly cause: number;
}

/** How a trunk is now, and a call over it that shows whether it works. */
export function OfTrunk({ row, may }: { readonly row: Row; readonly may: boolean }) {
  const { t } = useLingui();
  const [number, setNumber] = useState("");
  const { busy, problem, ask } = useAsk();
  const test = row["test"] as Test | null;
  const going = test?.result === "dialling";
  const ring = (event: FormEvent): void => {
    event.preventDefault();
    if (number.trim() === "" || going) return;
    void ask(() => admin.testCall(row.id, number));
  };
  return (
    <>
      <div className="adm-rule">
        <h2>{t`Now`}</h2>
        <div className="adm-say">
          <p role="status">{stateSentence()}</p>
        </div>
      </div>
      {may && (
        <div className="adm-rule">
          <h2>{t`Test call`}</h2>
          <div className="adm-say">
            <form className="adm-acts" onSubmit={ring}>
              <input
                className="v"
                type="tel"
                aria-label={t`Number to ring`}
                placeholder={t`for example your mobile phone`}
                value={number}
                onChange={(event) => setNumber(event.target.value)}
                style={{ width: "26ch" }}
              />
              <Press
                className="btn"
                type="submit"
                busy={busy}
                off={
                  number.trim() === ""
                    ? t`Type a number first.`
                    : going
                      ? t`A test call is going on.`
                      : undefined
                }
              >{t`Ring this number`}</Press>
            </form>
            <p role="status">
              {test === null
                ? t`Whoever answers hears the own voice back, for ten seconds at most.`
                : testSentence(test)}
            </p>
            {problem !== null && <Note kind="problem">{refusalWords(problem)}</Note>}
          </div>
        </div>
      )}
    </>
  );

  function stateSentence(): string {
    switch (row["state"]) {
      case "fine":
        return row["user_name"] === null
          ? t`The provider answers.`
          : t`The provider answers, and Cordboard is registered there.`;
      case "not_registered":
        return row["state_detail"] === "Rejected"
          ? t`The provider refuses to register us: see that user name and password are right.`
          : t`Cordboard is not registered with the provider yet: it does not answer, or this takes a moment.`;
      case "no_answer":
        return t`The provider does not answer: see that address, port and transport are right, and that no firewall is between.`;
      default:
        return t`It is not known yet how this trunk is.`;
    }
  }

  function testSentence({ number: rung, result, cause }: Test): string {
    const whom = phoneNumber(rung);
    switch (result) {
      case "dialling":
        return t`Ringing ${whom}…`;
      case "answered":
        return t`${whom} was answered: calling out works.`;
      case "busy":
        return t`${whom} is busy. The call got there: calling out works.`;
      case "no_answer":
        return t`${whom} did not answer. The provider took the call.`;
      case "unknown_number":
        return t`The provider does not know ${whom}: see how it wants numbers written.`;
      case "refused":
        return t`The provider refused the call: see the account, and whether it lets us show this number of ours.`;
      case "no_sound":
        return t`The provider and Cordboard have no sound in common: see which codecs it takes.`;
      case "unreachable":
        return t`The provider cannot be reached: see address, port and transport.`;
      default:
        return t`The call failed (cause ${cause}).`;
    }
  }
}
