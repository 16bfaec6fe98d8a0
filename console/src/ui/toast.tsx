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
  readonly more: More | undefined;
}

/** What a message may have besides its text. */
interface More {
  /** Whom it is from. */
  readonly title: string;
  /** The word on the button that follows it up. */
  readonly action: string;
  readonly act: () => void;
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
export function toast(
  text: string,
  icon: IconName = "alert",
  tone: Message["tone"] = "wrap",
  more?: More,
): void {
  last += 1;
  const message = { id: last, text, icon, tone, more };
  const same = (other: Message): boolean => other.text === text && other.more?.title === more?.title;
  show([...shown.filter((other) => !same(other)), message].slice(-SHOWN_AT_ONCE));
  announce(more === undefined ? text : `${more.title}: ${text}`);
  setTimeout(() => close(message.id), SHOWN_MS);
}

function close(id: number): void {
  show(shown.filter((message) => message.id !== id));
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
          {message.more === undefined ? (
            <p>{message.text}</p>
          ) : (
            <div className="said">
              <b className="cut">{message.more.title}</b>
              <p className="cut" title={message.text}>
                {message.text}
              </p>
            </div>
          )}
          {message.more !== undefined && (
            <Press
              className="btn"
              onPress={() => {
                close(message.id);
                message.more?.act();
              }}
            >
              {message.more.action}
            </Press>
          )}
          <Press className="round" aria-label={t`Close`} onPress={() => close(message.id)}>
            <Icon name="x" size={16} />
          </Press>
        </div>
      ))}
    </section>
  );
}
