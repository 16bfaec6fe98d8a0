import type { ReactElement, ReactNode } from "react";
import {
  Switch as AriaSwitch,
  Button,
  type ButtonProps,
  Tooltip,
  TooltipTrigger,
} from "react-aria-components";

/** A short explanation on hover and on focus; Escape hides it, the pointer may rest on it. */
export function Tip({ text, children }: { text: string | undefined; children: ReactElement }) {
  if (text === undefined) return children;
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      {children}
      <Tooltip className="tip" offset={6} placement="bottom">
        {text}
      </Tooltip>
    </TooltipTrigger>
  );
}

interface PressProps extends Omit<ButtonProps, "isDisabled" | "children" | "className"> {
  readonly children: ReactNode;
  readonly className: string;
  /** Explanation on hover and focus. */
  readonly tip?: string | undefined;
  /** Why it cannot be pressed now. The button stays reachable, so that the reason can be read. */
  readonly off?: string | undefined;
  /** Waiting for the server: another press does nothing. */
  readonly busy?: boolean | undefined;
  readonly data?: Readonly<Record<`data-${string}`, string | boolean | undefined>>;
  /** The key that does the same, for who listens instead of looks. */
  readonly "aria-keyshortcuts"?: string | undefined;
}

/** Every button: it says what it does, or why it does nothing now. */
export function Press({ tip, off, busy = false, data, onPress, children, ...rest }: PressProps) {
  const idle = off !== undefined || busy;
  const shortcut = rest["aria-keyshortcuts"];
  return (
    <Tip text={off ?? tip}>
      <Button
        {...rest}
        {...data}
        {...(idle ? {} : { onPress })}
        {...(off !== undefined && { "data-off": "" })}
        {...(idle && { "aria-disabled": true })}
        {...(busy && { "data-busy": "" })}
        // React Aria lets only the attributes through that it knows, and this one it does not.
        {...(shortcut !== undefined && {
          render: (known) => <button {...known} aria-keyshortcuts={shortcut} />,
        })}
      >
        {children}
      </Button>
    </Tip>
  );
}

interface SwitchProps {
  readonly on: boolean;
  readonly label: string;
  readonly change: (on: boolean) => void;
  readonly urgent?: boolean | undefined;
  readonly off?: string | undefined;
  readonly busy?: boolean | undefined;
}

/** A slide button; it turns when the server says so, not when it is pressed. */
export function Switch({ on, label, change, urgent = false, off, busy = false }: SwitchProps) {
  return (
    <Tip text={off}>
      <AriaSwitch
        className="switch"
        aria-label={label}
        isSelected={on}
        isReadOnly={busy || off !== undefined}
        onChange={change}
        {...(urgent && { "data-urgent": "" })}
        {...(off !== undefined && { "data-off": "" })}
      >
        <span className="track" />
      </AriaSwitch>
    </Tip>
  );
}
