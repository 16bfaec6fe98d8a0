"""Which call something is done for: every log line of it carries the call's id, so that its story can be read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cordboard.core.types import CallId

_call: ContextVar[CallId | None] = ContextVar("call", default=None)


def current_call() -> CallId | None:
    """None: what is done is for no call, or for more than one."""
    return _call.get()


@contextmanager
def about(call: CallId | None) -> Iterator[None]:
    """What is done within is for this call, and so is what it begins and does not wait for (None: for no call)."""
    token = _call.set(call)
    try:
        yield
    finally:
        _call.reset(token)


def say_later(say: Callable[[], None]) -> None:
    """Write lines of the log when what has been begun is under way, in the order in which this was called.

    A line costs more than a turn of the core, and a telephone should not ring later for it.
    """
    asyncio.get_running_loop().call_soon(say)
