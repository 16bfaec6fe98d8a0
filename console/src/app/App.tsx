import { useLingui } from "@lingui/react/macro";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { ChoosePassword } from "../features/portal/ChoosePassword.tsx";
import { Forgotten } from "../features/portal/Forgotten.tsx";
import { LogIn } from "../features/portal/LogIn.tsx";
import { Modules } from "../features/portal/Modules.tsx";
import { Settings } from "../features/settings/Settings.tsx";
import { Leaving } from "../features/user-menu/Leaving.tsx";
import { UserMenu } from "../features/user-menu/UserMenu.tsx";
import { ARIA_LOCALE } from "../text/locale.ts";
import { LANGUAGES } from "../text/taste.ts";
import { Announcer } from "../ui/announce.tsx";
import { Press } from "../ui/controls.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Icon, Sprite } from "../ui/Icon.tsx";
import { NoAnswer } from "../ui/NoAnswer.tsx";
import { Toasts } from "../ui/toast.tsx";
import { SETTINGS_PATH } from "./paths.ts";
import { missingAbilities } from "./support.ts";
import { mayOperate, type SessionState, type Taste, useSession } from "./use-session.ts";

// The portal is small and opens at once; the operator screen comes when it is asked for.
const Operator = lazy(() => import("./Operator.tsx"));
const Admin = lazy(() => import("./Admin.tsx"));

/** The page of this address, for who is logged in and for who is not. */
export function App() {
  const state = useSession();
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = (): void => setPath(location.pathname);
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  const go = (to: string): void => {
    history.pushState(null, "", to);
    setPath(to);
  };
  return (
    <I18nProvider locale={ARIA_LOCALE[state.taste.language]}>
      <RouterProvider navigate={go}>
        <Sprite />
        <Announcer />
        <Page state={state} path={path} go={go} />
        <Toasts />
      </RouterProvider>
    </I18nProvider>
  );
}

function Page({ state, path, go }: { state: SessionState; path: string; go: (to: string) => void }) {
  const { t } = useLingui();
  const { session, unanswered, info, taste, change, follow, forget, again, left } = state;
  const [leaving, setLeaving] = useState(false);
  // What was changed and not saved in the administration: Back does not take it away before it is asked.
  const [held, setHeld] = useState(false);
  const missing = missingAbilities();
  useEffect(() => {
    if (path !== "/operator" && !isAdmin(path))
      document.title = session ? "Cordboard" : `${t`Log in`} - Cordboard`;
  }, [path, session, t]);
  // Who comes back to the portal sees what the organisation has by now (1.1-l, X-d).
  const operates = session !== undefined && session !== null && mayOperate(session);
  const atPortal = Boolean(session) && (path === "/" || (path === "/operator" && !operates));
  useEffect(() => {
    if (!atPortal) return;
    const look = (): void => void again().catch(() => undefined);
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, [atPortal, again]);
  const speak = (language: Taste["language"]): void => change({ language });
  if (session === undefined) return unanswered ? <NoAnswer /> : null;
  const linked = path === "/password" && location.hash.length > 1;
  // A link in a mail is for whom it was sent to, and asking for one for whoever asks, whoever is logged in here.
  if (session === null || linked || path === "/forgot") {
    return (
      <Frame corner={session === null ? <Languages state={state} /> : null} footer={info?.contact}>
        {linked ? (
          <ChoosePassword
            token={location.hash.slice(1)}
            speak={session === null ? speak : undefined}
            // A password chosen by a link ends every log-in of its person, perhaps the one of this browser.
            toLogIn={() => void again().then(() => go("/"))}
            toForgotten={() => go("/forgot")}
          />
        ) : path === "/forgot" ? (
          <Forgotten info={info} back={() => go("/")} />
        ) : (
          <LogIn info={info} missing={missing} loggedIn={state.logIn} forgotten={() => go("/forgot")} />
        )}
      </Frame>
    );
  }
  const administers = isAdmin(path) || held;
  // What the organisation has not taken opens nothing: the portal says so (1.1-l).
  if (path === "/operator" && operates && !administers) {
    return (
      <Suspense fallback={null}>
        <Operator session={session} taste={taste} change={change} follow={follow} loggedOut={left} />
      </Suspense>
    );
  }
  const question = leaving && (
    <Leaving
      close={() => setLeaving(false)}
      loggedOut={() => {
        setLeaving(false);
        forget();
      }}
    />
  );
  if (administers) {
    return (
      <Suspense fallback={null}>
        <Admin
          session={session}
          taste={taste}
          path={path}
          go={go}
          change={change}
          logOut={() => setLeaving(true)}
          holds={setHeld}
        />
        {question}
      </Suspense>
    );
  }
  return (
    <Frame
      organisation={session.organisation}
      footer={info?.contact}
      corner={
        <UserMenu
          name={session.name}
          language={taste.language}
          theme={taste.theme}
          setLanguage={(language) => change({ language })}
          setTheme={(theme) => change({ theme })}
          logOut={() => setLeaving(true)}
          acts={[{ id: "settings", icon: "sliders", text: t`My settings`, href: SETTINGS_PATH }]}
        />
      }
    >
      {path === SETTINGS_PATH ? (
        <Settings
          session={session}
          language={taste.language}
          theme={taste.theme}
          setLanguage={speak}
          setTheme={(theme) => change({ theme })}
          toModules={() => go("/")}
        />
      ) : (
        <Modules session={session} missing={missing} hour={new Date().getHours()} />
      )}
      {question}
    </Frame>
  );
}

function isAdmin(path: string): boolean {
  return path === "/admin" || path.startsWith("/admin/");
}

/** Choosing the language before anybody is known. */
function Languages({ state }: { state: SessionState }): ReactNode {
  const other = state.taste.language === "nl" ? "en" : "nl";
  return (
    <Press className="top-item" onPress={() => state.change({ language: other })}>
      <Icon name="globe" size={16} />
      <span lang={other}>{LANGUAGES[other]}</span>
    </Press>
  );
}
