import { t } from "@lingui/core/macro";
import type { Draft, Page } from "./kinds.ts";

/** Lines to the public network (D28). */
export function trunks(): Page {
  return {
    title: t`Trunks`,
    add: t`New trunk`,
    about: "host",
    kinds: {
      name: { is: "text" },
      host: { is: "text" },
      port: { is: "count", empty: t`the usual one` },
      transport: {
        is: "choice",
        options: [
          ["udp", t`UDP`],
          ["tcp", t`TCP`],
          ["tls", t`TLS, with encrypted sound`],
        ],
      },
      user_name: { is: "text", empty: t`nobody: the provider knows this server by its address` },
      password: { is: "secret", empty: t`none` },
      contact_user: { is: "text", empty: t`by the user name` },
      from_domain: { is: "text", empty: t`the provider's address` },
      match: { is: "list", empty: t`the provider's address` },
      codecs: { is: "list", empty: "alaw, ulaw" },
      called_number_in: {
        is: "choice",
        options: [
          ["uri", t`the address of the call`],
          ["to", t`the To field`],
        ],
      },
      sends: {
        is: "choice",
        options: [
          ["plus", "+31534800900"],
          ["e164", "31534800900"],
          ["national", "0534800900"],
        ],
      },
      caller_id: { is: "phone", empty: t`the user name of the trunk` },
      caller_ids: { is: "list", phones: true, empty: t`all numbers of ours` },
      trusts_our_caller_id: {
        is: "flag",
        yes: t`is sent along with each call`,
        no: t`is left to the provider`,
      },
      emergency: {
        is: "flag",
        yes: t`are tried here first; other calls come here only when there is no other trunk`,
        no: t`come here when no other trunk is meant for them`,
      },
    },
    rules: (_, isNew) => [
      { title: t`Name`, text: t`The trunk is called [name].` },
      { title: t`Provider`, text: t`Calls go to [host] over [transport], at port [port].` },
      {
        title: t`Account`,
        text: t`Cordboard registers as [user_name]; the password is [password].`,
      },
      { title: t`Writing numbers`, text: t`The provider wants numbers written as [sends].` },
      {
        title: t`Calling out`,
        text: t`Who is called sees [caller_id], when nothing else has been chosen. The provider lets us show [caller_ids].`,
      },
      ...(isNew
        ? []
        : [
            {
              title: t`Coming in`,
              text: t`Calls come from [match]. The number that was called stands in [called_number_in].`,
            },
            { title: t`Emergency numbers`, text: t`Calls for help [emergency].` },
            {
              title: t`Details`,
              text: t`Our number [trusts_our_caller_id]. The provider calls us [contact_user], in the domain [from_domain]. The sound is one of [codecs], the first if possible.`,
            },
          ]),
    ],
    // Without an account there is nothing to prove.
    settle: (row: Draft, field) =>
      field === "user_name" && row["user_name"] === "" ? { ...row, password: null } : row,
    begin: {
      name: "",
      host: "",
      port: null,
      transport: "udp",
      user_name: null,
      password: null,
      sends: "plus",
      caller_id: null,
      caller_ids: [],
    },
  };
}
