import { useLingui } from "@lingui/react/macro";
import { useEffect, useRef } from "react";
import type { Preferences } from "../../model/wire.ts";
import { Ringer } from "../../softphone/ring.ts";
import { Switch } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";

interface Props {
  readonly preferences: Preferences;
  readonly change: (part: Partial<Preferences>) => void;
}

/** Long enough to judge it. */
const TRY_MS = 2_400;

/** How loud the browser rings, and whether it beeps; the same at every desk. */
export function Sounds({ preferences, change }: Props) {
  const { t } = useLingui();
  const ringer = useRef<Ringer | null>(null);
  useEffect(() => () => ringer.current?.play(null), []);

  const hear = (): void => {
    ringer.current ??= new Ringer();
    const one = ringer.current;
    // Inside the click: browsers give no sound otherwise.
    one.unlock();
    one.setLoudness(preferences.ring_volume / 100, true);
    one.play("ring");
    setTimeout(() => one.play(null), TRY_MS);
  };

  return (
    <section className="panel" aria-labelledby="own-sounds">
      <h2 id="own-sounds">{t`Sounds`}</h2>
      <div className="field">
        <label htmlFor="own-volume">{t`Loudness of the ring`}</label>
        <div className="own-range">
          <input
            id="own-volume"
            type="range"
            min={0}
            max={100}
            step={10}
            value={preferences.ring_volume}
            onChange={(event) => change({ ring_volume: Number(event.target.value) })}
          />
          <span className="num">{preferences.ring_volume}%</span>
          <button type="button" className="btn" onClick={hear}>
            <Icon name="speaker" />
            {t`Let it ring`}
          </button>
        </div>
      </div>
      <div className="own-switch">
        <span>{t`Beep for urgent calls while you speak, and for reminders`}</span>
        <Switch
          on={preferences.beeps}
          label={t`Beep for urgent calls while you speak, and for reminders`}
          change={(beeps) => change({ beeps })}
        />
      </div>
      {preferences.ring_volume === 0 && (
        <p className="soft">{t`At 0 the browser does not ring: only the card shows that somebody calls.`}</p>
      )}
    </section>
  );
}
