import { describe, expect, it } from "vitest";
import { actionOf, choice, conflicts, KEYS, type Keystroke, ownKeys } from "./keymap.ts";

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

describe("keys of one's own", () => {
  it("take the place of the usual one; the number block goes on doing what it did", () => {
    const map = ownKeys({ answer: "F12" }, true);
    expect(map.answer).toEqual(["F12", "NumpadEnter"]);
    expect(map.hold).toEqual(["F5"]);
    expect(actionOf(stroke({ code: "F12" }), false, map)).toBe("answer");
    expect(actionOf(stroke({ code: "F3" }), false, map)).toBeNull();
  });

  it("mean only what they were chosen for", () => {
    const map = ownKeys({ answer: "NumpadAdd", hold: "F3", nonsense: "F1" }, true);
    expect([map.answer, map.hold, map.attended]).toEqual([["NumpadAdd", "NumpadEnter"], ["F3"], ["F7"]]);
    expect(conflicts(map)).toEqual([]);
    // Whose usual key went to another one has no key until one is chosen.
    expect(ownKeys({ hold: "F3" }, true).answer).toEqual(["NumpadEnter"]);
  });

  it("can be off altogether", () => {
    expect(Object.values(ownKeys({}, false)).flat()).toEqual([]);
  });

  it("are those that write nothing and that no field or browser needs", () => {
    expect(choice({ ...stroke({ code: "F5" }), shiftKey: true })).toBe("Shift+F5");
    expect(choice(stroke({ code: "NumpadSubtract" }))).toBe("NumpadSubtract");
    for (const code of ["KeyA", "Digit1", "Enter", "Space", "Numpad5"])
      expect(choice(stroke({ code }))).toBeNull();
    expect(choice({ ...stroke({ code: "F5" }), ctrlKey: true })).toBeNull();
  });
});
