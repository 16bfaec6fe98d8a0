import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { IconName } from "../../ui/Icon.tsx";

/** The seven columns of the manual (3.1), each with a word, a short and a long explanation. */
export interface Column {
  readonly id: string;
  readonly icon: IconName;
  readonly word: MessageDescriptor;
  readonly short: MessageDescriptor;
  /** It counts from some moment on. */
  readonly counts?: true;
}

export const COLUMNS: readonly Column[] = [
  { id: "signed-in", icon: "users", word: msg`Signed in`, short: msg`Agents signed in` },
  { id: "available", icon: "user-check", word: msg`Free`, short: msg`Agents available` },
  {
    id: "waiting",
    icon: "line",
    word: msg({ message: "Waiting", context: "column" }),
    short: msg`Calls waiting`,
  },
  { id: "average", icon: "hourglass", word: msg`Average`, short: msg`Average waiting time`, counts: true },
  { id: "longest", icon: "stopwatch", word: msg`Longest`, short: msg`Waiting time of who waits longest` },
  { id: "handled", icon: "tally", word: msg`Handled`, short: msg`Handled of total`, counts: true },
  { id: "in-out", icon: "toggle", word: msg`In / out`, short: msg`Signed in to or out of the queue` },
];
