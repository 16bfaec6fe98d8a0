import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { useDesk, useEntities } from "../../connection/desk.tsx";
import type { Entities } from "../../model/entities.ts";
import { dialled } from "../../model/search.ts";
import { armed, isAnswered, onLine, own } from "../../model/transfer.ts";
import type { CallView } from "../../model/wire.ts";
import { partyName } from "../../text/parties.ts";
import { refusal } from "../../text/refusals.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import "./keypad.css";
import { useRingOff } from "../../ui/use-off.ts";
import { useTones } from "./use-tones.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["1", ""],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", "+"],
  ["#", ""],
];

/** Closing the keypad gives the focus back to the key symbol at its left, which has this id. */
export const KEYPAD_BUTTON = "keypad-button";

type Mode = "call" | "target" | "tones";

/**
 * One keypad with three uses, of which the present one is always written on it: calling, choosing the recipient of a
 * transfer, tones to whom one speaks with (2.6, D26). When the connection is there it wipes itself and closes (2.6-f).
 */
export function Keypad({ close }: { close: () => void }) {
  const { t } = useLingui();
  const { store, command } = useDesk();
  const target = useEntities(armed);
  const talking = useEntities((all) => onLine(all)[0]);
  const [calling, setCalling] = useState(false);
  const [digits, setDigits] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  /** Own calls from before the number was dialled; null: nothing has been dialled from here. */
  const [before, setBefore] = useState<ReadonlySet<string> | null>(null);
  const panel = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const tones = useTones(setProblem);
  const off = useRingOff();
  const mode: Mode = target !== undefined ? "target" : talking !== undefined && !calling ? "tones" : "call";

  const shut = useCallback(() => {
    if (panel.current?.contains(document.activeElement)) document.getElementById(KEYPAD_BUTTON)?.focus();
    close();
  }, [close]);

  // Who is spoken with has changed, so has what the keys are for.
  const with_ = talking?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that counts.
  useEffect(() => setCalling(false), [with_]);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (before === null) return;
    let seen = false;
    const look = (): void => {
      const made = madeSince(before, store.world.entities);
      if (made.some(isAnswered)) shut();
      // Not reached: the number stays, to be tried again or put right.
      else if (seen && made.length === 0) setBefore(null);
      seen = seen || made.length > 0;
    };
    look();
    return store.subscribe(look);
  }, [before, store, shut]);

  function type(text: string): void {
    setProblem(null);
    if (mode === "tones") tones.send(text);
    else setDigits((now) => dialled(now + text));
  }

  async function dial(): Promise<void> {
    // In tones Enter means nothing: what was typed before is out of sight.
    if (mode === "tones" || digits === "" || busy || off !== undefined) return;
    if (before !== null && madeSince(before, store.world.entities).length > 0) return;
    setBusy(true);
    setProblem(null);
    const present = new Set(own(store.world.entities).map((call) => call.id));
    const outcome =
      target === undefined
        ? await command("call.dial", { number: digits })
        : await command("transfer.number", { call: target.id, number: digits });
    setBusy(false);
    if (!outcome.ok) setProblem(refusal(outcome.code, outcome.args));
    // Passed on without announcement: there is no connection of mine to wait for.
    else if (target?.transfer.kind === "blind") shut();
    else setBefore(present);
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      shut();
    } else if (event.key === "Enter" && event.target === field.current) void dial();
  }
  // What is typed beside the field is meant for it as well, while nothing else has the focus.
  useEffect(() => {
    const astray = (event: globalThis.KeyboardEvent): void => {
      const here = document.activeElement;
      const outside = here !== document.body && here !== null && !panel.current?.contains(here);
      if (here === field.current || outside) return;
      if (/^[0-9*#+]$|^Backspace$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey)
        field.current?.focus();
    };
    addEventListener("keydown", astray);
    return () => removeEventListener("keydown", astray);
  }, []);

  const held = useEntities((all) => {
    const found = own(all).find((call) => call.state === "held" && call.id !== target?.id);
    return found === undefined ? null : partyName(found);
  });
  const who = talking === undefined ? "" : partyName(talking);
  const [title, hint]: [string, string] =
    mode === "tones"
      ? [
          t`Tones to ${who}`,
          tones.sent === 0 ? t`Each key is sent at once and kept nowhere.` : t`${tones.sent} sent`,
        ]
      : target !== undefined
        ? [
            t({ message: "Recipient of the transfer", context: "keypad" }),
            t`${partyName(target)} is connected with this number.`,
          ]
        : [
            t({ message: "Call", context: "keypad" }),
            talking !== undefined ? t`${who} goes on hold.` : held !== null ? t`${held} stays on hold.` : "",
          ];
  const waiting = before !== null;

  return (
    <section
      className="keypad"
      id="keypad"
      ref={panel}
      aria-label={t`Keypad`}
      data-mode={mode}
      onKeyDown={onKey}
    >
      <header className="keypad-head">
        <h2 aria-live="polite">{title}</h2>
        {talking !== undefined && target === undefined && (
          <Press className="btn" onPress={() => setCalling(!calling)}>
            {mode === "tones" ? t`Call instead` : t`Tones instead`}
          </Press>
        )}
      </header>
      <div className="keypad-number">
        <input
          ref={field}
          type="text"
          inputMode="tel"
          autoComplete="off"
          spellCheck={false}
          aria-label={mode === "tones" ? t`Tones` : t`Number`}
          aria-describedby="keypad-hint"
          aria-invalid={problem !== null}
          value={mode === "tones" ? "" : digits}
          onChange={(event) => {
            setProblem(null);
            if (mode === "tones") tones.send(event.target.value);
            else setDigits(dialled(event.target.value));
          }}
        />
        {mode !== "tones" && digits !== "" && (
          <Press
            className="round"
            aria-label={t`Erase the last sign`}
            preventFocusOnPress
            onPress={() => setDigits(digits.slice(0, -1))}
          >
            <Icon name="erase" />
          </Press>
        )}
      </div>
      <p
        className="keypad-hint"
        id="keypad-hint"
        {...(problem !== null && { "data-problem": "", role: "alert" })}
      >
        {problem ?? hint}
      </p>
      <div className="keypad-keys">
        {KEYS.map(([sign, letters]) => (
          <Key key={sign} sign={sign} letters={mode === "tones" && sign === "0" ? "" : letters} type={type} />
        ))}
      </div>
      {mode !== "tones" && (
        <Press
          className="go"
          aria-keyshortcuts="Enter"
          off={off ?? (digits === "" ? t`Type a number first` : undefined)}
          busy={busy || waiting}
          onPress={() => void dial()}
        >
          <Icon name="phone" />
          {waiting
            ? t`Calling…`
            : mode === "target"
              ? t`Call the recipient`
              : t({ message: "Call", context: "keypad" })}
          {!waiting && <kbd aria-hidden="true">Enter</kbd>}
        </Press>
      )}
    </section>
  );
}

/** Own calls to somebody, apart from those of before. */
function madeSince(before: ReadonlySet<string>, all: Entities): readonly CallView[] {
  return own(all).filter((call) => !before.has(call.id) && call.direction === "out");
}

/** One key; a long press on the 0 gives the plus of a number abroad. */
function Key({
  sign,
  letters,
  type,
}: {
  sign: string;
  letters: string;
  type: (sign: string) => void;
}): ReactNode {
  const { t } = useLingui();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const long = useRef(false);
  const names: Record<string, string> = { "*": t`star`, "#": t`hash` };
  return (
    <Press
      className="key"
      aria-label={names[sign] ?? sign}
      preventFocusOnPress
      onPressStart={() => {
        long.current = false;
        if (letters !== "+") return;
        timer.current = setTimeout(() => {
          long.current = true;
          type("+");
        }, 600);
      }}
      onPressEnd={() => {
        if (timer.current !== null) clearTimeout(timer.current);
      }}
      onPress={() => {
        if (!long.current) type(sign);
      }}
    >
      <b>{sign}</b>
      {letters !== "" && <small aria-hidden="true">{letters}</small>}
    </Press>
  );
}
