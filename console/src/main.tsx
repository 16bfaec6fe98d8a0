import "./ui/style.css";
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { guardDoubleClicks } from "./app/double-click.ts";
import { guardStillPointer } from "./app/still-pointer.ts";
import { rememberedTheme, wear } from "./app/theme.ts";
import { firstLanguage, speak } from "./text/locale.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
wear(rememberedTheme());
guardDoubleClicks();
guardStillPointer();
await speak(firstLanguage());
createRoot(root).render(
  <I18nProvider i18n={i18n}>
    <App />
  </I18nProvider>,
);
