/** Samples a second of what a telephone line carries. */
const RATE = 8_000;
const HEAD_BYTES = 44;
/** What the server takes of one sound: five minutes. */
const SECONDS_MAX = 300;

/**
 * Any sound that this browser can play (WAV, MP3, ...) as a WAV file for a telephone: one channel of 16 bits.
 *
 * @throws DOMException it is no sound.
 */
export async function toTelephone(file: ArrayBuffer): Promise<Blob> {
  // Decoding gives it the rate of its context.
  const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(file);
  const channels = Array.from({ length: sound.numberOfChannels }, (_, at) => sound.getChannelData(at));
  const mixed = new Float32Array(sound.length);
  for (const channel of channels) {
    for (let at = 0; at < channel.length; at += 1) {
      mixed[at] = (mixed[at] ?? 0) + (channel[at] ?? 0) / channels.length;
    }
  }
  return wav(mixed);
}

/** The server would not take it. */
export function isTooLong(sound: Blob): boolean {
  return sound.size > HEAD_BYTES + SECONDS_MAX * RATE * 2;
}

/** Samples from -1 to 1 as a WAV file; louder ones are cut off. */
export function wav(samples: Float32Array): Blob {
  const bytes = new DataView(new ArrayBuffer(HEAD_BYTES + samples.length * 2));
  const words = (at: number, text: string): void => {
    for (let one = 0; one < text.length; one += 1) bytes.setUint8(at + one, text.charCodeAt(one));
  };
  words(0, "RIFF");
  bytes.setUint32(4, HEAD_BYTES - 8 + samples.length * 2, true);
  words(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, RATE, true);
  bytes.setUint32(28, RATE * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  words(36, "data");
  bytes.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, at) => {
    bytes.setInt16(HEAD_BYTES + at * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true);
  });
  return new Blob([bytes.buffer], { type: "audio/wav" });
}
