import { useLingui } from "@lingui/react/macro";
import { useId } from "react";
import { useEntities } from "../../connection/desk.tsx";
import { dayStart, zoneOf } from "../../model/callback.ts";
import { shortDate } from "../../model/format.ts";
import { refusal } from "../../text/refusals.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";
import "./callback.css";
import { Grid } from "./Grid.tsx";
import { useMinute, usePlanning } from "./use-planning.tsx";
import { WorkList } from "./WorkList.tsx";

/** The planning of call backs (3.6-b), and beside it the callers who were missed (D14). */
export function CallBackTab() {
  const { view } = usePlanning();
  return (
    <>
      <div className="cb-head">
        <Views />
        {view === "grid" && <Day />}
        <Search />
      </div>
      {view === "grid" ? <Plans /> : <WorkList />}
    </>
  );
}

function Views() {
  const { t } = useLingui();
  const { view, show } = usePlanning();
  const missed = useEntities((all) => all.missed.size);
  return (
    <fieldset className="cb-views" aria-label={t`Show`}>
      <Press className="btn" aria-pressed={view === "grid"} onPress={() => show("grid")}>
        {t`Planning`}
      </Press>
      <Press className="btn" aria-pressed={view === "missed"} onPress={() => show("missed")}>
        {t`Missed calls`}
        {missed > 0 && <span className="count">{missed}</span>}
      </Press>
    </fieldset>
  );
}

function Plans() {
  const { t } = useLingui();
  const { days, page, problem, again } = usePlanning();
  return (
    <>
      {problem !== null && (
        <div className="pane-note">
          <Note kind="problem">{refusal(problem.code, problem.args)}</Note>
          <Press className="btn" onPress={again}>
            {t`Try again`}
          </Press>
        </div>
      )}
      {/* Another day begins at its top; today at the hour that is marked. */}
      {(problem === null || page !== null) && <Grid key={days} />}
    </>
  );
}

function Day() {
  const { days, goTo } = usePlanning();
  const { t, i18n } = useLingui();
  const now = useMinute();
  const zone = useEntities(zoneOf);
  const noon = dayStart(now, zone, days) + 12 * 3_600_000;
  const near = Math.abs(days) < 2;
  const date = shortDate(noon, i18n.locale, zone, !near);
  const name = days === 0 ? t`Today` : days === 1 ? t`Tomorrow` : days === -1 ? t`Yesterday` : null;
  return (
    <div className="cb-day">
      <Press
        className="round"
        aria-label={t`Previous day`}
        tip={t`Previous day`}
        onPress={() => goTo(days - 1)}
      >
        <span className="cb-flip">
          <Icon name="chevron-right" />
        </span>
      </Press>
      <Press
        className="cb-date num"
        tip={days === 0 ? undefined : t`Back to today`}
        onPress={() => goTo(0)}
        aria-live="polite"
      >
        {name === null ? date : `${name}, ${date}`}
      </Press>
      <Press className="round" aria-label={t`Next day`} tip={t`Next day`} onPress={() => goTo(days + 1)}>
        <Icon name="chevron-right" />
      </Press>
    </div>
  );
}

/** Part of a number, however it is written: only its call backs stay (3.6-o). */
function Search() {
  const { typed, search } = usePlanning();
  const { t } = useLingui();
  const id = useId();
  return (
    <div className="cb-find">
      <label className="vh" htmlFor={id}>{t`Search by phone number`}</label>
      <Icon name="search" />
      <input
        id={id}
        className="input"
        type="search"
        inputMode="tel"
        autoComplete="off"
        placeholder={t`Search a number`}
        value={typed}
        maxLength={32}
        onChange={(event) => search(event.target.value)}
      />
    </div>
  );
}

/** Behind the name of the tab: how many missed callers nobody calls yet. */
export function MissedCount() {
  const { t } = useLingui();
  const missed = useEntities(
    (all) => [...all.missed.values()].filter((row) => row.claimed_by === null).length,
  );
  if (missed === 0) return null;
  return (
    <span className="count" title={t`${missed} missed`}>
      {missed}
    </span>
  );
}
