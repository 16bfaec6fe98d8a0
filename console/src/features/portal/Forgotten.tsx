import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { api } from "../../connection/api.ts";
import { useAsk } from "../../connection/ask.ts";
import type { ForgottenAnswer, PortalInfo } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { Field } from "../../ui/Field.tsx";
import { Note } from "../../ui/Note.tsx";
import { PageLink } from "../../ui/PageLink.tsx";

/** Asks an e-mail address and has a link sent there by which a new password is chosen (1.1-h, 1.1-i). */
export function Forgotten({ info, back }: { info: PortalInfo | null; back: () => void }) {
  const { t } = useLingui();
  const { busy, problem, ask } = useAsk();
  const [sent, setSent] = useState<ForgottenAnswer["answer"] | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email")).trim();
    const got = await ask(() => api.forgotten(email));
    setSent(got?.answer.answer ?? null);
  }

  return (
    <main className="box">
      <div>
        <h1>{t`Forgotten password`}</h1>
        <p className="lead">{t`You get an e-mail with a link by which you choose a new password.`}</p>
      </div>
      <form className="panel" onSubmit={(event) => void submit(event)}>
        {problem !== null && <Note kind="problem">{refusal(problem.code, problem.args)}</Note>}
        {sent !== null && (
          <Note kind="done">
            {sent === "sent"
              ? t`The e-mail is on its way. The link in it works for 20 minutes.`
              : t`If this address is known here, an e-mail is on its way. The link in it works for 20 minutes.`}
          </Note>
        )}
        {info?.mail === "outbox" && (
          <Note kind="attention">
            {t`No mail server is set here: letters become files in the folder "outbox" on the server. Ask your administrator for yours.`}
          </Note>
        )}
        <Field
          label={t`E-mail address`}
          name="email"
          type="email"
          autoComplete="email"
          maxLength={320}
          required
        />
        <button type="submit" className="btn" data-kind="primary" data-tall aria-disabled={busy}>
          {t`Send the link`}
        </button>
        <div className="links">
          <PageLink to="/" open={back}>
            {t`Back to log in`}
          </PageLink>
        </div>
      </form>
    </main>
  );
}
