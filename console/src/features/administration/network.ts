import { t } from "@lingui/core/macro";
import type { Page } from "./kinds.ts";

/** Where the exchange is reached; it counts from the next start. */
export function network(): Page {
  const port = t`the present one`;
  return {
    title: t`Network`,
    kinds: {
      listen: { is: "text", empty: t`this machine alone` },
      external_address: { is: "text", empty: t`none: nothing translates addresses` },
      local_networks: { is: "list", empty: t`no network` },
      stun_server: { is: "text", empty: t`none` },
      sip: { is: "count", empty: port },
      sip_tls: { is: "count", empty: port },
      rtp_first: { is: "count", empty: port },
      rtp_last: { is: "count", empty: port },
    },
    rules: () => [
      {
        title: t`Address`,
        text: t`Phones and providers reach the exchange at [listen]; 0.0.0.0 is every address of this machine.`,
      },
      {
        title: t`Behind a router`,
        text: t`Outside we have the address [external_address]. Without that router, [local_networks] reach us.`,
      },
      { title: t`Browsers`, text: t`They find their own address outside by the STUN server [stun_server].` },
      { title: t`Ports`, text: t`SIP is at port [sip], and encrypted at port [sip_tls].` },
      { title: t`Sound`, text: t`Sound has the ports from [rtp_first] up to [rtp_last]; a call takes four.` },
    ],
    begin: {},
  };
}
