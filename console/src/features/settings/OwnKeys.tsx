import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, useState } from "react";
import { choice, KEYS, type KeyAction, keyName, ownKeys } from "../../model/keymap.ts";
import type { Preferences } from "../../model/wire.ts";
import { KEY_WORDS } from "../../text/keys.ts";
import { Switch } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";

interface Props {
  readonly preferences: Preferences;
  readonly change: (part: Partial<Preferences>) => void;
}

/** Another key for what is done often, or no keys at all (WCAG 2.1.4). */
export function OwnKeys({ preferences, change }: Props) {
  const { t, i18n } = useLingui();
  const [asking, setAsking] = useState<KeyAction | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const map = ownKeys(preferences.keys, true);
  const actions = Object.keys(KEYS) as KeyAction[];

  const ask = (action: KeyAction | null): void => {
    setProblem(null);
    setAsking(action);
  };

  const pressed = (event: KeyboardEvent, action: KeyAction): void => {
    if (asking !== action || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      ask(null);
      return;
    }
    // Held down on the way to another one.
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    const key = choice(event.nativeEvent);
    if (key === null) {
      setProblem(t`Choose a function key or a key of the number block that writes nothing.`);
      return;
    }
    const other = actions.find((one) => one !== action && map[one].includes(key));
    if (other !== undefined) {
      setProblem(t`${keyName(key)} already does something else: ${i18n._(KEY_WORDS[other])}.`);
      return;
    }
    const { [action]: _old, ...keys } = preferences.keys;
    change({ keys: KEYS[action][0] === key ? keys : { ...keys, [action]: key } });
    ask(null);
  };

  return (
    <section className="panel" aria-labelledby="own-keys">
      <h2 id="own-keys">{t`Keys`}</h2>
      <div className="own-switch">
        <span>{t`Keys do something in the operator screen`}</span>
        <Switch
          on={preferences.keys_on}
          label={t`Keys do something in the operator screen`}
          change={(keys_on) => change({ keys_on })}
        />
      </div>
      {problem !== null && <Note kind="problem">{problem}</Note>}
      {preferences.keys_on && (
        <>
          <dl className="own-keylist">
            {actions.map((action) => (
              <div key={action}>
                <dt>{i18n._(KEY_WORDS[action])}</dt>
                <dd>
                  <button
                    type="button"
                    className="btn"
                    aria-pressed={asking === action}
                    aria-label={t`Key for: ${i18n._(KEY_WORDS[action])}. Now ${keyName(map[action][0] ?? "")}`}
                    onClick={() => ask(asking === action ? null : action)}
                    onKeyDown={(event) => pressed(event, action)}
                    onBlur={() => asking === action && ask(null)}
                  >
                    {asking === action ? t`Press a key` : <kbd>{keyName(map[action][0] ?? "")}</kbd>}
                  </button>
                </dd>
              </div>
            ))}
          </dl>
          {Object.keys(preferences.keys).length > 0 && (
            <div className="acts">
              <button type="button" className="btn" onClick={() => change({ keys: {} })}>
                {t`All keys as usual`}
              </button>
            </div>
          )}
        </>
      )}
    </section>
  );
}
