import type { AgentView, CallBackView, CallView, ContactRow, MissedView } from "./wire.ts";

/** For tests and the stage only: a call back as the server shows one, nothing tried yet, planned at `at`. */
export const callBack = (id: string, at: number, part: Partial<CallBackView> = {}): CallBackView => ({
  k: "callback",
  id,
  queue: "q1",
  queue_name: "Algemeen",
  number: "31534800937",
  name: null,
  owner: null,
  owner_name: null,
  requested_at: at - 98_000,
  requested_by: "caller",
  entered_at: at - 120_000,
  due_at: at,
  planned_at: at,
  last_attempt_at: null,
  attempts: 0,
  status: "planned",
  handled_by: null,
  handled_by_name: null,
  reason: null,
  ended_at: null,
  offer: null,
  ...part,
});

/** The same: a caller who hung up while waiting at `at`, whom nobody calls yet. */
export const missed = (id: string, at: number, part: Partial<MissedView> = {}): MissedView => ({
  k: "missed",
  id,
  queue: "q1",
  queue_name: "Algemeen",
  number: "31612345678",
  name: null,
  at,
  why: "abandoned",
  message: null,
  times: 1,
  attempts: 0,
  last_attempt_at: null,
  claimed_by: null,
  claimed_by_name: null,
  claimed_at: null,
  calling: false,
  ...part,
});

/** The same: somebody in the address book, from outside the house. */
export const contact = (id: string, name: string, part: Partial<ContactRow> = {}): ContactRow => ({
  id,
  name,
  function: "",
  numbers: ["31742915500"],
  addresses: [],
  internal: false,
  group: null,
  source: null,
  version: "v1",
  ...part,
});

/** A colleague who is free. */
export const agentView = (id: string, part: Partial<AgentView> = {}): AgentView => ({
  k: "agent",
  id,
  name: id,
  extension: null,
  email: null,
  status: "available",
  since: 0,
  pause: null,
  reachable: true,
  chat: true,
  queues: ["q1"],
  talk: null,
  talk_since: null,
  ...part,
});

/** The same: a caller who waits since the beginning of time. */
export const call = (id: string, part: Partial<CallView> = {}): CallView => ({
  k: "call",
  id,
  v: 1,
  queue: "q1",
  queue_name: "Algemeen",
  urgent: false,
  direction: "in",
  state: "waiting",
  since: 0,
  entered_at: 0,
  answered_at: null,
  number: null,
  name: null,
  agent: null,
  agent_name: null,
  mine: false,
  direct: false,
  internal: false,
  called_back: false,
  transfer: null,
  offer: null,
  note: null,
  reason: null,
  not_reached: null,
  ...part,
});
