import { readFileSync } from "node:fs";
import { join } from "node:path";
import { i18n } from "@lingui/core";
import { describe, expect, it } from "vitest";
import { agentView } from "../model/pretend.ts";
import type { AgentStatus } from "../model/wire.ts";
import { messages as en } from "../text/catalogues/en.po";
import { messages as nl } from "../text/catalogues/nl.po";
import { notice } from "../text/notices.ts";
import { reasonWords } from "../text/reasons.ts";
import { refusal } from "../text/refusals.ts";
import { whyWords } from "../text/why.ts";
import { countedFrom } from "../text/words.ts";

/** The values of one enum of the server's core, read where they are written. */
function valuesOf(file: string, name: string): string[] {
  const source = readFileSync(join(import.meta.dirname, "../../../src/cordboard/core", file), "utf8");
  const body = new RegExp(`^class ${name}\\(Enum\\):\\n((?:    .*\\n|\\n)+)`, "m").exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {4}[A-Z_]+ = "(\w+)"$/gm)].map((match) => match[1] ?? "");
}

describe.each([
  ["en", en],
  ["nl", nl],
])("in %s", (locale, messages) => {
  const speak = (): void => i18n.loadAndActivate({ locale, messages });

  it("there is a sentence for every refusal of the server [X-e]", () => {
    speak();
    const codes = valuesOf("refusals.py", "Code");
    expect(codes.length).toBeGreaterThan(30);
    for (const code of codes) expect(refusal(code, { name: "Piet" }), code).not.toContain(code);
  });

  it("there is a sentence for everything that the server says once [X-e]", () => {
    speak();
    const codes = valuesOf("notices.py", "Saying");
    expect(codes.length).toBeGreaterThan(20);
    for (const code of codes) expect(notice(code, { name: "Piet", queue: "Urgent" }), code).not.toBeNull();
  });

  it("every line of a call's log is a sentence [X-e, X-h]", () => {
    speak();
    const lines = valuesOf("records.py", "Why");
    expect(lines.length).toBeGreaterThan(25);
    for (const why of lines) {
      for (const agent_name of ["Piet Jansen", null]) {
        const words = whyWords({ why, agent_name, detail: null });
        expect(words, why).not.toBe("");
        expect(words, why).not.toContain("_");
        expect(words === why, why).toBe(false);
      }
    }
  });

  it("every reason why somebody was not reached is a sentence of its own [X-e]", () => {
    speak();
    const reasons = valuesOf("call.py", "Reason");
    const said = new Set(reasons.flatMap((reason) => [reasonWords(reason, ""), reasonWords(reason, "Piet")]));
    expect(said.size).toBe(reasons.length * 2);
  });
});

it("says how long of every status that somebody waits out, and not of who is simply there or gone [D11]", () => {
  const of = (status: AgentStatus): number | null =>
    countedFrom(agentView("u2", { status, since: 5, talk_since: 7 }));
  const waited = [
    "ringing",
    "holding",
    "wrap_up",
    "paused",
    "not_answered",
    "device_lost",
    "console_gone",
  ] as const;
  for (const status of waited) expect(of(status), status).toBe(5);
  expect(of("in_call")).toBe(7);
  for (const status of ["available", "signed_out", "phone_free", "unknown"] as const)
    expect(of(status), status).toBeNull();
});
