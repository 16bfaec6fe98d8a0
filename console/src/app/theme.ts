import type { SessionInfo } from "../model/wire.ts";

export type Theme = SessionInfo["theme"];

const REMEMBERED = "cordboard.theme";

/** What this browser wore last; before anybody has logged in that is the best guess. */
export function rememberedTheme(): Theme {
  const theme = localStorage.getItem(REMEMBERED);
  return theme === "light" || theme === "dark" || theme === "contrast" ? theme : "system";
}

const contrastWanted = matchMedia("(prefers-contrast: more)");
let chosen: Theme = "system";

/** Dress the page. "system" follows the computer, also when it changes, and takes contrast when it asks for that. */
export function wear(theme: Theme): void {
  chosen = theme;
  localStorage.setItem(REMEMBERED, theme);
  const worn = theme === "system" && contrastWanted.matches ? "contrast" : theme;
  if (worn === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = worn;
}

contrastWanted.addEventListener("change", () => wear(chosen));
