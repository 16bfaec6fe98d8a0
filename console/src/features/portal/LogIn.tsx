import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api, Refused } from "../../connection/api.ts";
import type { LogIn as Form, PortalInfo, SessionInfo } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { CodeField, Field, PasswordField } from "../../ui/Field.tsx";
import { Note } from "../../ui/Note.tsx";
import { PageLink } from "../../ui/PageLink.tsx";

interface Props {
  readonly info: PortalInfo | null;
  readonly missing: readonly string[];
  readonly loggedIn: (session: SessionInfo) => void;
  readonly forgotten: () => void;
}

/** User name and password (1.1-b), then the second step of who has one. What was typed stays, except the password. */
export function LogIn({ info, missing, loggedIn, forgotten }: Props) {
  const { t } = useLingui();
  const [problem, setProblem] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  /** Name and password that were right, while the code is asked; gone with the page. */
  const [proven, setProven] = useState<Form | null>(null);
  /** For who comes back from the second step: the name is still there, and the password is next. */
  const [typed, setTyped] = useState("");
  const password = useRef<HTMLInputElement>(null);
  const userName = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (proven === null && typed !== "") password.current?.focus();
  }, [proven, typed]);

  async function attempt(form: Form): Promise<Refused | null> {
    setBusy(true);
    try {
      loggedIn(await api.logIn(form));
      return null;
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason;
      setBusy(false);
      return reason;
    }
  }

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const form = {
      user_name: userName.current?.value.trim() ?? "",
      password: password.current?.value ?? "",
    };
    const refused = await attempt(form);
    if (refused === null) return;
    if (refused.code === "code_needed") {
      setProblem(null);
      setTyped(form.user_name);
      setProven(form);
      return;
    }
    setProblem(refused);
    if (password.current !== null) {
      password.current.value = "";
      password.current.focus();
    }
  }

  if (proven !== null) {
    return (
      <SecondStep
        busy={busy}
        check={(code) => attempt({ ...proven, code })}
        back={(reason) => {
          setProven(null);
          setProblem(reason);
        }}
      />
    );
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
        <Field
          ref={userName}
          label={t`User name`}
          name="username"
          defaultValue={typed}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <PasswordField ref={password} label={t`Password`} name="password" />
        <button type="submit" className="btn" data-kind="primary" data-tall aria-disabled={busy}>
          {t`Log in`}
        </button>
        <div className="links">
          <PageLink to="/forgot" open={forgotten}>
            {t`Forgotten password`}
          </PageLink>
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

interface SecondStepProps {
  readonly busy: boolean;
  /** Null: it was right. */
  readonly check: (code: string) => Promise<Refused | null>;
  /** To name and password again, with the reason when there is one. */
  readonly back: (reason: Refused | null) => void;
}

/** The code of the authenticator, or a recovery code when the telephone with it is lost. */
function SecondStep({ busy, check, back }: SecondStepProps) {
  const { t } = useLingui();
  const [problem, setProblem] = useState<Refused | null>(null);
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => code.current?.focus(), []);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const refused = await check(code.current?.value.trim() ?? "");
    if (refused === null) return;
    // The password was changed meanwhile: begin again.
    if (refused.code === "wrong_credentials") return back(refused);
    setProblem(refused);
    if (code.current !== null) {
      code.current.value = "";
      code.current.focus();
    }
  }

  return (
    <main className="box">
      <div>
        <h1>{t`Second step`}</h1>
        <p className="lead">{t`Type the six digits that your authenticator shows now. Is it lost? A recovery code works too, once.`}</p>
      </div>
      <form className="panel" onSubmit={(event) => void submit(event)}>
        {problem !== null && <Note kind="problem">{refusal(problem.code, problem.args)}</Note>}
        <CodeField ref={code} label={t`Code`} name="code" />
        <button type="submit" className="btn" data-kind="primary" data-tall aria-disabled={busy}>
          {t`Log in`}
        </button>
        <div className="links">
          <PageLink to="/" open={() => back(null)}>
            {t`Back to log in`}
          </PageLink>
        </div>
      </form>
    </main>
  );
}
