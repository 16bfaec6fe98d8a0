"""What callers are told in Dutch and English, and from which recordings a sentence with a number is put together.

Decisions D21 (why somebody is turned away), D25 (what a waiting caller hears), D28 (the language is the queue's).
How the recordings are made stands in `prompts`; docs/prompts.md shows all of them, for an ear to judge.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from cordboard.core.commands import Phrase, Sentence

FALLBACK = "en"
"""Spoken where we have no voice for the language that was asked for."""

NUMBER_MAX = 999
"""A larger number is not spoken, and neither is its sentence."""

TEXTS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "position": "U bent nummer,",
        "position_after": "in de wachtrij.",
        "position_first": "U bent de eerste in de wachtrij.",
        "expected_wait": "De verwachte wachttijd is ongeveer,",
        "expected_wait_after": "minuten.",
        "expected_wait_one": "De verwachte wachttijd is ongeveer één minuut.",
        "expected_wait_short": "De verwachte wachttijd is minder dan een minuut.",
        "still_holding": "U staat nog in de wacht. Een ogenblik geduld alstublieft.",
        "one_moment": "Een ogenblik alstublieft, de verbinding wordt hersteld.",
        "closed": "Op dit moment kunnen wij u helaas niet te woord staan. Probeert u het later nog eens.",
        "full": "Er zijn op dit moment te veel wachtenden. Probeert u het later nog eens.",
        "nobody": "Op dit moment is er helaas niemand beschikbaar. Probeert u het later nog eens.",
        "later": "Het wachten duurt helaas langer dan gewoonlijk. Probeert u het later nog eens.",
        "not_reached": "De persoon die u belt is op dit moment niet bereikbaar. Probeert u het later nog eens.",
        "leave_message": "Spreekt u na de toon een bericht in, en hangt u daarna op.",
        "call_back_offer": "Wilt u niet wachten? Toets,",
        "call_back_offer_after": "en wij bellen u terug. U houdt uw plaats in de wachtrij.",
        "call_back_instead": "Op dit moment kunnen wij u helaas niet helpen. Toets,",
        "call_back_instead_after": "en wij bellen u terug.",
        "call_back_number": "Uw nummer is,",
        "call_back_number_after": "Toets één als dat klopt. Toets twee voor een ander nummer.",
        "call_back_type": "Toets het nummer waarop wij u kunnen bellen, en sluit af met een hekje.",
        "call_back_foreign": "Naar een nummer in het buitenland kunnen wij u helaas niet terugbellen.",
        "call_back_paid": "Naar een betaald nummer kunnen wij u helaas niet terugbellen.",
        "call_back_blocked": "Op dit nummer bellen wij helaas niet terug.",
        "call_back_no_number": "Dit nummer kunnen wij helaas niet bellen.",
        "call_back_open": "U wordt al teruggebeld.",
        "call_back_thanks": "Dank u wel.",
        "call_back_when": "Wij bellen u terug over ongeveer,",
        "call_back_when_after": "minuten.",
        "call_back_when_one": "Wij bellen u terug over ongeveer één minuut.",
        "call_back_when_hours_after": "uur.",
        "call_back_when_days_after": "dagen.",
        "call_back_choose": (
            "Toets één als wij u mogen bellen zodra u aan de beurt bent. Toets twee om zelf een tijd te kiezen."
        ),
        "call_back_time": "Toets de tijd waarop wij u kunnen bellen, in vier cijfers: uren en minuten.",
        "call_back_at": "Om,",
        "call_back_tomorrow": "Morgen om,",
        "call_back_at_hour": "uur,",
        "call_back_at_after": "bellen wij u terug.",
        "call_back_agree": "Toets één als dat goed is. Toets twee voor een andere tijd.",
        "call_back_no_time": "Dat is geen tijd.",
        "call_back_closed_then": "Op die tijd zijn wij gesloten.",
        "call_back_full_then": "Op die tijd kunnen wij niemand meer terugbellen.",
        "call_back_opening": "Wij bellen u terug zodra wij weer open zijn.",
        "call_back_stays": "U houdt uw plaats in de wachtrij.",
        "call_back_here": "Goedendag. U had gevraagd of wij u terugbellen. Een ogenblik alstublieft.",
        "call_back_again": "Excuses, er is op dit moment toch niemand vrij. U hoort later van ons.",
        "welcome": "Goedendag. Een ogenblik geduld alstublieft, u wordt zo snel mogelijk geholpen.",
        "echo": "Dit is de echotest. Zeg iets na de toon, dan hoort u zichzelf terug.",
        "busy": "Alle medewerkers zijn in gesprek. Blijft u alstublieft aan de lijn.",
    },
    "en": {
        "position": "You are number,",
        "position_after": "in the queue.",
        "position_first": "You are first in the queue.",
        "expected_wait": "The expected waiting time is about,",
        "expected_wait_after": "minutes.",
        "expected_wait_one": "The expected waiting time is about one minute.",
        "expected_wait_short": "The expected waiting time is less than a minute.",
        "still_holding": "You are still on hold. One moment please.",
        "one_moment": "One moment please, the connection is being restored.",
        "closed": "We are sorry, nobody can take your call right now. Please try again later.",
        "full": "Too many callers are waiting at the moment. Please try again later.",
        "nobody": "We are sorry, nobody is available at the moment. Please try again later.",
        "later": "We are sorry, waiting takes longer than usual. Please try again later.",
        "not_reached": "The person you are calling cannot be reached at the moment. Please try again later.",
        "leave_message": "Please leave a message after the tone, and hang up when you are done.",
        "call_back_offer": "You need not wait. Press,",
        "call_back_offer_after": "and we will call you back. You keep your place in the queue.",
        "call_back_instead": "We are sorry, we cannot help you right now. Press,",
        "call_back_instead_after": "and we will call you back.",
        "call_back_number": "Your number is,",
        "call_back_number_after": "Press one if that is right. Press two for another number.",
        "call_back_type": "Please enter the number at which we can call you, followed by the hash key.",
        "call_back_foreign": "We are sorry, we cannot call you back at a number abroad.",
        "call_back_paid": "We are sorry, we cannot call you back at a premium number.",
        "call_back_blocked": "We are sorry, we do not call back at this number.",
        "call_back_no_number": "We are sorry, we cannot call that number.",
        "call_back_open": "We are going to call you back already.",
        "call_back_thanks": "Thank you.",
        "call_back_when": "We will call you back in about,",
        "call_back_when_after": "minutes.",
        "call_back_when_one": "We will call you back in about one minute.",
        "call_back_when_hours_after": "hours.",
        "call_back_when_days_after": "days.",
        "call_back_choose": (
            "Press one if we may call you when it is your turn. Press two to choose a time yourself."
        ),
        "call_back_time": "Please enter the time at which we can call you, in four digits: hours and minutes.",
        "call_back_at": "At,",
        "call_back_tomorrow": "Tomorrow at,",
        "call_back_at_hour": "o'clock,",
        "call_back_at_after": "we will call you back.",
        "call_back_agree": "Press one if that is right. Press two for another time.",
        "call_back_no_time": "That is not a time.",
        "call_back_closed_then": "We are closed at that time.",
        "call_back_full_then": "We cannot call anybody else back at that time.",
        "call_back_opening": "We will call you back as soon as we are open again.",
        "call_back_stays": "You keep your place in the queue.",
        "call_back_here": "Good day. You asked to be called back. One moment please.",
        "call_back_again": "We are sorry, nobody is free after all. You will hear from us later.",
        "welcome": "Good day. One moment please, you will be helped as soon as possible.",
        "echo": "This is the echo test. Say something after the tone and you will hear yourself.",
        "busy": "All our people are on the telephone. Please hold the line.",
    },
}
"""Language -> name -> text. A text that ends in a comma goes on in the next recording."""

STUDIO_TEXTS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "studio_speak": "Spreek de melding in na de toon. Sluit af met een hekje.",
        "studio_nothing": "Er is niets gehoord. Spreek na de toon, en sluit af met een hekje.",
        "studio_choose": (
            "Toets één om dit te bewaren. Toets twee om het opnieuw te doen. Of hang op, en beslis op uw scherm."
        ),
        "studio_kept": "De melding is bewaard.",
    },
    "en": {
        "studio_speak": "Speak the announcement after the tone. End with the hash key.",
        "studio_nothing": "Nothing was heard. Speak after the tone, and end with the hash key.",
        "studio_choose": (
            "Press one to keep this. Press two to do it again. Or hang up, and decide on your screen."
        ),
        "studio_kept": "The announcement is kept.",
    },
}
"""The same, for who records an announcement on a telephone; in no voice but ours."""

_WITH_DIGITS = frozenset({Sentence.CALL_BACK_OFFER, Sentence.CALL_BACK_INSTEAD, Sentence.CALL_BACK_NUMBER})
"""Have digits in their middle, said one by one: a key, or a telephone number."""

BEGINS_AS = {
    Sentence.CALL_BACK_WHEN_HOURS: Sentence.CALL_BACK_WHEN,
    Sentence.CALL_BACK_WHEN_DAYS: Sentence.CALL_BACK_WHEN,
}
"""Only what comes after the number differs."""
_WITH_NUMBER = frozenset({Sentence.POSITION, Sentence.EXPECTED_WAIT, Sentence.CALL_BACK_WHEN, *BEGINS_AS})
"""Have a number in their middle."""

OWN = "own"
"""Folder of the announcements that are an organisation's alone, beside one for each language."""
RECORDING_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""Of an uploaded recording: neither a path, nor an ending, nor a comma, which parts two sounds in ARI."""


def media(phrases: Sequence[Phrase], language: str, recordings: Path | None) -> list[str]:
    """What the exchange has to play for these phrases, one after the other; a phrase that cannot be said is left out.

    Args:
        phrases: as the core has them; the number of an expected wait is in whole minutes, 0 for less than one.
        language: `nl` or `en`, also as `nl-BE`; any other is spoken in English.
        recordings: the organisation's own, as 8 kHz mono WAV files: `own/<name>.wav` for what a phrase names, and
            `<language>/<name>.wav` in the place of one of ours. None: it has none. The exchange must be able to
            read them by the same path.
    """
    spoken = spoken_language(language)
    # Not ours to quote: ARI has no way to write a comma in the name of a sound.
    folder = (
        recordings.absolute() if recordings is not None and "," not in str(recordings.absolute()) else None
    )
    uris = []
    for phrase in phrases:
        own = _own(folder, phrase.recording)
        uris += [own] if own is not None else [_ours(folder, spoken, name) for name in pieces(phrase, spoken)]
    return uris


def spoken_language(language: str) -> str:
    """The language of ours that is nearest to this one."""
    main = re.split("[-_]", language.lower(), maxsplit=1)[0]
    return main if main in TEXTS else FALLBACK


def pieces(phrase: Phrase, language: str) -> list[str]:
    """The names of our recordings that say this in `nl` or `en`; none when its number cannot be said."""
    if phrase.sentence in _WITH_DIGITS:
        digits = [f"number/{digit}" for digit in phrase.digits or "" if digit.isdigit()]
        name = phrase.sentence.value
        return [name, *digits, f"{name}_after"] if digits else []
    match phrase.sentence, phrase.number:
        case Sentence.GREETING, _:
            # It has no words of ours.
            return []
        case Sentence.POSITION, 1:
            return ["position_first"]
        case Sentence.EXPECTED_WAIT, 0:
            return ["expected_wait_short"]
        case Sentence.EXPECTED_WAIT, 1:
            return ["expected_wait_one"]
        case Sentence.CALL_BACK_WHEN, 1:
            return ["call_back_when_one"]
        case (Sentence.CALL_BACK_AT | Sentence.CALL_BACK_TOMORROW) as sentence, number:
            return _time(sentence, number, language) if number is not None else []
        case sentence, number if sentence in _WITH_NUMBER:
            if number is None or not 1 < number <= NUMBER_MAX:
                return []
            begin = BEGINS_AS.get(sentence, sentence).value
            return [begin, *number_pieces(number, language), f"{sentence.value}_after"]
        case sentence, _:
            return [sentence.value]


def _time(sentence: Sentence, minute: int, language: str) -> list[str]:
    """A time of day inside its sentence; Dutch says "uur" in its middle, English only where no minutes follow."""
    hours, minutes = divmod(minute, 60)
    says_hour = language == "nl" or minutes == 0
    return [
        sentence.value,
        *number_pieces(hours, language),
        *(["call_back_at_hour"] if says_hour else []),
        *(number_pieces(minutes, language) if minutes else []),
        "call_back_at_after",
    ]


def _own(folder: Path | None, name: str | None) -> str | None:
    """An uploaded recording; None when there is none of this name."""
    if folder is None or name is None or RECORDING_NAME.fullmatch(name) is None:
        return None
    # Not Path.is_file, which raises where a folder may not be read.
    path = folder / OWN / name
    return f"sound:{path}" if os.path.isfile(f"{path}.wav") else None


def _ours(folder: Path | None, language: str, name: str) -> str:
    """Our voice, or the recording that the organisation has put in its place."""
    part = f"{language}/{name}"
    if folder is not None and os.path.isfile(folder / f"{part}.wav"):
        return f"sound:{folder / part}"
    return f"sound:cordboard/{part}"


# --- numbers ---

_DUTCH = (
    *("nul", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf"),
    *("dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien"),
)
_DUTCH_TENS = ("twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig")
_ENGLISH = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_ENGLISH_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def dutch(number: int) -> str:
    """0 to 99 in words: the units come first and lean on the tens, so that this is one recording and never two."""
    tens, unit = divmod(number, 10)
    if tens < 2:
        return _DUTCH[number]
    if unit == 0:
        return _DUTCH_TENS[tens - 2]
    joint = "ën" if unit in (2, 3) else "en"
    return f"{_DUTCH[unit].replace('é', 'e')}{joint}{_DUTCH_TENS[tens - 2]}"


def english(number: int) -> str:
    """0 to 99 in words."""
    tens, unit = divmod(number, 10)
    if tens < 2:
        return _ENGLISH[number]
    return _ENGLISH_TENS[tens - 2] + (f"-{_ENGLISH[unit]}" if unit else "")


def number_texts(language: str) -> dict[str, str]:
    """Name -> text of the recordings that any number up to `NUMBER_MAX` is put together from.

    0 to 99 are whole, as is each hundred; English has each hundred once more with its "and". All end in a comma,
    as a number never ends a sentence of ours.
    """
    if language == "nl":
        hundreds = {n: ("" if n == 1 else _DUTCH[n]) + "honderd" for n in range(1, 10)}
        return {
            **{f"number/{n}": f"{dutch(n)}," for n in range(100)},
            **{f"number/{n}00": f"{text}," for n, text in hundreds.items()},
        }
    return {
        **{f"number/{n}": f"{english(n)}," for n in range(100)},
        **{f"number/{n}00": f"{_ENGLISH[n]} hundred," for n in range(1, 10)},
        **{f"number/{n}00_and": f"{_ENGLISH[n]} hundred and," for n in range(1, 10)},
    }


def number_pieces(number: int, language: str) -> list[str]:
    """The names of the one or two recordings that say this number, 0 to `NUMBER_MAX`, in `nl` or `en`."""
    assert 0 <= number <= NUMBER_MAX, number
    hundreds, rest = divmod(number, 100)
    if hundreds == 0:
        return [f"number/{rest}"]
    if rest == 0:
        return [f"number/{hundreds}00"]
    return [f"number/{hundreds}00" + ("" if language == "nl" else "_and"), f"number/{rest}"]
