import { useLingui } from "@lingui/react/macro";
import { type ComponentProps, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "../connection/api.ts";
import { ChatBook } from "../connection/chat.ts";
import { type Desk, DeskContext, useAct, useEntities, useWorld } from "../connection/desk.tsx";
import { LiveLine, type Outcome } from "../connection/live.ts";
import { MeasuredPace } from "../connection/pace.ts";
import { Ticker } from "../connection/ticker.ts";
import { ChooseDevice } from "../features/sign-in/ChooseDevice.tsx";
import { ChooseGroup } from "../features/sign-in/ChooseGroup.tsx";
import { LogOut } from "../features/user-menu/LogOut.tsx";
import { UserMenu } from "../features/user-menu/UserMenu.tsx";
import { ServerClock } from "../model/clock.ts";
import { KEYS, ownKeys } from "../model/keymap.ts";
import { liveCalls, me, myDevice, sameItems } from "../model/select.ts";
import { Store } from "../model/store.ts";
import type { SessionInfo } from "../model/wire.ts";
import { DeskPhone } from "../softphone/desk-phone.ts";
import { JsSipPhone } from "../softphone/jssip.ts";
import { PhoneContext, useAudio, useDeskPhone } from "../softphone/use.tsx";
import { refusal } from "../text/refusals.ts";
import { Press } from "../ui/controls.tsx";
import { Frame } from "../ui/Frame.tsx";
import { wearKeys } from "../ui/keymap.ts";
import { NoAnswer } from "../ui/NoAnswer.tsx";
import { toast } from "../ui/toast.tsx";
import { rememberDevices, rememberedDevices } from "./devices.ts";
import { OperatorScreen } from "./OperatorScreen.tsx";
import { popUp, say } from "./say.ts";
import { usePhoneFollowsDesk } from "./sound.ts";
import type { Taste } from "./use-session.ts";

interface Props {
  readonly session: SessionInfo;
  readonly taste: Taste;
  readonly change: (taste: Partial<Taste>) => void;
  readonly follow: (taste: Partial<Taste>) => void;
  readonly loggedOut: () => void;
}

/** One visit to the operator screen: its line to the server, its phone, and what it knows. */
export default function Operator(props: Props) {
  const { session, loggedOut } = props;
  const [desk, setDesk] = useState<Desk | null>(null);
  const [phone, setPhone] = useState<DeskPhone | null>(null);
  useEffect(() => {
    const store = new Store(new MeasuredPace());
    const clock = new ServerClock();
    const line = new LiveLine({
      store,
      clock,
      notice: (frame) => {
        if (frame.code === "preferences_changed") prefer();
        else say(frame, store, (sound) => deskPhone.soundOnce(sound));
      },
      greeted: () => prefer(),
      chat: (frame) => (frame.t === "chat" ? chat.heard(frame) : chat.counts(frame)),
      loggedIn: () =>
        api.session().then(
          () => true,
          (problem: { code?: string }) => problem.code !== "no_session",
        ),
    });
    const running = new Map<string, Promise<Outcome>>();
    const command: Desk["command"] = (op, args = {}, expect = {}) => {
      // A key and a button may ask for the same thing; the second is the first (2.1.1-r).
      const same = JSON.stringify([op, args]);
      const asked = running.get(same);
      if (asked !== undefined) return asked;
      const answer = line.command(op, args, expect).finally(() => running.delete(same));
      running.set(same, answer);
      return answer;
    };
    const chat = new ChatBook({
      me: session.user,
      command,
      popUp: (from, text) => popUp(store, from, text, () => chat.show(from)),
      now: () => clock.now(),
    });
    setDesk({
      store,
      ticker: new Ticker(() => clock.now()),
      command,
      chat,
      refused: (code, args) => toast(refusal(code, args)),
      retryNow: () => line.retryNow(),
    });
    const deskPhone = new DeskPhone({
      user: session.user,
      devices: rememberedDevices(),
      devicesChanged: rememberDevices,
      makePhone: (devices) => new JsSipPhone(devices),
      register: async (made) => made.register(await api.softphone()),
    });
    // Own sounds and keys; changed in another tab, they hold here at once (X-d). Of two questions the later counts.
    let asked = 0;
    const prefer = (): void => {
      asked += 1;
      const mine = asked;
      api.preferences().then(
        ({ ring_volume, beeps, keys, keys_on }) => {
          if (mine !== asked) return;
          deskPhone.setLoudness(ring_volume / 100, beeps);
          wearKeys(ownKeys(keys, keys_on));
        },
        // The usual ones do until the server can say.
        () => undefined,
      );
    };
    setPhone(deskPhone);
    line.start();
    return () => {
      asked += 1;
      line.stop();
      deskPhone.close();
      wearKeys(KEYS);
    };
  }, [session.user]);
  if (desk === null || phone === null) return null;
  return (
    <DeskContext value={desk}>
      <PhoneContext value={phone}>
        <Visit {...props} loggedOut={loggedOut} />
      </PhoneContext>
    </DeskContext>
  );
}

/** Who has chosen a group in this tab; forgotten with the tab, and at log-out. */
const GROUP_CHOSEN = "cordboard.group";

/** Group, phone, screen: in that order, each only when it is still to be chosen. */
function Visit({ session, taste, change, follow, loggedOut }: Props) {
  const { t } = useLingui();
  const line = useWorld((world) => world.line);
  // Only what decides which screen there is: all of it is drawn anew when one of these changes.
  const known = useEntities((all) => me(all) !== undefined);
  const group = useEntities((all) => me(all)?.group ?? null);
  const device = useEntities((all) => me(all)?.device ?? null);
  const several = useEntities((all) => (me(all)?.groups.length ?? 0) > 1);
  const asks = useEntities((all) => me(all)?.choose_group ?? true);
  const remembers = useEntities((all) => me(all)?.remembers_sign_ins ?? false);
  const first = useFirstGroup(known && !asks && group === null);
  const talking = useEntities((all) => liveCalls(all).length > 0);
  const [chosen, setChosen] = useState(() => sessionStorage.getItem(GROUP_CHOSEN) === session.user);
  const begun = useCallback(() => {
    sessionStorage.setItem(GROUP_CHOSEN, session.user);
    setChosen(true);
  }, [session.user]);
  useGroupAgain(known && remembers && !chosen && !(asks && several) ? group : null, begun);
  const [lookOn, setLookOn] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const ended = line.state === "ended" ? line.reason : null;
  // Who is at work keeps the callers in sight, when a call has ended or an administrator wants the question from now on.
  const [working, setWorking] = useState(false);
  const asked = group === null || (asks && several && !chosen && !talking && !working);
  useEffect(() => {
    if (known && !asked) setWorking(true);
  }, [known, asked]);
  usePhoneFollowsDesk();
  usePhoneLeft(ended !== null);
  // Each by itself, and only when the server has another one: what was clicked here a moment ago it tells as well.
  const language = useEntities((all) => me(all)?.language);
  const theme = useEntities((all) => me(all)?.theme);
  useEffect(() => {
    if (language !== undefined) follow({ language });
  }, [language, follow]);
  useEffect(() => {
    if (theme !== undefined) follow({ theme });
  }, [theme, follow]);
  const choose = useCallback(() => setChoosing(true), []);
  // Leaving takes the browser's phone away, and a log-in that ends cuts no call (4-h).
  const [left, leave] = useState(false);
  const out = left || ended === "auth";
  const onLine = useAudio().leg === "talking";
  useEffect(() => {
    if (!out || onLine) return;
    sessionStorage.removeItem(GROUP_CHOSEN);
    loggedOut();
  }, [out, onLine, loggedOut]);

  const menu = useMemo(
    () => ({
      name: session.name,
      language: taste.language,
      theme: taste.theme,
      setLanguage: (language: Taste["language"]) => change({ language }),
      setTheme: (theme: Taste["theme"]) => change({ theme }),
      logOut: () => setLeaving(true),
    }),
    [session.name, taste, change],
  );
  const question = <Leaving open={leaving} close={() => setLeaving(false)} loggedOut={() => leave(true)} />;

  if (out) return onLine ? <LastCall organisation={session.organisation} /> : null;
  if (ended === "superseded" || ended === "protocol") {
    return (
      <Frame organisation={session.organisation} corner={null}>
        <main className="box">
          <div>
            <h1>{ended === "superseded" ? t`This page has stopped` : t`A new version is ready`}</h1>
            <p className="lead">
              {ended === "superseded"
                ? t`You have too many of these pages open. Go on in a later one, or load this one again.`
                : t`This page is older than the server. Load it again to go on.`}
            </p>
          </div>
          <div className="acts">
            <Press
              className="btn"
              data={{ "data-kind": "primary", "data-tall": "" }}
              onPress={() => location.reload()}
            >
              {t`Load again`}
            </Press>
          </div>
        </main>
      </Frame>
    );
  }
  if (!known) return line.state === "lost" ? <NoAnswer organisation={session.organisation} /> : null;
  const corner = <UserMenu {...menu} />;
  if (first === "asked") return null;
  // Asked once in each tab (a reload is the same tab), with the last group first; never of who has a call.
  if (asked) {
    return (
      <Frame organisation={session.organisation} corner={corner}>
        <ChooseGroup current={group} done={begun} />
        {question}
      </Frame>
    );
  }
  if (choosing || (device === null && !lookOn)) {
    return (
      <Frame organisation={session.organisation} corner={corner}>
        <ChooseDevice
          open={choosing}
          without={() => {
            setChoosing(false);
            setLookOn(true);
          }}
          done={() => setChoosing(false)}
        />
        {question}
      </Frame>
    );
  }
  return (
    <>
      <OperatorScreen menu={menu} chooseDevice={choose} />
      {question}
    </>
  );
}

/** Where no group is asked for (1.1-p), who never had one begins with the first; null: there is nothing to be begun. */
function useFirstGroup(wanted: boolean): "asked" | "refused" | null {
  const id = useEntities((all) => me(all)?.groups[0]?.id ?? null);
  const { act } = useAct();
  const [refused, setRefused] = useState(false);
  const begins = wanted && id !== null && !refused;
  const asked = useRef<string | null>(null);
  useEffect(() => {
    if (begins && asked.current !== id) void act("group.select", { group: id }).then((ok) => setRefused(!ok));
    asked.current = begins ? id : null;
  }, [begins, id, act]);
  if (!wanted || id === null) return null;
  return refused ? "refused" : "asked";
}

/** Who is not asked for a group begins in the one of last time, with the sign-ins of last time (D12); null: not now. */
function useGroupAgain(group: string | null, begun: () => void): void {
  const { act } = useAct();
  const asked = useRef(false);
  useEffect(() => {
    if (group === null || asked.current) return;
    asked.current = true;
    void act("group.select", { group }).then((ok) => {
      asked.current = ok;
      if (ok) begun();
    });
  }, [group, begun, act]);
}

/** A page that has ended leaves the phone and the sounds to another one of this person, once nobody is on the line. */
function usePhoneLeft(ended: boolean): void {
  const phone = useDeskPhone();
  const idle = useAudio().leg === "idle";
  useEffect(() => {
    if (ended && idle) phone.close();
  }, [ended, idle, phone]);
}

/** The question before leaving, with what would end by it. */
function Leaving(props: Omit<ComponentProps<typeof LogOut>, "device" | "keeps" | "calls">) {
  const device = useEntities((all) => myDevice(all)?.name ?? null);
  const calls = useEntities(liveCalls, sameItems);
  const keeps = useEntities((all) => me(all)?.keeps_sign_ins ?? false);
  return <LogOut {...props} device={device} keeps={keeps} calls={calls} />;
}

/** Logged out, and still speaking with somebody on the browser's phone. */
function LastCall({ organisation }: Pick<SessionInfo, "organisation">) {
  const { t } = useLingui();
  const phone = useDeskPhone();
  return (
    <Frame organisation={organisation} corner={null}>
      <main className="box">
        <div role="status">
          <h1>{t`You have been logged out`}</h1>
          <p className="lead">{t`Your call goes on in this page until one of you hangs up. Leave it open till then.`}</p>
        </div>
        <div className="acts">
          <Press
            className="btn"
            data={{ "data-kind": "danger", "data-tall": "" }}
            onPress={() => phone.hangUp()}
          >
            {t`Hang up`}
          </Press>
        </div>
      </main>
    </Frame>
  );
}
