/** Finding a person by a few letters, and reading what was typed as a number. */

/** Without capitals and accents: `Yıldız` is found by `yildiz`. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/ı/g, "i").toLowerCase();
}

/** Every word that was typed begins a word of the text, or stands in it without a break (`jans` in `203 Piet Jansen`). */
export function matches(text: string, typed: string): boolean {
  return seeker(typed)(folded(text));
}

/** The same for many texts, each of them folded already. */
export function seeker(typed: string): (there: string) => boolean {
  const words = folded(typed).split(/\s+/);
  return (there) => words.every((word) => there.includes(word));
}

/** What a keypad does not have. */
const KEYPAD_SIGNS = /[^0-9*#+]/g;

/** Longer than any number; the server's limit is the same (core/dial). */
export const DIGITS_MAX = 32;

/** What was typed or pasted, as it would be dialled: `+31 (0)53 - 480 09 37` becomes `+31534800937`. */
export function dialled(typed: string): string {
  return typed.replace("(0)", "").replace(KEYPAD_SIGNS, "").slice(0, DIGITS_MAX);
}

/** The number in a search field, or null when it holds a name. */
export function numberIn(typed: string): string | null {
  return /^[\d\s+()./*#-]{2,}$/.test(typed) && /\d/.test(typed) ? dialled(typed) : null;
}
