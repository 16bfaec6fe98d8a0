import { readdirSync, readFileSync } from "node:fs";
import { i18n } from "@lingui/core";
import { beforeAll, describe, expect, it } from "vitest";
import { announcementName } from "../features/administration/announcements.ts";
import { changesOf, pieces, standsIn, valueAt, withValue } from "../features/administration/kinds.ts";
import { everyRule, pages } from "../features/administration/pages.ts";
import { problemWords, refusedWords, rightWords } from "../features/administration/words.ts";
import { messages as english } from "../text/catalogues/en.po";
import { messages as dutch } from "../text/catalogues/nl.po";

beforeAll(() => i18n.loadAndActivate({ locale: "nl", messages: dutch }));

const FOLDER = "../src/cordboard/app/administration/";
/** Where fields stand in a list of their own, not in a resource: of which page they are. */
const ALONE: Readonly<Record<string, string>> = {
  "announcements.py": "announcements",
  "network.py": "network",
  "provider.py": "organisations",
};

/** The fields of each resource, read from the server's source: whatever the lines are broken into. */
function known(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (place: string, text: string): void => {
    const names = [...text.matchAll(/\bField\(\s*name="([a-z_]+)"/g)].map(([, name = ""]) => name);
    if (names.length > 0) found.set(place, new Set([...(found.get(place) ?? []), ...names]));
  };
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".py"))) {
    const text = readFileSync(FOLDER + file, "utf8");
    const [, ...resources] = text.split(/^[A-Z_]+ = Resource\(/m);
    for (const one of resources) {
      const [, place = ""] = /^\s*name="?([A-Za-z_]+)"?,/m.exec(one) ?? [];
      add(place === "NAME" ? file.replace(".py", "") : place, one);
    }
    if (ALONE[file] !== undefined) add(ALONE[file], text);
    // Rules and settings of the organisation are told by their names and readers alone.
    for (const [, readers = ""] of text.matchAll(/^_[A-Z]+: dict\[str, Reader\] = \{\n([\s\S]*?)^\}/gm)) {
      const names = [...readers.matchAll(/^ {4}"([a-z_]+)":/gm)].map(([, name = ""]) => name);
      found.set("organisation", new Set([...(found.get("organisation") ?? []), ...names]));
    }
  }
  return found;
}

describe("the sentences of the administration", () => {
  it.each([...known().keys()])(
    "every field of %s that the server knows stands in one of its page",
    (place) => {
      const page = pages()[place];
      const fields = known().get(place) ?? new Set();
      if (page === undefined) throw new Error("no page");
      const told = new Set<string>();
      for (const piece of everyRule(page).flatMap((rule) => pieces(rule.text))) {
        if (piece.field === undefined) continue;
        expect(page.kinds[piece.field], piece.field).toBeDefined();
        told.add(piece.field.split(".")[0] ?? "");
      }
      expect(fields.size).toBeGreaterThan(0);
      expect([...fields].filter((name) => !told.has(name))).toEqual([]);
    },
  );

  it("everything that the server lets change has a page", () => {
    expect([...known().keys()].sort()).toEqual(Object.keys(pages()).sort());
  });

  it("have the same settings in both languages", () => {
    for (const [id, words] of Object.entries(dutch)) {
      const tokens = (text: unknown): string[] => (JSON.stringify(text).match(/\[[a-z_.]+\]/g) ?? []).sort();
      const other = (english as Record<string, unknown>)[id];
      expect(tokens(words), JSON.stringify(other)).toEqual(tokens(other));
    }
  });

  it("there are words for every right, and for every no of the administration", () => {
    const types = readFileSync("../src/cordboard/core/types.py", "utf8");
    const known = [...(types.split("class Right(Enum)")[1] ?? "").matchAll(/ = "([a-z_.]+)"/g)];
    expect(known.length).toBeGreaterThan(14);
    for (const [, right = ""] of known) expect(rightWords(right)).not.toBe(right);
    const folder = "../src/cordboard/app/administration/";
    const files = [
      "../src/cordboard/web/requests/admin.py",
      ...readdirSync(folder).flatMap((name) => (name.endsWith(".py") ? [folder + name] : [])),
    ];
    const source = files.map((name) => readFileSync(name, "utf8")).join("");
    const codes = (pattern: RegExp): Set<string> =>
      new Set([...source.matchAll(pattern)].map((found) => found[1] ?? ""));
    const ofFields = codes(/(?:\bWrong\(|\bcode=)"([a-z_]+)"/g);
    expect(ofFields.size).toBeGreaterThan(18);
    for (const code of ofFields) expect(problemWords(code, {}), code).not.toContain(`(${code})`);
    const ofAll = codes(/(?:\bConflict\(|Refusal\(\d+, |\bNoRight\([^"()]+, )"([a-z_]+)"/g);
    expect(ofAll.size).toBeGreaterThan(8);
    const app = readFileSync("../src/cordboard/app/ldap.py", "utf8");
    for (const [, code = ""] of app.matchAll(/ = "(ldap_[a-z_]+)"/g)) ofAll.add(code);
    for (const code of ofAll) expect(refusedWords(code), code).not.toContain(`(${code})`);
  });

  it("every module can be taken, and says so when this version does not have it [1.1-l]", () => {
    const source = readFileSync("../src/cordboard/app/modules.py", "utf8");
    const members = [...source.matchAll(/^ {4}([A-Z]+) = "([a-z]+)"$/gm)];
    const built: readonly string[] =
      /^BUILT = frozenset\(\{(.+)\}\)$/m.exec(source)?.[1]?.match(/(?<=Module\.)[A-Z]+/g) ?? [];
    expect([members.length, built.length]).toEqual([5, 3]);
    const kind = pages()["organisations"]?.kinds["modules"];
    if (kind?.is !== "some") throw new Error("no list to choose modules from");
    const { options } = kind;
    expect(options.map(([id]) => id)).toEqual(members.map(([, , id]) => id));
    const later = options.filter(([, words]) => words.endsWith(" (nog niet in deze versie)"));
    expect(later.map(([id]) => id)).toEqual(
      members.filter(([, name = ""]) => !built.includes(name)).map(([, , id]) => id),
    );
  });

  it("every announcement has a name", () => {
    const source = readFileSync("../src/cordboard/asterisk/sentences.py", "utf8");
    const texts = source.slice(source.indexOf('"nl": {'), source.indexOf('"en": {'));
    const names = [...texts.matchAll(/^ {8}"([a-z_]+)":/gm)].map((found) => found[1] ?? "");
    expect(names.length).toBeGreaterThan(30);
    const shown = names.map((name) => announcementName(`nl.${name}`));
    expect(shown.filter((name) => name.includes("nl."))).toEqual([]);
    expect(new Set(shown).size).toBe(names.length);
  });

  it("a field stands in those that have it, a part of it or what it is a part of", () => {
    expect(standsIn("[numbers]", "number")).toBe(false);
    expect(standsIn("[numbers]", "numbers.2")).toBe(true);
    expect(standsIn("[exits.full]", "exits.full.target")).toBe(true);
    expect(standsIn("[exits.closed]", "exits.full.target")).toBe(false);
    expect(standsIn("[exits.closed]", "exits")).toBe(true);
  });

  it("a value may lie inside another one", () => {
    const row = { name: "A", exits: { full: 1 } };
    expect(valueAt(row, "exits.closed")).toBeNull();
    expect(withValue(row, "exits.closed", 2)).toEqual({ name: "A", exits: { full: 1, closed: 2 } });
    expect(withValue(row, "exits.full", null)).toEqual({ name: "A", exits: {} });
    expect(changesOf(row, withValue(row, "exits.full", 1))).toEqual({});
    expect(pieces("Na [ring_ms] s.").map((piece) => piece.field ?? piece.text)).toEqual([
      "Na ",
      "ring_ms",
      " s.",
    ]);
    expect(pieces("In ([zone]), [name].").map((piece) => [piece.opens, piece.field, piece.closes])).toEqual([
      [undefined, undefined, undefined],
      ["(", "zone", "),"],
      [undefined, undefined, undefined],
      ["", "name", "."],
    ]);
  });
});
