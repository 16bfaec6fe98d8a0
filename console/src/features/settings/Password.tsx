import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { api } from "../../connection/api.ts";
import { useAsk } from "../../connection/ask.ts";
import { refusal } from "../../text/refusals.ts";
import { CodeField, PasswordField } from "../../ui/Field.tsx";
import { Note } from "../../ui/Note.tsx";

/** Another password (1.1-c). The present one, and the code where there is one, are asked again. */
export function Password({ userName, asksCode }: { userName: string; asksCode: boolean }) {
  const { t } = useLingui();
  const { busy, problem, ask } = useAsk();
  const [done, setDone] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form);
    setDone(false);
    const got = await ask(() =>
      api.changePassword({
        password: String(typed.get("password")),
        new_password: String(typed.get("new-password")),
        code: String(typed.get("code") ?? "").trim(),
      }),
    );
    if (got === undefined) return;
    form.reset();
    setDone(true);
  }

  return (
    <form className="panel" aria-labelledby="own-password" onSubmit={(event) => void submit(event)}>
      <h2 id="own-password">{t`Password`}</h2>
      {problem !== null && <Note kind="problem">{refusal(problem.code, problem.args)}</Note>}
      {done && (
        <Note kind="done">{t`Your password has been changed. Wherever else you were logged in, you are logged out.`}</Note>
      )}
      {/* For the password manager, which wants to know whose password it is. */}
      <input type="hidden" name="username" autoComplete="username" value={userName} readOnly />
      <PasswordField label={t`Present password`} name="password" />
      <PasswordField fresh label={t`New password`} name="new-password" />
      {asksCode && <CodeField label={t`Code`} name="code" />}
      <div className="acts">
        <button type="submit" className="btn" data-kind="primary" aria-disabled={busy}>
          {t`Change password`}
        </button>
      </div>
    </form>
  );
}
