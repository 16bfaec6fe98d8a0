"""The dialplan: what the exchange does by itself, above all when Cordboard is away (D28).

A call in is announced to Cordboard (StasisBroadcast), five times 0.8 s with ringing in between; a restarting
Cordboard is back within that. Then the number's own fallback group rings; when nobody answers Cordboard is asked once
more, which may be back by then, and then a sentence is played.
What becomes of such a call is written into astdb, for Cordboard to read when it is back (`alone`).
An emergency number never passes through Cordboard.
"""

from __future__ import annotations

from cordboard.asterisk.settings import APPLICATION, CalledNumberIn, ExchangeSettings, Trunk

FALLBACK_FAMILY = "cordboard-fallback"
"""astdb: called number -> what to dial while Cordboard is away, such as `PJSIP/d-1&PJSIP/d-2`."""

FALLBACK_OF_FAMILY = "cordboard-fallback-of"
"""astdb: endpoint of an organisation's own trunk -> what the called number has before it there, such as `hospital-`."""

EMERGENCY_FAMILY = "cordboard-emergency"
"""astdb: phone's endpoint -> the trunks' endpoints that its emergency calls are tried on, such as `t-a&t-b`."""

EMERGENCY_NUMBER_FAMILY = "cordboard-emergency-number"
"""astdb: phone's endpoint -> the number that emergency calls from it show."""

ALONE_FAMILY = "cordboard-alone"
"""astdb: a call that nobody but the exchange handled -> what became of it; the keys are those of `alone`."""
ALONE_CONTEXT = "cordboard-alone"
"""Where a telephone that takes such a call, and its end, are written down."""
NAME_BYTES_MAX = 240
NUMBER_BYTES_MAX = 64
"""Of what a caller's network says; the rest is cut off before it is written."""

ECHO_NUMBER = "*43"
"""Dialled from any phone: hear yourself."""

BROADCAST_MS = 800
WIRE_CONTEXT = "cordboard-wire"
"""Where the far end of a piece of wire between two desks enters, to be handed to us at once."""
WIRE = f"Local/end@{WIRE_CONTEXT}/n"
"""Dial this for such a wire; `/n`: the two halves stay, however plainly their ends talk with each other."""

TEST_CONTEXT = "cordboard-test"
"""Where a test call of a trunk is dialled by the exchange itself, so that nobody's desk hears of it."""
TEST_FAMILY = "cordboard-test"
"""astdb: the test call -> what became of it, such as `BUSY 17`."""
TEST_RING_S = 30
TEST_TALK_S = 10

TRIES = 5
CALL_SECONDS_MAX = 24 * 3600
"""Backstop for a leg that nobody owns any more. It counts on while people talk, hence longer than any talk; who is gone
without a word is noticed by the missing sound long before."""


def extensions_conf(settings: ExchangeSettings) -> str:
    """extensions.conf, whole."""
    parts = [
        "[general]\nstatic=yes\nwriteprotect=yes\n",
        _inbound(settings),
        _alone(),
        _phones(settings),
        _wire(),
    ]
    parts.append(_test_call())
    parts += [
        _called_in_to(trunk) for trunk in settings.trunks if trunk.called_number_in is CalledNumberIn.TO
    ]
    return "\n".join(parts)


def context_of(trunk: Trunk) -> str:
    """Where calls of this trunk enter the dialplan."""
    return f"inbound-{trunk.name}" if trunk.called_number_in is CalledNumberIn.TO else trunk.context


def _inbound(settings: ExchangeSettings) -> str:
    # The arguments for StasisStart are split at colons here; a comma would end them (documented, and seen).
    broadcast = f"StasisBroadcast({BROADCAST_MS},^{APPLICATION}$,did:${{CB_DID}}:${{CHANNEL(endpoint)}})"
    return f"""[inbound]
exten => _[+0-9].,1,Set(TIMEOUT(absolute)={CALL_SECONDS_MAX})
 same => n,Set(CB_BEGAN={_NOW})
 same => n,Set(CB_DID=${{FILTER(+0-9,${{EXTEN}})}})
 same => n,Set(CB_TRY=0)
 same => n(try),{broadcast}
 same => n,GotoIf($["${{STASISSTATUS}}"="SUCCESS"]?end)
 same => n,Ringing()
 same => n,Set(CB_TRY=$[${{CB_TRY}}+1])
 same => n,GotoIf($[${{CB_TRY}}>1]?again)
 same => n,Set(CHANNEL(hangup_handler_push)={ALONE_CONTEXT},ended,1)
 same => n(again),GotoIf($[${{CB_TRY}}<{TRIES}]?try)
 same => n,Gosub({ALONE_CONTEXT},begun,1({_NOW}))
 same => n,Set(CB_OF=${{DB({FALLBACK_OF_FAMILY}/${{CHANNEL(endpoint)}})}})
 same => n,Set(CB_GROUP=${{DB({FALLBACK_FAMILY}/${{CB_OF}}${{CB_DID}})}})
 same => n,GotoIf($["${{CB_GROUP}}"=""]?closed)
 same => n,Dial(${{CB_GROUP}},40,U({ALONE_CONTEXT}^${{UNIQUEID}}))
 same => n,GotoIf($["${{DIALSTATUS}}"="ANSWER"]?end)
 same => n,{broadcast}
 same => n,GotoIf($["${{STASISSTATUS}}"="SUCCESS"]?end)
 same => n(closed),Playback(cordboard/{settings.language}/closed)
 same => n(end),Hangup()
"""


_NOW = "${STRFTIME(,,%s%3q)}"
"""Milliseconds since 1970."""


def _alone() -> str:
    # What a caller's network says is never part of an expression, and percent-encoded it cannot end a line of the
    # management socket either. The letter before it is there because URIENCODE complains when it is given nothing. A
    # text with `):` in it means a part of the value, which is what is then written.
    number = f"${{URIENCODE(n${{CALLERID(num):0:{NUMBER_BYTES_MAX}}})}}"
    name = f"${{URIENCODE(n${{CALLERID(name):0:{NAME_BYTES_MAX}}})}}"
    this = f"DB({ALONE_FAMILY}/${{UNIQUEID}}"
    # The end is written for whoever was not taken in the first try: one who gives up in between has an end and no
    # beginning, and who is taken by Cordboard after all is Cordboard's to remember.
    return f"""[{ALONE_CONTEXT}]
exten => begun,1,Set(CB_ALONE=1)
 same => n,Set({this}/begun)=${{CB_BEGAN}} ${{ARG1}} ${{CB_DID}} ${{CHANNEL(endpoint)}} {number} {name})
 same => n,Return()
exten => s,1,Set(DB({ALONE_FAMILY}/${{ARG1}}/answered)={_NOW} ${{CHANNEL(endpoint)}})
 same => n,Return()
exten => ended,1,GotoIf($["${{STASISSTATUS}}"="SUCCESS"]?taken)
 same => n,GotoIf($["${{CB_ALONE}}"="1"]?over)
 same => n,Gosub({ALONE_CONTEXT},begun,1(0))
 same => n(over),Set({this}/ended)={_NOW} ${{CHANNEL(hangupsource)}})
 same => n(taken),Return()
"""


def _phones(settings: ExchangeSettings) -> str:
    trunks = "&".join(trunk.endpoint for trunk in settings.emergency_trunks(None))
    lines = [
        "[phones]",
        # The echo test of a telephone is the exchange's own: it also works while Cordboard is away.
        f"exten => {ECHO_NUMBER},1,Answer()",
        " same => n,Echo()",
        " same => n,Hangup()",
    ]
    for number in settings.emergency_numbers:
        lines += [
            f"exten => {number},1,Set(CB_TRUNKS=${{DB({EMERGENCY_FAMILY}/${{CHANNEL(endpoint)}})}})",
            f' same => n,Set(CB_TRUNKS=${{IF($["${{CB_TRUNKS}}"=""]?{trunks}:${{CB_TRUNKS}})}})',
            f" same => n,Set(CB_SHOW=${{DB({EMERGENCY_NUMBER_FAMILY}/${{CHANNEL(endpoint)}})}})",
            ' same => n,GotoIf($["${CB_SHOW}"=""]?dial)',
            " same => n,Set(CALLERID(num)=${CB_SHOW})",
            " same => n(dial),Set(CB_LEFT=${CB_TRUNKS})",
            # One after the other: whichever is up takes it.
            " same => n(next),Set(CB_TRUNK=${CUT(CB_LEFT,&,1)})",
            ' same => n,GotoIf($["${CB_TRUNK}"=""]?away)',
            " same => n,Set(CB_LEFT=${CUT(CB_LEFT,&,2-)})",
            " same => n,Dial(PJSIP/${EXTEN}@${CB_TRUNK},120)",
            ' same => n,GotoIf($["${DIALSTATUS}"="CHANUNAVAIL"|"${DIALSTATUS}"="CONGESTION"]?next)',
            " same => n,Hangup()",
            *_whatever_the_trunks_seem(settings),
            " same => n(none),Congestion(10)",
            " same => n,Hangup()",
        ]
    broadcast = f"StasisBroadcast({BROADCAST_MS},^{APPLICATION}$,out:${{CB_NUMBER}}:${{CHANNEL(endpoint)}})"
    lines += [
        # The exclamation mark also takes a single digit, such as 9 for the desk.
        "exten => _[+0-9*#]!,1,Set(CB_NUMBER=${FILTER(+0-9*#,${EXTEN})})",
        # The transfer key on the phone is told to us instead of being carried out behind our back. An
        # endpoint's set_var would do it for every leg, but astdb does not keep that option (22.10, seen).
        " same => n,Set(PJSIP_TRANSFER_HANDLING()=ari-only)",
        f" same => n,{broadcast}",
        ' same => n,GotoIf($["${STASISSTATUS}"="SUCCESS"]?end)',
        # A tone: a plain Stasis() would hang in silence for as long as Cordboard is away.
        " same => n,Congestion(5)",
        " same => n(end),Hangup()",
    ]
    return "\n".join(lines) + "\n"


def _wire() -> str:
    # The far half is born with the marks of the near one: it is told here what it is, so that nobody can find it
    # in between. Not StasisBroadcast: our own leg is waited for, and an application of an outbound socket stays
    # registered while Cordboard is away.
    return f"""[{WIRE_CONTEXT}]
exten => end,1,Set(CB_CALL=${{CB_OTHER}})
 same => n,Set(CB_OUT=)
 same => n,Set(TIMEOUT(absolute)={CALL_SECONDS_MAX})
 same => n,Stasis({APPLICATION},wire)
 same => n,Hangup()
"""


def _test_call() -> str:
    # Whoever answers hears himself: that proves the sound in both directions.
    return f"""[{TEST_CONTEXT}]
exten => call,1,Set(CALLERID(num)=${{CB_SHOW}})
 same => n,Dial(${{CB_TO}},{TEST_RING_S})
 same => n,Hangup()
exten => h,1,Set(DB({TEST_FAMILY}/${{CB_TEST}})=${{DIALSTATUS}} ${{HANGUPCAUSE}})
exten => answered,1,Set(DB({TEST_FAMILY}/${{CB_TEST}})=ANSWER 16)
 same => n,Set(TIMEOUT(absolute)={TEST_TALK_S})
 same => n,Echo()
 same => n,Hangup()
"""


def _whatever_the_trunks_seem(settings: ExchangeSettings) -> list[str]:
    """A trunk that left a question unanswered counts as unreachable and is not dialled; for help it is, by address.

    All at once: one that is really away says nothing for half a minute, and the first that answers has the call.
    """
    lines = [
        " same => n(away),Set(CB_LEFT=${CB_TRUNKS})",
        " same => n,Set(CB_ALL=)",
        " same => n(more),Set(CB_TRUNK=${CUT(CB_LEFT,&,1)})",
        ' same => n,GotoIf($["${CB_TRUNK}"=""]?all)',
        " same => n,Set(CB_LEFT=${CUT(CB_LEFT,&,2-)})",
    ]
    lines += [
        f' same => n,GotoIf($["${{CB_TRUNK}}"="{trunk.endpoint}"]?trunk{at})'
        for at, trunk in enumerate(settings.trunks)
    ]
    lines.append(" same => n,Goto(more)")
    for at, trunk in enumerate(settings.trunks):
        # A semicolon would begin a comment.
        address = trunk.address.removeprefix("sip:").replace(";", "\\;")
        lines.append(
            f" same => n(trunk{at}),Set(CB_ALL=${{CB_ALL}}&PJSIP/{trunk.endpoint}/sip:${{EXTEN}}@{address})"
        )
        lines.append(" same => n,Goto(more)")
    lines += [
        ' same => n(all),GotoIf($["${CB_ALL}"=""]?none)',
        " same => n,Dial(${CB_ALL:1},120)",
        " same => n,Hangup()",
    ]
    return lines


def _called_in_to(trunk: Trunk) -> str:
    return f"""[inbound-{trunk.name}]
exten => _[+0-9A-Za-z]!,1,Set(CB_TO=${{PJSIP_HEADER(read,To)}})
 same => n,Set(CB_TO=${{CUT(CB_TO,@,1)}})
 same => n,Set(CB_TO=${{FILTER(+0-9,${{CUT(CB_TO,:,2)}})}})
 same => n,Goto({trunk.context},${{CB_TO}},1)
"""
