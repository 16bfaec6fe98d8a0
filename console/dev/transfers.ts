/** Scenes of chapters 2 and 5 of the manual: passing callers on, the keypad, pauses and alarms. */
import type { CallView, TransferView } from "../src/model/wire.ts";
import { AGENT_VIEWS, ago, call, NOW, offer, own } from "./cast.ts";
import type { Scene } from "./scenes.ts";

const transfer = (part: Partial<TransferView>): TransferView => ({
  kind: "attended",
  state: "armed",
  mine: true,
  recipient: null,
  recipient_name: null,
  until: null,
  ...part,
});

const vries = (part: Partial<CallView>): CallView =>
  own({
    ago: 216,
    queue_name: "Algemeen",
    state: "active",
    answered_at: ago(3, 27),
    since: ago(3, 27),
    name: "Mevrouw De Vries",
    number: "31534800937",
    ...part,
  });

const vtel = own({
  ago: 320,
  queue_name: "Algemeen",
  state: "held",
  answered_at: ago(4, 0),
  since: ago(1, 36),
  name: "Vtel telecom",
  number: "31884800943",
});

const urgent = (part: Partial<CallView>): CallView =>
  own({
    ago: 60,
    queue_name: "Urgent",
    state: "held",
    answered_at: ago(0, 50),
    since: ago(0, 24),
    number: "31648119032",
    ...part,
  });

const out = (id: string, part: Partial<CallView>): CallView =>
  own({
    ago: 20,
    id,
    direction: "out",
    state: "active",
    answered_at: ago(0, 18),
    since: ago(0, 18),
    ...part,
  });

const jan = out("jan", { name: "Jan Jansen", number: "08000403" });
const piet = (part: Partial<CallView> = {}): CallView =>
  out("piet", { name: "Piet Jansen", number: "203", internal: true, ...part });

const waiting = call({ ago: 19, queue_name: "Afspraken", number: "31681204419" });
const inCall = { status: "in_call" as const, status_since: ago(3, 27) };
const holding = { status: "holding" as const, status_since: ago(0, 30) };

export const TRANSFERS: Record<string, Scene> = {
  armed: {
    me: holding,
    calls: [vries({ state: "held", since: ago(0, 4), transfer: transfer({}) }), waiting],
  },
  "armed-blind": {
    me: holding,
    calls: [vries({ state: "held", since: ago(0, 4), transfer: transfer({ kind: "blind" }) }), waiting],
  },
  dialling: {
    me: inCall,
    calls: [
      vries({
        state: "held",
        since: ago(0, 9),
        transfer: transfer({ state: "dialling", recipient: "piet", recipient_name: "Piet Jansen" }),
      }),
      piet({ state: "dialling", since: ago(0, 5), answered_at: null }),
      waiting,
    ],
  },
  // Manual 5.2: general on hold, urgent being passed on, consulting an outside party.
  urgent: {
    me: inCall,
    calls: [
      vtel,
      urgent({ transfer: transfer({ state: "consulting", recipient: "jan", recipient_name: "Jan Jansen" }) }),
      jan,
      waiting,
    ],
  },
  // Manual 5.1: a colleague was asked something, and only then the first caller is passed on.
  late: { me: inCall, calls: [vries({ state: "held", since: ago(0, 40), transfer: transfer({}) }), piet()] },
  asking: { me: inCall, calls: [vries({ state: "held", since: ago(0, 52) }), piet()] },
  ringing: {
    calls: [
      call({
        ago: 216,
        queue_name: "Algemeen",
        state: "transferring",
        since: ago(0, 6),
        answered_at: ago(3, 0),
        name: "Mevrouw De Vries",
        number: "31534800937",
        transfer: transfer({ kind: "blind", state: "ringing", recipient_name: "Henk van Dijk" }),
      }),
      waiting,
    ],
  },
  returned: {
    me: holding,
    calls: [
      call({
        ago: 27,
        queue_name: "Algemeen",
        state: "offered",
        since: ago(0, 7),
        answered_at: ago(3, 0),
        name: "Mevrouw De Vries",
        number: "31534800937",
        note: "returned",
        reason: "no_answer",
        offer: offer(true),
      }),
      vtel,
      waiting,
    ],
  },
  done: {
    me: {
      ...holding,
      wrap_up: { kind: "pending", since: null, until: null, stoppable: false, extendable: false },
    },
    calls: [
      vtel,
      call({
        ago: 90,
        queue_name: "Urgent",
        state: "transferred",
        answered_at: ago(1, 0),
        since: NOW,
        number: "31648119032",
        transfer: transfer({
          state: "completed",
          recipient: "jan",
          recipient_name: "Jan Jansen",
          until: NOW + 10_000,
        }),
      }),
      waiting,
    ],
  },
  failed: {
    me: inCall,
    calls: [vries({ state: "active", reason: "busy" }), { ...piet(), note: "caller_gone", state: "held" }],
  },
  conference: {
    me: inCall,
    calls: [vries({ state: "conference" }), piet({ state: "conference" }), waiting],
  },
  direct: {
    me: inCall,
    calls: [
      vries({}),
      call({
        ago: 6,
        queue: null,
        state: "offered",
        direct: true,
        internal: true,
        name: "Paul de Jong",
        number: "206",
        offer: offer(false),
      }),
    ],
  },
  paused: { me: { status: "paused", status_since: ago(12), pause: "Lunch" }, calls: [waiting] },
  fixed: {
    me: {
      status: "wrap_up",
      status_since: ago(0, 20),
      wrap_up: {
        kind: "automatic",
        since: ago(0, 20),
        until: NOW + 40_000,
        stoppable: false,
        extendable: true,
      },
    },
    calls: [call({ ago: 8, queue_name: "Urgent", number: "31534300112", note: "breaks_wrap_up" }), waiting],
  },
  alarm: {
    me: { signed_in: ["q1"] },
    calls: [call({ ago: 34, queue_name: "Urgent", number: "31534300112" })],
    alarms: [
      {
        k: "alarm",
        id: "q2",
        code: "urgent_unanswered",
        queue: "q2",
        queue_name: "Urgent",
        name: null,
        until: null,
        since: ago(0, 34),
      },
      {
        k: "alarm",
        id: "q8",
        code: "urgent_empty",
        queue: "q8",
        queue_name: "Nachtdienst",
        name: null,
        until: null,
        since: ago(61, 4),
      },
    ],
  },
  many: {
    me: { status: "holding", status_since: ago(0, 4) },
    calls: [
      vries({
        state: "held",
        since: ago(0, 4),
        name: "Mevrouw A.M.C. van der Heijden-Oosterhuis tot Nijenhuis en Westerflier",
        transfer: transfer({}),
      }),
      ...Array.from({ length: 40 }, (_, index) =>
        call({ ago: 240 - index * 6, queue_name: "Algemeen", number: `316${10000000 + index * 987654}` }),
      ),
    ],
    agents: Array.from({ length: 120 }, (_, index) => ({
      ...(AGENT_VIEWS[index % AGENT_VIEWS.length] as (typeof AGENT_VIEWS)[number]),
      id: `a${index}`,
      extension: `${300 + index}`,
    })),
  },
};
