import type {
  AgentView,
  AlarmView,
  CallBackView,
  CallView,
  DeviceView,
  MeView,
  MissedView,
  View,
} from "../src/model/wire.ts";
import { CALL_BACKS } from "./call-backs.ts";
import { AGENT_VIEWS, ago, call, DEVICES, ME, NAMES, NOW, offer, own, queue } from "./cast.ts";
import { TRANSFERS } from "./transfers.ts";

const TALKING = [
  call({
    ago: 263,
    queue_name: "Algemeen",
    state: "active",
    answered_at: ago(4, 12),
    since: ago(4, 12),
    name: "Fysio Haaksbergerstraat",
    number: "31534312290",
    agent: "u3",
    agent_name: "Anja Smit",
  }),
  call({
    ago: 58,
    queue_name: "Algemeen",
    state: "active",
    answered_at: ago(0, 51),
    since: ago(0, 51),
    number: "31620115409",
    agent: "u7",
    agent_name: "Fatima Yıldız",
  }),
  call({
    ago: 180,
    queue_name: "Algemeen",
    state: "held",
    answered_at: ago(2, 36),
    since: ago(0, 20),
    number: "31534332760",
    agent: "u6",
    agent_name: "Paul de Jong",
  }),
];
const WAITING = [
  call({ ago: 72, queue_name: "Afspraken", number: "31681204419" }),
  call({ ago: 31, queue_name: "Intercollegiaal", name: "Apotheek Lonneker", number: "31534611234" }),
  call({ ago: 5, queue_name: "Algemeen", number: "31534617702" }),
];
export interface Scene {
  readonly me?: Partial<MeView>;
  readonly calls?: CallView[];
  readonly devices?: DeviceView[];
  readonly agents?: AgentView[];
  readonly queues?: false;
  readonly alarms?: AlarmView[];
  readonly callBacks?: readonly (CallBackView | MissedView)[];
  readonly exchangeDown?: boolean;
  /** The line falls silent after the snapshot. */
  readonly silent?: boolean;
}

const long = "Mevrouw A.M.C. van der Heijden-Oosterhuis tot Nijenhuis en Westerflier";

export const SCENES: Record<string, Scene> = {
  ...TRANSFERS,
  ...CALL_BACKS,
  idle: {},
  empty: { agents: [], queues: false },
  incoming: {
    me: { status: "ringing", status_since: ago(0, 12) },
    calls: [
      ...TALKING,
      call({
        ago: 4,
        queue_name: "Urgent",
        state: "offered",
        name: "Alarmcentrale Twente",
        number: "31534300112",
        offer: offer(true, false),
      }),
      call({
        ago: 12,
        queue_name: "Algemeen",
        state: "offered",
        name: "Mevrouw A.M.C. van der Heijden-Oosterhuis",
        number: "31884800943",
        offer: offer(true),
      }),
      ...WAITING,
    ],
  },
  busy: {
    me: { status: "in_call", status_since: ago(3, 27) },
    calls: [
      ...TALKING,
      own({
        ago: 216,
        queue_name: "Algemeen",
        state: "active",
        answered_at: ago(3, 27),
        since: ago(3, 27),
        name: "Mevrouw De Vries",
        number: "31534800937",
      }),
      own({
        ago: 320,
        queue_name: "Intercollegiaal",
        state: "held",
        answered_at: ago(2, 0),
        since: ago(0, 52),
        name: "Huisartsenpost Enschede",
        number: "31534330888",
      }),
      own({ ago: 6, state: "connecting", name: "Piet Jansen", number: "203", direction: "out" }),
      ...WAITING,
    ],
  },
  overload: {
    me: { status: "in_call", status_since: ago(5, 3) },
    calls: [
      call({
        ago: 171,
        queue_name: "Urgent",
        state: "offered",
        number: "31640182293",
        offer: offer(false, false),
      }),
      call({
        ago: 19,
        queue_name: "Urgent",
        state: "offered",
        name: "Alarmcentrale Twente",
        number: "31534300112",
        offer: offer(false, false),
      }),
      own({
        ago: 320,
        queue_name: "Afspraken",
        state: "active",
        answered_at: ago(5, 3),
        since: ago(5, 3),
        name: "De heer Nijhuis",
        number: "31541513307",
      }),
      ...Array.from({ length: 38 }, (_, index) =>
        call({
          ago: 462 - index * 12,
          queue_name: NAMES[[0, 0, 3, 2, 3, 0][index % 6] ?? 0] ?? "",
          number: `316${10000000 + index * 987654}`,
          name: index % 5 === 0 ? "Mevrouw Ten Brummelhuis-Wolterink" : null,
        }),
      ),
    ],
  },
  "ring-all": {
    me: { status: "ringing", status_since: ago(0, 8) },
    calls: Array.from({ length: 40 }, (_, index) =>
      call({
        ago: 240 - index * 6,
        queue_name: NAMES[[0, 2, 3][index % 3] ?? 0] ?? "",
        state: "offered",
        number: `316${10000000 + index * 987654}`,
        offer: offer(index === 0),
      }),
    ),
  },
  long: {
    me: { status: "in_call", status_since: ago(61), name: "Anne-Sophie van Hövell tot Westerflier-Wezeveld" },
    calls: [
      own({
        ago: 3800,
        queue_name: NAMES[6] ?? "",
        queue: "q7",
        state: "active",
        answered_at: ago(61, 5),
        since: ago(61, 5),
        name: long,
        number: "31884800943",
        note: "nobody_else",
      }),
      own({
        ago: 3800,
        queue_name: NAMES[6] ?? "",
        queue: "q7",
        state: "held",
        answered_at: ago(60),
        since: ago(1, 36),
        name: long,
        number: "493012345678",
        note: "phone_hold",
      }),
      call({
        ago: 9,
        queue_name: "Urgent",
        state: "offered",
        name: long,
        number: null,
        offer: offer(false, false),
      }),
      call({ ago: 90, queue_name: "Algemeen", name: long }),
      call({ ago: 20, queue_name: "Algemeen", number: null }),
    ],
  },
  wrapup: {
    me: {
      status: "wrap_up",
      status_since: ago(0, 43),
      wrap_up: {
        kind: "automatic",
        since: ago(0, 43),
        until: NOW + 47_000,
        stoppable: true,
        extendable: true,
      },
    },
    calls: [call({ ago: 8, queue_name: "Urgent", number: "31534300112" }), ...WAITING],
  },
  "wrapup-open": {
    me: {
      status: "wrap_up",
      status_since: ago(6),
      wrap_up: { kind: "manual", since: ago(6), until: null, stoppable: true, extendable: false },
    },
  },
  pending: {
    me: {
      status: "holding",
      status_since: ago(2),
      wrap_up: { kind: "pending", since: null, until: null, stoppable: false, extendable: false },
    },
    calls: [
      own({
        ago: 216,
        queue_name: "Algemeen",
        state: "held",
        answered_at: ago(3, 27),
        since: ago(1, 58),
        number: "31884800943",
      }),
    ],
  },
  missed: { me: { status: "not_answered", status_since: ago(1) } },
  offline: {
    me: { status: "in_call", status_since: ago(3, 27) },
    calls: [
      ...TALKING.slice(0, 1),
      own({
        ago: 216,
        queue_name: "Algemeen",
        state: "active",
        answered_at: ago(3, 27),
        since: ago(3, 27),
        name: "Mevrouw De Vries",
        number: "31534800937",
      }),
      ...WAITING.slice(0, 2),
    ],
    silent: true,
  },
  "exchange-down": { exchangeDown: true },
  "signed-out": { me: { signed_in: ["q1"], status: "available" } },
  group: { me: { group: null, device: null, signed_in: [] } },
  nogroup: { me: { group: null, device: null, signed_in: [], groups: [] } },
  device: {
    me: { device: null },
    devices: DEVICES.map((device) =>
      device.used_by_me ? { ...device, used_by: null, used_by_me: false } : device,
    ),
  },
  web: {
    me: { device: "d3" },
    devices: DEVICES.map((device) => ({
      ...device,
      used_by_me: device.id === "d3",
      used_by: device.id === "d3" ? "Chantal Vos" : device.id === "d2" ? "Piet Jansen" : null,
    })),
  },
};

export function entities(scene: Scene): View[] {
  const all = scene.calls ?? [];
  return [
    { ...ME, ...scene.me },
    ...(scene.queues === false ? [] : NAMES.map((_, index) => queue(index, all))),
    ...(scene.agents ?? AGENT_VIEWS),
    ...(scene.devices ?? DEVICES),
    ...all,
    ...(scene.alarms ?? []),
    ...(scene.callBacks ?? []),
    { k: "exchange", id: "exchange", up: scene.exchangeDown !== true, since: ago(60) },
  ];
}
