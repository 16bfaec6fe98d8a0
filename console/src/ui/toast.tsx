import { useLingui } from "@lingui/react/macro";
import { useSyncExternalStore } from "react";
import { announce } from "./announce.tsx";
import { Press } from "./controls.tsx";
import { Icon, type IconName } from "./Icon.tsx";

interface Message {
  readonly id: number;
  readonly text: string;
  readonly icon: IconName;
  readonly tone: "urgent" | "wrap" | "ringing";
}

const SHOWN_MS = 10_000;
/** More at once would cover the sheet; the oldest goes. */
const SHOWN_AT_ONCE = 3;

let shown: readonly Message[] = [];
let last = 0;
const readers = new Set<() => void>();

function show(next: readonly Message[]): void {
  shown = next;
  for (const reader of readers) reader();
}

/** Say once what just happened, at the lower right of the main screen, and out loud. */
export function toast(text: string, icon: IconName = "alert", tone: Message["tone"] = "wrap"): void {
  last += 1;
  const message = { id: last, text, icon, tone };
  show([...shown.filter((other) => other.text !== text), message].slice(-SHOWN_AT_ONCE));
  announce(text);
  setTimeout(() => show(shown.filter((other) => other.id !== message.id)), SHOWN_MS);
}

export function Toasts() {
  const { t } = useLingui();
  const messages = useSyncExternalStore(
    (reader) => {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    () => shown,
  );
  if (messages.length === 0) return null;
  return (
    <section className="toasts" aria-label={t`Messages`}>
      {messages.map((message) => (
        <div className="toast" key={message.id}>
          <span data-tone={message.tone}>
            <Icon name={message.icon} />
          </span>
          <p>{message.text}</p>
          <Press
            className="round"
            aria-label={t`Close`}
            onPress={() => show(shown.filter((other) => other.id !== message.id))}
          >
            <Icon name="x" size={16} />
          </Press>
        </div>
      ))}
    </section>
  );
}
