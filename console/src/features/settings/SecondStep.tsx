import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useRef, useState } from "react";
import { api } from "../../connection/api.ts";
import { useAsk } from "../../connection/ask.ts";
import type { SecondFactorInfo, SecondFactorStart } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { CodeField, PasswordField } from "../../ui/Field.tsx";
import { Note } from "../../ui/Note.tsx";

interface Props {
  readonly info: SecondFactorInfo;
  readonly changed: (info: SecondFactorInfo) => void;
}

/**
 * Where setting it up is:
 *
 *     rest -> asking (password) -> showing (picture, first code) -> codes (recovery codes, once) -> rest
 */
type Stage =
  | { readonly at: "rest" }
  | { readonly at: "asking" }
  | { readonly at: "showing"; readonly start: SecondFactorStart }
  | { readonly at: "codes"; readonly codes: readonly string[] };

/** A code of an authenticator beside the password: turn on, take away, recovery codes (ASVS 6.5). */
export function SecondStep({ info, changed }: Props) {
  const { t } = useLingui();
  const { busy, problem, ask, clear } = useAsk();
  const [stage, setStage] = useState<Stage>({ at: "rest" });
  const title = useRef<HTMLHeadingElement>(null);
  const go = (next: Stage): void => {
    clear();
    setStage(next);
    // The button that was pressed goes with its stage; who works by keyboard or by ear begins at the top of the next.
    title.current?.focus();
  };

  async function confirm(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const who = {
      password: String(typed.get("password")),
      code: String(typed.get("code") ?? "").trim(),
    };
    if (info.on) {
      if ((await ask(() => api.endSecondFactor(who))) === undefined) return;
      changed({ on: false, recovery_codes: 0 });
      return go({ at: "rest" });
    }
    const got = await ask(() => api.beginSecondFactor(who));
    if (got !== undefined) go({ at: "showing", start: got.answer });
  }

  async function finish(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code")).trim();
    const got = await ask(() => api.finishSecondFactor(code));
    if (got === undefined) return;
    const { codes } = got.answer;
    changed({ on: true, recovery_codes: codes.length });
    go({ at: "codes", codes });
  }

  const said = problem !== null && <Note kind="problem">{refusal(problem.code, problem.args)}</Note>;
  return (
    <section className="panel" aria-labelledby="own-second">
      <h2 id="own-second" ref={title} tabIndex={-1}>{t`Second step at log-in`}</h2>
      {stage.at === "rest" && (
        <>
          <p className="soft">
            {info.on
              ? plural(info.recovery_codes, {
                  one: "On. Log-in asks a code of your authenticator. # recovery code is left.",
                  other: "On. Log-in asks a code of your authenticator. # recovery codes are left.",
                })
              : t`Off. With it, log-in also asks the six digits that an authenticator on your telephone shows, so that your password alone opens nothing.`}
          </p>
          <div className="acts">
            <button type="button" className="btn" onClick={() => go({ at: "asking" })}>
              {info.on ? t`Turn off` : t`Turn on`}
            </button>
          </div>
        </>
      )}
      {stage.at === "asking" && (
        <form onSubmit={(event) => void confirm(event)}>
          {said}
          <PasswordField label={t`Present password`} name="password" />
          {info.on && <CodeField label={t`Code`} name="code" />}
          <div className="acts">
            <button type="button" className="btn" data-kind="plain" onClick={() => go({ at: "rest" })}>
              {t`Cancel`}
            </button>
            <button type="submit" className="btn" data-kind="primary" aria-disabled={busy}>
              {info.on ? t`Turn off` : t`Go on`}
            </button>
          </div>
        </form>
      )}
      {stage.at === "showing" && (
        <form onSubmit={(event) => void finish(event)}>
          <p>{t`Scan this picture with your authenticator, or type the key into it. Then type the six digits that it shows.`}</p>
          <img
            className="qr"
            src={stage.start.picture}
            alt={t`QR code for your authenticator; the key below says the same`}
          />
          <p className="field">
            <span className="label">{t`Key`}</span>
            <code className="own-key">{stage.start.secret.match(/.{1,4}/g)?.join(" ")}</code>
          </p>
          {said}
          <CodeField label={t`Code`} name="code" />
          <div className="acts">
            <button type="button" className="btn" data-kind="plain" onClick={() => go({ at: "rest" })}>
              {t`Cancel`}
            </button>
            <button type="submit" className="btn" data-kind="primary" aria-disabled={busy}>
              {t`Turn on`}
            </button>
          </div>
        </form>
      )}
      {stage.at === "codes" && (
        <>
          <Note kind="done">{t`The second step is on.`}</Note>
          <p>{t`Keep these recovery codes where you find them without your telephone. Each opens the door once. They are not shown again.`}</p>
          <ul className="own-codes">
            {stage.codes.map((code) => (
              <li key={code}>
                <code>{code}</code>
              </li>
            ))}
          </ul>
          <div className="acts">
            <button
              type="button"
              className="btn"
              onClick={() => void navigator.clipboard.writeText(stage.codes.join("\n"))}
            >
              {t`Copy`}
            </button>
            <button type="button" className="btn" data-kind="primary" onClick={() => go({ at: "rest" })}>
              {t`I have kept them`}
            </button>
          </div>
        </>
      )}
    </section>
  );
}
