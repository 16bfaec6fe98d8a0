/** Times, lengths and numbers as they stand on the screen. No words in here: those live in the catalogues. */

/** A running or finished length: `04:12`, from an hour on `1:04:12`; never negative. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Making a formatter takes milliseconds, using one microseconds: each kind is made once. */
const timesOfDay = new Map<string, Intl.DateTimeFormat>();

/** The time of day of an instant: `14:05`, with seconds `14:05:09`. */
export function timeOfDay(instant: number, seconds = false, timeZone?: string): string {
  const kind = `${seconds} ${timeZone ?? ""}`;
  let format = timesOfDay.get(kind);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("nl-NL", {
      hour: "2-digit",
      minute: "2-digit",
      ...(seconds && { second: "2-digit" }),
      hourCycle: "h23",
      ...(timeZone !== undefined && { timeZone }),
    });
    timesOfDay.set(kind, format);
  }
  return format.format(instant);
}

/** How many midnights lie between two instants on this computer's calendar: 0 today, 1 yesterday. */
export function daysAgo(instant: number, now: number): number {
  const midnight = (ms: number): number => {
    const day = new Date(ms);
    // Noon, so that an hour of summer time does not make a day shorter than a day.
    return new Date(day.getFullYear(), day.getMonth(), day.getDate(), 12).getTime();
  };
  return Math.round((midnight(now) - midnight(instant)) / 86_400_000);
}

/** A date for a heading or a row: `12-11-2026`, in the order of the language. */
export function date(instant: number, language: string): string {
  return new Intl.DateTimeFormat(tag(language), {
    day: "numeric",
    month: "long",
    year: "numeric",
  }).format(instant);
}

const shortDates = new Map<string, Intl.DateTimeFormat>();

/** A day of the planning: `2 mrt`, with the day of the week `ma 2 mrt`. */
export function shortDate(instant: number, language: string, timeZone: string, weekday: boolean): string {
  const kind = `${language} ${timeZone} ${weekday}`;
  let format = shortDates.get(kind);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(tag(language), {
      timeZone,
      day: "numeric",
      month: "short",
      ...(weekday && { weekday: "short" }),
    });
    shortDates.set(kind, format);
  }
  return format.format(instant);
}

/** How dates are written in a language of the console. */
const tag = (language: string): string => (language === "nl" ? "nl-NL" : "en-GB");

/** Dutch area codes of three digits (with the leading zero); the other geographic ones have four. */
const THREE_DIGITS = new Set(
  "010 013 015 020 023 024 026 030 033 035 036 038 040 043 045 046 050 053 055 058 070 071 072 073 074 075 076 077 078 079 085 088 091".split(
    " ",
  ),
);

/**
 * A number as people write it: E.164 digits without "+" become `053 480 09 37`, foreign ones `+49 30 123456`.
 * Extensions and short numbers stay as they are.
 *
 * Source: D28 (outside numbers are E.164); the Dutch numbering plan.
 */
export function phoneNumber(number: string, country = "31"): string {
  if (!/^\d{7,15}$/.test(number)) return number;
  // Of seven or ten digits without the 0, unlike all others.
  const national = number.startsWith(country) ? `0${number.slice(country.length)}` : "";
  if (/^0[89]00\d{4}(\d{3})?$/.test(national)) return service(national);
  if (!number.startsWith(country) || number.length !== country.length + 9) {
    if (/^0[89]00\d{4}/.test(number)) return service(number);
    return number.startsWith("0") ? number : `+${number.slice(0, 2)} ${pairs(number.slice(2))}`;
  }
  if (/^06/.test(national)) return `06 ${pairs(national.slice(2))}`;
  const area = THREE_DIGITS.has(national.slice(0, 3)) ? 3 : 4;
  return `${national.slice(0, area)} ${threeThenPairs(national.slice(area))}`;
}

/**
 * A number as it is kept (E.164 digits without "+") so that nobody can take it for one as it is dialled here: with its
 * "+". Extensions, short numbers and what somebody wrote stay as they are.
 *
 * Source: D28.
 */
export const international = (number: string): string =>
  /^[1-9]\d{6,14}$/.test(number) ? `+${number}` : number;

/** `08000403` → `0800 0403`, `09001234567` → `0900 123 45 67`. */
function service(national: string): string {
  const rest = national.slice(4);
  return `${national.slice(0, 4)} ${rest.length === 4 ? rest : threeThenPairs(rest)}`;
}

/** `4800937` → `480 09 37`; an even count in pairs. */
function threeThenPairs(digits: string): string {
  return digits.length % 2 === 1 ? `${digits.slice(0, 3)} ${pairs(digits.slice(3))}` : pairs(digits);
}

function pairs(digits: string): string {
  return digits.replace(/(\d\d)(?=\d)/g, "$1 ").trim();
}

/** The digits of a number as somebody types it. How one dials (0, 00) goes: what is kept has neither. */
export const digitsOf = (typed: string): string => typed.replace(/\D/g, "").replace(/^0{1,2}/, "");

/** Two letters for the round mark with a person's name: `CV` for Chantal Vos, `C` for Chantal. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{Lu}/u.test(word));
  const first = words[0] ?? name;
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return `${first.charAt(0)}${last?.charAt(0) ?? ""}`.toUpperCase();
}
