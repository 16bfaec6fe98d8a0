/** Times, lengths and numbers as they stand on the screen. No words in here: those live in the catalogues. */

/** A running or finished length: `04:12`, from an hour on `1:04:12`; never negative. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Whose clock the times on the screen are read from (IANA); undefined: this computer's, where no organisation is in sight. */
let zone: string | undefined;

/** From now on times and dates are those of this zone: of the organisation (D28), as in what it exports. */
export function showTimesOf(timeZone: string | undefined): void {
  zone = timeZone;
}

/** Making a formatter takes milliseconds, using one microseconds: each kind is made once. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(
  language: string,
  timeZone: string | undefined,
  parts: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const kind = JSON.stringify([language, timeZone, parts]);
  let format = formats.get(kind);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language, { ...parts, ...(timeZone !== undefined && { timeZone }) });
    formats.set(kind, format);
  }
  return format;
}

const MINUTES = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const SECONDS = { ...MINUTES, second: "2-digit" } as const;

/** The time of day of an instant: `14:05`, with seconds `14:05:09`. */
export const timeOfDay = (instant: number, seconds = false, timeZone = zone): string =>
  formatOf("nl-NL", timeZone, seconds ? SECONDS : MINUTES).format(instant);

const DAY = { year: "numeric", month: "2-digit", day: "2-digit" } as const;

/** How many midnights lie between two instants: 0 today, 1 yesterday. */
export function daysAgo(instant: number, now: number): number {
  // As days of a calendar: an hour of summer time does not make a day shorter than a day.
  const day = (at: number): number => Date.parse(formatOf("sv-SE", zone, DAY).format(at));
  return Math.round((day(now) - day(instant)) / 86_400_000);
}

const LONG = { day: "numeric", month: "long", year: "numeric" } as const;

/** A date for a heading or a row: `12 november 2026`, in the order of the language. */
export const date = (instant: number, language: string): string =>
  formatOf(tag(language), zone, LONG).format(instant);

const MEDIUM = { dateStyle: "medium", timeStyle: "short" } as const;

/** Day and time in one: `12 nov 2026, 14:05`. */
export const dateAndTime = (instant: number, language: string): string =>
  formatOf(tag(language), zone, MEDIUM).format(instant);

const SHORT = { day: "numeric", month: "short" } as const;
const SHORT_WITH_WEEKDAY = { ...SHORT, weekday: "short" } as const;

/** A day of the planning: `2 mrt`, with the day of the week `ma 2 mrt`. */
export const shortDate = (instant: number, language: string, timeZone: string, weekday: boolean): string =>
  formatOf(tag(language), timeZone, weekday ? SHORT_WITH_WEEKDAY : SHORT).format(instant);

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
