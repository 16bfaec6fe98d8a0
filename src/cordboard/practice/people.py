"""Who practises with us: people with a name, a number, a voice and something on their mind.

The Dutch numbering plan sets no numbers apart for fiction that we know of. These lie in 069, which the plan gives
to nobody (a test asks the tables of `phonenumbers`), so calling one back over a real trunk disturbs no one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

RESUMED = "Daar bent u weer. Fijn."
"""What everybody says when taken back from hold."""


class Saying(Enum):
    """What a practice caller can say."""

    QUESTION = "question"
    URGENT = "urgent"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePerson:
    """Somebody who calls."""

    slug: str
    """Names the sound files: lower-case letters only."""
    name: str
    number: str
    """With plus; nobody else who calls at the same time has it."""
    voice: str
    """espeak-ng's: language and variant."""
    question: str
    urgent: str
    pitch: int = 50
    """`asterisk.prompts.PITCH_RANGE`."""
    words_a_minute: int = 150

    def sentence(self, saying: Saying) -> str:
        """The words."""
        match saying:
            case Saying.QUESTION:
                return self.question
            case Saying.URGENT:
                return self.urgent
            case Saying.RESUMED:
                return RESUMED

    def sound(self, saying: Saying) -> str:
        """The sound file, below the exchange's sounds folder, without its ending."""
        return f"cordboard/practice/{self.slug}-{saying.value}"


PEOPLE: tuple[PracticePerson, ...] = (
    PracticePerson(
        slug="anneke",
        name="Anneke Jansen",
        number="+31690010101",
        voice="nl+f2",
        question="Goedemiddag, met Anneke Jansen. Ik wil graag een nieuw paspoort aanvragen. Kan dat deze week?",
        urgent="Er is hier iemand gevallen, op het plein voor het station. Wilt u alstublieft snel hulp sturen?",
        pitch=58,
    ),
    PracticePerson(
        slug="piet",
        name="Piet de Boer",
        number="+31690010102",
        voice="nl+m3",
        question="Hallo, met De Boer. De lantaarnpaal voor mijn huis doet het niet meer. Wie moet ik daarvoor hebben?",
        urgent="Er komt rook uit het huis van de buren, en ik weet niet of er nog iemand binnen is!",
        pitch=38,
        words_a_minute=140,
    ),
    PracticePerson(
        slug="fatima",
        name="Fatima Yılmaz",
        number="+31690010103",
        voice="nl+f4",
        question="Goedendag, ik heb een vraag over mijn parkeervergunning. Ik ben verhuisd. Wat moet ik nu doen?",
        urgent="Mijn vader ademt niet goed. Ik heb nu direct iemand nodig die mij kan helpen!",
        pitch=62,
        words_a_minute=160,
    ),
    PracticePerson(
        slug="willem",
        name="W. van den Berg",
        number="+31690010104",
        voice="nl+m1",
        question="Ja, goedemorgen, Van den Berg. Kunt u mij doorverbinden met de afdeling belastingen?",
        urgent="Er staat een auto in de sloot langs de dijk, en de bestuurder zit er nog in!",
        pitch=34,
        words_a_minute=135,
    ),
    PracticePerson(
        slug="zoe",
        name="Zoë Bakker",
        number="+31690010105",
        voice="nl+f5",
        question="Hoi, met Zoë. Ik heb gisteren mijn fiets laten staan bij het zwembad, en nu is hij weg. Weet u meer?",
        urgent="Er ligt een kind in het water bij de brug! Stuurt u alstublieft meteen iemand!",
        pitch=66,
        words_a_minute=165,
    ),
    PracticePerson(
        slug="henk",
        name="Henk Visser",
        number="+31690010106",
        voice="nl+m5",
        question="Goedemiddag, Visser hier. De container is vanmorgen niet geleegd. Komen ze nog langs?",
        urgent="Het ruikt hier heel sterk naar gas, in de hele straat. Wat moeten wij doen?",
        pitch=42,
    ),
    PracticePerson(
        slug="maria",
        name="Maria Smit",
        number="+31690010107",
        voice="nl+f1",
        question="Dag, met mevrouw Smit. Ik wil mijn afspraak van morgen graag verzetten naar volgende week.",
        urgent="Mijn man is van de trap gevallen en hij beweegt niet meer. Komt u alstublieft snel!",
        pitch=54,
        words_a_minute=140,
    ),
    PracticePerson(
        slug="youssef",
        name="Youssef El Amrani",
        number="+31690010108",
        voice="nl+m7",
        question="Goedendag, ik wil een vergunning aanvragen voor een buurtfeest. Bij wie moet ik daarvoor zijn?",
        urgent="Er wordt gevochten in de hal, en iemand heeft een mes. U moet nu iemand sturen!",
        pitch=46,
        words_a_minute=160,
    ),
    PracticePerson(
        slug="els",
        name="Els Mulder",
        number="+31690010109",
        voice="nl+f3",
        question="Met Els Mulder. Ik probeer mijn zoon te bereiken, hij werkt bij u. Kunt u mij doorverbinden?",
        urgent="De lift staat stil en er zit een vrouw in die geen lucht krijgt. Help ons alstublieft!",
        pitch=50,
        words_a_minute=145,
    ),
    PracticePerson(
        slug="kees",
        name="Kees Vermeulen",
        number="+31690010110",
        voice="nl+m4",
        question="Ja hallo, Vermeulen. Er ligt een boom over het fietspad achter de school. Wilt u dat doorgeven?",
        urgent="Er ligt een elektriciteitsdraad op straat, en er lopen hier kinderen. Het is heel gevaarlijk!",
        pitch=36,
    ),
    PracticePerson(
        slug="sanne",
        name="Sanne Hendriks",
        number="+31690010111",
        voice="nl+f2",
        question="Hallo, ik bel over de brief die ik heb gekregen. Ik begrijp niet wat ik moet betalen.",
        urgent="Iemand is hier flauwgevallen in de wachtkamer. Kan er direct een arts komen?",
        pitch=68,
        words_a_minute=170,
    ),
    PracticePerson(
        slug="gerard",
        name="Gerard Kuipers",
        number="+31690010112",
        voice="nl+m6",
        question="Goedemorgen, Kuipers. Tot hoe laat bent u vandaag open? En kan ik bij u pinnen?",
        urgent="Er zit een man vast onder een machine in de werkplaats. Wij hebben nu hulp nodig!",
        pitch=44,
        words_a_minute=145,
    ),
)
"""As many as may be alive at once, so that no number is used twice."""
