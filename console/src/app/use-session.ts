import { useCallback, useEffect, useState } from "react";
import { api, Refused } from "../connection/api.ts";
import type { PortalInfo, SessionInfo, Settings } from "../model/wire.ts";
import { firstLanguage, type Language, speak } from "../text/locale.ts";
import { refusal } from "../text/refusals.ts";
import { toast } from "../ui/toast.tsx";
import { rememberedTheme, type Theme, wear } from "./theme.ts";

/** What the page looks and sounds like; of the browser before log-in, of the person after it. */
export interface Taste {
  readonly language: Language;
  readonly theme: Theme;
}

export interface SessionState {
  /** Undefined: not known yet. Null: nobody is logged in. */
  readonly session: SessionInfo | null | undefined;
  /** Not known because the server cannot say; it is asked again. */
  readonly unanswered: boolean;
  readonly info: PortalInfo | null;
  readonly taste: Taste;
  readonly logIn: (session: SessionInfo) => void;
  readonly forget: () => void;
  /** Ask the server whether who is logged in here still is. */
  readonly again: () => Promise<void>;
  /** The operator screen has ended by itself. */
  readonly left: () => Promise<void>;
  readonly change: (taste: Partial<Taste>) => void;
  /** It was changed elsewhere: in another tab, or by an administrator (X-d). */
  readonly follow: (taste: Partial<Taste>) => void;
}

/** So soon the server is asked again who is logged in. */
const AGAIN_MS = 2_000;

const isLoggedOut = (reason: unknown): boolean => reason instanceof Refused && reason.code === "no_session";

/** The organisation has the operator screen. */
export function mayOperate(session: SessionInfo): boolean {
  return session.modules.some(({ id, active }) => id === "operator" && active);
}

/** Who is logged in, and how this person wants the page. */
export function useSession(): SessionState {
  const [session, setSession] = useState<SessionInfo | null | undefined>(undefined);
  const [unanswered, setUnanswered] = useState(false);
  const [info, setInfo] = useState<PortalInfo | null>(null);
  const [taste, setTaste] = useState<Taste>({ language: firstLanguage(), theme: rememberedTheme() });

  const show = useCallback(async (next: Partial<Taste>): Promise<void> => {
    if (next.theme !== undefined) wear(next.theme);
    if (next.language !== undefined) await speak(next.language);
    setTaste((old) => ({ ...old, ...next }));
  }, []);

  const logIn = useCallback(
    (who: SessionInfo): void => {
      void show({ language: who.language, theme: who.theme }).then(() => setSession(who));
    },
    [show],
  );

  // Who reloads the page while the server starts anew, or its database is away, is logged in all the same.
  const unknown = session === undefined;
  useEffect(() => {
    if (!unknown) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wanted = true;
    const ask = (): void => {
      api.portal().then(setInfo, () => undefined);
      api.session().then(
        (who) => wanted && logIn(who),
        (reason: unknown) => {
          if (!wanted) return;
          if (isLoggedOut(reason)) return setSession(null);
          setUnanswered(true);
          timer = setTimeout(ask, AGAIN_MS);
        },
      );
    };
    ask();
    return () => {
      wanted = false;
      clearTimeout(timer);
      setUnanswered(false);
    };
  }, [unknown, logIn]);

  const again = useCallback(async (): Promise<void> => {
    if (!session) return;
    await api.session().then(logIn, (reason: unknown) => {
      if (!(reason instanceof Refused)) throw reason;
      if (isLoggedOut(reason)) setSession(null);
    });
  }, [session, logIn]);

  // The desk has ended. Perhaps the log-in has not, and only the operator was taken from the organisation (1.1-l).
  const left = useCallback(async (): Promise<void> => {
    const who = await api.session().catch((reason: unknown) => (isLoggedOut(reason) ? null : undefined));
    // Not known now: it is asked again.
    if (who === undefined) return setSession(undefined);
    setSession(who === null || mayOperate(who) ? null : who);
  }, []);

  const change = useCallback(
    (part: Partial<Taste>): void => {
      void show(part);
      if (session) {
        const settings: Settings = part;
        api.settings(settings).catch((reason: unknown) => {
          if (!(reason instanceof Refused)) throw reason;
          toast(refusal(reason.code, reason.args));
        });
      }
    },
    [session, show],
  );

  return {
    session,
    unanswered,
    info,
    taste,
    logIn,
    change,
    follow: useCallback((part: Partial<Taste>) => void show(part), [show]),
    again,
    left,
    forget: useCallback(() => setSession(null), []),
  };
}
