// Every text of src/ stands in both catalogues, and the Dutch one has words for it.
//
//     node scripts/catalogs.mjs            compare; exit 1 when something is missing or left over
//     node scripts/catalogs.mjs --write    bring src/text/catalogues/*.po up to date, keeping the translations
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const COMMITTED = join(ROOT, "src/text/catalogues");
const LANGUAGES = ["en", "nl"];

/** Messages of a PO file: what is asked for → its words. */
function messages(path) {
  const found = new Map();
  const text = readFileSync(path, "utf8").replace(/"\n"/g, "");
  for (const block of text.split(/\n\n+/)) {
    if (/^#~/m.test(block)) continue;
    const part = (name) => new RegExp(`^${name} "(.*)"$`, "m").exec(block)?.[1];
    const id = part("msgid");
    if (id) found.set(`${part("msgctxt") ?? ""}|${id}`, part("msgstr") ?? "");
  }
  return found;
}

function extract(folder) {
  const lingui = join(ROOT, "node_modules/@lingui/cli/dist/lingui.js");
  const done = spawnSync(process.execPath, [lingui, "extract", "--clean"], {
    cwd: ROOT,
    env: { ...process.env, CORDBOARD_CATALOGS: folder },
    encoding: "utf8",
  });
  if (done.status !== 0) {
    console.error(done.stdout + done.stderr);
    process.exit(1);
  }
}

if (process.argv.includes("--write")) {
  extract(COMMITTED);
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), "cordboard-text-"));
let wrong = 0;
try {
  for (const language of LANGUAGES) cpSync(join(COMMITTED, `${language}.po`), join(folder, `${language}.po`));
  extract(folder);
  for (const language of LANGUAGES) {
    const kept = messages(join(COMMITTED, `${language}.po`));
    const used = messages(join(folder, `${language}.po`));
    const say = (what, id) => {
      wrong += 1;
      console.error(`texts: ${language}.po ${what}: ${id.replace(/^\|/, "")}`);
    };
    for (const id of used.keys()) if (!kept.has(id)) say("lacks", id);
    for (const id of kept.keys()) if (!used.has(id)) say("has one that nobody uses", id);
    if (language !== "en") for (const [id, words] of used) if (words === "") say("has no words for", id);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(wrong > 0 ? 1 : 0);
