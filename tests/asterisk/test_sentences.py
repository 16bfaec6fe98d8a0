"""What callers are told: the right recordings in the right order, and each of them there to be heard."""

from __future__ import annotations

import array
import asyncio
import shutil
import sys
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.asterisk import operations
from cordboard.asterisk.binary import ExchangeBinary
from cordboard.asterisk.messages import PlaybackFinished, decode_event
from cordboard.asterisk.prompts import PROMPTS, RATE, prepare_prompts, respelt
from cordboard.asterisk.sentences import BEGINS_AS, NUMBER_MAX, media, number_pieces, number_texts
from cordboard.asterisk.settings import APPLICATION
from cordboard.asterisk.transport import send
from cordboard.core.commands import Phrase, Sentence
from tests.support.exchange import exchange_binary, running_exchange
from tools import prompts as page

LANGUAGES = ("nl", "en")
WITH_NUMBER = {Sentence.POSITION, Sentence.EXPECTED_WAIT, Sentence.CALL_BACK_WHEN, *BEGINS_AS}
WITH_TIME = {Sentence.CALL_BACK_AT, Sentence.CALL_BACK_TOMORROW}
WITH_DIGITS = {Sentence.CALL_BACK_OFFER, Sentence.CALL_BACK_INSTEAD, Sentence.CALL_BACK_NUMBER}


def said(sentence: Sentence, number: int | None = None, language: str = "nl") -> list[str]:
    """What is played for one phrase of an organisation without recordings."""
    return media([Phrase(sentence=sentence, number=number)], language, None)


def words(sentence: Sentence, number: int, language: str) -> str:
    """The same as a person hears it."""
    uris = said(sentence, number, language)
    prefix = f"sound:cordboard/{language}/"
    return " ".join(PROMPTS[language][uri.removeprefix(prefix)].rstrip(",") for uri in uris)


# --- sentences and their numbers ---

OURS = [sentence for sentence in Sentence if sentence is not Sentence.GREETING]


@pytest.mark.rule("D28")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sentence", [s for s in OURS if s not in WITH_NUMBER | WITH_DIGITS | WITH_TIME])
def test_a_sentence_without_a_number_is_one_recording(sentence: Sentence, language: str) -> None:
    """In the language of the queue."""
    assert said(sentence, language=language) == [f"sound:cordboard/{language}/{sentence.value}"]
    assert sentence.value in PROMPTS[language]


@pytest.mark.rule("3.6-t", "D28")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sentence", [s for s in Sentence if s in WITH_DIGITS])
def test_digits_are_said_one_by_one_in_their_sentence(sentence: Sentence, language: str) -> None:
    """A telephone number is no large number; without any there is nothing to say."""
    phrase = Phrase(sentence=sentence, digits="0610")
    names = [uri.removeprefix(f"sound:cordboard/{language}/") for uri in media([phrase], language, None)]
    assert names == [sentence.value, *(f"number/{n}" for n in "0610"), f"{sentence.value}_after"]
    assert set(names) <= PROMPTS[language].keys()
    assert media([Phrase(sentence=sentence)], language, None) == []


@pytest.mark.rule("3.6-t", "D28")
@pytest.mark.parametrize(
    ("sentence", "number", "dutch", "english"),
    [
        (Sentence.CALL_BACK_WHEN, 1, "één minuut.", "one minute."),
        (Sentence.CALL_BACK_WHEN, 12, "twaalf minuten.", "twelve minutes."),
        (Sentence.CALL_BACK_WHEN_HOURS, 2, "twee uur.", "two hours."),
        (Sentence.CALL_BACK_WHEN_DAYS, 21, "eenentwintig dagen.", "twenty-one days."),
    ],
)
def test_when_the_call_back_comes_is_said_in_minutes_hours_or_days(
    sentence: Sentence, number: int, dutch: str, english: str
) -> None:
    """As a person says it."""
    assert words(sentence, number, "nl") == f"Wij bellen u terug over ongeveer {dutch}"
    assert words(sentence, number, "en") == f"We will call you back in about {english}"


@pytest.mark.rule("3.6-t", "D28")
@pytest.mark.parametrize(
    ("sentence", "minute", "dutch", "english"),
    [
        (Sentence.CALL_BACK_AT, 14 * 60 + 30, "Om veertien uur dertig", "At fourteen thirty"),
        (Sentence.CALL_BACK_AT, 0, "Om nul uur", "At zero o'clock"),
        (Sentence.CALL_BACK_TOMORROW, 9 * 60, "Morgen om negen uur", "Tomorrow at nine o'clock"),
    ],
)
def test_a_time_that_was_chosen_is_said_as_the_clock_shows_it(
    sentence: Sentence, minute: int, dutch: str, english: str
) -> None:
    """Twenty-four hours, without minutes on the hour."""
    assert words(sentence, minute, "nl").replace(",", "") == f"{dutch} bellen wij u terug."
    assert words(sentence, minute, "en").replace(",", "") == f"{english} we will call you back."
    assert said(sentence) == []


@pytest.mark.parametrize(
    ("number", "dutch", "english"),
    [
        (1, "U bent de eerste in de wachtrij.", "You are first in the queue."),
        (2, "U bent nummer twee in de wachtrij.", "You are number two in the queue."),
        (21, "U bent nummer eenentwintig in de wachtrij.", "You are number twenty-one in the queue."),
        (83, "U bent nummer drieëntachtig in de wachtrij.", "You are number eighty-three in the queue."),
        (
            101,
            "U bent nummer honderd één in de wachtrij.",
            "You are number one hundred and one in the queue.",
        ),
        (
            999,
            "U bent nummer negenhonderd negenennegentig in de wachtrij.",
            "You are number nine hundred and ninety-nine in the queue.",
        ),
    ],
)
def test_the_place_in_the_queue_stands_inside_the_sentence(number: int, dutch: str, english: str) -> None:
    """The first has a sentence of its own."""
    assert words(Sentence.POSITION, number, "nl") == dutch
    assert words(Sentence.POSITION, number, "en") == english


@pytest.mark.parametrize(
    ("minutes", "dutch", "english"),
    [
        (0, "minder dan een minuut.", "less than a minute."),
        (1, "ongeveer één minuut.", "about one minute."),
        (2, "ongeveer twee minuten.", "about two minutes."),
        (100, "ongeveer honderd minuten.", "about one hundred minutes."),
    ],
)
def test_the_expected_wait_is_in_minutes(minutes: int, dutch: str, english: str) -> None:
    """One minute, several, or less than one."""
    assert words(Sentence.EXPECTED_WAIT, minutes, "nl") == f"De verwachte wachttijd is {dutch}"
    assert words(Sentence.EXPECTED_WAIT, minutes, "en") == f"The expected waiting time is {english}"


@pytest.mark.parametrize("number", [None, -1, NUMBER_MAX + 1])
@pytest.mark.parametrize("sentence", [Sentence.POSITION, Sentence.EXPECTED_WAIT])
def test_a_sentence_whose_number_cannot_be_said_is_left_out(sentence: Sentence, number: int | None) -> None:
    """Half a sentence or a wrong number would be worse; what stands beside it is still said."""
    phrases = [Phrase(sentence=sentence, number=number), Phrase(sentence=Sentence.STILL_HOLDING)]

    assert media(phrases, "nl", None) == ["sound:cordboard/nl/still_holding"]


def test_nobody_has_place_nought() -> None:
    """Only a wait can be nought."""
    assert said(Sentence.POSITION, 0) == []


def test_phrases_are_said_in_their_order() -> None:
    """First the place, then the wait."""
    phrases = [
        Phrase(sentence=Sentence.POSITION, number=3),
        Phrase(sentence=Sentence.EXPECTED_WAIT, number=1),
    ]

    assert [uri.rpartition("/nl/")[2] for uri in media(phrases, "nl", None)] == [
        "position",
        "number/3",
        "position_after",
        "expected_wait_one",
    ]


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("nl", "nl"),
        ("nl-BE", "nl"),
        ("NL_nl", "nl"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("", "en"),
        ("../nl", "en"),
    ],
)
def test_an_unknown_language_is_spoken_in_english(language: str, spoken: str) -> None:
    """A country behind the language changes nothing."""
    assert said(Sentence.CLOSED, language=language) == [f"sound:cordboard/{spoken}/closed"]


# --- numbers ---


@given(number=st.integers(0, NUMBER_MAX), language=st.sampled_from(LANGUAGES))
def test_every_number_is_at_most_two_recordings_that_are_made(number: int, language: str) -> None:
    """Hundreds first, and then the rest as a whole."""
    names = number_pieces(number, language)

    assert 1 <= len(names) <= 2
    assert set(names) <= set(PROMPTS[language])
    assert sum(int(name.split("/")[1].removesuffix("_and")) for name in names) == number


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_numbers_sound_alike(language: str) -> None:
    """All thousand of them have words of their own, and no recording is made that none needs."""
    texts = number_texts(language)
    spoken = [tuple(number_pieces(number, language)) for number in range(NUMBER_MAX + 1)]

    assert len({" ".join(texts[name] for name in names) for names in spoken}) == NUMBER_MAX + 1
    assert {name for names in spoken for name in names} == set(texts)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (8, "acht"),
        (14, "veertien"),
        (18, "achttien"),
        (22, "tweeëntwintig"),
        (31, "eenendertig"),
        (46, "zesenveertig"),
        (80, "tachtig"),
        (99, "negenennegentig"),
        (100, "honderd"),
        (200, "tweehonderd"),
    ],
)
def test_dutch_says_the_units_first(number: int, word: str) -> None:
    """As the Taalunie spells them."""
    assert number_texts("nl")[f"number/{number}"] == f"{word},"


# --- recordings of the organisation's own ---


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder with a summer greeting, and a Dutch voice for "closed" and for three; and a secret beside it."""
    folder = tmp_path / "recordings"
    for name in ("own/summer", "nl/closed", "nl/number/3", "secret", "own/a,b", "own/.hidden"):
        path = folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_an_uploaded_recording_takes_the_place_of_the_sentence(recordings: Path) -> None:
    """In whatever language, with its number and all."""
    phrase = Phrase(sentence=Sentence.POSITION, number=3, recording="summer")

    assert media([phrase], "nl", recordings) == [f"sound:{recordings}/own/summer"]


@pytest.mark.rule("D25")
def test_a_greeting_has_no_words_of_ours(recordings: Path) -> None:
    """Where its recording is not there, nothing is said."""
    there, gone = (Phrase(sentence=Sentence.GREETING, recording=name) for name in ("summer", "winter"))

    assert media([there], "nl", recordings) == [f"sound:{recordings}/own/summer"]
    assert media([gone], "nl", recordings) == []


@pytest.mark.parametrize(
    "name",
    [
        "winter",
        "",
        "../secret",
        "../own/summer",
        "../nl/closed",
        "/etc/passwd",
        "a,b",
        ".hidden",
        "summer.wav",
        "summer\n",
        "summer\0",
        "s" * 65,
    ],
)
def test_a_recording_that_is_not_there_leaves_our_voice(recordings: Path, name: str) -> None:
    """Nor does a name lead out of the folder, or part the sounds of an announcement."""
    phrase = Phrase(sentence=Sentence.FULL, recording=name)

    assert media([phrase], "nl", recordings) == ["sound:cordboard/nl/full"]
    assert media([phrase], "nl", None) == ["sound:cordboard/nl/full"]


@given(name=st.text(max_size=80))
def test_whatever_a_recording_is_called_one_sound_is_played(name: str) -> None:
    """There is no such folder, so it is always ours."""
    phrase = Phrase(sentence=Sentence.FULL, recording=name)

    assert media([phrase], "nl", Path("no-such-folder")) == ["sound:cordboard/nl/full"]


def test_a_recording_replaces_a_text_of_ours(recordings: Path) -> None:
    """One voice for one text, in one language; the others stay."""
    phrases = [Phrase(sentence=Sentence.CLOSED), Phrase(sentence=Sentence.POSITION, number=3)]

    assert media(phrases, "nl", recordings) == [
        f"sound:{recordings}/nl/closed",
        "sound:cordboard/nl/position",
        f"sound:{recordings}/nl/number/3",
        "sound:cordboard/nl/position_after",
    ]
    assert media(phrases[:1], "en", recordings) == ["sound:cordboard/en/closed"]


def test_a_folder_with_a_comma_is_not_played_from(recordings: Path) -> None:
    """ARI would take it for two sounds."""
    moved = recordings.rename(recordings.with_name("a,b"))

    assert media([Phrase(sentence=Sentence.CLOSED, recording="summer")], "nl", moved) == [
        "sound:cordboard/nl/closed"
    ]


# --- the page, and the files themselves ---


def test_the_page_shows_what_is_spoken() -> None:
    """`python -m tools.prompts` writes its tables again; the counts above them are written by hand."""
    text = page.PAGE.read_text()

    assert text == page.page()
    assert f"{len(PROMPTS['nl'])} for Dutch and {len(PROMPTS['en'])} for English" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_say_the_same_things(language: str) -> None:
    """Every sentence of the core, and its parts; a text says whether it goes on."""
    begins = {BEGINS_AS.get(sentence, sentence).value for sentence in OURS}
    ends = {f"{sentence.value}_after" for sentence in WITH_NUMBER | WITH_DIGITS}
    assert begins | ends <= set(PROMPTS[language])
    for name, text in PROMPTS[language].items():
        parted = {sentence.value for sentence in WITH_NUMBER | WITH_DIGITS | WITH_TIME}
        goes_on = name in parted | {"call_back_at_hour"} or name.startswith("number/")
        assert text[-1] == ("," if goes_on else "."), name


@dataclass(frozen=True)
class Made:
    """What set-up has made."""

    binary: ExchangeBinary
    folder: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Everything, spoken anew."""
    binary, folder = exchange_binary(), tmp_path_factory.mktemp("sounds")
    assert prepare_prompts(binary, folder) > sum(len(texts) for texts in PROMPTS.values())
    yield Made(binary, folder)
    shutil.rmtree(folder)


@pytest.mark.exchange
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_recording_can_be_heard(made: Made, language: str) -> None:
    """Loud, as long as its text asks for, and not ending in silence where the sentence goes on."""
    for name, text in PROMPTS[language].items():
        with wave.open(str(made.folder / "cordboard" / language / f"{name}.wav")) as file:
            assert file.getparams()[:3] == (1, 2, RATE), name
            samples = array.array("h", file.readframes(file.getnframes()))
        if sys.byteorder == "big":
            samples.byteswap()
        loud = [at for at, value in enumerate(samples) if abs(value) > 300]
        seconds = len(samples) / RATE

        assert max(map(abs, samples)) > 6000, name
        assert 0.2 < seconds < 8, name
        # A single word has its pauses before and after it as well.
        pauses = 0 if " " in text else 0.3
        assert 0.035 * len(text) < seconds < 0.13 * len(text) + pauses, (name, seconds)
        assert len(loud) > len(samples) / 4, name
        if text.endswith(","):
            assert len(samples) - loud[-1] < 0.1 * RATE, name


@pytest.mark.exchange
def test_nothing_is_spoken_twice(made: Made) -> None:
    """The next set-up has nothing to do."""
    assert prepare_prompts(made.binary, made.folder) == 0


@pytest.mark.exchange
@pytest.mark.parametrize("number", [26, 81, 82, 85, 86, 89])
def test_the_stress_is_on_the_tens(made: Made, number: int) -> None:
    """espeak-ng by itself says "eenENtachtig" and "zeezentwintig"."""
    text = respelt(number_texts("nl")[f"number/{number}"], "nl")

    sounds = made.binary.run_tool("espeak-ng", ["-q", "--ipa", "-v", "nl", "--", text]).strip()

    assert "ˈɛn" not in sounds and "zeːz" not in sounds
    assert sounds.endswith(("ˈɪntəx", "ˈɑxtəx"))


@pytest.mark.exchange
async def test_the_exchange_plays_them(made: Made, tmp_path: Path) -> None:
    """Ours by their names, an organisation's own by their path."""
    own = tmp_path / "recordings"
    (own / "nl").mkdir(parents=True)
    voice = made.folder / "cordboard/nl/number"
    shutil.copyfile(voice / "3.wav", own / "summer.wav")
    shutil.copyfile(voice / "4.wav", own / "nl/nobody.wav")
    phrases = [
        Phrase(sentence=Sentence.CLOSED, recording="summer"),
        Phrase(sentence=Sentence.NOBODY),
        Phrase(sentence=Sentence.POSITION, number=103),
    ]
    ended: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def hear(data: bytes) -> None:
        event = decode_event(data)
        if isinstance(event, PlaybackFinished):
            ended.put_nowait((event.playback.media_uri, event.playback.state))

    async with running_exchange(tmp_path) as exchange:
        exchange.link.set_listener(hear, lambda: None, lambda: None)
        uris = [*media(phrases, "nl", own), "sound:cordboard/nl/nothing-of-the-kind"]
        for at, uri in enumerate(uris):
            await send(exchange.link, operations.bridges_create_with_id(bridge_id=f"b{at}", type="mixing"))
            await send(
                exchange.link,
                operations.applications_subscribe(application_name=APPLICATION, event_source=f"bridge:b{at}"),
            )
            await send(exchange.link, operations.bridges_play(bridge_id=f"b{at}", media=uri, lang="nl"))
        async with asyncio.timeout(10):
            heard = dict([await ended.get() for _ in uris])

    assert len(uris) == 7
    assert heard == dict.fromkeys(uris[:-1], "done") | {uris[-1]: "failed"}
