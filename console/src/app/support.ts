/**
 * What this browser cannot do although the console needs it; empty for a good one. Asked by ability, not by name:
 * recent Chrome, Edge, Firefox and Safari all pass.
 */
export function missingAbilities(): string[] {
  const tests: Record<string, boolean> = {
    "light-dark()": CSS.supports("color", "light-dark(#000, #fff)"),
    WebSocket: "WebSocket" in window,
    WebRTC: "RTCPeerConnection" in window,
    "Web Locks": !window.isSecureContext || "locks" in navigator,
    BroadcastChannel: "BroadcastChannel" in window,
  };
  return Object.keys(tests).filter((name) => !tests[name]);
}
