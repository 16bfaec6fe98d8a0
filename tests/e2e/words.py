"""What the manual calls things, in Dutch and in English: with these words the browser tests find their way. ::

says = Words("nl")
says("Agents signed in")           # "Ingelogde medewerkers"
says("{}: signed out", "Urgent")   # "Urgent: uitgelogd"

Stated here and not read from the console's own catalogues: by its own words a wrong translation is never found.
The Dutch is the manual's wherever it has a word, the English is that of docs/user/en.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pytest

Language = Literal["nl", "en"]

DUTCH: Mapping[str, str] = {
    # 1.1 The portal
    "User name": "Gebruikersnaam",
    "Password": "Wachtwoord",
    "Log in": "Inloggen",
    "This combination of user name and password is not right. Check both and try again.":
        "Deze combinatie van gebruikersnaam en wachtwoord klopt niet. Controleer beide en probeer het opnieuw.",
    "The log-ins of this demo are in the window where Cordboard was started.":
        "De log-ins van deze demo staan in het venster waarin Cordboard is gestart.",
    "Forgotten password": "Wachtwoord vergeten",
    "E-mail address": "E-mailadres",
    "Send the link": "Stuur link",
    "If this address is known here, an e-mail is on its way.":
        "Als dit adres hier bekend is, is er een e-mail onderweg.",
    "New password": "Nieuw wachtwoord",
    "Save": "Opslaan",
    "To log in": "Naar inloggen",
    "Administration": "Beheer",
    "Not activated": "Niet geactiveerd",
    "My settings": "Mijn instellingen",
    "Turn on": "Aanzetten",
    "Turn off": "Uitzetten",
    "Present password": "Huidig wachtwoord",
    "Go on": "Verder",
    "I have kept them": "Ik heb ze bewaard",
    "{} recovery codes are left.": "Er zijn nog {} herstelcodes.",
    "Second step": "Tweede stap",
    "This code is not right": "Deze code klopt niet",
    "Choose your group": "Kies uw groep",
    "NOTE: you are signed out automatically of the queues that are not available for the group you choose next.":
        "LET OP: u wordt automatisch uitgelogd op de wachtrijen die niet beschikbaar zijn voor de groep die u hierna "
        "selecteert.",
    # 1.2 Pairing a device
    "Log in on a phone": "Inloggen op een toestel",
    "You are not logged in on a phone yet": "U bent nog niet ingelogd op een toestel",
    "{} is already using this phone.": "{} is al ingelogd op dit toestel.",
    "This phone is not connected now.": "Dit toestel is nu niet verbonden.",
    "Phone": "Toestel",
    "Look on only": "Alleen meekijken",
    "Looking on": "U kijkt mee",
    "No phone": "Geen toestel",
    "connected": "verbonden",
    "not connected": "niet verbonden",
    # 1.3 Changing group
    "Group: {}": "Groep: {}",
    # 2.1 The personal call pane and the detail field
    "Personal call field": "Persoonlijk gespreksveld",
    "Main screen": "Hoofdscherm",
    "Detail field": "Detailveld",
    "Ringing": "Gaat over",
    "Back": "Terug",
    "In a call": "In gesprek",
    "On hold": "Wachtstand",
    "Connecting": "Verbinden",
    "Outgoing, ringing": "Uitgaand, gaat over",
    "Transferring": "Doorverbinden",
    "Conference": "Conferentie",
    "Answer": "Opnemen",
    "Reject": "Weigeren",
    "Hold": "Wachtstand",
    "Resume": "Voortzetten",
    "Resume call": "Gesprek voortzetten",
    "Consult": "Overleg",
    "Transfer (with announcement)": "Doorverbinden (Met aankondiging)",
    "Direct": "Direct",
    "Transfer (without announcement)": "Doorverbinden (Zonder aankondiging)",
    "Hang up": "Ophangen",
    "Disconnect": "Verbinding verbreken",
    "Connect {}": "Verbind {}",
    " with {}": " met {}",
    "Recipient": "Ontvanger",
    "Waiting": "Wachtend",
    "Take {}": "Neem {}",
    "You are signed out.": "U bent uitgelogd.",
    "talk time": "duur",
    "waited {}": "wachtte {}",
    # 2.3 to 2.5 Wrap-up, and signing out of queues
    "Wrap-up": "Nawerktijd",
    "Done": "Klaar",
    "wrap-up follows": "nawerktijd volgt",
    "no end time": "zonder eindtijd",
    "Available": "Beschikbaar",
    "{}: signed in": "{}: ingelogd",
    "{}: signed out": "{}: uitgelogd",
    "For wrap-up after this call you have to be signed in to a queue.":
        "Voor nawerktijd na dit gesprek moet u op een wachtrij ingelogd zijn.",
    # 2.6 The keypad
    "Keypad": "Toetsen",
    "Number": "Nummer",
    "Call": "Bellen",
    "Call the recipient": "Ontvanger bellen",
    # 3 The main screen
    "Queues": "Wachtrijen",
    "Contacts": "Contacten",
    "History": "Geschiedenis",
    "Chat": "Chat",
    "Call back": "Call back",
    # 3.1 Queues
    "Calls waiting": "Wachtende gesprekken",
    "What the columns mean": "Uitleg bij de kolommen",
    "Agents who can be offered a call now": "Medewerkers die nu een gesprek kunnen krijgen",
    "What the signs of agents mean": "Uitleg bij de statussen",
    "Free": "Vrij",
    "Agents available": "Beschikbare medewerkers",
    "Average": "Gemiddeld",
    "Average waiting time": "Gemiddelde wachttijd",
    "Longest": "Langst",
    "Waiting time of who waits longest": "Wachttijd van de langst wachtende",
    "Handled of total": "Afgehandeld van totaal",
    "In / out": "In / uit",
    "Signed in to or out of the queue": "In- of uitgelogd op de wachtrij",
    "Agents signed in, also those in a call": "Ingelogde medewerkers, ook wie in gesprek is",
    "Callers who wait now": "Bellers die nu wachten",
    "Average waiting time of the calls that were answered": "Gemiddelde wachttijd van de opgenomen gesprekken",
    "Waiting time of the caller who waits longest now": "Wachttijd van de beller die nu het langst wacht",
    "Answered of all calls that came in": "Opgenomen van alle binnengekomen gesprekken",
    "Dark: you are signed in and are offered calls. White: you are signed out. Red: you are signed out of an urgent "
    "queue.":
        "Donker: u bent ingelogd en krijgt gesprekken aangeboden. Wit: u bent uitgelogd. Rood: u bent uitgelogd op een "
        "urgente wachtrij.",
    "Paused": "Pauze",
    "Not answered": "Niet opgenomen",
    "Phone only": "Alleen toestel",
    "Phone free": "Toestel vrij",
    "Unknown": "Onbekend",
    "Phone not connected": "Toestel niet verbonden",
    "Agents signed in": "Ingelogde medewerkers",
    "nobody": "niemand",
    "Call {}": "Bel {}",
    "Chat with {}": "Chat met {}",
    "E-mail {}": "E-mail {}",
    # 3.2 How long colleagues have been talking
    "incoming {}": "inkomend {}",
    # 3.3 Contacts
    "Search (at least {} characters)": "Zoeken (minimaal {} karakters)",
    "Search contacts": "Contacten zoeken",
    "Group": "Groep",
    "All": "Alles",
    "Show": "Tonen",
    "Signed in": "Ingelogd",
    "Signed out": "Afgemeld",
    "External": "Extern",
    'Nobody found for "{}"': 'Niemand gevonden voor "{}"',
    "Turn on {} to look further.": "Zet {} aan om verder te zoeken.",
    "Turn on All to look in every group.": "Zet Alles aan om in elke groep te zoeken.",
    "New contact": "Nieuw contact",
    "Name": "Naam",
    "Number {}": "Nummer {}",
    "Address {}": "Adres {}",
    "primary": "primair",
    "Favourite: {}": "Favoriet: {}",
    "Favourites": "Favorieten",
    "Others": "Overige",
    "Change": "Wijzigen",
    "Delete": "Verwijderen",
    "Delete {}?": "{} verwijderen?",
    "File": "Bestand",
    "Import and export contacts": "Contacten importeren en exporteren",
    "as CSV": "als CSV",
    "as vCard": "als vCard",
    "Choose a file (CSV or vCard); nothing is changed yet":
        "Kies een bestand (CSV of vCard); er verandert nog niets",
    "This would become: {} new, {} changed, {} the same.": "Dit zou worden: {} nieuw, {} gewijzigd, {} hetzelfde.",
    "{} cannot be taken and is left out:": "{} kan niet worden overgenomen en wordt overgeslagen:",
    "Line {}: a number is no telephone number": "Regel {}: een nummer is geen telefoonnummer",
    "Import {} contacts": "{} contacten importeren",
    "Done: {} new, {} changed, {} the same.": "Klaar: {} nieuw, {} gewijzigd, {} hetzelfde.",
    "Close": "Sluiten",
    # 3.4 History
    "Incoming": "Inkomend",
    "Outgoing": "Uitgaand",
    "Missed": "Gemist",
    "Rejected": "Geweigerd",
    "Today at {}": "Vandaag om {}",
    "Talk time": "Gespreksduur",
    "Which calls": "Welke gesprekken",
    "Call {} back": "Bel {} terug",
    "All calls": "Alle gesprekken",
    "No such calls": "Geen gesprekken gevonden",
    "calls may be missing or incomplete": "kunnen gesprekken ontbreken of onvolledig zijn",
    "Name, queue or number": "Naam, wachtrij of nummer",
    "Save as file": "Opslaan als bestand",
    "Kind": "Soort",
    "Waiting time (s)": "Wachttijd (s)",
    "Talk time (s)": "Gespreksduur (s)",
    # 3.5 Chat
    "Messages in this chat are not stored. You cannot read them again later.":
        "Berichten in deze chat worden niet opgeslagen. U kunt ze later niet meer teruglezen.",
    "New chat": "Nieuwe chat",
    "Message to {}": "Bericht aan {}",
    "Conversations": "Chats",
    "{} unread": "{} ongelezen",
    "Send": "Verzenden",
    "Reply": "Reageer",
    "Not delivered. {} is not there any more.": "Niet afgeleverd. {} is er niet meer.",
    "No conversation is open": "Geen chat geopend",
    # 3.6 Call back
    "Planning of call backs": "Planning van call backs",
    "Hour": "Uur",
    "{} to {}": "{} tot {}",
    "What the signs mean": "Wat de tekens betekenen",
    "Future": "Toekomst",
    "In progress": "In behandeling",
    "Succeeded": "Geslaagd",
    "Not succeeded": "Niet geslaagd",
    "Cancelled": "Geannuleerd",
    "Open": "Openstaand",
    "Handled": "Afgehandeld",
    "Chosen call back": "Gekozen call back",
    "Request made": "Verzoek ingediend",
    "Planned call back": "Geplande callback",
    "Last attempt": "Laatste poging",
    "none": "geen",
    "Number of attempts": "Aantal pogingen",
    "Status": "Status",
    "Cancel call back": "Annuleren",
    "Cancel this call back?": "Call back annuleren?",
    "Do not cancel": "Niet annuleren",
    "Yes, cancel it": "Call back annuleren",
    "The call back to {} has been cancelled.": "De call back naar {} is geannuleerd.",
    "Calls that did not succeed": "Niet geslaagde oproepen",
    "Cancelled calls": "Geannuleerde oproepen",
    "Call {} again": "Bel {} opnieuw",
    "Search by phone number": "Zoek op telefoonnummer",
    "No call backs of this number in these hours": "Geen call backs van dit nummer in deze uren",
    "Plan a call back": "Call back plannen",
    "Plan a call back to {}": "Call back plannen naar {}",
    "Queue": "Wachtrij",
    "As soon as it is their turn": "Zodra het zijn beurt is",
    "At a chosen moment": "Op een gekozen moment",
    "Day": "Dag",
    "Time": "Tijdstip",
    "Plan": "Plannen",
    "{} will be called back as soon as it is their turn.": "{} wordt teruggebeld zodra het zijn beurt is.",
    "{} will be called back on {}.": "{} wordt teruggebeld op {}.",
    "Missed calls": "Gemiste oproepen",
    "hung up while waiting": "hing op tijdens het wachten",
    "I call {} later": "Ik bel {} later",
    # 4 Logging out
    "Menu of {}": "Menu van {}",
    "Nobody left for urgent calls": "Niemand meer voor urgente oproepen",
    "You are the last one signed in to {}. Without you these callers reach nobody.":
        "U bent als laatste ingelogd op {}. Zonder u bereiken deze bellers niemand.",
    "{} does not have {}: you would be signed out there.": "{} heeft {} niet: u wordt daar dan uitgelogd.",
    "Change group anyway": "Toch van groep wisselen",
    "Stay signed in": "Ingelogd blijven",
    "Log out": "Uitloggen",
    "Log out on your phone too?": "Ook uitloggen op uw toestel?",
    "Yes": "Ja",
    "No": "Nee",
    "Cancel": "Annuleren",
    "Yes: you also leave {}. No: you stay logged in there, and direct calls still reach you. Either way you are signed "
    "out of your queues.":
        "Ja: u logt ook uit op {}. Nee: u blijft daar ingelogd en bereikbaar voor directe gesprekken. In beide "
        "gevallen wordt u uitgelogd op uw wachtrijen.",
    "These calls go on at your phone; here you can no longer reach them:":
        "Deze gesprekken gaan door op uw toestel; hier kunt u er niet meer bij:",
    "On hold, and nobody could resume them. First take them off hold or end them:":
        "Staan in de wacht, en niemand zou ze kunnen voortzetten. Haal ze eerst uit de wacht of beëindig ze:",
    # Administration, of which the manual only says that there is somebody who sets things
    "New queue": "Nieuwe wachtrij",
    "Name: The queue is called": "Naam: De wachtrij heet",
    "Callers: Calls to": "Bellers: Gesprekken op",
    "no group": "geen groep",
    "Make": "Maken",
    "Wrap-up: After a call the agent gets": "Nawerktijd: Na een gesprek krijgt de medewerker",
    "Offering: a phone rings for": "Aanbieden: een toestel gaat",
    "This is too small: at least {}.": "Dit is te klein: minstens {}.",
    "{} seconds": "{} seconden",
    "Changes": "Wijzigingen",
    "{} has been deleted.": "{} is verwijderd.",
}  # fmt: skip


class Words:
    """One language's words by their English ones."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, text: str, *values: str) -> str:
        """The text in this language; values take the places in it.

        Raises:
            KeyError: it stands not in the table.
        """
        said = {"nl": DUTCH[text], "en": text}[self.language]
        return said.format(*values)


in_both = pytest.mark.parametrize("language", ["nl", "en"])
"""The test is played in Dutch and in English; with `walk` it counts for both (tools/walks.py)."""
