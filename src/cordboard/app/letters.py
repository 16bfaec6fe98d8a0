"""What our letters say, in the language of who gets them (1.1-e, 1.1-h, 1.1-j, D29)."""

from __future__ import annotations

from cordboard.app.mailing import Mail

_TEXTS: dict[tuple[str, str], tuple[str, str]] = {
    ("invitation", "nl"): (
        "Uw gebruikersnaam voor Cordboard",
        "Beste {name},\n\n"
        "U kunt vanaf nu werken met Cordboard van {organisation}.\n"
        "Uw gebruikersnaam is: {user_name}\n\n"
        "Kies hier uw wachtwoord:\n{link}\n\n"
        "De link werkt één keer, en tot {days} dagen na deze mail.\n"
        "{contact}",
    ),
    ("invitation", "en"): (
        "Your user name for Cordboard",
        "Dear {name},\n\n"
        "From now on you can work with Cordboard of {organisation}.\n"
        "Your user name is: {user_name}\n\n"
        "Choose your password here:\n{link}\n\n"
        "The link works once, and until {days} days after this letter.\n"
        "{contact}",
    ),
    ("reset", "nl"): (
        "Wachtwoord wijzigen",
        "Beste {name},\n\n"
        "Iemand heeft gevraagd om het wachtwoord van {user_name} te wijzigen. Was u dat, kies dan hier een nieuw:\n"
        "{link}\n\n"
        "De link werkt één keer, en {minutes} minuten lang. Was u het niet, dan hoeft u niets te doen.\n"
        "{contact}",
    ),
    ("reset", "en"): (
        "Change your password",
        "Dear {name},\n\n"
        "Somebody asked to change the password of {user_name}. If it was you, choose a new one here:\n"
        "{link}\n\n"
        "The link works once, and for {minutes} minutes. If it was not you, there is nothing to do.\n"
        "{contact}",
    ),
    ("changed", "nl"): (
        "Uw wachtwoord is gewijzigd",
        "Beste {name},\n\n"
        "Het wachtwoord van {user_name} is zojuist gewijzigd. Was u dat niet, meld het dan meteen.\n"
        "{contact}",
    ),
    ("changed", "en"): (
        "Your password was changed",
        "Dear {name},\n\n"
        "The password of {user_name} was changed a moment ago. If it was not you, tell us at once.\n"
        "{contact}",
    ),
    ("message", "nl"): (
        "Bericht van {caller}",
        "{name},\n\n"
        "Op {at} heeft {caller} een bericht ingesproken van {seconds} s. Het zit bij deze mail.\n\n"
        "U hoort het ook in Cordboard: {link}\n",
    ),
    ("message", "en"): (
        "Message from {caller}",
        "{name},\n\n"
        "On {at} {caller} left a message of {seconds} s. It comes with this letter.\n\n"
        "You can also hear it in Cordboard: {link}\n",
    ),
    ("message_without_sound", "nl"): (
        "Bericht van {caller}",
        "{name},\n\n"
        "Op {at} heeft {caller} een bericht ingesproken van {seconds} s.\n\n"
        "U hoort het in Cordboard: {link}\n",
    ),
    ("message_without_sound", "en"): (
        "Message from {caller}",
        "{name},\n\n"
        "On {at} {caller} left a message of {seconds} s.\n\n"
        "You can hear it in Cordboard: {link}\n",
    ),
}


def letter(kind: str, language: str, to: str, **words: str | int) -> Mail:
    """One of our letters.

    Args:
        kind: `invitation`, `reset`, `changed`, `message` or `message_without_sound`.
        language: of the receiver; Dutch for one that we have no texts in.
        words: what the text names.
    """
    subject, text = _TEXTS[kind, "en" if language == "en" else "nl"]
    known = {name: _one_line(str(word)) for name, word in words.items()}
    return Mail(to=to, subject=subject.format_map(known), text=text.format_map(known).rstrip() + "\n")


def _one_line(word: str) -> str:
    return " ".join(word.split())
