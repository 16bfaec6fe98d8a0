import { useSyncExternalStore } from "react";

type Manner = "assertive" | "polite";

/** What was said last in each manner; a counter makes the same sentence heard twice. */
let said: Readonly<Record<Manner, { text: string; turn: number }>> = {
  assertive: { text: "", turn: 0 },
  polite: { text: "", turn: 0 },
};
const readers = new Set<() => void>();

/** Say something to who listens instead of looks. Assertive only for what cannot wait: an incoming call. */
export function announce(text: string, manner: Manner = "polite"): void {
  said = { ...said, [manner]: { text, turn: said[manner].turn + 1 } };
  for (const reader of readers) reader();
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

/** The live regions; once in the page, there from the start, or screen readers miss the first sentence. */
export function Announcer() {
  const { assertive, polite } = useSyncExternalStore(subscribe, () => said);
  return (
    <div className="vh">
      <div aria-live="assertive" role="alert">
        <span key={assertive.turn}>{assertive.text}</span>
      </div>
      <div aria-live="polite" role="status">
        <span key={polite.turn}>{polite.text}</span>
      </div>
    </div>
  );
}
