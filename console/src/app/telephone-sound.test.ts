import { describe, expect, it } from "vitest";
import { wav } from "../features/administration/telephone-sound.ts";

describe("a sound for the telephone", () => {
  it("is a WAV file of 8000 samples a second, 16 bits, one channel; what is too loud is cut off", async () => {
    const bytes = new DataView(await wav(new Float32Array([0, 1, -2, 0.5])).arrayBuffer());
    const word = (at: number): string =>
      String.fromCharCode(...[0, 1, 2, 3].map((one) => bytes.getUint8(at + one)));
    expect([word(0), word(8), word(12), word(36)]).toEqual(["RIFF", "WAVE", "fmt ", "data"]);
    expect(bytes.byteLength).toBe(52);
    expect([bytes.getUint32(4, true), bytes.getUint32(40, true)]).toEqual([44, 8]);
    expect([bytes.getUint16(22, true), bytes.getUint32(24, true), bytes.getUint16(34, true)]).toEqual([
      1, 8_000, 16,
    ]);
    expect([44, 46, 48, 50].map((at) => bytes.getInt16(at, true))).toEqual([0, 32_767, -32_767, 16_384]);
  });
});
