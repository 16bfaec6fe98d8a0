import type {
  AgentView,
  CallView,
  DeviceView,
  HistoryRow,
  MeView,
  QueueView,
  View,
} from "../src/model/wire.ts";

export const NOW = Date.now();
const ago = (minutes: number, seconds = 0): number => NOW - (minutes * 60 + seconds) * 1000;

export const ME: MeView = {
  k: "me",
  id: "u1",
  name: "Chantal Vos",
  user_name: "chantal",
  organisation: "Zorggroep Twente",
  language: "nl",
  theme: "system",
  rights: ["wrapup.manual", "history.view", "colleagues.numbers", "queue.pick", "practice.call"],
  groups: [
    { id: "g1", name: "Enschede" },
    { id: "g2", name: "Den Bosch" },
    { id: "g3", name: "Amsterdam" },
    { id: "g4", name: "Landelijk nachtteam" },
  ],
  group: "g1",
  device: "d1",
  signed_in: ["q1", "q2", "q3", "q4"],
  locked: ["q3"],
  status: "available",
  status_since: ago(52),
  wrap_up: null,
  wrap_up_armed: false,
  practice: true,
};

const NAMES = [
  "Algemeen",
  "Urgent",
  "Intercollegiaal",
  "Afspraken",
  "Storingen",
  "Facturatie",
  "Thuiszorg en wijkverpleging Overijssel-Noord",
];
const NUMBERS: readonly (readonly [number, number, number, number])[] = [
  [6, 3, 14, 128],
  [7, 4, 4, 9],
  [4, 2, 19, 41],
  [5, 2, 32, 77],
  [3, 1, 21, 18],
  [2, 0, 66, 22],
  [0, 0, 0, 0],
];

export function queue(index: number, waiting: CallView[] = []): QueueView {
  const [signedIn, free, average, handled] = NUMBERS[index] ?? [0, 0, 0, 0];
  const id = `q${index + 1}`;
  const mine = waiting.filter(
    (call) => call.queue === id && !call.mine && call.state !== "active" && call.state !== "held",
  );
  return {
    k: "queue",
    id,
    name: NAMES[index] ?? id,
    urgent: index === 1,
    position: index,
    agents_signed_in: signedIn,
    agents_available: free,
    waiting: mine.length,
    average_wait_ms: average === 0 ? null : average * 1000,
    longest_since: mine.length === 0 ? null : Math.min(...mine.map((call) => call.entered_at)),
    handled,
    total: handled === 0 ? 0 : handled + 3 + mine.length,
    counted_since: new Date(NOW).setHours(0, 0, 0, 0),
  };
}

let calls = 0;
export function call(part: Partial<CallView> & { ago: number }): CallView {
  calls += 1;
  const { ago: seconds, ...rest } = part;
  const at = NOW - seconds * 1000;
  const index = NAMES.indexOf(part.queue_name ?? "");
  return {
    k: "call",
    id: `c${calls}`,
    v: 1,
    queue: index < 0 ? null : `q${index + 1}`,
    queue_name: null,
    urgent: part.queue_name === "Urgent",
    direction: "in",
    state: "waiting",
    since: at,
    entered_at: at,
    answered_at: null,
    number: "31612345678",
    name: null,
    agent: null,
    agent_name: null,
    mine: false,
    offer: null,
    note: null,
    ...rest,
  };
}

const offer = (ringing: boolean, rejectable = true) => ({ since: NOW - 4000, ringing, rejectable });

const AGENTS: readonly (readonly [string, AgentView["status"], number, string | null, readonly string[]])[] =
  [
    ["Chantal Vos", "available", 3120, "chantal@example.nl", ["q1", "q2", "q3", "q4"]],
    ["Piet Jansen", "available", 400, "piet@example.nl", ["q1", "q2"]],
    ["Anja Smit", "in_call", 252, "anja@example.nl", ["q1", "q3"]],
    ["Paulien Bos-van den Berghe tot Westerflier", "wrap_up", 38, "paulien@example.nl", ["q1", "q2"]],
    ["Henk van Dijk", "not_answered", 600, null, ["q1"]],
    ["Paul de Jong", "ringing", 4, null, ["q2", "q1"]],
    ["Fatima Yıldız", "in_call", 51, "fatima@example.nl", ["q2", "q4"]],
    ["Joost Wieringa", "device_lost", 90, null, ["q1"]],
  ];

export const AGENT_VIEWS: AgentView[] = AGENTS.map(([name, status, seconds, email, queues], index) => ({
  k: "agent",
  id: `u${index + 1}`,
  name,
  extension: `${201 + index}`,
  email,
  status,
  since: NOW - seconds * 1000,
  queues: [...queues],
  talk: status === "in_call" ? { direction: "in", number: "31534308888" } : null,
}));

export const DEVICES: DeviceView[] = [
  {
    k: "device",
    id: "d1",
    name: "Toestel 201",
    kind: "sip",
    registered: true,
    used_by: "Chantal Vos",
    used_by_me: true,
  },
  {
    k: "device",
    id: "d2",
    name: "Toestel 203",
    kind: "sip",
    registered: true,
    used_by: "Piet Jansen",
    used_by_me: false,
  },
  {
    k: "device",
    id: "d3",
    name: "Softphone Chantal",
    kind: "web",
    registered: false,
    used_by: null,
    used_by_me: false,
  },
  {
    k: "device",
    id: "d4",
    name: "Nachtpost 214",
    kind: "sip",
    registered: false,
    used_by: null,
    used_by_me: false,
  },
  {
    k: "device",
    id: "d5",
    name: "Balie eerste verdieping 205",
    kind: "sip",
    registered: true,
    used_by: null,
    used_by_me: false,
  },
];

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
const own = (part: Partial<CallView> & { ago: number }): CallView =>
  call({ mine: true, agent: "u1", agent_name: "Chantal Vos", ...part });

export interface Scene {
  readonly me?: Partial<MeView>;
  readonly calls?: CallView[];
  readonly devices?: DeviceView[];
  readonly agents?: AgentView[];
  readonly queues?: false;
  readonly exchangeDown?: boolean;
  /** The line falls silent after the snapshot. */
  readonly silent?: boolean;
}

const long = "Mevrouw A.M.C. van der Heijden-Oosterhuis tot Nijenhuis en Westerflier";

export const SCENES: Record<string, Scene> = {
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
      wrap_up: { kind: "automatic", since: ago(0, 43), until: NOW + 47_000 },
    },
    calls: [call({ ago: 8, queue_name: "Urgent", number: "31534300112" }), ...WAITING],
  },
  "wrapup-open": {
    me: { status: "wrap_up", status_since: ago(6), wrap_up: { kind: "manual", since: ago(6), until: null } },
  },
  pending: {
    me: { status: "holding", status_since: ago(2), wrap_up: { kind: "pending", since: null, until: null } },
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
    { k: "exchange", id: "exchange", up: scene.exchangeDown !== true, since: ago(60) },
  ];
}

export const HISTORY: HistoryRow[] = Array.from({ length: 60 }, (_, index) => {
  const kind =
    (["answered", "answered", "outbound", "missed", "rejected", "answered"] as const)[index % 6] ??
    "answered";
  return {
    id: `h${index}`,
    call: `x${index}`,
    kind,
    direction: kind === "outbound" ? "out" : "in",
    number: index % 6 === 2 ? "203" : index % 3 === 0 ? "31884800943" : `3153${4000000 + index * 34567}`,
    name:
      index % 6 === 2 ? "Piet Jansen" : index % 7 === 0 ? "Mevrouw A.M.C. van der Heijden-Oosterhuis" : null,
    queue: kind === "outbound" ? null : (NAMES[index % 4] ?? null),
    urgent: index % 4 === 1,
    at: ago(index * 47, index * 13),
    wait_ms: kind === "outbound" ? null : 4_000 + index * 1_700,
    talk_ms: kind === "answered" || kind === "outbound" ? 15_000 + index * 9_000 : null,
    ended_by: kind === "answered" ? (index === 6 ? "lost" : "caller") : null,
  };
});
