"""Draws docs/states.md from the tables of `cordboard.core.transitions`: `python -m tools.states` (a test compares)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from cordboard.core import transitions
from cordboard.core.agent import AgentStatus, LineState
from cordboard.core.call import CallState, TransferState
from cordboard.core.dialogue import DialogueStep
from cordboard.core.records import CallBackStatus

PAGE = Path(__file__).parent.parent / "docs" / "states.md"
MACHINES: tuple[tuple[str, type[Enum], Mapping[Any, frozenset[Any]], str], ...] = (
    (
        "A call",
        CallState,
        transitions.CALL,
        "Whether a waiting call is offered to anybody is read from its offers.",
    ),
    (
        "An offer",
        transitions.OfferState,
        transitions.OFFER,
        "One agent's card for one call. An open offer is kept on the call; how it ended is written as a segment.",
    ),
    ("A transfer", TransferState, transitions.TRANSFER, "Decision D7; kept on the call that is passed on."),
    (
        "A call back",
        CallBackStatus,
        transitions.CALLBACK,
        "Decision D14. Between attempts it is planned again; what failed or was cancelled can be repeated by hand.",
    ),
    (
        "A caller who was missed",
        transitions.MissedState,
        transitions.MISSED,
        "In the list beside the planning (D14). Closed when somebody has spoken to the caller, or by hand.",
    ),
    (
        "A caller who asks to be called back",
        DialogueStep,
        transitions.DIALOGUE,
        "By keys (3.6-t). While it goes on the call waits as before, or leaves by this way out. Over is never kept.",
    ),
    ("An agent's line", LineState, transitions.LINE, "The one leg of the agent's device (D27)."),
    (
        "Wrap-up",
        transitions.WrapUpState,
        transitions.WRAP_UP,
        "Pending is earned and waits for the last live call; armed was asked for during a call.",
    ),
    (
        "An agent, as colleagues see it",
        AgentStatus,
        transitions.AGENT,
        "Follows from calls, wrap-up, pause, device and console; the first that holds, in this order, is shown.",
    ),
)


def page() -> str:
    """The whole page."""
    parts = [
        "# States\n",
        "Drawn from `src/cordboard/core/transitions.py` by `python -m tools.states`; a test keeps them equal. What is",
        "not in a table does not happen: the core asserts it.\n",
    ]
    for title, states, table, words in MACHINES:
        parts += [f"## {title}\n", words + "\n"]
        if states is AgentStatus:
            parts += [f"{at}. `{state.value}`" for at, state in enumerate(transitions.AGENT_ORDER, start=1)]
            parts.append("")
            continue
        parts += ["```mermaid", "stateDiagram-v2"]
        parts += [
            f"    {state.value} --> {following.value if table[following] else '[*]: ' + following.value}"
            for state in states
            for following in sorted(table[state], key=lambda s: s.value)
            if following is not state
        ]
        parts += ["```\n"]
    return "\n".join(parts)


def main() -> int:
    """Write it."""
    PAGE.write_text(page())
    print(f"states: wrote {PAGE.relative_to(PAGE.parent.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
