"""What an organisation may have taken, and what this version has to give (1.1-k, 1.1-l)."""

from __future__ import annotations

from enum import Enum


class Module(Enum):
    """A part of the product that the provider switches on or off for an organisation; in the portal's order."""

    OPERATOR = "operator"
    CALLBACK = "callback"
    WALLBOARD = "wallboard"
    REPORTS = "reports"
    ADMINISTRATION = "administration"


BUILT = frozenset({Module.OPERATOR, Module.CALLBACK, Module.ADMINISTRATION})
"""Those of this version; the others are shown in the portal and cannot be chosen yet."""

MODULE_OFF = "module_off"
"""The refusal's code, for requests and live commands."""
