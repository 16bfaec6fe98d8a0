import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { SessionInfo } from "../model/wire.ts";

/** A language is called by its own name in every language. */
export const LANGUAGES: Record<SessionInfo["language"], string> = { nl: "Nederlands", en: "English" };

/** What the page can look like, in the order in which it is offered. */
export const THEMES: Record<SessionInfo["theme"], MessageDescriptor> = {
  system: msg`Like the computer`,
  light: msg`Light`,
  dark: msg`Dark`,
  contrast: msg`High contrast`,
};
