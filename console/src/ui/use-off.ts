import { useLingui } from "@lingui/react/macro";
import { useEntities, useLine } from "../connection/desk.tsx";
import { exchange, me } from "../model/select.ts";

/** Why nobody can be rung from here now; undefined: they can. */
export function useRingOff(): string | undefined {
  const { t } = useLingui();
  const connected = useLine().state === "connected";
  const device = useEntities((all) => me(all)?.device ?? null);
  const down = useEntities((all) => exchange(all)?.up === false);
  if (!connected) return t`No connection to the server: use your phone`;
  if (down) return t`The telephone exchange is away`;
  if (device === null) return t`You have no phone: choose one at the top right`;
  return undefined;
}
