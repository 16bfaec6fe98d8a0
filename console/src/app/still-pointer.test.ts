import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { guardStillPointer, SEEN_MS } from "./still-pointer.ts";

let release = (): void => {};
let pressed: string[];
let now: number;

beforeEach(() => {
  pressed = [];
  now = 10_000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  release = guardStillPointer();
});

afterEach(() => {
  release();
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

function button(name: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.textContent = name;
  made.addEventListener("click", () => pressed.push(name));
  document.body.append(made);
  return made;
}

/** Let who watches the page hear of what came and went. */
const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
const pointer = (type: string, target: Element, pointerType = "mouse"): void =>
  void target.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, pointerType }));
function click(target: Element, pointerType = "mouse", detail = 1): void {
  pointer("pointerdown", target, pointerType);
  target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail }));
}

/** The pointer rests on the first of two; that one goes, and the other one takes its place. */
async function slid(): Promise<HTMLButtonElement> {
  const first = button("Answer");
  const second = button("Hang up");
  await settle();
  pointer("pointermove", first);
  now += 5_000;
  first.remove();
  await settle();
  return second;
}

it("does not press what slid under a pointer that rests a moment ago [2.1.1-r]", async () => {
  const second = await slid();
  now += SEEN_MS - 1;
  click(second);
  expect(pressed).toEqual([]);

  // Whoever clicks once more has seen it.
  click(second);
  expect(pressed).toEqual(["Hang up"]);
});

it("presses it when it has been there for long enough to be seen", async () => {
  const second = await slid();
  now += SEEN_MS + 1;
  click(second);
  expect(pressed).toEqual(["Hang up"]);
});

it("presses it on a busy page too, where the browser has said for long enough that it is there", async () => {
  const second = await slid();
  pointer("pointerover", second);
  now += SEEN_MS + 1;
  button("New");
  await settle();
  click(second);
  expect(pressed).toEqual(["Hang up"]);
});

it("presses what the pointer went to, whatever came and went meanwhile", async () => {
  const second = await slid();
  pointer("pointermove", second);
  click(second);
  button("New");
  await settle();
  click(second);
  expect(pressed).toEqual(["Hang up", "Hang up"]);
});

it("leaves fingers, keys, and who has just scrolled", async () => {
  const second = await slid();
  click(second, "touch");
  click(second, "mouse", 0);
  second.dispatchEvent(new Event("wheel", { bubbles: true }));
  click(second);
  expect(pressed).toHaveLength(3);
});
