import { useLingui } from "@lingui/react/macro";
import { type ComponentProps, memo, useCallback, useEffect, useMemo, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useChats } from "../connection/chat.ts";
import { useEntities, useStaleSince } from "../connection/desk.tsx";
import { CallPane } from "../features/call-pane/CallPane.tsx";
import { CallBackDetail } from "../features/callback/CallBackDetail.tsx";
import { CallBackTab, MissedCount } from "../features/callback/CallBackTab.tsx";
import { WithPlanning } from "../features/callback/use-planning.tsx";
import { ChatCount } from "../features/chat/ChatCount.tsx";
import { ChatDetail } from "../features/chat/ChatDetail.tsx";
import { ChatTab } from "../features/chat/ChatTab.tsx";
import { Agents } from "../features/detail/Agents.tsx";
import { Legend } from "../features/detail/Legend.tsx";
import { QueueDetail } from "../features/detail/QueueDetail.tsx";
import { DeviceTest } from "../features/help/DeviceTest.tsx";
import { Keys } from "../features/help/Keys.tsx";
import { HistoryDetail } from "../features/history/HistoryDetail.tsx";
import { HistoryList } from "../features/history/HistoryList.tsx";
import { EVERYTHING, useHistory } from "../features/history/use-history.ts";
import { Keypad } from "../features/keypad/Keypad.tsx";
import { KeypadButton } from "../features/keypad/KeypadButton.tsx";
import { Queues } from "../features/queues/Queues.tsx";
import { Banner } from "../features/top-bar/Banner.tsx";
import { TopBar } from "../features/top-bar/TopBar.tsx";
import { Undo } from "../features/undo/Undo.tsx";
import { UserMenu } from "../features/user-menu/UserMenu.tsx";
import { maySeeCallBacks, zoneOf } from "../model/callback.ts";
import { me, myDevice, queues, sameItems, totals } from "../model/select.ts";
import type { HistoryRow } from "../model/wire.ts";
import { PlanCallBack, PlanContext, type Wish } from "../ui/PlanCallBack.tsx";
import { useZone } from "../ui/use-zone.ts";
import { ContactsDetail, ContactsTab, useContactChoice } from "./contacts.tsx";
import { useKeys } from "./keys.ts";
import { SETTINGS_PATH } from "./paths.ts";
import { usePauseChoice } from "./pause.ts";
import { ChooseRecipient, useRecipientChoice } from "./recipient.tsx";
import "../ui/detail.css";
import "./operator.css";

type TabName = "queues" | "contacts" | "history" | "chat" | "callback";
type QueueDetailKind = "calls" | "agents" | "legend";

interface Props {
  readonly menu: Omit<ComponentProps<typeof UserMenu>, "acts">;
  readonly chooseDevice: () => void;
}

/** What the address ends with when the portal opens the call backs. */
const CALL_BACK_HASH = "#callback";

/** Opens the administration, as on the server (rest.md). */
const administrative = (right: string): boolean => right.startsWith("admin.") || right === "provider.manage";

const administration = { id: "administration", icon: "group", href: "/admin", newTab: true } as const;

/** The operator screen on the organisation's clock; where that is set anew, every time on it is written anew. */
export const OperatorScreen = memo(function OperatorScreen(props: Props) {
  const zone = useEntities(zoneOf);
  useZone(zone);
  return <Parts key={zone} {...props} />;
});

/** Its three parts: personal call field, main screen, detail field (manual 2). */
function Parts({ menu, chooseDevice }: Props) {
  const { t } = useLingui();
  const [wanted, setTab] = useState<TabName>(location.hash === CALL_BACK_HASH ? "callback" : "queues");
  useEffect(() => {
    // The portal's tile led to it once; who loads the page again begins as always.
    if (location.hash === CALL_BACK_HASH) history.replaceState(null, "", location.pathname + location.search);
  }, []);
  const [selected, setSelected] = useState<readonly string[]>([]);
  const [kind, setKind] = useState<QueueDetailKind>("calls");
  const [testing, setTesting] = useState(false);
  const [help, setHelp] = useState(false);
  const [row, setRow] = useState<HistoryRow | null>(null);
  const [rows, setRows] = useState<readonly HistoryRow[]>([]);
  const staleSince = useStaleSince();
  const known = useEntities((all) => queues(all).map((queue) => queue.id), sameItems);
  const mayHistory = useEntities((all) => me(all)?.rights.includes("history.view") ?? false);
  const mayChat = useEntities((all) => me(all)?.rights.includes("chat.use") ?? false);
  const mayCallBack = useEntities(maySeeCallBacks);
  // A tab goes with its right, also from under who looks at it (X-d).
  const may = { queues: true, contacts: true, history: mayHistory, chat: mayChat, callback: mayCallBack };
  const tab = may[wanted] ? wanted : "queues";
  const summoned = useChats((chats) => chats.summoned);
  useEffect(() => {
    if (summoned) setTab("chat");
  }, [summoned]);
  const web = useEntities((all) => myDevice(all)?.kind === "web");
  const showHelp = useCallback(() => setHelp(true), []);
  const [keypad, setKeypad] = useState(false);
  const turnKeypad = useCallback(() => setKeypad((open) => !open), []);
  const closeKeypad = useCallback(() => setKeypad(false), []);
  useKeys({ help: showHelp, keypad: turnKeypad });
  const choice = useRecipientChoice();
  const { putAside } = choice;
  const contacts = useContactChoice(putAside);
  const pause = usePauseChoice();
  const [wish, plan] = useState<Wish | null>(null);
  const keypadButton = useMemo(() => <KeypadButton open={keypad} turn={turnKeypad} />, [keypad, turnKeypad]);

  // A queue that left with a change of group is no longer chosen.
  const chosen = selected.filter((id) => known.includes(id));
  const toggle = useCallback(
    (id: string) => {
      setSelected((before) => (before.includes(id) ? before.filter((one) => one !== id) : [...before, id]));
      setKind((before) => (before === "legend" ? "calls" : before));
      putAside();
    },
    [putAside],
  );

  const test = {
    id: "test",
    icon: "headset" as const,
    text: t`Test sound and phone`,
    act: () => setTesting(true),
  };
  const administers = useEntities((all) => (me(all)?.rights ?? []).some(administrative));
  const acts = [
    ...(web ? [test] : []),
    { id: "keys", icon: "keyboard" as const, text: t`Keys`, act: showHelp },
    // In a tab of its own: leaving this one would cut a call on the browser's phone.
    { id: "settings", icon: "sliders" as const, text: t`My settings`, href: SETTINGS_PATH, newTab: true },
    ...(administers ? [{ ...administration, text: t`Administration` }] : []),
  ];

  return (
    <div className="app">
      <a className="skip" href="#main">
        {t`To the main screen`}
      </a>
      <TopBar
        userMenu={<UserMenu {...menu} acts={acts} pause={pause} />}
        chooseDevice={chooseDevice}
        testDevice={() => setTesting(true)}
      />
      <Banner chooseDevice={chooseDevice} />
      <PlanContext value={plan}>
        <div className="place place-calls">
          <CallPane keypad={keypadButton} sendOn={choice.sendOn} />
        </div>
        {keypad && <Keypad close={closeKeypad} />}
        <WithPlanning on={tab === "callback"}>
          <section className="sheet" {...(staleSince !== null && { "data-stale": "" })}>
            <main className="main" id="main" tabIndex={-1} aria-label={t`Main screen`}>
              <Tabs selectedKey={tab} onSelectionChange={(key) => setTab(key as TabName)}>
                <div className="place-tabs">
                  <TabList className="tabs" aria-label={t`Main screen`}>
                    <Tab id="queues" className="tab">
                      {t`Queues`}
                      <WaitingCount />
                    </Tab>
                    <Tab id="contacts" className="tab">
                      {t`Contacts`}
                    </Tab>
                    {mayHistory && (
                      <Tab id="history" className="tab">
                        {t`History`}
                      </Tab>
                    )}
                    {mayChat && (
                      <Tab id="chat" className="tab">
                        {t`Chat`}
                        <ChatCount />
                      </Tab>
                    )}
                    {mayCallBack && (
                      <Tab id="callback" className="tab">
                        {t`Call back`}
                        <MissedCount />
                      </Tab>
                    )}
                  </TabList>
                </div>
                <div className="place">
                  <TabPanel id="queues" className="tab-panel" data-room="">
                    <Queues
                      selected={chosen}
                      toggle={toggle}
                      agents={kind === "agents"}
                      showAgents={() => {
                        setKind(kind === "agents" ? "calls" : "agents");
                        putAside();
                      }}
                      explain={() => {
                        setKind(kind === "legend" ? "calls" : "legend");
                        putAside();
                      }}
                    />
                  </TabPanel>
                  <TabPanel id="contacts" className="tab-panel">
                    <ContactsTab choice={contacts} />
                  </TabPanel>
                  {mayHistory && (
                    <TabPanel id="history" className="tab-panel">
                      <HistoryTab row={row} setRow={setRow} share={setRows} />
                    </TabPanel>
                  )}
                  {mayChat && (
                    <TabPanel id="chat" className="tab-panel">
                      <ChatTab />
                    </TabPanel>
                  )}
                  {mayCallBack && (
                    <TabPanel id="callback" className="tab-panel">
                      <CallBackTab />
                    </TabPanel>
                  )}
                </div>
              </Tabs>
            </main>
            <div className="place">
              <aside className="detail" id="detail" tabIndex={-1} aria-label={t`Detail field`}>
                <ChooseRecipient choice={choice} />
                {choice.open ? null : tab === "contacts" ? (
                  <ContactsDetail choice={contacts} />
                ) : tab === "history" ? (
                  <HistoryDetail row={row} rows={rows} />
                ) : tab === "chat" ? (
                  <ChatDetail />
                ) : tab === "callback" ? (
                  <CallBackDetail />
                ) : kind === "legend" ? (
                  <Legend />
                ) : kind === "agents" && chosen.length > 0 ? (
                  <Agents queues={chosen} />
                ) : (
                  <QueueDetail queues={chosen} />
                )}
              </aside>
            </div>
          </section>
        </WithPlanning>
      </PlanContext>
      {wish !== null && <PlanCallBack {...wish} close={() => plan(null)} />}
      <Undo />
      <DeviceTest open={testing} close={() => setTesting(false)} />
      <Keys open={help} close={() => setHelp(false)} />
    </div>
  );
}

/** How many callers wait. Reads it for itself: a call that comes in must not draw the whole screen anew. */
function WaitingCount() {
  const { t } = useLingui();
  const waiting = useEntities((all) => totals(all).waiting);
  if (waiting === 0) return null;
  return (
    <span className="count" title={t`${waiting} waiting`}>
      {waiting}
    </span>
  );
}

interface HistoryTabProps {
  readonly row: HistoryRow | null;
  readonly setRow: (row: HistoryRow | null) => void;
  /** Tells the detail field which rows are known. */
  readonly share: (rows: readonly HistoryRow[]) => void;
}

/** The rows are fetched only while somebody looks at them. */
function HistoryTab({ row, setRow, share }: HistoryTabProps) {
  const [sought, seek] = useState(EVERYTHING);
  const history = useHistory(sought);
  useEffect(() => share(history.rows), [history.rows, share]);
  return (
    <HistoryList history={history} sought={sought} seek={seek} selected={row?.id ?? null} select={setRow} />
  );
}
