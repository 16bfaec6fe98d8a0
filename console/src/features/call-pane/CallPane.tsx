import { useLingui } from "@lingui/react/macro";
import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useEntities, useStaleSince } from "../../connection/desk.tsx";
import { offeredCallBacks } from "../../model/callback.ts";
import { keyName } from "../../model/keymap.ts";
import { callLayers, me, myDevice, sameItems } from "../../model/select.ts";
import { ready, ringingElsewhere } from "../../model/transfer.ts";
import type { CallView } from "../../model/wire.ts";
import { useAudio } from "../../softphone/use.tsx";
import { Note } from "../../ui/Note.tsx";
import { CallBackCard } from "./CallBackCard.tsx";
import { CallCard } from "./CallCard.tsx";
import "./call-pane.css";
import { useKeyMap } from "../../ui/keymap.ts";
import { useFocusKept } from "../../ui/use-focus-kept.ts";
import { useRingOff } from "../../ui/use-off.ts";
import { DeskHead } from "./DeskHead.tsx";
import { PracticeButton, PracticeMenu, useMayPractise } from "./Practice.tsx";
import { Waiting } from "./Waiting.tsx";

/** Height of one card with its gap, and of all that stands around the cards, in CSS pixels. */
const CARD_PX = 154;
const AROUND_PX = 52 + 52 + 200;

interface Props {
  /** Stands at the top right of the field: the key symbol (2.6-a). */
  readonly keypad: ReactNode;
  /** Choose to whom a caller goes who waits. */
  readonly sendOn: (call: string) => void;
}

/** The personal call field: all calls that are mine, offered to me, or waiting in my queues (2.1). */
export const CallPane = memo(function CallPane({ keypad, sendOn }: Props) {
  const { t } = useLingui();
  const { cards, waiting } = useEntities(
    callLayers,
    (a, b) => sameItems(a.cards, b.cards) && sameItems(a.waiting, b.waiting),
  );
  const owed = useEntities(offeredCallBacks, sameItems);
  const staleSince = useStaleSince();
  const room = useRoom();
  const kept = useFocusKept<HTMLElement>();
  const [hovered, setHovered] = useState(false);
  const off = useRingOff();
  const steady = useSteadyOrder(cards, hovered);
  // Under ring-all every waiting call is offered; those beyond the room become rows, never the loud ones.
  const must = steady.filter(isLoud).length;
  const shown = roomFor(steady, Math.max(room, must));
  const rows = [...steady.filter((call) => !shown.includes(call)), ...waiting].sort(
    (a, b) => Number(b.urgent) - Number(a.urgent) || a.entered_at - b.entered_at,
  );
  // The one that the key takes, wherever it stands now.
  const connects = useEntities((all) => ready(all) !== undefined);
  // The same until the key symbol changes: callers who come and go are nothing to the head of the field.
  const corner = useMemo(
    () => (
      <>
        <PracticeMenu />
        {keypad}
      </>
    ),
    [keypad],
  );
  const next = connects ? undefined : cards.find((call) => !call.mine && call.offer !== null);
  return (
    <aside
      {...kept}
      className="field-pane"
      id="calls"
      aria-label={t`Personal call field`}
      tabIndex={-1}
      {...(staleSince !== null && { "data-stale": "" })}
    >
      <DeskHead corner={corner} />
      <SoundNote />
      {/* While the pointer rests here the order stands still. */}
      <div className="stack" onPointerEnter={() => setHovered(true)} onPointerLeave={() => setHovered(false)}>
        {shown.map((call) => (
          <CallCard key={call.id} call={call} next={call === next} off={off} />
        ))}
        {owed.map((row, index) => (
          <CallBackCard
            key={row.id}
            row={row}
            next={!connects && next === undefined && index === 0}
            off={off}
          />
        ))}
      </div>
      {shown.length + owed.length === 0 && <Nothing waiting={rows.length > 0} />}
      <Waiting calls={rows} off={off} sendOn={sendOn} />
    </aside>
  );
});

/** The first `room` cards, but never fewer than the own, urgent and ringing ones. */
function roomFor(cards: readonly CallView[], room: number): CallView[] {
  let quiet = room - cards.filter(isLoud).length;
  return cards.filter((call) => {
    if (isLoud(call)) return true;
    quiet -= 1;
    return quiet >= 0;
  });
}

function isLoud(call: CallView): boolean {
  return call.mine || call.urgent || call.offer?.ringing === true || ringingElsewhere(call);
}

/** How many cards have room at this height. */
function useRoom(): number {
  const count = (): number => Math.max(2, Math.floor((window.innerHeight - AROUND_PX) / CARD_PX));
  const [room, setRoom] = useState(count);
  useEffect(() => {
    const measure = (): void => setRoom(count());
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  });
  return room;
}

/** While the pointer rests on the cards none of them moves: what is new joins below, what is gone leaves. */
function useSteadyOrder(cards: readonly CallView[], still: boolean): readonly CallView[] {
  const order = useRef<readonly string[]>([]);
  let result = cards;
  if (still) {
    const place = new Map(order.current.map((id, index) => [id, index]));
    result = [...cards].sort(
      (a, b) => (place.get(a.id) ?? Number.MAX_VALUE) - (place.get(b.id) ?? Number.MAX_VALUE),
    );
  }
  useEffect(() => {
    order.current = result.map((call) => call.id);
  });
  return result;
}

function Nothing({ waiting }: { waiting: boolean }) {
  const { t } = useLingui();
  const mine = useEntities(me);
  const device = useEntities(myDevice);
  const practise = useMayPractise();
  const name = device?.name ?? "";
  const paused = mine?.status === "paused";
  const inWrapUp = mine?.wrap_up !== null && mine?.wrap_up !== undefined && mine.wrap_up.kind !== "pending";
  const [fact, help] = inWrapUp
    ? [
        t`You are in wrap-up`,
        t`You are offered no calls during wrap-up. Take somebody who waits to stop it earlier.`,
      ]
    : paused
      ? [t`You are paused`, t`You are offered no calls during a pause.`]
      : device === undefined
        ? [t`You are looking on`, t`Choose a phone at the top right to take calls.`]
        : mine?.signed_in.length === 0
          ? [t`You get no calls`, t`Sign in to a queue to be offered calls.`]
          : [waiting ? t`No calls of your own` : t`No calls`, t`You will be rung on ${name}.`];
  const map = useKeyMap();
  const keys: readonly (readonly [string | undefined, string])[] = [
    [map.answer[0], t`Answer or connect`],
    [map.hang_up[0], t`Hang up`],
    [map.hold[0], t`Hold or resume`],
    [map.attended[0], t`Transfer`],
    [map.keypad[0], t`Keypad`],
    [map.help[0], t`All keys`],
  ];
  return (
    <>
      <div className="empty">
        <b>{fact}</b>
        {help}
        {practise && device !== undefined && !inWrapUp && !paused && <PracticeButton />}
      </div>
      {!waiting && (
        <div className="keys">
          {keys.map(([key, what]) =>
            key === undefined ? null : <KeyLine key={what} name={keyName(key)} what={what} />,
          )}
        </div>
      )}
    </>
  );
}

function KeyLine({ name, what }: { name: string; what: string }) {
  return (
    <>
      <kbd>{name}</kbd>
      <span>{what}</span>
    </>
  );
}

/** The browser's own phone has something in its way, and the person can clear it. */
function SoundNote() {
  const { t } = useLingui();
  const audio = useAudio();
  const web = useEntities((all) => myDevice(all)?.kind === "web");
  if (!web || !audio.here) return null;
  const text =
    audio.problem === "no_microphone"
      ? t`The browser gives no microphone: nobody hears you. Plug one in, or allow it at the left of the address bar.`
      : audio.phone === "failed"
        ? t`Your browser phone cannot reach the exchange. It keeps trying.`
        : audio.muted
          ? t`Click anywhere once, so that the browser lets the phone ring.`
          : null;
  return text === null ? null : (
    <div className="sound-note">
      <Note kind={audio.problem === null ? "attention" : "problem"}>{text}</Note>
    </div>
  );
}
