import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";

/** A sentence that must be seen beside its cause: a problem (read aloud at once) or something to mind. */
export function Note({ kind, children }: { kind: "problem" | "attention"; children: ReactNode }) {
  return (
    <div className="note" data-kind={kind} role={kind === "problem" ? "alert" : undefined}>
      <Icon name="alert" />
      <span>{children}</span>
    </div>
  );
}
