import { useLingui } from "@lingui/react/macro";
import type { InputHTMLAttributes, ReactNode, Ref } from "react";
import { useId } from "react";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "className" | "id"> {
  readonly label: string;
  /** Read with the field: what it asks, before anything is wrong. */
  readonly help?: ReactNode;
  readonly ref?: Ref<HTMLInputElement>;
}

/** One line to fill in, under its name. */
export function Field({ label, help, ...input }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        className="input"
        id={id}
        {...(help !== undefined && { "aria-describedby": `${id}-help` })}
        {...input}
      />
      {help !== undefined && (
        <small className="soft" id={`${id}-help`}>
          {help}
        </small>
      )}
    </div>
  );
}

/** A password, for the password manager to fill in or to keep; a fresh one with what makes a good one. */
export function PasswordField({
  fresh = false,
  ...rest
}: Omit<Props, "type" | "help"> & { readonly fresh?: boolean }) {
  const { t } = useLingui();
  return (
    <Field
      type="password"
      autoComplete={fresh ? "new-password" : "current-password"}
      {...(fresh && {
        help: t`At least 8 characters. A few words in a row are strong and easy to remember.`,
      })}
      maxLength={256}
      required
      {...rest}
    />
  );
}

/** Six digits, or a recovery code; pasting is welcome. */
export function CodeField(props: Omit<Props, "type">) {
  return (
    <Field
      type="text"
      inputMode="text"
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={32}
      required
      {...props}
    />
  );
}
