import { useLingui } from "@lingui/react/macro";
import { useId } from "react";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";

const VALUES_MAX = 20;

interface Props {
  readonly kind: "number" | "address";
  /** The first is the primary one. */
  readonly values: readonly string[];
  readonly change: (values: string[]) => void;
  readonly wrong: boolean;
}

/** Several numbers or addresses, of which one is primary (3.3-l, 3.3-p). */
export function Several({ kind, values, change, wrong }: Props) {
  const { t } = useLingui();
  const id = useId();
  const shown = values.length === 0 ? [""] : values;
  const words = kind === "number" ? numberWords() : addressWords();
  return (
    <fieldset className="several" data-wrong={wrong ? "" : undefined}>
      <legend>{words.all}</legend>
      {shown.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place; what stands in it changes at each key
        <div key={index}>
          <input
            className="input"
            type={kind === "number" ? "tel" : "email"}
            aria-label={`${words.one} ${index + 1}`}
            value={value}
            maxLength={120}
            onChange={(event) => change(shown.map((old, at) => (at === index ? event.target.value : old)))}
          />
          <label title={words.primary}>
            <input
              type="radio"
              name={id}
              checked={index === 0}
              aria-label={`${words.primary}: ${value}`}
              onChange={() => change([value, ...shown.filter((_, at) => at !== index)])}
            />
            {t`primary`}
          </label>
          <Press
            className="round"
            aria-label={`${words.less}: ${value}`}
            onPress={() => change(shown.filter((_, at) => at !== index))}
          >
            <Icon name="x" size={16} />
          </Press>
        </div>
      ))}
      {shown.length < VALUES_MAX && (
        <Press className="btn" data={{ "data-kind": "plain" }} onPress={() => change([...shown, ""])}>
          <Icon name="plus" size={16} />
          {words.more}
        </Press>
      )}
    </fieldset>
  );

  function numberWords() {
    return {
      all: t`Telephone numbers`,
      one: t`Number`,
      primary: t`Call this number first`,
      less: t`Remove number`,
      more: t`Another number`,
    };
  }

  function addressWords() {
    return {
      all: t`E-mail addresses`,
      one: t`Address`,
      primary: t`Write to this address first`,
      less: t`Remove address`,
      more: t`Another address`,
    };
  }
}
