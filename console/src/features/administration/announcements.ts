import { t } from "@lingui/core/macro";
import type { Kind, Page } from "./kinds.ts";

/** What callers hear, a sentence at a time. */
export function announcements(language: Kind): Page {
  return {
    title: t`Announcements`,
    several: true,
    about: "language",
    kinds: {
      language,
      text: { is: "text", lines: 3 },
      source: source(),
    },
    besides: { source: t`Sound` },
    rules: () => [{ title: t`Text`, text: t`Callers hear: [text]` }],
    begin: {},
  };
}

/** What is heard; in the log of changes only, the page says it in its own words. */
export function source(): Kind {
  return {
    is: "choice",
    options: [
      ["ours", t`Cordboard's own voice`],
      ["spoken", t`spoken text`],
      ["recorded", t`own recording`],
      ["none", t`nothing`],
    ],
  };
}

/** A short name for the announcement with this id (`nl.closed`). */
export function announcementName(id: string): string {
  switch (id.slice(id.indexOf(".") + 1)) {
    case "position":
      return t`You are number …`;
    case "position_after":
      return t`… in the queue`;
    case "position_first":
      return t`You are the first`;
    case "expected_wait":
      return t`Waiting takes about …`;
    case "expected_wait_after":
      return t`… minutes`;
    case "expected_wait_one":
      return t`Waiting takes one minute`;
    case "expected_wait_short":
      return t`Waiting takes less than a minute`;
    case "still_holding":
      return t`Still on hold`;
    case "one_moment":
      return t`The connection is restored`;
    case "closed":
      return t`Closed`;
    case "full":
      return t`Too many callers`;
    case "nobody":
      return t`Nobody is there`;
    case "later":
      return t`Waiting takes too long`;
    case "not_reached":
      return t`Somebody cannot be reached`;
    case "leave_message":
      return t`Leave a message`;
    case "call_back_offer":
      return t`Called back while waiting: press …`;
    case "call_back_offer_after":
      return t`… and keep your place`;
    case "call_back_instead":
      return t`Called back instead: press …`;
    case "call_back_instead_after":
      return t`… to be called back`;
    case "call_back_number":
      return t`Your number is …`;
    case "call_back_number_after":
      return t`Is the number right?`;
    case "call_back_type":
      return t`Type a number`;
    case "call_back_foreign":
      return t`Number is abroad`;
    case "call_back_paid":
      return t`Number costs money`;
    case "call_back_blocked":
      return t`Number is not called back`;
    case "call_back_no_number":
      return t`Number cannot be called`;
    case "call_back_open":
      return t`Is called back already`;
    case "call_back_thanks":
      return t`Thanks for asking`;
    case "call_back_when":
      return t`Called back in …`;
    case "call_back_when_after":
      return t`… minutes, of a call back`;
    case "call_back_when_one":
      return t`Called back in one minute`;
    case "call_back_when_hours_after":
      return t`… hours, of a call back`;
    case "call_back_when_days_after":
      return t`… days, of a call back`;
    case "call_back_choose":
      return t`At the turn, or at a time?`;
    case "call_back_time":
      return t`Type a time`;
    case "call_back_at":
      return t`At … (a time of today)`;
    case "call_back_tomorrow":
      return t`Tomorrow at …`;
    case "call_back_at_hour":
      return t`… o'clock …`;
    case "call_back_at_after":
      return t`… we call you back`;
    case "call_back_agree":
      return t`Is the time right?`;
    case "call_back_no_time":
      return t`Not a time`;
    case "call_back_closed_then":
      return t`Closed at that time`;
    case "call_back_full_then":
      return t`Nobody else at that time`;
    case "call_back_opening":
      return t`Called back when open again`;
    case "call_back_stays":
      return t`Keeps the place`;
    case "call_back_here":
      return t`Called back: one moment`;
    case "call_back_again":
      return t`Called back: nobody free`;
    case "welcome":
      return t`Welcome`;
    case "echo":
      return t`Echo test`;
    case "busy":
      return t`Everybody is speaking`;
    default:
      return id;
  }
}
