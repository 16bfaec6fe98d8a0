import { lingui } from "@lingui/vite-plugin";
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { stage } from "./dev/stage.ts";

export default defineConfig(({ command, mode }) => ({
  plugins: [
    lingui({ macroTransform: true, failOnMissing: true }),
    react(),
    { ...optimizeLocales.vite({ locales: ["nl-NL", "en-US"] }), enforce: "pre" as const },
    // Scenes with canned frames, for looking at the screens without a server; never in a build.
    ...(command === "serve" && mode === "stage" ? [stage()] : []),
  ],
  build: {
    target: ["chrome120", "edge120", "firefox121", "safari17.5"],
    // Fonts and pictures stay files: the content security policy has no `data:` for fonts.
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: {
      "/api": "http://127.0.0.1:8080",
      "/live": { target: "ws://127.0.0.1:8080", ws: true },
      "/ws": { target: "ws://127.0.0.1:8080", ws: true },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["{src,dev}/**/*.test.{ts,tsx}"],
    setupFiles: ["dev/patience.ts"],
    testTimeout: 30_000,
  },
}));
