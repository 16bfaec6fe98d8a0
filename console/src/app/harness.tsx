/** For tests only: the operator screen on a pretend desk, fed with frames and remembering what was asked of it. */
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, cleanup, fireEvent, render } from "@testing-library/react";
import { I18nProvider as AriaLanguage } from "react-aria-components";
import { vi } from "vitest";
import { ChatBook } from "../connection/chat.ts";
import { type Desk, DeskContext } from "../connection/desk.tsx";
import type { Outcome } from "../connection/live.ts";
import { Ticker } from "../connection/ticker.ts";
import { agentView, call as pretendedCall } from "../model/pretend.ts";
import { Store } from "../model/store.ts";
import type {
  AgentView,
  CallView,
  ChatMessage,
  ChatUnread,
  DeviceView,
  MeView,
  Op,
  QueueView,
  View,
} from "../model/wire.ts";
import type { AudioStatus, DeskPhone } from "../softphone/desk-phone.ts";
import { PhoneContext } from "../softphone/use.tsx";
import { messages } from "../text/catalogues/nl.po";
import { refusal } from "../text/refusals.ts";
import { Announcer } from "../ui/announce.tsx";
import { toast } from "../ui/toast.tsx";
import { OperatorScreen } from "./OperatorScreen.tsx";
import { popUp } from "./say.ts";

i18n.loadAndActivate({ locale: "nl", messages });

/** The server's lists are empty, unless a test answers for itself. */
const LISTS = {
  ...{ lines: [], rows: [], gaps: [], groups: [] },
  ...{ favourites: [], colleagues: [], found: [], found_colleagues: [] },
};
globalThis.fetch = async () =>
  new Response(JSON.stringify({ ...LISTS, call: "", before: null, open: 0, done: 0, barred: {} }));

/** The instant at which every test stands; server and browser agree on it. */
export const NOW = new Date(2026, 2, 2, 14, 30, 0).getTime();
export const ago = (seconds: number): number => NOW - seconds * 1_000;

export const me = (part: Partial<MeView> = {}): MeView => ({
  k: "me",
  id: "u1",
  name: "Chantal Vos",
  user_name: "chantal",
  organisation: "Zorggroep",
  language: "nl",
  theme: "light",
  rights: ["wrapup.manual", "history.view", "chat.use", "colleagues.numbers", "queue.pick"],
  groups: [
    { id: "g1", name: "Enschede" },
    { id: "g2", name: "Den Bosch" },
  ],
  group: "g1",
  choose_group: true,
  device: "d1",
  signed_in: ["q1", "q2"],
  locked: [],
  status: "available",
  status_since: ago(60),
  wrap_up: null,
  wrap_up_armed: false,
  pause: null,
  pause_reasons: [],
  picks_signed_in_only: false,
  counts_short: true,
  keeps_sign_ins: false,
  remembers_sign_ins: false,
  hold_warn_ms: 45_000,
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  practice: false,
  ...part,
});

export const queue = (id: string, name: string, part: Partial<QueueView> = {}): QueueView => ({
  k: "queue",
  id,
  name,
  urgent: false,
  position: Number(id.slice(1)),
  agents_signed_in: 0,
  agents_available: 0,
  waiting: 0,
  average_wait_ms: null,
  longest_since: null,
  handled: 0,
  total: 0,
  counted_since: new Date(2026, 2, 2).getTime(),
  ...part,
});

export const call = (id: string, part: Partial<CallView> = {}): CallView =>
  pretendedCall(id, { since: ago(20), entered_at: ago(20), number: "31534800937", ...part });

export const offered = (id: string, part: Partial<CallView> = {}): CallView =>
  call(id, {
    state: "offered",
    offer: { since: ago(4), ringing: true, rejectable: part.urgent !== true },
    ...part,
  });

export const talking = (id: string, part: Partial<CallView> = {}): CallView =>
  call(id, {
    mine: true,
    state: "active",
    answered_at: ago(12),
    since: ago(12),
    agent: "u1",
    agent_name: "Chantal Vos",
    ...part,
  });

export const agent = (id: string, name: string, part: Partial<AgentView> = {}): AgentView =>
  agentView(id, { name, since: ago(60), ...part });

export const device = (id: string, name: string, part: Partial<DeviceView> = {}): DeviceView => ({
  k: "device",
  id,
  name,
  kind: "sip",
  extension: null,
  registered: true,
  in_call: false,
  used_by: null,
  used_by_me: false,
  ...part,
});

/** What most tests stand on: two queues, one of them urgent, and a telephone on the desk. */
export const OFFICE: readonly View[] = [
  queue("q1", "Algemeen"),
  queue("q2", "Urgent", { urgent: true }),
  queue("q3", "Storingen"),
  device("d1", "Toestel 201", { used_by: "Chantal Vos", used_by_me: true }),
  { k: "exchange", id: "exchange", up: true, since: 0 },
];

export interface PretendDesk {
  readonly store: Store;
  /** Commands in the order in which they were sent. */
  readonly asked: [op: string, args: Record<string, string>][];
  /** How often the browser's own phone was told to answer. */
  readonly answeredHere: () => number;
  /** What the next command is answered with; until it is set everything succeeds. */
  answer: (op: string) => Promise<Outcome>;
  /** The server tells of changes. */
  readonly tell: (...ops: Op[]) => void;
  /** A message of a colleague comes, or the count of what was not read. */
  readonly hears: (frame: ChatMessage | ChatUnread) => void;
  /** What is drawn goes and comes back, as the screen does around the choice of another phone. */
  comesBack: () => void;
}

/** A desk without anything drawn on it. */
export function pretendDesk(views: readonly View[]): PretendDesk & { desk: Desk; phone: DeskPhone } {
  const store = new Store();
  store.hello({ t: "hello", v: 1, epoch: "e", conn: "c", now: NOW, hb_ms: 2_000, user: "u1" });
  store.snapshot({ t: "snap", epoch: "e", rev: 1, ents: [...views] });
  store.line({ state: "connected" });
  let frames = 0;
  let answers = 0;
  const audio: AudioStatus = { phone: "off", leg: "idle", problem: null, here: true, muted: false };
  const command: Desk["command"] = (op, args = {}) => {
    pretend.asked.push([op, args]);
    return pretend.answer(op);
  };
  const chat: ChatBook = new ChatBook({
    me: "u1",
    command,
    popUp: (from, text) => popUp(store, from, text, () => chat.show(from)),
    now: () => NOW,
  });
  const pretend: PretendDesk = {
    store,
    asked: [],
    answeredHere: () => answers,
    answer: () => Promise.resolve({ ok: true }),
    tell: (...ops) => {
      frames += 1;
      act(() => void store.delta({ t: "d", n: frames, rev: frames + 1, ops }));
    },
    comesBack: () => undefined,
    hears: (frame) => act(() => (frame.t === "chat" ? chat.heard(frame) : chat.counts(frame))),
  };
  return Object.assign(pretend, {
    desk: {
      store,
      ticker: new Ticker(() => Date.now()),
      command,
      chat,
      refused: (code, args) => toast(refusal(code, args)),
      retryNow: () => undefined,
    } satisfies Desk,
    // Only what the screens use of it.
    phone: {
      status: audio,
      subscribe: () => () => undefined,
      unlock: () => undefined,
      devices: { microphone: "", speaker: "" },
      answer: () => {
        answers += 1;
      },
    } as unknown as DeskPhone,
  });
}

/** Draw something on a desk, in Dutch. */
export function show(views: readonly View[], drawn: React.ReactNode): PretendDesk {
  const made = pretendDesk(views);
  const whole = (time: number) => (
    <I18nProvider key={time} i18n={i18n}>
      <AriaLanguage locale="nl-NL">
        <DeskContext value={made.desk}>
          <PhoneContext value={made.phone}>
            <Announcer />
            {drawn}
          </PhoneContext>
        </DeskContext>
      </AriaLanguage>
    </I18nProvider>
  );
  const { rerender } = render(whole(0));
  made.comesBack = () => rerender(whole(1));
  return made;
}

const nothing = (): void => undefined;
/** How often the choice of a telephone was opened. */
export const chooseDevice = vi.fn();

/** The whole operator screen. */
export function showScreen(...views: View[]): PretendDesk {
  const all = views.some((view) => view.k === "me") ? views : [me(), ...views];
  return show(
    [...OFFICE.filter((one) => !all.some((view) => view.k === one.k && view.id === one.id)), ...all],
    <OperatorScreen
      menu={{
        name: "Chantal Vos",
        language: "nl",
        theme: "light",
        setLanguage: nothing,
        setTheme: nothing,
        logOut: nothing,
      }}
      chooseDevice={chooseDevice}
    />,
  );
}

/** The card of a call, or null. */
export const card = (id: string): HTMLElement | null => document.querySelector(`.card[data-call="${id}"]`);

/** Click like a person does, and let what follows happen. */
export async function click(element: Element): Promise<void> {
  await act(async () => {
    fireEvent.click(element);
  });
}

export { cleanup };
