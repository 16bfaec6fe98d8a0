import { useLingui } from "@lingui/react/macro";
import { KEYS, type KeyAction, keyName } from "../../model/keymap.ts";
import { KEY_WORDS } from "../../text/keys.ts";
import { Press } from "../../ui/controls.tsx";
import { useKeyMap } from "../../ui/keymap.ts";
import { Window } from "../../ui/Window.tsx";
import "./help.css";

/** Every key that does something, under `?`. */
export function Keys({ open, close }: { open: boolean; close: () => void }) {
  const { t, i18n } = useLingui();
  const map = useKeyMap();
  return (
    <Window
      open={open}
      close={close}
      title={t`Keys`}
      acts={
        <Press className="btn" data={{ "data-kind": "primary" }} onPress={close}>
          {t`Close`}
        </Press>
      }
    >
      <p>
        {map.help.length === 0
          ? t`You have turned the keys off, in your settings.`
          : t`They work anywhere on this screen; while you are typing only the F keys do.`}
      </p>
      <dl className="keylist">
        {(Object.keys(KEYS) as KeyAction[]).map((action) => (
          <div key={action}>
            <dt>{i18n._(KEY_WORDS[action])}</dt>
            <dd>
              {map[action].map((key) => (
                <kbd key={key}>{keyName(key)}</kbd>
              ))}
            </dd>
          </div>
        ))}
        <div>
          <dt>{t`Close what is open`}</dt>
          <dd>
            <kbd>Esc</kbd>
          </dd>
        </div>
      </dl>
    </Window>
  );
}
