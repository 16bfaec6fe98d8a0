/**
 * One tab of this person has the phone and the sound; the others show the same screen in silence (D16).
 * The lock falls free by itself when that tab closes, and the next in line takes over.
 *
 * @param user whose tabs these are.
 * @param elected called once, when it is this tab.
 * @returns how to give it up.
 */
export function elect(user: string, elected: () => void): () => void {
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const locks = navigator.locks as LockManager | null | undefined;
  if (!locks) {
    // Pages without a secure origin have no locks; they have no microphone either.
    elected();
    return leave;
  }
  const giveUp = new AbortController();
  locks
    .request(`cordboard.phone.${user}`, { signal: giveUp.signal }, () => {
      elected();
      return left;
    })
    .catch(() => undefined);
  return () => {
    leave();
    giveUp.abort();
  };
}
