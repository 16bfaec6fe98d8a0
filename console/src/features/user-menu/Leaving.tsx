import { useEffect, useState } from "react";
import { api } from "../../connection/api.ts";
import type { OwnDesk } from "../../model/wire.ts";
import { LogOut } from "./LogOut.tsx";

/** Who is asked has a phone and calls all the same; as long as the question stands they may change. */
const REREAD_MS = 2_000;

/** The server does not say: then only logging out is asked, and what it may not end it refuses. */
const UNKNOWN: OwnDesk = { device: null, keeps: false, calls: [] };

interface Props {
  readonly close: () => void;
  readonly loggedOut: () => void;
}

/** The question before leaving on pages without a live connection: the same as in the Operator (4-b, 4-f). */
export function Leaving({ close, loggedOut }: Props) {
  const [desk, setDesk] = useState<OwnDesk | null>(null);
  useEffect(() => {
    let asked = true;
    const ask = (): void => {
      api.ownDesk().then(
        (now) => asked && setDesk(now),
        () => asked && setDesk((known) => known ?? UNKNOWN),
      );
    };
    ask();
    const timer = setInterval(ask, REREAD_MS);
    return () => {
      asked = false;
      clearInterval(timer);
    };
  }, []);
  if (desk === null) return null;
  return <LogOut open {...desk} close={close} loggedOut={loggedOut} />;
}
