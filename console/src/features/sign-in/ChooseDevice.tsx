import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Button, ListBox, ListBoxItem, Popover, Select } from "react-aria-components";
import { useDesk, useEntities } from "../../connection/desk.tsx";
import { me, myDevice, sameItems } from "../../model/select.ts";
import type { DeviceView } from "../../model/wire.ts";
import { useDeskPhone } from "../../softphone/use.tsx";
import { refusal } from "../../text/refusals.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";

interface Props {
  /** Go on without a phone: look, but not call (1.2-l). */
  readonly without: () => void;
  /** A phone was paired. */
  readonly done: () => void;
  /** The list is wanted at once: somebody came here to change the phone. */
  readonly open?: boolean;
}

/** Which telephone to use (1.2). One phone belongs to one person at a time. */
export function ChooseDevice({ without, done, open = false }: Props) {
  const { t } = useLingui();
  const desk = useDesk();
  const phone = useDeskPhone();
  const devices = useEntities(
    (all) =>
      [...all.device.values()].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })),
    sameItems,
  );
  const [choosing, setChoosing] = useState(open);
  const [id, setId] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const chosen = devices.find((device) => device.id === id);
  const present = useEntities((all) => myDevice(all)?.name ?? null);
  const takenBy = chosen !== undefined && !chosen.used_by_me ? chosen.used_by : null;

  // Never silently: the colleague is named above, and told what became of the phone (D16).
  const mayTakeOver = useEntities((all) => me(all)?.rights.includes("device.take_over") ?? false);

  async function pair(takeOver = false): Promise<void> {
    if (chosen === undefined) return;
    setBusy(true);
    setProblem(null);
    // This click is the moment at which the browser lets a page sound.
    phone.unlock();
    const outcome = await desk.command("device.pair", {
      device: chosen.id,
      ...(takeOver && { take_over: "true" }),
    });
    setBusy(false);
    if (outcome.ok) done();
    else setProblem(refusal(outcome.code, outcome.args));
  }

  return (
    <main className="box" data-wide>
      <div>
        <h1>{t`Log in on a phone`}</h1>
        <p className="lead">
          {present === null
            ? t`You are not logged in on a phone yet. Without a phone you can look on, but not take calls.`
            : t`You are logged in on ${present} now. While you choose another one you do not see your calls.`}
        </p>
      </div>
      {takenBy !== null && problem === null && (
        <Note kind="problem">{refusal("device_taken", { name: takenBy })}</Note>
      )}
      {problem !== null && <Note kind="problem">{problem}</Note>}
      {chosen?.kind === "sip" && !chosen.registered && takenBy === null && (
        <Note kind="attention">{t`This phone is not connected now. You can choose it, but you get no calls until it is.`}</Note>
      )}
      {!choosing ? (
        <div className="acts">
          <Press className="btn" data={{ "data-kind": "plain", "data-tall": "" }} onPress={without}>
            {t`Look on only`}
          </Press>
          <Press
            className="btn grow"
            data={{ "data-kind": "primary", "data-tall": "" }}
            onPress={() => setChoosing(true)}
          >
            {t`Log in on a phone`}
          </Press>
        </div>
      ) : devices.length === 0 ? (
        <Note kind="attention">{t`There are no phones yet. Ask your administrator.`}</Note>
      ) : (
        <div className="panel">
          <Select
            className="field"
            aria-label={t`Phone`}
            placeholder={t`Choose a phone`}
            defaultOpen
            value={id}
            onChange={(key) => {
              setId(key === null ? null : String(key));
              setProblem(null);
            }}
          >
            <span className="label">{t`Phone`}</span>
            <Button className="input select-btn">
              <span className="cut">
                {chosen?.name ?? <span className="faint">{t`Choose a phone`}</span>}
              </span>
              <Icon name="chevron" size={16} />
            </Button>
            <Popover className="pop pick-pop" offset={6}>
              <ListBox items={devices}>
                {(device) => (
                  <ListBoxItem id={device.id} className="item" textValue={device.name}>
                    <Icon name={device.kind === "web" ? "headset" : "phone"} />
                    <span className="grow">
                      <span className="cut">{device.name}</span>
                      <small>{device.kind === "web" ? t`In this browser` : t`Telephone`}</small>
                    </span>
                    <DeviceState device={device} />
                  </ListBoxItem>
                )}
              </ListBox>
            </Popover>
          </Select>
          <Press
            className="btn"
            data={{ "data-kind": "primary", "data-tall": "" }}
            busy={busy}
            off={
              chosen === undefined
                ? t`Choose a phone first`
                : takenBy !== null
                  ? refusal("device_taken", { name: takenBy })
                  : undefined
            }
            onPress={() => void pair()}
          >
            {t`Log in`}
          </Press>
          {takenBy !== null && mayTakeOver && (
            <Press
              className="btn"
              data={{ "data-kind": "danger", "data-tall": "" }}
              busy={busy}
              onPress={() => void pair(true)}
            >
              {t`Take over from ${takenBy}`}
            </Press>
          )}
          <div className="links">
            <Press className="btn" data={{ "data-kind": "plain" }} onPress={without}>
              {present === null ? t`Look on only` : t`Keep ${present}`}
            </Press>
          </div>
        </div>
      )}
    </main>
  );
}

function DeviceState({ device }: { device: DeviceView }) {
  const { t } = useLingui();
  if (device.used_by !== null) {
    return (
      <span className="state" data-tone={device.used_by_me ? "free" : "busy"}>
        <Shape as={device.used_by_me ? "free" : "busy"} />
        {device.used_by_me ? t`Yours` : device.used_by}
      </span>
    );
  }
  // A browser phone connects only once it is chosen.
  const free = device.registered || device.kind === "web";
  return (
    <span className="state" data-tone={free ? "free" : "away"}>
      <Shape as={free ? "free" : "away"} />
      {free ? t`Free` : t`Not connected`}
    </span>
  );
}
