/** The people, queues and phones of the scenes. */
import { call as pretended } from "../src/model/pretend.ts";
import type { AgentView, CallView, DeviceView, MeView, QueueView } from "../src/model/wire.ts";

export const NOW = Date.now();
export const ago = (minutes: number, seconds = 0): number => NOW - (minutes * 60 + seconds) * 1000;

export const ME: MeView = {
  k: "me",
  id: "u1",
  name: "Chantal Vos",
  user_name: "chantal",
  organisation: "Zorggroep Twente",
  language: "nl",
  theme: "system",
  rights: ["wrapup.manual", "history.view", "chat.use", "colleagues.numbers", "queue.pick", "practice.call"],
  groups: [
    { id: "g1", name: "Enschede" },
    { id: "g2", name: "Den Bosch" },
    { id: "g3", name: "Amsterdam" },
    { id: "g4", name: "Landelijk nachtteam" },
  ],
  group: "g1",
  choose_group: true,
  device: "d1",
  signed_in: ["q1", "q2", "q3", "q4"],
  locked: ["q3"],
  status: "available",
  status_since: ago(52),
  wrap_up: null,
  wrap_up_armed: false,
  pause: null,
  picks_signed_in_only: false,
  counts_short: true,
  keeps_sign_ins: false,
  remembers_sign_ins: false,
  pause_reasons: ["Lunch", "Koffie", "Overleg", "Toilet"],
  hold_warn_ms: 45_000,
  time_zone: "Europe/Amsterdam",
  practice: true,
};

export const NAMES = [
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
    (call) => call.queue === id && !call.mine && (call.state === "waiting" || call.state === "offered"),
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
  return pretended(`c${calls}`, {
    queue: index < 0 ? null : `q${index + 1}`,
    queue_name: null,
    urgent: part.queue_name === "Urgent",
    since: at,
    entered_at: at,
    number: "31612345678",
    ...rest,
  });
}

export const offer = (ringing: boolean, rejectable = true) => ({ since: NOW - 4000, ringing, rejectable });

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
    ["Marieke ter Horst", "paused", 410, "marieke@example.nl", ["q1", "q3"]],
  ];

export const AGENT_VIEWS: AgentView[] = AGENTS.map(([name, status, seconds, email, queues], index) => ({
  k: "agent",
  id: `u${index + 1}`,
  name,
  extension: `${201 + index}`,
  email,
  status,
  since: NOW - seconds * 1000,
  pause: status === "paused" ? "Lunch" : null,
  reachable: status !== "device_lost",
  chat: index > 0 && status !== "device_lost",
  queues: [...queues],
  talk: status === "in_call" ? { direction: "in", number: "31534308888" } : null,
  talk_since: status === "in_call" ? NOW - seconds * 1000 : null,
}));

export const DEVICES: DeviceView[] = [
  {
    k: "device",
    id: "d1",
    name: "Toestel 201",
    kind: "sip",
    extension: null,
    in_call: false,
    registered: true,
    used_by: "Chantal Vos",
    used_by_me: true,
  },
  {
    k: "device",
    id: "d2",
    name: "Toestel 203",
    kind: "sip",
    extension: null,
    in_call: false,
    registered: true,
    used_by: "Piet Jansen",
    used_by_me: false,
  },
  {
    k: "device",
    id: "d3",
    name: "Softphone Chantal",
    kind: "web",
    extension: null,
    in_call: false,
    registered: false,
    used_by: null,
    used_by_me: false,
  },
  {
    k: "device",
    id: "d4",
    name: "Nachtpost 214",
    kind: "sip",
    extension: null,
    in_call: false,
    registered: false,
    used_by: null,
    used_by_me: false,
  },
  {
    k: "device",
    id: "d5",
    name: "Balie eerste verdieping 205",
    kind: "sip",
    extension: null,
    in_call: false,
    registered: true,
    used_by: null,
    used_by_me: false,
  },
];

export const own = (part: Partial<CallView> & { ago: number }): CallView =>
  call({ mine: true, agent: "u1", agent_name: "Chantal Vos", ...part });
