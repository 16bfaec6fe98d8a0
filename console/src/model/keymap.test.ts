import { describe, expect, it } from "vitest";
import { actionOf, conflicts, KEYS, type Keystroke } from "./keymap.ts";

const stroke = (part: Partial<Keystroke>): Keystroke => ({
  key: "",
  code: "",
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  shiftKey: false,
  repeat: false,
  ...part,
});

describe("a key", () => {
  it.each([
    [{ key: "F3", code: "F3" }, "answer"],
    [{ key: "Enter", code: "NumpadEnter" }, "answer"],
    [{ key: "F4", code: "F4" }, "hang_up"],
    [{ key: "F5", code: "F5" }, "hold"],
    [{ key: "F5", code: "F5", shiftKey: true }, "swap"],
    [{ key: "F7", code: "F7" }, "attended"],
    [{ key: "F8", code: "F8" }, "blind"],
    [{ key: "F2", code: "F2" }, "undo"],
    [{ key: "/", code: "NumpadDivide" }, "keypad"],
    [{ key: "F6", code: "F6" }, "regions"],
    [{ key: "?", code: "Slash" }, "help"],
  ])("%j does one thing", (key, action) => {
    expect(actionOf(stroke(key), false)).toBe(action);
  });

  it("does nothing while somebody is typing", () => {
    expect(actionOf(stroke({ key: "?", code: "Slash" }), true)).toBeNull();
    expect(actionOf(stroke({ key: "Enter", code: "NumpadEnter" }), true)).toBeNull();
  });

  it("works in a field too when it writes nothing", () => {
    expect(actionOf(stroke({ key: "F7", code: "F7" }), true)).toBe("attended");
    expect(actionOf(stroke({ key: "+", code: "NumpadAdd" }), true)).toBeNull();
  });

  it("leaves the ordinary Enter and the browser's own keys alone", () => {
    expect(actionOf(stroke({ key: "Enter", code: "Enter" }), false)).toBeNull();
    expect(actionOf(stroke({ key: "F4", code: "F4", altKey: true }), false)).toBeNull();
    expect(actionOf(stroke({ key: "F5", code: "F5", ctrlKey: true }), false)).toBeNull();
  });

  it("acts once however long it is held", () => {
    expect(actionOf(stroke({ key: "F3", code: "F3", repeat: true }), false)).toBeNull();
  });
});

it("gives no key to two actions", () => {
  expect(conflicts(KEYS)).toEqual([]);
  expect(conflicts({ ...KEYS, hold: ["F3"] })).toEqual(["F3"]);
});
