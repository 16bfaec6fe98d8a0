import { useLingui } from "@lingui/react/macro";
import { createContext, useContext, useId, useState } from "react";
import { Refused } from "../connection/api.ts";
import { useAsk } from "../connection/ask.ts";
import { useDesk, useEntities } from "../connection/desk.tsx";
import { CELL_MS, clock, instantOf, mayManageCallBacks, stamp, wall, zoneOf } from "../model/callback.ts";
import { international, phoneNumber } from "../model/format.ts";
import { queues, sameItems } from "../model/select.ts";
import { refusal } from "../text/refusals.ts";
import { Press } from "./controls.tsx";
import { Field } from "./Field.tsx";
import { Icon } from "./Icon.tsx";
import { Note } from "./Note.tsx";
import { toast } from "./toast.tsx";
import { Window } from "./Window.tsx";
import "./plan.css";

/** Whom to call back, as it is known where the button stands. */
export interface Wish {
  /** Whom; it can be changed. */
  readonly number: string;
  /** For which queue; null: to be chosen. */
  readonly queue: string | null;
  /** About which call it is. */
  readonly call?: string | undefined;
}

/**
 * Opens the form. It belongs to the whole screen: the caller may hang up while it is filled in, and the card with the
 * button goes with the call.
 */
export const PlanContext = createContext<(wish: Wish) => void>(() => {
  throw new Error("no screen around this button");
});

/** Make an appointment to call somebody back: for which queue, when, and whether I do it myself (3.6-p). */
export function PlanCallBack({ number, queue, call, close }: Wish & { readonly close: () => void }) {
  const { t } = useLingui();
  const { command, ticker } = useDesk();
  const id = useId();
  const zone = useEntities(zoneOf);
  const mine = useEntities(queues, sameItems);
  const soon = Math.ceil((ticker.now() + CELL_MS) / CELL_MS) * CELL_MS;
  const [whom, setWhom] = useState(phoneNumber(number));
  const [wanted, setQueue] = useState(queue);
  // A queue of another group, or one that has gone meanwhile, stands not in the list.
  const forQueue = (mine.find((one) => one.id === wanted) ?? mine[0])?.id ?? "";
  const [later, setLater] = useState(false);
  const [day, setDay] = useState(() => wall(soon, zone).day);
  const [time, setTime] = useState(() => clock(soon, zone));
  const [own, setOwn] = useState(false);
  const [over, setOver] = useState(false);
  const { busy, problem, ask } = useAsk();

  async function plan(): Promise<void> {
    const due = later ? instantOf(day, time, zone) : null;
    const past = later && (due === null || due <= ticker.now());
    setOver(past);
    if (past) return;
    const args = {
      // As it was given, when nobody has changed it: no reading of what we have written ourselves.
      number: whom === phoneNumber(number) ? international(number) : whom,
      queue: forQueue,
      ...(due !== null && { due_at: String(due) }),
      ...(own && { owner: "me" }),
      ...(call !== undefined && { call }),
    };
    const made = await ask(async () => {
      const outcome = await command("callback.make", args);
      if (!outcome.ok) throw new Refused(outcome);
    });
    if (made === undefined) return;
    toast(
      due === null
        ? t`${whom} will be called back as soon as it is their turn.`
        : t`${whom} will be called back on ${stamp(due, zone).slice(0, 16)}.`,
      "check",
      "ringing",
    );
    close();
  }

  return (
    <Window
      open
      close={close}
      title={t`Plan a call back`}
      acts={
        <>
          <Press className="btn" data={{ "data-kind": "plain" }} onPress={close}>
            {t`Close`}
          </Press>
          <Press
            className="btn"
            data={{ "data-kind": "primary" }}
            busy={busy}
            off={whom.trim() === "" ? t`Fill in a number first` : undefined}
            onPress={() => void plan()}
          >
            {t`Plan`}
          </Press>
        </>
      }
    >
      <form
        className="plan"
        onSubmit={(event) => {
          event.preventDefault();
          void plan();
        }}
      >
        {over ? (
          <Note kind="problem">{t`Choose a moment that is still to come.`}</Note>
        ) : (
          problem !== null && <Note kind="problem">{refusal(problem.code, problem.args)}</Note>
        )}
        <Field
          label={t`Number`}
          type="tel"
          value={whom}
          maxLength={32}
          autoComplete="off"
          onChange={(event) => setWhom(event.target.value)}
        />
        <div className="field">
          <label htmlFor={`${id}-queue`}>{t`Queue`}</label>
          <select
            id={`${id}-queue`}
            className="input"
            value={forQueue}
            onChange={(event) => setQueue(event.target.value)}
          >
            {mine.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </div>
        <fieldset>
          <legend>{t`When`}</legend>
          <label>
            <input type="radio" name={`${id}-when`} checked={!later} onChange={() => setLater(false)} />
            {t`As soon as it is their turn`}
          </label>
          <label>
            <input type="radio" name={`${id}-when`} checked={later} onChange={() => setLater(true)} />
            {t`At a chosen moment`}
          </label>
          {later && (
            <div className="moment">
              <input
                className="input"
                type="date"
                aria-label={t`Day`}
                value={day}
                min={wall(ticker.now(), zone).day}
                onChange={(event) => setDay(event.target.value)}
              />
              <input
                className="input"
                type="time"
                step={600}
                aria-label={t`Time`}
                value={time}
                onChange={(event) => setTime(event.target.value)}
              />
            </div>
          )}
        </fieldset>
        <label className="own">
          <input type="checkbox" checked={own} onChange={(event) => setOwn(event.target.checked)} />
          {t`For me: nobody else is offered it`}
        </label>
        <button type="submit" hidden />
      </form>
    </Window>
  );
}

/** The small button that opens it; nothing for who may not, or when nobody can be called. */
export function PlanButton({ number, queue, call, name }: Wish & { readonly name: string }) {
  const { t } = useLingui();
  const may = useEntities(mayManageCallBacks);
  const plan = useContext(PlanContext);
  if (!may || !/^\d{7,15}$/.test(number)) return null;
  return (
    <Press
      className="round-36"
      aria-label={t`Plan a call back to ${name}`}
      tip={t`Plan a call back`}
      onPress={() => plan({ number, queue, call })}
    >
      <Icon name="callback" />
    </Press>
  );
}
