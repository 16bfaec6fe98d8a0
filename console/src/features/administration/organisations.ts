import { t } from "@lingui/core/macro";
import type { Module } from "../../model/wire.ts";
import type { Kind, Page } from "./kinds.ts";

/** All that can be taken, in the portal's order; what is not there yet is shown when it is. */
const moduleWords = (): Readonly<Record<Module["id"], string>> => ({
  operator: t`Operator`,
  callback: t`Call back`,
  wallboard: t`Wallboard (not in this version yet)`,
  reports: t`Reports (not in this version yet)`,
  administration: t`Administration`,
});

/** Every organisation of the installation, as its provider sees it. */
export function organisations(language: Kind): Page {
  return {
    title: t`Organisations`,
    add: t`New organisation`,
    stays: true,
    about: "modules",
    kinds: {
      name: { is: "text" },
      country: { is: "text" },
      language,
      time_zone: { is: "text" },
      modules: {
        is: "some",
        options: Object.entries(moduleWords()),
        empty: t`no module`,
      },
      numbers: { is: "list", phones: true, empty: t`any number that nobody else has` },
      disabled: { is: "flag", yes: t`is out of service`, no: t`is in service` },
      administrator_name: { is: "text" },
      administrator_email: { is: "text" },
      administrator_user_name: { is: "text", empty: t`the mail address` },
    },
    rules: (_, isNew) => [
      {
        title: t`Organisation`,
        text: t`[name] is in [country] (time zone [time_zone]) and speaks [language].`,
      },
      {
        title: t`Modules`,
        text: t`It has taken [modules]. What it has not is dimmed on its portal, and refused by the server.`,
      },
      {
        title: t`Numbers`,
        text: t`It may use [numbers]. A number belongs to one organisation.`,
      },
      ...(isNew
        ? [
            {
              title: t`First administrator`,
              text: t`[administrator_name] sets up everything else, and is invited at [administrator_email]. The user name is [administrator_user_name].`,
            },
          ]
        : [
            {
              title: t`Service`,
              text: t`This organisation [disabled]. Out of service, nobody logs in and its numbers lead nowhere.`,
            },
          ]),
    ],
    begin: {
      name: "",
      country: "NL",
      language: "nl",
      time_zone: "Europe/Amsterdam",
      modules: ["operator", "callback", "administration"],
      numbers: [],
      administrator_name: "",
      administrator_email: "",
      administrator_user_name: "",
    },
  };
}
