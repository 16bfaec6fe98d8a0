// Which room of src/ may use which: the direction of architecture.md, as a check. Prints every wrong import.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const SRC = resolve(dirname(fileURLToPath(import.meta.url)), "../src");

/** Rooms of src/ that each room may import besides itself. A feature may never import another feature. */
const MAY = {
  model: [],
  connection: ["model"],
  softphone: ["model"],
  text: ["model"],
  ui: ["model", "connection", "text"],
  features: ["model", "connection", "softphone", "text", "ui"],
  app: ["model", "connection", "softphone", "text", "ui", "features"],
  "main.tsx": ["app", "text", "ui"],
};
/** Packages that the inner rooms may use; everything plain stays plain. */
const PACKAGES = { model: [], connection: ["react"], softphone: ["react", "jssip"], text: ["@lingui"] };
const TEST_PACKAGES = ["vitest", "fast-check", "@testing-library"];

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts")) yield path;
  }
}

const wrong = [];
for (const file of files(SRC)) {
  const [room, place] = relative(SRC, file).split(sep);
  const test = /\.test\.tsx?$/.test(file);
  for (const [, source] of readFileSync(file, "utf8").matchAll(
    /(?<!["'])\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g,
  )) {
    const where = `${relative(SRC, file)}: imports ${source}`;
    if (source.startsWith(".")) {
      const [to, toPlace] = relative(SRC, resolve(dirname(file), source)).split(sep);
      if (to === room && (room !== "features" || toPlace === place)) continue;
      if (to === room) wrong.push(`${where}; a feature does not know another feature`);
      else if (!MAY[room]?.includes(to))
        wrong.push(`${where}; ${room} may use ${MAY[room]?.join(", ") || "nothing"}`);
    } else {
      const allowed = PACKAGES[room];
      const known = (names) => names.some((name) => source === name || source.startsWith(`${name}/`));
      if (allowed !== undefined && !known(allowed) && !(test && known(TEST_PACKAGES))) {
        wrong.push(`${where}; ${room} may use the packages ${allowed.join(", ") || "of nobody"}`);
      }
    }
  }
}
for (const line of wrong) console.error(`layers: ${line}`);
process.exit(wrong.length > 0 ? 1 : 0);
