import { Administration } from "../features/administration/Administration.tsx";
import { UserMenu } from "../features/user-menu/UserMenu.tsx";
import type { SessionInfo } from "../model/wire.ts";
import type { Taste } from "./use-session.ts";

interface Props {
  readonly session: SessionInfo;
  readonly taste: Taste;
  readonly path: string;
  readonly go: (path: string) => void;
  readonly change: (taste: Partial<Taste>) => void;
  readonly logOut: () => void;
  readonly holds: (unsaved: boolean) => void;
}

/** The administration in its own tab, for who has a right to it. */
export default function Admin({ session, taste, path, go, change, logOut, holds }: Props) {
  return (
    <Administration
      path={path}
      go={go}
      holds={holds}
      corner={
        <UserMenu
          name={session.name}
          language={taste.language}
          theme={taste.theme}
          setLanguage={(language) => change({ language })}
          setTheme={(theme) => change({ theme })}
          logOut={logOut}
        />
      }
    />
  );
}
