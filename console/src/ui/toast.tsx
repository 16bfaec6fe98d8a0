import { useLingui } from "@lingui/react/macro";
import { useRef, useSyncExternalStore } from "react";
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
/** Whoever has just looked away from a message sees it for so long at least. */
const AFTERWARDS_MS = 3_000;
/** More at once would cover the sheet; the oldest goes. */
const SHOWN_AT_ONCE = 3;

let shown: readonly Message[] = [];
let last = 0;
/** Message -> when it goes; nothing goes while somebody points at one or stands in one (WCAG 2.2.1). */
const ends = new Map<number, { at: number; timer: ReturnType<typeof setTimeout> | undefined }>();
const held = { byPointer: false, byFocus: false };
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
  ends.set(message.id, { at: Date.now() + SHOWN_MS, timer: undefined });
  keepTime();
}

function close(id: number): void {
  clearTimeout(ends.get(id)?.timer);
  ends.delete(id);
  show(shown.filter((message) => message.id !== id));
  // What is no longer there cannot be left.
  if (shown.length === 0) hold({ byPointer: false, byFocus: false });
}

function hold(by: Partial<typeof held>): void {
  Object.assign(held, by);
  keepTime();
}

/** Time runs for all that are shown, or for none. */
function keepTime(): void {
  const stands = held.byPointer || held.byFocus;
  for (const [id, end] of ends) {
    if (!shown.some((message) => message.id === id)) {
      clearTimeout(end.timer);
      ends.delete(id);
    } else if (stands) {
      clearTimeout(end.timer);
      end.timer = undefined;
    } else if (end.timer === undefined) {
      end.at = Math.max(end.at, Date.now() + AFTERWARDS_MS);
      end.timer = setTimeout(() => close(id), end.at - Date.now());
    }
  }
}

export function Toasts() {
  const { t } = useLingui();
  const section = useRef<HTMLElement>(null);
  const cameFrom = useRef<Element | null>(null);
  const messages = useSyncExternalStore(
    (reader) => {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    () => shown,
  );
  if (messages.length === 0) return null;
  /** Whoever works by keyboard stands where they came from. */
  const leave = (id: number) => {
    if (section.current?.contains(document.activeElement) && cameFrom.current instanceof HTMLElement) {
      cameFrom.current.focus();
    }
    hold({ byFocus: false });
    close(id);
  };
  return (
    <section
      className="toasts"
      aria-label={t`Messages`}
      ref={section}
      onPointerEnter={() => hold({ byPointer: true })}
      onPointerLeave={() => hold({ byPointer: false })}
      onFocus={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) cameFrom.current = relatedTarget;
        hold({ byFocus: true });
      }}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) hold({ byFocus: false });
      }}
    >
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
                leave(message.id);
                message.more?.act();
              }}
            >
              {message.more.action}
            </Press>
          )}
          <Press className="round" aria-label={t`Close`} onPress={() => leave(message.id)}>
            <Icon name="x" size={16} />
          </Press>
        </div>
      ))}
    </section>
  );
}
