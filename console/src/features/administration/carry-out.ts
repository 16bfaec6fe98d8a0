import { Refused } from "../../connection/api.ts";
import { toast } from "../../ui/toast.tsx";
import { refusedWords } from "./words.ts";

/** Carry it out, and say what came of it: these words, or why not. Without words only a refusal is said. */
export async function carryOut(work: () => Promise<unknown>, words: string): Promise<void> {
  try {
    await work();
    if (words !== "") toast(words, "check", "ringing");
  } catch (reason) {
    if (!(reason instanceof Refused)) throw reason;
    toast(refusedWords(reason.code, reason.args));
  }
}
