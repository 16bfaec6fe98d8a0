import { createContext, useContext, useSyncExternalStore } from "react";
import type { AudioStatus, DeskPhone } from "./desk-phone.ts";

export const PhoneContext = createContext<DeskPhone | null>(null);

export function useDeskPhone(): DeskPhone {
  const phone = useContext(PhoneContext);
  if (phone === null) throw new Error("no phone around this component");
  return phone;
}

export function useAudio(): AudioStatus {
  const phone = useDeskPhone();
  return useSyncExternalStore(phone.subscribe, () => phone.status);
}
