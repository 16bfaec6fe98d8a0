import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Toasts, toast } from "./toast.tsx";

beforeEach(() => {
  vi.useFakeTimers();
  i18n.loadAndActivate({ locale: "nl", messages: {} });
  render(
    <I18nProvider i18n={i18n}>
      <button type="button">Elders</button>
      <Toasts />
    </I18nProvider>,
  );
});
afterEach(() => {
  pass(60);
  cleanup();
  vi.useRealTimers();
});

const pass = (seconds: number) => act(() => vi.advanceTimersByTime(seconds * 1000));
const say = (text: string) => act(() => toast(text));
const shown = () => [...document.querySelectorAll(".toast p")].map((one) => one.textContent);
const all = () => screen.getByRole("region", { name: "Messages" });
const closer = (place: number) => screen.getAllByRole("button", { name: "Close" })[place] as HTMLElement;

it("goes by itself after ten seconds", () => {
  say("Piet belt terug");
  pass(9);
  expect(shown()).toEqual(["Piet belt terug"]);
  pass(2);
  expect(shown()).toEqual([]);
});

it("stays while somebody points at it, and three seconds longer (WCAG 2.2.1)", () => {
  say("Een");
  fireEvent.pointerEnter(all());
  pass(60);
  say("Twee");
  pass(60);
  expect(shown()).toEqual(["Een", "Twee"]);
  fireEvent.pointerLeave(all());
  pass(2);
  expect(shown()).toEqual(["Een", "Twee"]);
  pass(2);
  expect(shown()).toEqual([]);
});

it("stays while the keyboard stands in it; who closes it stands where they came from", () => {
  say("Een");
  say("Twee");
  const elsewhere = screen.getByRole("button", { name: "Elders" });
  act(() => elsewhere.focus());
  act(() => closer(0).focus());
  pass(60);
  expect(shown()).toEqual(["Een", "Twee"]);
  act(() => closer(0).click());
  expect(shown()).toEqual(["Twee"]);
  expect(document.activeElement).toBe(elsewhere);
  pass(4);
  expect(shown()).toEqual([]);
});

it("does not stay for whoever pointed at one that is gone", () => {
  say("Een");
  fireEvent.pointerEnter(all());
  act(() => closer(0).click());
  say("Twee");
  pass(11);
  expect(shown()).toEqual([]);
});

it("keeps no more than three; the same words come once", () => {
  for (const text of ["Een", "Twee", "Drie", "Vier", "Drie"]) say(text);
  expect(shown()).toEqual(["Twee", "Vier", "Drie"]);
});
