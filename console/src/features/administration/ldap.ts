import { t } from "@lingui/core/macro";
import type { Draft, Page, Rule } from "./kinds.ts";

/** Directories from which contacts are imported. */
export function ldap(): Page {
  const none = t`none`;
  return {
    title: t`Directories (LDAP)`,
    add: t`New directory`,
    about: "url",
    kinds: {
      name: { is: "text" },
      url: { is: "text" },
      bind_dn: { is: "text", empty: t`nobody` },
      password: { is: "secret", empty: none },
      certificate: { is: "text", lines: 4, empty: t`one that this server trusts` },
      base: { is: "text" },
      filter: { is: "text" },
      name_attributes: { is: "list", empty: none },
      function_attributes: { is: "list", empty: none },
      number_attributes: { is: "list", empty: none },
      address_attributes: { is: "list", empty: none },
      group_attribute: { is: "text", empty: none },
      internal: { is: "flag", yes: t`are of this organisation`, no: t`are external` },
      repeats: {
        is: "choice",
        options: [
          ["never", t`only when somebody presses the button`],
          ["nightly", t`each night at three`],
          ["hours", t`every few hours`],
        ],
      },
      every_hours: { is: "count" },
    },
    rules: (row, isNew) => [
      { title: t`Name`, text: t`The directory is called [name].` },
      {
        title: t`Server`,
        text: t`It is asked at [url] (ldaps://server, or ldap://server, which then goes over to TLS).`,
      },
      { title: t`Account`, text: t`Cordboard logs in there as [bind_dn]; the password is [password].` },
      { title: t`Who is in it`, text: t`Contacts are the entries below [base] that fit [filter].` },
      ...(isNew ? [] : details(row)),
    ],
    // Without an account there is nothing to prove.
    settle: (row: Draft, field) =>
      field === "bind_dn" && row["bind_dn"] === "" ? { ...row, password: null } : row,
    begin: {
      name: "",
      url: "ldaps://",
      bind_dn: null,
      password: null,
      base: "",
      filter: "(&(objectClass=person)(|(telephoneNumber=*)(mobile=*)))",
    },
  };
}

function details(row: Draft): readonly Rule[] {
  return [
    { title: t`Certificate`, text: t`The server proves who it is with the certificate [certificate]` },
    {
      title: t`Fields`,
      text: t`The name stands in [name_attributes] (the first that is filled in), the function in [function_attributes], numbers in [number_attributes], and mail addresses in [address_attributes].`,
    },
    {
      title: t`Where they work`,
      text: t`These contacts [internal]. The name of the group stands in [group_attribute].`,
    },
    { title: t`Repeating`, text: t`After the first time, it is imported [repeats].` },
    ...(row["repeats"] === "hours"
      ? [{ title: t`How often`, text: t`It is imported every [every_hours] hours.` }]
      : []),
  ];
}
