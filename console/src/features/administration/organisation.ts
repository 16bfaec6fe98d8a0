import { t } from "@lingui/core/macro";
import type { Kind, Page } from "./kinds.ts";
import { own } from "./own-announcements.ts";

/** The organisation itself, and the rules that hold for everybody in it. */
export function organisation(language: Kind): Page {
  const seconds: Kind = { is: "seconds" };
  return {
    title: t`Organisation`,
    kinds: {
      name: { is: "text" },
      country: { is: "text" },
      language,
      time_zone: { is: "text" },
      contact: { is: "text", lines: 3, empty: t`nothing` },
      pause_reasons: { is: "list", empty: t`nobody can pause` },
      number: { is: "phone", empty: t`no number of ours` },
      pick_while_busy: { is: "flag", yes: t`may be taken`, no: t`cannot be taken` },
      pick_signed_in_only: {
        is: "flag",
        yes: t`only when one is signed in there`,
        no: t`also when one is signed out there`,
      },
      auto_resume: { is: "flag", yes: t`goes on by itself`, no: t`stays on hold until it is resumed` },
      resume_if_never_answered: { is: "flag", yes: t`goes on by itself`, no: t`stays on hold` },
      on_hook_ringing: {
        is: "choice",
        options: [
          ["recall", t`rings the agent back`],
          ["safe_blind", t`transfers without announcement`],
        ],
      },
      undo_ms: seconds,
      undo_outside: { is: "flag", yes: t`also`, no: t`not` },
      consult_ring_ms: seconds,
      blind_ring_ms: seconds,
      return_ms: seconds,
      keep_entry_time: { is: "flag", yes: t`keeps the place of the whole visit`, no: t`joins at its end` },
      dial_ring_ms: seconds,
      hold_warn_ms: seconds,
      hold_recall_ms: seconds,
      hold_told_ms: { is: "seconds", empty: t`never` },
      ring_pause_ms: seconds,
      reserved_ms: seconds,
      short_talk_ms: seconds,
      manual_wrap_up_remind_ms: { is: "seconds", minutes: true, empty: t`never` },
      manual_wrap_up_told_ms: { is: "seconds", minutes: true, empty: t`never` },
      misses_max: { is: "count" },
      rejected_back_ms: seconds,
      console_gone_ms: { is: "seconds", minutes: true },
      device_lost_ms: { is: "seconds", minutes: true },
      direct_ring_ms: seconds,
      direct_exit: { is: "exit" },
      mail_messages: { is: "flag", yes: t`also`, no: t`not` },
      direct_rings_in_wrap_up: { is: "flag", yes: t`ring`, no: t`do not ring` },
      outbound_wrap_up_ms: seconds,
      outbound_wrap_up_unanswered: { is: "flag", yes: t`also`, no: t`not` },
      manual_wrap_up_ms_max: { is: "seconds", minutes: true, empty: t`no limit` },
      never_called_back: { is: "list", phones: true, empty: t`none` },
      keep_sign_ins: { is: "flag", yes: t`stays signed in there`, no: t`is signed out of the queues` },
      remember_sign_ins: { is: "flag", yes: t`also`, no: t`not` },
      count_window: {
        is: "choice",
        options: [
          ["day", t`from a time of day on`],
          ["last_24_hours", t`over the last 24 hours`],
        ],
      },
      count_from: { is: "text" },
      count_short: { is: "flag", yes: t`counts as a call that came in`, no: t`does not count` },
      choose_group: {
        is: "flag",
        yes: t`chooses one at the beginning`,
        no: t`begins with the last one, without being asked`,
      },
      second_factor_for_administrators: { is: "flag", yes: t`also a code`, no: t`only a password` },
      reset_unknown: {
        is: "choice",
        options: [
          ["error", t`reads that we do not know it, where that is safe`],
          ["neutral", t`reads the same as for a known one`],
        ],
      },
      hold_music: own(t`the usual music`),
      history_days: { is: "count", empty: t`an unlimited number of` },
      sign_in_reminder_ms: { is: "seconds", minutes: true, empty: t`never` },
    },
    rules: (row) => [
      {
        title: t`Organisation`,
        text: t`[name] is in [country] (time zone [time_zone]) and speaks [language].`,
      },
      { title: t`Log-in page`, text: t`Whom to ask for a user name or a password: [contact]` },
      { title: t`Calling out`, text: t`Who is called sees [number], and rings for [dial_ring_ms] seconds.` },
      {
        title: t`Call back`,
        text: t`Numbers that are never called back (with * at the end: all that begin so): [never_called_back].`,
      },
      {
        title: t`Groups`,
        text: t`Who has several groups [choose_group]. Who chooses a group or logs in is [remember_sign_ins] signed in again to the queues of the last time in that group.`,
      },
      { title: t`Pausing`, text: t`The reasons to choose from are: [pause_reasons].` },
      {
        title: t`Taking calls out of a queue`,
        text: t`Who may do so takes a waiting call [pick_signed_in_only]. Who clicks keeps the call for [reserved_ms] seconds until the phone is taken up.`,
      },
      {
        title: t`Not taken`,
        text: t`A phone is silent for [ring_pause_ms] seconds before it rings again for a call that stays offered. After [misses_max] rings in a row that are let go by, an agent is set to "not answered". Who rejected a call is offered it again after [rejected_back_ms] seconds when nobody else is free.`,
      },
      {
        title: t`Several calls`,
        text: t`Waiting calls [pick_while_busy] while one is speaking. When a second call has ended, the first one [auto_resume].`,
      },
      {
        title: t`On hold`,
        text:
          row["hold_told_ms"] === null
            ? t`Who is on hold hears [hold_music], and [hold_told_ms] that the hold goes on. After [hold_warn_ms] seconds a hold turns amber, after [hold_recall_ms] seconds the agent is reminded.`
            : t`Who is on hold hears [hold_music], and every [hold_told_ms] seconds that the hold goes on. After [hold_warn_ms] seconds a hold turns amber, after [hold_recall_ms] seconds the agent is reminded.`,
      },
      {
        title: t`With announcement`,
        text: t`The recipient rings for [consult_ring_ms] seconds. Nobody answers: the caller [resume_if_never_answered]. Hanging up the phone while it rings [on_hook_ringing].`,
      },
      {
        title: t`Without announcement`,
        text: t`The recipient rings for [blind_ring_ms] seconds. A caller who comes back is the agent's for [return_ms] seconds, then the queue's. A caller who is sent to another queue [keep_entry_time].`,
      },
      {
        title: t`Undoing`,
        text: t`A transfer can be undone for [undo_ms] seconds, and [undo_outside] one to somebody outside.`,
      },
      {
        title: t`Direct calls`,
        text: t`They ring for [direct_ring_ms] seconds; one that is not taken [direct_exit]. In wrap-up and pause they [direct_rings_in_wrap_up].`,
      },
      {
        title: t`Messages`,
        text: t`What a caller leaves for somebody is [mail_messages] mailed to that person.`,
      },
      {
        title: t`Wrap-up`,
        text: t`After calling out there are [outbound_wrap_up_ms] seconds of wrap-up, [outbound_wrap_up_unanswered] when nobody answered. By hand it lasts at most [manual_wrap_up_ms_max] minutes. A call of less than [short_talk_ms] seconds gives none.`,
      },
      {
        title: t`Wrap-up without end`,
        text: [
          row["manual_wrap_up_remind_ms"] === null
            ? t`Who is in it is [manual_wrap_up_remind_ms] reminded of it.`
            : t`Who is in it is reminded of it every [manual_wrap_up_remind_ms] minutes.`,
          row["manual_wrap_up_told_ms"] === null
            ? t`Those who supervise are [manual_wrap_up_told_ms] told of it.`
            : t`Those who supervise are told of it every [manual_wrap_up_told_ms] minutes.`,
        ].join(" "),
      },
      {
        title: t`Numbers of the queues`,
        text:
          row["count_window"] === "last_24_hours"
            ? t`They count [count_window]. Who hangs up within 5 seconds [count_short].`
            : t`They count [count_window]: [count_from]. Who hangs up within 5 seconds [count_short].`,
      },
      {
        title: t`History`,
        text: t`Calls show for [history_days] days; after that nobody's number or name is kept.`,
      },
      {
        title: t`Away`,
        text: t`Who has no console for [console_gone_ms] minutes, or no connected phone for [device_lost_ms] minutes, is signed out of the queues.`,
      },
      {
        title: t`Signed out`,
        text: t`Who is signed out of every queue is reminded after [sign_in_reminder_ms] minutes. Who logs out of the console and not of the desk phone [keep_sign_ins].`,
      },
      {
        title: t`Security`,
        text: t`Whoever administers shows [second_factor_for_administrators] at log-in. Who forgot the password and types an unknown address [reset_unknown].`,
      },
    ],
    begin: {},
  };
}
