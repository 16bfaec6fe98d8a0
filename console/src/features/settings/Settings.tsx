import { useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { api } from "../../connection/api.ts";
import { useAsk } from "../../connection/ask.ts";
import type { SecondFactorInfo, SessionInfo } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { LANGUAGES, THEMES } from "../../text/taste.ts";
import { Note } from "../../ui/Note.tsx";
import { PageLink } from "../../ui/PageLink.tsx";
import { OwnKeys } from "./OwnKeys.tsx";
import { Password } from "./Password.tsx";
import { SecondStep } from "./SecondStep.tsx";
import { Sounds } from "./Sounds.tsx";
import { usePreferences } from "./use-preferences.ts";
import "./settings.css";

type Language = SessionInfo["language"];
type Theme = SessionInfo["theme"];

interface Props {
  readonly session: SessionInfo;
  readonly language: Language;
  readonly theme: Theme;
  readonly setLanguage: (language: Language) => void;
  readonly setTheme: (theme: Theme) => void;
  readonly toModules: () => void;
}

/** What a person sets for himself, on a page of its own (4-a). */
export function Settings({ session, language, theme, setLanguage, setTheme, toModules }: Props) {
  const { t } = useLingui();
  const { problem, ask, refuse, clear } = useAsk();
  const [factor, setFactor] = useState<SecondFactorInfo | null>(null);
  const { preferences, begin, change } = usePreferences(clear, refuse);
  useEffect(() => {
    void ask(() => Promise.all([api.secondFactor(), api.preferences()])).then((got) => {
      if (got === undefined) return;
      setFactor(got.answer[0]);
      begin(got.answer[1]);
    });
  }, [ask, begin]);
  return (
    <main className="wide own">
      <div>
        <h1>{t`My settings`}</h1>
        <p className="lead">
          {session.name}, {session.user_name}
        </p>
      </div>
      {problem !== null && <Note kind="problem">{refusal(problem.code, problem.args)}</Note>}
      <div className="own-parts">
        <div>
          <Look language={language} theme={theme} setLanguage={setLanguage} setTheme={setTheme} />
          <Password userName={session.user_name} asksCode={factor?.on ?? false} />
          {factor !== null && <SecondStep info={factor} changed={setFactor} />}
        </div>
        {preferences !== null && (
          <div>
            <Sounds preferences={preferences} change={change} />
            <OwnKeys preferences={preferences} change={change} />
          </div>
        )}
      </div>
      <div className="links">
        <PageLink to="/" open={toModules}>
          {t`Back to the modules`}
        </PageLink>
      </div>
    </main>
  );
}

/** Language and appearance; they hold at once, on every screen of this person. */
function Look({ language, theme, setLanguage, setTheme }: Omit<Props, "session" | "toModules">) {
  const { t, i18n } = useLingui();
  return (
    <section className="panel" aria-labelledby="own-look">
      <h2 id="own-look">{t`Language and appearance`}</h2>
      <div className="field">
        <label htmlFor="own-language">{t`Language`}</label>
        <select
          id="own-language"
          className="input"
          value={language}
          onChange={(event) => setLanguage(event.target.value as Language)}
        >
          {Object.entries(LANGUAGES).map(([id, name]) => (
            <option key={id} value={id} lang={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="own-theme">{t`Appearance`}</label>
        <select
          id="own-theme"
          className="input"
          value={theme}
          onChange={(event) => setTheme(event.target.value as Theme)}
        >
          {Object.entries(THEMES).map(([id, word]) => (
            <option key={id} value={id}>
              {i18n._(word)}
            </option>
          ))}
        </select>
      </div>
    </section>
  );
}
