import { createContext, useCallback, useContext, useRef, useState, useSyncExternalStore } from "react";
import type { Entities } from "../model/entities.ts";
import type { Line, Store, World } from "../model/store.ts";
import type { CommandName } from "../model/wire.ts";
import type { ChatBook } from "./chat.ts";
import type { Outcome } from "./live.ts";
import type { Ticker } from "./ticker.ts";

/** What every part of the operator screen may use: what is known, the time, and how to ask for something. */
export interface Desk {
  readonly store: Store;
  readonly ticker: Ticker;
  readonly command: (
    op: CommandName,
    args?: Record<string, string>,
    expect?: Record<string, number>,
  ) => Promise<Outcome>;
  /** Say to the person why a command was refused. */
  readonly refused: (code: string, args: Readonly<Record<string, string>>) => void;
  readonly retryNow: () => void;
  readonly chat: ChatBook;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("no desk around this component");
  return desk;
}

/** Read something from the world; the component is drawn again only when the reading differs. */
export function useWorld<T>(read: (world: World) => T, same: (a: T, b: T) => boolean = Object.is): T {
  const { store } = useDesk();
  const last = useRef<{ world: World; value: T } | null>(null);
  const reading = (): T => {
    const { world } = store;
    if (last.current?.world === world) return last.current.value;
    const value = read(world);
    const kept = last.current !== null && same(last.current.value, value) ? last.current.value : value;
    last.current = { world, value: kept };
    return kept;
  };
  // A new reader may read something else from the same world.
  const reader = useRef(read);
  if (reader.current !== read) {
    reader.current = read;
    if (last.current !== null) {
      const value = read(store.world);
      last.current = {
        world: store.world,
        value: same(last.current.value, value) ? last.current.value : value,
      };
    }
  }
  return useSyncExternalStore(store.subscribe, reading);
}

/** Read something from the entities alone. */
export function useEntities<T>(read: (all: Entities) => T, same?: (a: T, b: T) => boolean): T {
  return useWorld((world) => read(world.entities), same);
}

export function useLine(): Line {
  const { store } = useDesk();
  return useSyncExternalStore(store.subscribeToLine, () => store.world.line);
}

/** The time at which what is shown was true, when the line is lost; null while it is alive. */
export function useStaleSince(): number | null {
  const line = useLine();
  return line.state === "lost" ? line.since : null;
}

/** Whether the instant lies in the past; the component is drawn again when it passes. Null never does. */
export function usePast(instant: number | null): boolean {
  const { ticker } = useDesk();
  return useSyncExternalStore(ticker.subscribe, () => instant !== null && ticker.now() >= instant);
}

/** Refusals that are a question to the person, by their code; any other is said. */
type Questions = Readonly<Record<string, (args: Readonly<Record<string, string>>) => void>>;

/** A click: sends the command once, and says that it is busy until the answer is there (D23). */
export function useAct(): {
  readonly busy: boolean;
  readonly act: (
    op: CommandName,
    args?: Record<string, string>,
    expect?: Record<string, number>,
    questions?: Questions,
  ) => Promise<boolean>;
} {
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  // The state is drawn a moment later; a second click may come sooner.
  const running = useRef(false);
  const act = useCallback(
    async (
      op: CommandName,
      args: Record<string, string> = {},
      expect: Record<string, number> = {},
      questions: Questions = {},
    ) => {
      if (running.current) return false;
      running.current = true;
      setBusy(true);
      const outcome = await desk.command(op, args, expect);
      running.current = false;
      setBusy(false);
      if (outcome.ok) return true;
      const asks = questions[outcome.code];
      if (asks === undefined) desk.refused(outcome.code, outcome.args);
      else asks(outcome.args);
      return false;
    },
    [desk],
  );
  return { busy, act };
}
