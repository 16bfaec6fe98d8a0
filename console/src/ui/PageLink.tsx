import type { ReactNode } from "react";

interface Props {
  readonly to: string;
  /** Goes there without loading the page anew; a click with Ctrl or the middle button opens a tab as ever. */
  readonly open: () => void;
  readonly children: ReactNode;
}

/** A link to another page of ours. */
export function PageLink({ to, open, children }: Props) {
  return (
    <a
      href={to}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open();
      }}
    >
      {children}
    </a>
  );
}
