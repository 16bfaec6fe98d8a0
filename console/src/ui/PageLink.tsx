import type { AnchorHTMLAttributes } from "react";

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href" | "onClick"> {
  readonly to: string;
  /** Goes there without loading the page anew; a click with Ctrl or the middle button opens a tab as ever. */
  readonly open: () => void;
}

/** A link to another page of ours. */
export function PageLink({ to, open, children, ...rest }: Props) {
  return (
    <a
      {...rest}
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
