import { act, fireEvent, screen } from "@testing-library/react";
import { beforeEach, expect, vi } from "vitest";
import { click } from "./harness.tsx";

/** A browser in which one speaks, or chooses a file, for so many seconds. */

const RATE = 8_000;
let [seconds, decoded] = [0, 0];

class PretendRecorder {
  onstop: () => void = () => undefined;
  readonly stream: MediaStream;
  constructor(stream: MediaStream) {
    this.stream = stream;
  }
  start(): void {}
  stop(): void {
    this.onstop();
  }
}

class PretendAudio {
  decodeAudioData = async (): Promise<object> => {
    decoded += 1;
    const samples = new Float32Array(seconds * RATE);
    return { numberOfChannels: 1, length: samples.length, getChannelData: () => samples };
  };
}

/** Before each test of a file; `pretendAnnouncements` takes it away. */
export function pretendMicrophone(): void {
  beforeEach(() => {
    vi.stubGlobal("MediaRecorder", PretendRecorder);
    vi.stubGlobal("OfflineAudioContext", PretendAudio);
    vi.stubGlobal("navigator", {
      mediaDevices: { getUserMedia: async () => ({ getTracks: () => [] }) },
    });
  });
}

/** Into the microphone. */
export async function speak(forSeconds: number): Promise<void> {
  seconds = forSeconds;
  await click(screen.getByRole("button", { name: "Opnemen met de microfoon" }));
  await click(screen.getByRole("button", { name: "Opname stoppen" }));
  await screen.findByLabelText("De nieuwe opname");
}

/** A file that lasts so long. */
export async function choose(forSeconds: number): Promise<void> {
  seconds = forSeconds;
  const before = decoded;
  await act(async () => {
    fireEvent.change(screen.getByLabelText("Een eigen opname (WAV of MP3)"), {
      target: { files: [new File(["x"], "welkom.mp3")] },
    });
    await vi.waitFor(() => expect(decoded).toBe(before + 1));
  });
}
