"""The tones that a caller hears, per country (ITU-T E.180 supplement 2): dial, busy, ringing."""

from __future__ import annotations

from cordboard.asterisk.conffile import section

_EUROPEAN = {
    "ringcadence": "1000,4000",
    "dial": "425",
    "busy": "425/500,0/500",
    "ring": "425/1000,0/4000",
    "congestion": "425/250,0/250",
    "callwaiting": "425/200,0/600,425/200,0/3000",
    "dialrecall": "425/500,0/50",
    "record": "1400/500,0/15000",
    "info": "950/330,1400/330,1800/330,0/1000",
    "stutter": "425/500,0/50",
}

_ZONES: dict[str, dict[str, str]] = {
    "nl": {"callwaiting": "425/500,0/9500"},
    "be": {"ring": "425/1000,0/3000", "congestion": "425/167,0/167", "ringcadence": "1000,3000"},
    "de": {"busy": "425/480,0/480", "congestion": "425/240,0/240"},
    "fr": {"dial": "440", "busy": "440/500,0/500", "ring": "440/1500,0/3500", "ringcadence": "1500,3500"},
    "gb": {
        "ringcadence": "400,200,400,2000",
        "dial": "350+440",
        "busy": "400/375,0/375",
        "ring": "400+450/400,0/200,400+450/400,0/2000",
        "congestion": "400/400,0/350,400/225,0/525",
    },
    "us": {
        "ringcadence": "2000,4000",
        "dial": "350+440",
        "busy": "480+620/500,0/500",
        "ring": "440+480/2000,0/4000",
        "congestion": "480+620/250,0/250",
    },
}


def indications_conf(country: str) -> str:
    """indications.conf; a country that is not listed gets the common European tones."""
    tones = {"description": country, **_EUROPEAN, **_ZONES.get(country, {})}
    return section("general", [("country", country)]) + section(country, tones.items())
