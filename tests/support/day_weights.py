"""How often each thing of `day_clicks` happens on a random day, of all things that happen."""

from __future__ import annotations

_WEIGHTED: dict[str, int] = {
    "a_caller_comes": 16,
    "a_caller_has_had_enough": 5,
    "somebody_outside_answers": 6,
    "somebody_answers": 14,
    "somebody_rejects": 2,
    "somebody_picks": 3,
    "two_click_at_once": 1,
    "somebody_does_something_with_a_call": 14,
    "a_call_is_passed_on": 12,
    "somebody_calls": 4,
    "a_waiting_call_is_sent_on": 1,
    "a_call_back_is_planned": 2,
    "a_caller_asks_for_it": 4,
    "a_call_back_is_taken": 4,
    "a_call_back_is_cancelled_or_repeated": 1,
    "somebody_works_at_the_missed": 3,
    "a_number_is_blocked_or_not_any_more": 1,
    "somebody_changes_something": 4,
    "somebody_changes_group": 1,
    "somebody_comes_to_work": 3,
    "nobody_does_anything": 1,
    "a_console_comes_or_goes": 1,
    "a_phone_registers_while_nobody_sits_there": 1,
    "a_phone_is_lifted": 6,
    "a_phone_is_put_down_or_breaks": 3,
    "a_phone_vanishes_or_comes_back": 3,
    "a_phone_changes_its_mind": 1,
    "a_phone_says_what_it_can": 1,
    "a_phone_holds": 1,
    "somebody_dials_on_the_telephone": 2,
    "a_transfer_key_is_pressed": 2,
    "the_exchange_is_late": 1,
    "the_exchange_says_it_twice": 1,
    "the_exchange_fails_to_do_something": 1,
    "a_message_is_recorded": 2,
    "the_exchange_is_away_for_a_moment": 1,
    "the_server_is_killed": 1,
}
NAMES = list(_WEIGHTED)
"""What can happen, as `day_clicks` calls it."""
WEIGHTS = list(_WEIGHTED.values())
"""How often, in the same order."""
