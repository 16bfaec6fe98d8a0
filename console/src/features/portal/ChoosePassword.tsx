import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useEffect, useEffectEvent, useState } from "react";
import { api, Refused, UNREACHABLE } from "../../connection/api.ts";
import { useAsk } from "../../connection/ask.ts";
import type { PasswordLinkInfo, SessionInfo } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { Field, PasswordField } from "../../ui/Field.tsx";
import { Note } from "../../ui/Note.tsx";
import { PageLink } from "../../ui/PageLink.tsx";

interface Props {
  /** The secret of the link, from behind the # of the address. */
  readonly token: string;
  /** Left out: somebody is logged in here, whose language stays. */
  readonly speak: ((language: SessionInfo["language"]) => void) | undefined;
  readonly toLogIn: () => void;
  readonly toForgotten: () => void;
}

/** What the link in a mail opens: choose the first password, or another one (1.1-c, 1.1-e, 1.1-j). */
export function ChoosePassword({ token, speak, toLogIn, toForgotten }: Props) {
  const { t } = useLingui();
  const { busy, problem, ask } = useAsk();
  const [whose, setWhose] = useState<PasswordLinkInfo | null>(null);
  const [gone, setGone] = useState<Refused | null>(null);
  const [done, setDone] = useState(false);

  // The letter was in this person's language, so its page is too.
  const found = useEffectEvent((info: PasswordLinkInfo) => {
    speak?.(info.language);
    setWhose(info);
  });
  useEffect(() => {
    let left = false;
    api.passwordLink(token).then(
      (info) => {
        if (!left) found(info);
      },
      (reason: unknown) => {
        if (!left) setGone(reason instanceof Refused ? reason : new Refused({ code: UNREACHABLE, args: {} }));
      },
    );
    return () => {
      left = true;
    };
  }, [token]);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get("new-password"));
    const got = await ask(() => api.choosePassword({ token, password }));
    if (got !== undefined) setDone(true);
  }

  const dead = gone ?? (problem?.code === "link_gone" ? problem : null);
  if (dead !== null) {
    return (
      <main className="box">
        <h1>{t`Choose a password`}</h1>
        <div className="panel">
          <Note kind="problem">{refusal(dead.code, dead.args)}</Note>
          <div className="links">
            <PageLink to="/forgot" open={toForgotten}>
              {t`Ask for a new link`}
            </PageLink>
            <PageLink to="/" open={toLogIn}>
              {t`Back to log in`}
            </PageLink>
          </div>
        </div>
      </main>
    );
  }
  if (whose === null) return <main className="box" aria-busy="true" />;
  if (done) {
    return (
      <main className="box">
        <h1>{t`Choose a password`}</h1>
        <div className="panel">
          <Note kind="done">{t`Your password is set. Log in with it from now on.`}</Note>
          <button type="button" className="btn" data-kind="primary" data-tall onClick={toLogIn}>
            {t`To log in`}
          </button>
        </div>
      </main>
    );
  }
  return (
    <main className="box">
      <div>
        <h1>{whose.purpose === "invitation" ? t`Welcome, ${whose.name}` : t`Choose a new password`}</h1>
        <p className="lead">
          {whose.purpose === "invitation"
            ? t`Choose the password with which you will log in.`
            : t`Wherever you are logged in with the old one, you will be logged out.`}
        </p>
      </div>
      <form className="panel" onSubmit={(event) => void submit(event)}>
        {problem !== null && <Note kind="problem">{refusal(problem.code, problem.args)}</Note>}
        {/* Not to be changed, but a password manager keeps it with the password. */}
        <Field label={t`User name`} autoComplete="username" value={whose.user_name} readOnly />
        <PasswordField fresh label={t`New password`} name="new-password" />
        <button type="submit" className="btn" data-kind="primary" data-tall aria-disabled={busy}>
          {t`Save`}
        </button>
      </form>
    </main>
  );
}
