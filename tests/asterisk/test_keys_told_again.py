"""Keys that the exchange tells of more than once are heard once; times as they were seen on Asterisk 22.10."""

from __future__ import annotations

from cordboard.asterisk.keys import PressedKeys


def _heard(told: list[tuple[str, int]], lasted_ms: int) -> str:
    keys = PressedKeys()
    return "".join(key for key, at in told if keys.is_press(key, at, lasted_ms))


def test_a_key_told_for_its_leg_and_for_its_endpoint_is_one_press() -> None:
    """Both tellings are of one millisecond."""
    assert _heard([("1", 1_000), ("1", 1_000), ("1", 1_120), ("1", 1_120)], lasted_ms=60) == "11"


def test_keys_that_came_in_a_burst_are_told_again_and_heard_once() -> None:
    """180 ms of silence on the line, then all of it at once."""
    quick = [("3", 94), ("4", 94), ("4", 139), ("5", 201), ("5", 244), ("6", 341), ("6", 361), ("7", 606)]
    slow = [("4", 527), ("5", 663), ("5", 693), ("6", 1_038), ("7", 1_183), ("7", 1_204), ("8", 1_550)]
    assert _heard(quick, lasted_ms=60) == "34567"
    assert _heard(slow, lasted_ms=120) == "45678"


def test_two_keys_that_both_waited_are_told_again_in_their_order() -> None:
    """Each waits until the one before it has been played."""
    assert _heard([("1", 0), ("2", 0), ("3", 1), ("2", 105), ("3", 210), ("4", 500)], lasted_ms=60) == "1234"


def test_the_same_key_pressed_quickly_on_a_line_that_trembles_is_heard_each_time() -> None:
    """60 ms down and 60 ms up, each up to 10 ms early or late."""
    at = [0, 112, 245, 352, 480, 608, 711, 840]
    assert _heard([("0", moment) for moment in at], lasted_ms=60) == "0" * len(at)


def test_a_key_that_surely_waits_may_be_told_again_very_late() -> None:
    """No telephone presses two keys within 45 ms: the second was put back, and a busy exchange takes its time."""
    assert (
        _heard([("3", 94), ("4", 94), ("4", 330), ("5", 351), ("5", 620), ("6", 900)], lasted_ms=60) == "3456"
    )


def test_a_key_of_another_length_is_another_press() -> None:
    """What is told again has its own length; a finger never has the same twice."""
    keys = PressedKeys()
    told = [("1", 1_000, 60), ("2", 1_070, 61), ("2", 1_150, 75)]
    assert "".join(key for key, at, lasted in told if keys.is_press(key, at, lasted)) == "122"


def test_keys_are_heard_on_an_exchange_whose_clock_was_set_back() -> None:
    """Its telephones press each of them equally long, as many programs do."""
    told = [("1", 7_200_000), ("2", 7_200_200), *(("1", 3_600_000 + 400 * press) for press in range(4))]
    assert _heard(told, lasted_ms=100) == "121111"
