import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { KeyAction } from "../model/keymap.ts";

/** What a key does, in words. */
export const KEY_WORDS: Record<KeyAction, MessageDescriptor> = {
  answer: msg`Answer the top call, or connect`,
  hang_up: msg`Hang up the call`,
  hold: msg`Put on hold, or resume`,
  swap: msg`Change to the caller on hold`,
  attended: msg`Transfer with announcement, or stop it`,
  blind: msg`Transfer without announcement or waiting`,
  undo: msg`Pull a transfer back, or undo it`,
  keypad: msg`Open or close the keypad`,
  wrap_up: msg`Start or stop wrap-up`,
  regions: msg`Go to the next part of the screen`,
  help: msg`Show all keys`,
};
