import type { Plugin } from "vite";

/**
 * `vite --mode stage`: the console with a pretend server inside the page, to look at every screen without a
 * telephone. `?scene=` chooses what is going on (dev/scenes.ts). Only the development server loads it.
 */
export function stage(): Plugin {
  return {
    name: "cordboard-stage",
    transformIndexHtml: () => [
      { tag: "script", attrs: { type: "module", src: "/dev/fake-server.ts" }, injectTo: "head-prepend" },
    ],
  };
}
