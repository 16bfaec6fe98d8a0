import { useLingui } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import { useAudio, useDeskPhone } from "../../softphone/use.tsx";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";
import { Window } from "../../ui/Window.tsx";
import "./help.css";

/** What to dial to hear oneself; the server's credentials say the same. */
const ECHO = "*43";

/** Which microphone and loudspeaker, whether they work, and what others hear (echo test). */
export function DeviceTest({ open, close }: { open: boolean; close: () => void }) {
  const { t } = useLingui();
  const phone = useDeskPhone();
  const audio = useAudio();
  const testing = audio.leg === "testing";
  const leave = (): void => {
    if (testing) phone.hangUp();
    close();
  };
  return (
    <Window
      open={open}
      close={leave}
      title={t`Test sound and phone`}
      acts={
        <>
          <Press className="btn" onPress={() => phone.tryRing()}>
            <Icon name="speaker" />
            {t`Let it ring`}
          </Press>
          <Press
            className="btn"
            aria-pressed={testing}
            off={
              !audio.here
                ? t`Your phone lives in another tab: test it there`
                : audio.phone !== "registered"
                  ? t`Your browser phone is not connected`
                  : audio.leg === "talking" || audio.leg === "ringing"
                    ? t`Not during a call`
                    : undefined
            }
            onPress={() => (testing ? phone.hangUp() : phone.echo(ECHO))}
          >
            <Icon name={testing ? "phone-down" : "mic"} />
            {testing ? t`Stop the echo test` : t`Hear yourself`}
          </Press>
          <Press className="btn" data={{ "data-kind": "primary" }} onPress={leave}>
            {t`Done`}
          </Press>
        </>
      }
    >
      {open && <Choices />}
      {testing && <p role="status">{t`Say something: you hear it back as others hear you.`}</p>}
    </Window>
  );
}

function Choices() {
  const { t } = useLingui();
  const phone = useDeskPhone();
  const [found, setFound] = useState<readonly MediaDeviceInfo[]>([]);
  const [chosen, setChosen] = useState(phone.devices);
  const [refused, setRefused] = useState(false);
  const level = useRef<HTMLElement>(null);
  const { microphone } = chosen;

  useEffect(() => {
    let stream: MediaStream | null = null;
    let gone = false;
    const context = new AudioContext();
    let frame = 0;
    async function listen(): Promise<void> {
      try {
        stream = await navigator.mediaDevices.getUserMedia({
          audio: microphone === "" ? true : { deviceId: { ideal: microphone } },
        });
      } catch {
        setRefused(true);
        return;
      }
      if (gone) return stop(stream);
      setRefused(false);
      // Names of devices are told only after the microphone was allowed.
      setFound(await navigator.mediaDevices.enumerateDevices());
      const meter = context.createAnalyser();
      context.createMediaStreamSource(stream).connect(meter);
      const samples = new Float32Array(meter.fftSize);
      const draw = (): void => {
        meter.getFloatTimeDomainData(samples);
        const loud = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
        // From silence (-60 dB) to as loud as it gets.
        const part = Math.min(1, Math.max(0, 1 + (20 * Math.log10(loud + 1e-6)) / 60));
        if (level.current !== null) level.current.style.transform = `scaleX(${part.toFixed(3)})`;
        frame = requestAnimationFrame(draw);
      };
      draw();
    }
    void listen();
    return () => {
      gone = true;
      cancelAnimationFrame(frame);
      if (stream !== null) stop(stream);
      void context.close();
    };
  }, [microphone]);

  const choose = (part: Partial<typeof chosen>): void => {
    const next = { ...chosen, ...part };
    setChosen(next);
    void phone.setDevices(next);
  };
  const of = (kind: MediaDeviceKind): MediaDeviceInfo[] =>
    found.filter((device) => device.kind === kind && device.deviceId !== "default" && device.deviceId !== "");

  return (
    <>
      {refused && (
        <Note kind="problem">{t`The browser gives no microphone. Allow it at the left of the address bar.`}</Note>
      )}
      <div className="field">
        <label htmlFor="microphone">{t`Microphone`}</label>
        <select
          id="microphone"
          className="input"
          value={microphone}
          onChange={(event) => choose({ microphone: event.target.value })}
        >
          <option value="">{t`Chosen by the computer`}</option>
          {of("audioinput").map((device) => (
            <option key={device.deviceId} value={device.deviceId}>
              {device.label}
            </option>
          ))}
        </select>
        <div className="meter" role="img" aria-label={t`Loudness of the microphone`}>
          <i ref={level} />
        </div>
      </div>
      <div className="field">
        <label htmlFor="speaker">{t`Loudspeaker`}</label>
        <select
          id="speaker"
          className="input"
          value={chosen.speaker}
          onChange={(event) => choose({ speaker: event.target.value })}
        >
          <option value="">{t`Chosen by the computer`}</option>
          {of("audiooutput").map((device) => (
            <option key={device.deviceId} value={device.deviceId}>
              {device.label}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
