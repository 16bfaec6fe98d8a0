import { i18n } from "@lingui/core";

export type Language = "nl" | "en";

const CATALOGUES = { nl: () => import("./catalogues/nl.po"), en: () => import("./catalogues/en.po") };
const REMEMBERED = "cordboard.language";

/** What to speak before anybody has logged in: what was chosen here last, else what the browser prefers. */
export function firstLanguage(): Language {
  const remembered = localStorage.getItem(REMEMBERED);
  if (remembered === "nl" || remembered === "en") return remembered;
  return navigator.languages.some((one) => one.toLowerCase().startsWith("nl")) ? "nl" : "en";
}

/** From now on every text is in this language. */
export async function speak(language: Language): Promise<void> {
  const { messages } = await CATALOGUES[language]();
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
  localStorage.setItem(REMEMBERED, language);
}

/** The name by which React Aria knows the language. */
export const ARIA_LOCALE: Record<Language, string> = { nl: "nl-NL", en: "en-US" };
