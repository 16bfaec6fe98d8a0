import { useLingui } from "@lingui/react/macro";
import type { PortalInfo } from "../../model/wire.ts";

/** Who can give a new password. Until this server can send mail, that is a person. */
export function Forgotten({ info, back }: { info: PortalInfo | null; back: () => void }) {
  const { t } = useLingui();
  return (
    <main className="box">
      <div>
        <h1>{t`Forgotten password`}</h1>
        <p className="lead">{t`Your administrator can set a new password for you.`}</p>
      </div>
      <div className="panel">
        {info !== null && info.contact !== "" && <p>{info.contact}</p>}
        <div className="links">
          <a
            href="/"
            onClick={(event) => {
              event.preventDefault();
              back();
            }}
          >
            {t`Back to log in`}
          </a>
        </div>
      </div>
    </main>
  );
}
