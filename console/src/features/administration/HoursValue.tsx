import { useLingui } from "@lingui/react/macro";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";
import type { Stretch } from "./kinds.ts";
import type { ValueProps } from "./Value.tsx";
import { dayName } from "./words.ts";

type WeekEntry = Stretch & { readonly day: number };

interface Holiday {
  readonly day: string;
  readonly name: string;
  readonly open: readonly Stretch[];
}

/** When somebody is there, day by day. */
export function WeekValue({ value, change }: ValueProps) {
  const { t } = useLingui();
  const week = value as readonly WeekEntry[];
  const put = (place: number, entry: WeekEntry): void =>
    change(week.map((one, at) => (at === place ? entry : one)));
  return (
    <span className="hours">
      {[1, 2, 3, 4, 5, 6, 7].map((day) => (
        <span key={day} className="hours-day">
          <b>{dayName(day)}</b>
          {week.map((entry, place) =>
            entry.day === day ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: a stretch has no other name than its place.
              <span key={place} className="hours-part">
                <Time
                  label={t`${dayName(day)} from`}
                  value={entry.from}
                  change={(from) => put(place, { ...entry, from })}
                />
                <Time
                  label={t`${dayName(day)} to`}
                  value={entry.to}
                  change={(to) => put(place, { ...entry, to })}
                />
                <Press
                  className="round"
                  aria-label={t`Remove these hours of ${dayName(day)}`}
                  onPress={() => change(week.filter((_, at) => at !== place))}
                >
                  <Icon name="x" size={16} />
                </Press>
              </span>
            ) : null,
          )}
          {!week.some((entry) => entry.day === day) && <span className="faint">{t`closed`}</span>}
          <Press
            className="round"
            aria-label={t`Add hours to ${dayName(day)}`}
            onPress={() => change([...week, { day, from: "08:30", to: "17:00" }])}
          >
            <Icon name="plus" size={16} />
          </Press>
        </span>
      ))}
    </span>
  );
}

/** Days with other hours than their weekday; without hours it is closed all day. */
export function HolidaysValue({ value, change }: ValueProps) {
  const { t } = useLingui();
  const days = value as readonly Holiday[];
  const put = (place: number, day: Holiday): void =>
    change(days.map((one, at) => (at === place ? day : one)));
  return (
    <span className="hours">
      {days.map((day, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: while it is typed, a day has no other name than its place.
        <span key={place} className="hours-day">
          <input
            className="v"
            type="date"
            aria-label={t`Day`}
            value={day.day}
            onChange={(event) => put(place, { ...day, day: event.target.value })}
          />
          <input
            className="v"
            type="text"
            aria-label={t`Name of the day`}
            value={day.name}
            onChange={(event) => put(place, { ...day, name: event.target.value })}
          />
          {day.open.length === 0 ? (
            <span className="faint">{t`closed`}</span>
          ) : (
            day.open.map((stretch, part) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a stretch has no other name than its place.
              <span key={part} className="hours-part">
                <Time
                  label={t`From`}
                  value={stretch.from}
                  change={(from) => put(place, { ...day, open: day.open.with(part, { ...stretch, from }) })}
                />
                <Time
                  label={t`To`}
                  value={stretch.to}
                  change={(to) => put(place, { ...day, open: day.open.with(part, { ...stretch, to }) })}
                />
              </span>
            ))
          )}
          <Press
            className="btn"
            onPress={() =>
              put(place, { ...day, open: day.open.length === 0 ? [{ from: "08:30", to: "12:00" }] : [] })
            }
          >
            {day.open.length === 0 ? t`Open some hours` : t`Close all day`}
          </Press>
          <Press
            className="round"
            aria-label={t`Remove this day`}
            onPress={() => change(days.filter((_, at) => at !== place))}
          >
            <Icon name="x" size={16} />
          </Press>
        </span>
      ))}
      <Press className="btn" onPress={() => change([...days, { day: "", name: "", open: [] }])}>
        {t`Add a holiday`}
      </Press>
    </span>
  );
}

function Time(props: {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
}) {
  return (
    <input
      className="v"
      type="text"
      inputMode="numeric"
      maxLength={5}
      aria-label={props.label}
      value={props.value}
      style={{ width: "9ch" }}
      onChange={(event) => props.change(event.target.value)}
    />
  );
}
