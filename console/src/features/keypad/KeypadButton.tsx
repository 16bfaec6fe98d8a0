import { useLingui } from "@lingui/react/macro";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { hint, useKeyMap } from "../../ui/keymap.ts";
import { KEYPAD_BUTTON } from "./Keypad.tsx";

/** The key symbol at the top right of the call field; open, it stands at the left of the keypad and closes it (2.6-e). */
export function KeypadButton({ open, turn }: { open: boolean; turn: () => void }) {
  const { t } = useLingui();
  const key = useKeyMap().keypad[0];
  return (
    <Press
      className="round-44"
      id={KEYPAD_BUTTON}
      aria-label={t({ message: "Keypad", context: "key symbol" })}
      aria-expanded={open}
      aria-keyshortcuts={key}
      tip={hint(open ? t`Close the keypad` : t`Keypad`, key)}
      onPress={turn}
    >
      <Icon name="keypad" />
    </Press>
  );
}
