import { afterEach, beforeEach, expect, it } from "vitest";
import { guardDoubleClicks } from "./double-click.ts";

let release = (): void => {};
let pressed: string[] = [];

beforeEach(() => {
  pressed = [];
  release = guardDoubleClicks();
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

/** `count`: the how-manieth click of a row this is, as the browser counts. */
function click(target: Element, count = 1): void {
  target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail: count }));
}

it("does not let the second click press what appeared under the pointer [2.1.1-r]", () => {
  click(button("Answer"));
  click(button("Transfer"), 2);

  expect(pressed).toEqual(["Answer"]);
});

it("does not let it press the same button that meanwhile does something else", () => {
  const one = button("Hold");
  click(one);
  one.textContent = "Resume";
  click(one, 2);

  expect(pressed).toEqual(["Hold"]);
});

it("leaves two presses of one key of the keypad, and a click a moment later or elsewhere", () => {
  const five = button("5");
  click(five);
  click(five, 2);
  click(button("Answer"));
  click(button("Transfer"));

  expect(pressed).toEqual(["5", "5", "Answer", "Transfer"]);
});

it("leaves what a key or a screen reader presses", () => {
  click(button("Answer"));
  const transfer = button("Transfer");
  transfer.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 0 }));

  expect(pressed).toEqual(["Answer", "Transfer"]);
});
