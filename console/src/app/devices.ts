import type { Devices } from "../softphone/phone.ts";

const KEY = "cordboard.devices";

/** The microphone and loudspeaker chosen on this computer. */
export function rememberedDevices(): Devices {
  const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const { microphone, speaker } = found as Record<string, unknown>;
  return { microphone: text(microphone), speaker: text(speaker) };
}

export function rememberDevices(devices: Devices): void {
  localStorage.setItem(KEY, JSON.stringify(devices));
}
