import { t } from "@lingui/core/macro";
import { date, daysAgo, phoneNumber, timeOfDay } from "../../model/format.ts";
import type { HistoryGap, HistoryRow } from "../../model/wire.ts";

/** The other party of a row. */
export function party(row: HistoryRow): string {
  const number = row.number === null ? t`Withheld number` : phoneNumber(row.number);
  // A colleague stands with the extension, as the manual shows: "Piet Jansen (203)".
  if (row.name === null) return number;
  return row.number !== null && row.number.length < 7 ? `${row.name} (${row.number})` : row.name;
}

/** What became of it, under the name. */
export function outcome(row: HistoryRow): string {
  switch (row.kind) {
    case "answered":
      return row.ended_by === "lost" ? t`${row.queue ?? t`Direct`}, broken off` : (row.queue ?? t`Direct`);
    case "missed":
      return row.queue === null ? t`Missed` : t`Missed, ${row.queue}`;
    case "rejected":
      return row.queue === null ? t`Rejected` : t`Rejected, ${row.queue}`;
    case "outbound":
      return row.talk_ms === null ? t`Outgoing, not answered` : t`Outgoing`;
  }
}

export function direction(row: HistoryRow): string {
  if (row.kind === "missed") return t`Missed`;
  if (row.kind === "rejected") return t`Rejected`;
  return row.direction === "in" ? t`Incoming` : t`Outgoing`;
}

/** That something may be missing, between which moments, and why. */
export function gapWords(gap: HistoryGap, language: string): string {
  const oneDay = daysAgo(gap.since, gap.until) === 0;
  const moment = (at: number): string =>
    oneDay ? timeOfDay(at, true) : `${date(at, language)} ${timeOfDay(at, true)}`;
  const from = moment(gap.since);
  const until = moment(gap.until);
  const reasons = {
    overflow: t`The database was away for too long.`,
    refused: t`The database did not take everything.`,
    died: t`The server was started anew.`,
  };
  const what =
    from === until
      ? t`Around ${from} calls may be missing or incomplete.`
      : t`Between ${from} and ${until} calls may be missing or incomplete.`;
  return `${what} ${reasons[gap.reason]}`;
}

/** Heading of a day. */
export function dayName(at: number, now: number, language: string): string {
  const days = daysAgo(at, now);
  if (days === 0) return t`Today`;
  if (days === 1) return t`Yesterday`;
  return date(at, language);
}

/** When, as the manual writes it: "Vandaag om 15:10:42". */
export function when(at: number, now: number, language: string): string {
  const day = dayName(at, now, language);
  const time = timeOfDay(at, true);
  return t`${day} at ${time}`;
}
