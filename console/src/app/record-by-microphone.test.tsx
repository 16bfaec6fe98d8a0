import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Recorder } from "../features/administration/Recorder.tsx";
import { cleanup, click } from "./harness.tsx";

let open: number;
let made: PretendRecorder[];
let allow: () => void;

class PretendRecorder {
  onstop: () => void = () => undefined;
  readonly stream: MediaStream;
  constructor(stream: MediaStream) {
    this.stream = stream;
    made.push(this);
  }
  start(): void {}
  stop(): void {
    this.onstop();
  }
}
const decoded = vi.fn();

beforeEach(() => {
  [open, made] = [0, []];
  decoded.mockClear();
  const stream = { getTracks: () => [{ stop: () => (open -= 1) }] };
  vi.stubGlobal("MediaRecorder", PretendRecorder);
  vi.stubGlobal(
    "OfflineAudioContext",
    class {
      decodeAudioData = decoded;
    },
  );
  vi.stubGlobal("navigator", {
    mediaDevices: {
      getUserMedia: () =>
        new Promise((done) => {
          allow = () => {
            open += 1;
            done(stream);
          };
        }),
    },
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function begin(): Promise<() => void> {
  const { unmount } = render(
    <I18nProvider i18n={i18n}>
      <Recorder busy={false} keep={async () => true} />
    </I18nProvider>,
  );
  await click(screen.getByRole("button", { name: "Opnemen met de microfoon" }));
  return unmount;
}

describe("recording with the microphone", () => {
  it("leaves it off for who has left the page while the browser asked [X-b]", async () => {
    const leave = await begin();
    leave();

    await act(async () => allow());

    expect([open, made]).toEqual([0, []]);
  });

  it("turns it off for who leaves while recording, and listens to nothing [X-b]", async () => {
    const leave = await begin();
    await act(async () => allow());
    expect(open).toBe(1);

    leave();
    expect(open).toBe(0);
    // As the browser does once its tracks have ended.
    await act(async () => made[0]?.stop());

    expect(decoded).not.toHaveBeenCalled();
  });
});
