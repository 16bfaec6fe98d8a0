import { afterEach, beforeEach, expect, it } from "vitest";
import { guardDoubleClicks } from "./double-click.ts";

let clock = 0;
let release = (): void => {};
let pressed: string[] = [];

beforeEach(() => {
  clock = 1000;
  pressed = [];
  release = guardDoubleClicks(() => clock);
});

afterEach(() => {
  release();
  document.body.replaceChildren();
});

function button(name: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.textContent = name;
  made.addEventListener("click", () => pressed.push(made.textContent ?? ""));
  document.body.append(made);
  return made;
}

function click(target: Element, x = 10): void {
  const at = { bubbles: true, cancelable: true, button: 0, clientX: x, clientY: 10, detail: 1 };
  for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"])
    target.dispatchEvent(new MouseEvent(type, at));
}

it("does not let the second click press what appeared under the pointer [2.1.1-r]", () => {
  click(button("Answer"));
  clock += 120;
  click(button("Transfer"));

  expect(pressed).toEqual(["Answer"]);
});

it("does not let it press the same button that meanwhile does something else", () => {
  const one = button("Hold");
  click(one);
  one.textContent = "Resume";
  clock += 120;
  click(one);

  expect(pressed).toEqual(["Hold"]);
});

it("leaves two presses of one key of the keypad, and a click a moment later or elsewhere", () => {
  const five = button("5");
  click(five);
  clock += 120;
  click(five);
  click(button("Answer"), 200);
  clock += 600;
  click(button("Transfer"), 200);

  expect(pressed).toEqual(["5", "5", "Answer", "Transfer"]);
});

it("leaves what a key or a screen reader presses", () => {
  click(button("Answer"));
  const transfer = button("Transfer");
  clock += 120;
  click(transfer);
  transfer.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 0 }));

  expect(pressed).toEqual(["Answer", "Transfer"]);
});
