"""How a person wants the console: sounds and keys. Kept on the server, so that they come along to another desk."""

from __future__ import annotations

from typing import Annotated, Protocol

import msgspec

from cordboard.core.types import UserId


class Preferences(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one person; without any, these."""

    ring_volume: Annotated[int, msgspec.Meta(ge=0, le=100)] = 100
    """Percent of the loudest."""
    beeps: bool = True
    """Beep for an urgent call while talking, and for what else is said once."""
    keys_on: bool = True
    """False: no key of the keyboard does anything by itself."""
    keys: Annotated[
        dict[
            Annotated[str, msgspec.Meta(max_length=20)],
            Annotated[str, msgspec.Meta(min_length=1, max_length=20)],
        ],
        msgspec.Meta(max_length=30),
    ] = {}
    """Action -> key, as the console's key map names them; only those that differ from the usual."""


class PreferenceStore(Protocol):
    """Keeps them, as text."""

    async def preferences(self, user: UserId) -> str | None: ...

    async def set_preferences(self, user: UserId, text: str) -> None: ...


async def read_preferences(store: PreferenceStore, user: UserId) -> Preferences:
    """This person's; what an older or newer Cordboard wrote and this one does not understand is as if never set."""
    text = await store.preferences(user)
    try:
        return Preferences() if text is None else msgspec.json.decode(text, type=Preferences)
    except msgspec.MsgspecError:
        return Preferences()


async def write_preferences(store: PreferenceStore, user: UserId, preferences: Preferences) -> None:
    """From now on these."""
    await store.set_preferences(user, msgspec.json.encode(preferences).decode())
