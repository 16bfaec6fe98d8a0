import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useRef, useState } from "react";
import { api, Refused } from "../../connection/api.ts";
import type { PortalInfo, SessionInfo } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { Note } from "../../ui/Note.tsx";

interface Props {
  readonly info: PortalInfo | null;
  readonly missing: readonly string[];
  readonly loggedIn: (session: SessionInfo) => void;
  readonly forgotten: () => void;
}

/** User name and password (1.1-b). What was typed stays when it was wrong, except the password. */
export function LogIn({ info, missing, loggedIn, forgotten }: Props) {
  const { t } = useLingui();
  const [problem, setProblem] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  const userName = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      const form = {
        user_name: userName.current?.value.trim() ?? "",
        password: password.current?.value ?? "",
      };
      loggedIn(await api.logIn(form));
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason;
      setProblem(reason);
      setBusy(false);
      if (password.current !== null) {
        password.current.value = "";
        password.current.focus();
      }
    }
  }

  return (
    <main className="box">
      <h1>{t`Log in`}</h1>
      {missing.length > 0 && (
        <Note kind="attention">
          {t`This browser cannot do all that Cordboard needs (${missing.join(", ")}). Use a recent Chrome, Edge, Firefox or Safari.`}
        </Note>
      )}
      <form className="panel" onSubmit={(event) => void submit(event)}>
        {problem !== null && <Note kind="problem">{refusal(problem.code, problem.args)}</Note>}
        <div className="field">
          <label htmlFor="user-name">{t`User name`}</label>
          <input
            ref={userName}
            className="input"
            id="user-name"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
        </div>
        <div className="field">
          <label htmlFor="password">{t`Password`}</label>
          <input
            ref={password}
            className="input"
            id="password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
        </div>
        <button type="submit" className="btn" data-kind="primary" data-tall aria-disabled={busy}>
          {t`Log in`}
        </button>
        <div className="links">
          <a
            href="/forgot"
            onClick={(event) => {
              event.preventDefault();
              forgotten();
            }}
          >
            {t`Forgotten password`}
          </a>
        </div>
        {info !== null && info.demo.length > 0 && (
          <div className="demo">
            <p>{t`Demo organisation. The password stands in the window where Cordboard was started. Log in as:`}</p>
            <div>
              {info.demo.map((one) => (
                <button
                  key={one.user_name}
                  type="button"
                  className="btn"
                  onClick={() => {
                    if (userName.current !== null) userName.current.value = one.user_name;
                    password.current?.focus();
                  }}
                >
                  {one.name}
                </button>
              ))}
            </div>
          </div>
        )}
      </form>
    </main>
  );
}
