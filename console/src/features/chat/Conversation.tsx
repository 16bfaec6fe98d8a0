import { useLingui } from "@lingui/react/macro";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useChats } from "../../connection/chat.ts";
import { useDesk, useEntities, useLine } from "../../connection/desk.tsx";
import type { Line } from "../../model/chat.ts";
import { timeOfDay } from "../../model/format.ts";
import { refusal } from "../../text/refusals.ts";
import { announce } from "../../ui/announce.tsx";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";

/** As long as the server takes. */
const TEXT_MAX = 2_000;
const NOTHING: readonly Line[] = [];

/** One conversation: what was said, newest at the bottom, and the field to write in (3.5-e, 3.5-f). */
export function Conversation({ other }: { other: string }) {
  const { t } = useLingui();
  const { chat } = useDesk();
  const name = useEntities((all) => all.agent.get(other)?.name) ?? t`Somebody who left`;
  const lines = useChats((chats) => chats.talks.get(other) ?? NOTHING);
  const end = useRef<HTMLDivElement>(null);
  // Not how many there are: of a long conversation that stays the same.
  const last = lines.at(-1)?.id;
  useEffect(() => {
    if (last !== undefined) end.current?.scrollIntoView({ block: "end" });
  }, [last]);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (2.1.1). */}
      <div className="log" role="log" aria-label={t`Conversation with ${name}`} tabIndex={0}>
        {lines.map((line, index) => (
          <Said
            key={line.id}
            line={line}
            name={name}
            last={closes(line, lines[index + 1])}
            again={() => void chat.send(other, line.text, line.id)}
          />
        ))}
        <div ref={end} />
      </div>
      {lines.length > 0 && <Copy name={name} lines={lines} />}
      <Compose other={other} name={name} />
    </>
  );
}

/** The one way by which a conversation leaves this tab: because somebody asks for it, onto the clipboard (D18). */
function Copy({ name, lines }: { name: string; lines: readonly Line[] }) {
  const { t } = useLingui();
  // Up to which line, and whether it could be done; a line further it is to be done again.
  const [copied, setCopied] = useState<{ readonly last: string | undefined; readonly done: boolean } | null>(
    null,
  );
  const last = lines.at(-1)?.id;
  const words = (done: boolean): string =>
    done ? t`Copied. Paste it into your note.` : t`The browser did not allow copying.`;
  async function copy(): Promise<void> {
    const text = lines
      .filter((line) => line.state === "sent")
      .map((line) => `${timeOfDay(line.at)} ${line.mine ? t`I` : name}: ${line.text}`)
      .join("\n");
    let done = true;
    try {
      // Not there at all on a page that is not secure.
      await navigator.clipboard.writeText(text);
    } catch {
      done = false;
    }
    setCopied({ last, done });
    announce(words(done));
  }
  return (
    <Press className="btn chat-copy" data={{ "data-kind": "plain" }} onPress={() => void copy()}>
      {copied === null || copied.last !== last ? t`Copy to a note` : words(copied.done)}
    </Press>
  );
}

/** Under the last line of a run stands who said it, and when. */
function closes(line: Line, next: Line | undefined): boolean {
  return (
    next === undefined || next.mine !== line.mine || line.state === "failed" || next.at - line.at > 60_000
  );
}

interface SaidProps {
  readonly line: Line;
  readonly name: string;
  readonly last: boolean;
  readonly again: () => void;
}

function Said({ line, name, last, again }: SaidProps) {
  const { t } = useLingui();
  const own = line.mine ? { "data-own": "" } : {};
  const at = timeOfDay(line.at);
  return (
    <>
      {/* Text, never markup (3.5-o); whatever direction it is written in, it turns nothing else around. */}
      <div className="msg" dir="auto" {...own}>
        {line.text}
      </div>
      {line.state === "failed" ? (
        <div className="meta" data-failed="" {...own}>
          <Icon name="alert" size={16} />
          {line.code === "no_connection"
            ? t`Not delivered: the connection was lost.`
            : t`Not delivered. ${refusal(line.code ?? "", { name })}`}
          <button type="button" onClick={again}>
            {t`Send again`}
          </button>
        </div>
      ) : last ? (
        <div className="meta num" {...own}>
          {line.mine ? (line.state === "sending" ? t`sending` : at) : `${name}, ${at}`}
        </div>
      ) : null}
    </>
  );
}

function Compose({ other, name }: { other: string; name: string }) {
  const { t } = useLingui();
  const { chat } = useDesk();
  const text = useChats((chats) => chats.drafts.get(other) ?? "");
  const there = useEntities((all) => all.agent.get(other)?.chat ?? false);
  const lost = useLine().state !== "connected";
  const field = useRef<HTMLTextAreaElement>(null);
  // Only for who opened a conversation: whoever comes along the tabs with the arrow keys goes on there.
  const writing = useChats((chats) => chats.writing);
  useEffect(() => {
    if (!writing) return;
    field.current?.focus();
    chat.writes();
  }, [chat, writing]);
  const off = lost
    ? t`No connection to the server`
    : there
      ? undefined
      : t`${name} is not available for chat now.`;

  const send = (): void => {
    if (off !== undefined || text.trim() === "") return;
    void chat.send(other, text.trim());
    field.current?.focus();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  const key = (event: KeyboardEvent): void => {
    // Enter that ends the choice of a character (an input method) is not for us.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="compose" onSubmit={submit}>
      {off !== undefined && <p className="compose-off">{off}</p>}
      <textarea
        ref={field}
        aria-label={t`Message to ${name}`}
        placeholder={t`Message to ${name}`}
        maxLength={TEXT_MAX}
        rows={1}
        value={text}
        onChange={(event) => chat.draft(other, event.target.value)}
        onKeyDown={key}
      />
      <Press className="btn" type="submit" data={{ "data-kind": "primary" }} off={off}>
        {t`Send`}
      </Press>
    </form>
  );
}
