import type { ReactNode } from "react";
import { Brand } from "./Icon.tsx";

/** The page around everything before the operator screen. */
export function Frame(props: {
  organisation?: string | undefined;
  corner: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}) {
  return (
    <div className="center">
      <header>
        <Brand organisation={props.organisation} />
        <div>{props.corner}</div>
      </header>
      {props.children}
      <footer>{props.footer}</footer>
    </div>
  );
}
