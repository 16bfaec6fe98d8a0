import { useLingui } from "@lingui/react/macro";
import type { Row } from "../../connection/admin.ts";
import { Note } from "../../ui/Note.tsx";

interface InUse {
  readonly listen: string;
  readonly external_address: string | null;
  readonly local_networks: readonly string[];
  readonly stun_server: string | null;
  readonly sip: number;
  readonly sip_tls: number;
  readonly rtp_first: number;
  readonly rtp_last: number;
}

/** What is in use now, and whether something waits for the next start. */
export function OfNetwork({ row }: { readonly row: Row }) {
  const { t } = useLingui();
  const use = row["in_use"] as InUse;
  const inFile = row["in_file"] as readonly string[];
  return (
    <>
      <div className="adm-rule">
        <h2>{t`In use now`}</h2>
        <div className="adm-say">
          <dl className="adm-facts">
            <dt>{t`Address`}</dt>
            <dd>{use.listen === "127.0.0.1" ? t`this machine alone` : use.listen}</dd>
            <dt>{t`Address outside`}</dt>
            <dd>{use.external_address ?? t`none`}</dd>
            <dt>{t`Own networks`}</dt>
            <dd>{use.local_networks.length === 0 ? t`none` : use.local_networks.join(", ")}</dd>
            <dt>{t`STUN server`}</dt>
            <dd>{use.stun_server ?? t`none`}</dd>
            <dt>SIP</dt>
            <dd>
              {use.sip} (UDP, TCP), {use.sip_tls} (TLS)
            </dd>
            <dt>{t`Sound`}</dt>
            <dd>
              {use.rtp_first}-{use.rtp_last} (UDP)
            </dd>
          </dl>
        </div>
      </div>
      {inFile.length > 0 && (
        <Note kind="attention">{t`Part of this stands in the configuration file and can only be changed there.`}</Note>
      )}
      {row["restart_needed"] === true && (
        <Note kind="attention">
          {t`What has been saved here counts after the next start: stop Cordboard and start it again when no calls are going on.`}
        </Note>
      )}
    </>
  );
}
