import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";

const ROLES = { problem: "alert", attention: undefined, done: "status" } as const;

/** A sentence that must be seen beside its cause: a problem (read aloud at once), something to mind, or what was done. */
export function Note({ kind, children }: { kind: keyof typeof ROLES; children: ReactNode }) {
  return (
    <div className="note" data-kind={kind} role={ROLES[kind]}>
      <Icon name={kind === "done" ? "check" : "alert"} />
      <span>{children}</span>
    </div>
  );
}
