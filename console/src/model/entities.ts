import type {
  AgentView,
  AlarmView,
  CallBackView,
  CallView,
  DeviceView,
  ExchangeView,
  Kind,
  MeView,
  MissedView,
  Op,
  QueueView,
  View,
} from "./wire.ts";

/** The shape of one entity by its kind. */
export interface ViewOf {
  me: MeView;
  queue: QueueView;
  agent: AgentView;
  call: CallView;
  device: DeviceView;
  exchange: ExchangeView;
  alarm: AlarmView;
  callback: CallBackView;
  missed: MissedView;
}

type Table<K extends Kind> = ReadonlyMap<string, ViewOf[K]>;

/** All that this console was shown, by kind and id. Never changed in place. */
export type Entities = { readonly [K in Kind]: Table<K> };

/** A delta named an entity that we were never shown: our copy is old, ask for a fresh snapshot. */
export class OutOfDate extends Error {}

export const NOTHING: Entities = {
  me: new Map(),
  queue: new Map(),
  agent: new Map(),
  call: new Map(),
  device: new Map(),
  exchange: new Map(),
  alarm: new Map(),
  callback: new Map(),
  missed: new Map(),
};

/** The entities of a snapshot; it replaces all that was known. */
export function fromSnapshot(views: readonly View[]): Entities {
  return applyOps(
    NOTHING,
    views.map((e) => ({ a: "s", e })),
  );
}

/**
 * The entities after one delta. Pure: the same entities and operations give the same result.
 * A kind that the delta does not touch keeps its identity, so that readers of other kinds can stand still.
 *
 * @throws {OutOfDate} when a merge names an unknown entity; nothing has changed.
 */
export function applyOps(before: Entities, ops: readonly Op[]): Entities {
  const touched = new Map<Kind, Map<string, View>>();
  const table = (kind: Kind): Map<string, View> => {
    let copy = touched.get(kind);
    if (copy === undefined) {
      copy = new Map<string, View>(before[kind]);
      touched.set(kind, copy);
    }
    return copy;
  };
  for (const op of ops) {
    switch (op.a) {
      case "s":
        table(op.e.k).set(op.e.id, op.e);
        break;
      case "m": {
        const rows = table(op.k);
        const row = rows.get(op.id);
        if (row === undefined) throw new OutOfDate(`${op.k}:${op.id}`);
        rows.set(op.id, { ...row, ...op.f } as View);
        break;
      }
      case "x":
        table(op.k).delete(op.id);
        break;
    }
  }
  return touched.size === 0 ? before : { ...before, ...(Object.fromEntries(touched) as Partial<Entities>) };
}
