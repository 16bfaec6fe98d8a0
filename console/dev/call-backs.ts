/** The planning of call backs: a usual morning, and the hour after a failure with sixty of them. */
import { callBack, missed } from "../src/model/pretend.ts";
import type { CallBackStatus, CallBackView } from "../src/model/wire.ts";
import { NOW } from "./cast.ts";
import type { Scene } from "./scenes.ts";

const MINUTE = 60_000;
const HOUR = NOW - (NOW % (60 * MINUTE));
const NUMBERS = ["31534800937", "31633901245", "31207654321", "31612345678", "31884800943"];
const PEOPLE = [null, "Mevrouw De Vries", "Mw. Ten Brummelhuis-Wolterink", null, "Bakkerij Van den Heuvel"];

let made = 0;
function one(status: CallBackStatus, minutes: number, part: Partial<CallBackView> = {}): CallBackView {
  made += 1;
  const at = HOUR + minutes * MINUTE;
  const ended = status === "succeeded" || status === "failed" || status === "cancelled";
  return callBack(`b${made}`, at, {
    queue_name: made % 3 === 0 ? "Afspraken" : "Algemeen",
    number: NUMBERS[made % 5] ?? "",
    name: PEOPLE[made % 5] ?? null,
    entered_at: at - 200_000,
    last_attempt_at: ended && status !== "cancelled" ? at : null,
    attempts: status === "failed" ? 3 : status === "succeeded" ? 1 : 0,
    status,
    reason: status === "failed" ? "no_answer" : status === "cancelled" ? "by_agent" : null,
    ended_at: ended ? at + MINUTE : null,
    ...part,
  });
}

const MORNING = [
  one("succeeded", -156),
  one("succeeded", -129),
  one("failed", -114),
  ...[-106, -105, -104, -103].map((at) => one("succeeded", at)),
  one("cancelled", -87),
  one("succeeded", -73),
  one("succeeded", -71),
  one("succeeded", 2),
  one("failed", 21),
  one("in_progress", 36),
  one("planned", 48, { attempts: 1, planned_at: HOUR + 12 * MINUTE, last_attempt_at: HOUR + 12 * MINUTE }),
  one("planned", 60),
  one("planned", 61),
  one("planned", 80),
  one("planned", 150, { owner: "u1", owner_name: "Chantal Vos", requested_by: "agent", entered_at: null }),
  one("planned", 240),
  one("planned", 255),
  one("planned", 400),
  one("planned", 450),
];
const STATUSES: readonly CallBackStatus[] = [
  "failed",
  "planned",
  "in_progress",
  "succeeded",
  "planned",
  "cancelled",
];
const SIXTY = Array.from({ length: 60 }, (_, index) => one(STATUSES[index % 6] ?? "planned", index));

const MISSED = [
  missed("m1", NOW - 8 * MINUTE, { times: 3 }),
  missed("m2", NOW - 12 * MINUTE, {
    name: "Mevrouw De Vries",
    why: "message",
    message: "m2",
    number: NUMBERS[0] ?? "",
  }),
  missed("m3", NOW - 31 * MINUTE, {
    why: "not_helped",
    number: NUMBERS[2] ?? "",
    claimed_by: "u2",
    claimed_by_name: "Piet Jansen",
    claimed_at: NOW - 2 * MINUTE,
    calling: true,
  }),
  missed("m4", NOW - 64 * MINUTE, {
    why: "callback_failed",
    name: "Mw. Ten Brummelhuis-Wolterink",
    number: NUMBERS[4] ?? "",
    claimed_by: "u1",
    claimed_by_name: "Chantal Vos",
    claimed_at: NOW - 5 * MINUTE,
    attempts: 2,
    last_attempt_at: NOW - 20 * MINUTE,
  }),
  missed("m5", NOW - 15 * 60 * MINUTE, { why: "closed", number: null }),
  missed("m6", NOW - 26 * 60 * MINUTE, {
    why: "interrupted",
    number: NUMBERS[1] ?? "",
    queue_name: "Afspraken",
  }),
];

const RIGHTS = ["wrapup.manual", "history.view", "chat.use", "queue.pick", "callback.see", "callback.manage"];
const OFFERED = one("planned", 48, {
  name: "Mevrouw De Vries",
  number: "31534800937",
  entered_at: NOW - 312_000,
  offer: { since: NOW, ringing: false, rejectable: true },
});

export const CALL_BACKS: Record<string, Scene> = {
  callback: { me: { rights: RIGHTS }, callBacks: [...MORNING, ...MISSED, OFFERED] },
  "callback-sixty": { me: { rights: RIGHTS }, callBacks: [...MORNING, ...SIXTY, ...MISSED] },
  "callback-none": { me: { rights: RIGHTS } },
};
