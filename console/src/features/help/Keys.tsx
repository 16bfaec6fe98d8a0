import { useLingui } from "@lingui/react/macro";
import { KEYS, type KeyAction, keyName } from "../../model/keymap.ts";
import { Press } from "../../ui/controls.tsx";
import { Window } from "../../ui/Window.tsx";
import "./help.css";

/** Every key that does something, under `?`. */
export function Keys({ open, close }: { open: boolean; close: () => void }) {
  const { t } = useLingui();
  const words: Record<KeyAction, string> = {
    answer: t`Answer the top call, or connect`,
    hang_up: t`Hang up the call`,
    hold: t`Put on hold, or resume`,
    swap: t`Change to the caller on hold`,
    attended: t`Transfer with announcement, or stop it`,
    blind: t`Transfer without announcement or waiting`,
    undo: t`Pull a transfer back, or undo it`,
    keypad: t`Open or close the keypad`,
    wrap_up: t`Start or stop wrap-up`,
    regions: t`Go to the next part of the screen`,
    help: t`Show this list`,
  };
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
      <p>{t`They work anywhere on this screen; while you are typing only the F keys do.`}</p>
      <dl className="keylist">
        {(Object.keys(KEYS) as KeyAction[]).map((action) => (
          <div key={action}>
            <dt>{words[action]}</dt>
            <dd>
              {KEYS[action].map((key) => (
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
