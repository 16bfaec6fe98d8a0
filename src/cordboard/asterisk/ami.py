"""Asterisk's management socket, for what ARI cannot do: NOTIFY in a call, entries in astdb, and words of its console.

One action at a time, no events, reconnects by itself. Source: telephony notes 2 (a).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools

from cordboard.asterisk.settings import APPLICATION

TIMEOUT_MS = 2_000
BREATH_BLOCKS = 20
"""So many parts of a list are read before others have their turn: what has come in already is read without waiting."""
MESSAGE_BYTES_MAX = 2**20
"""A whole configuration file read back; more is a fault."""


class AmiFailed(Exception):
    """The action was refused, or the exchange is away; whether it happened is not known in the second case."""


class AmiRefused(AmiFailed):
    """The exchange answered, and did not do it."""


class AmiClient:
    """One connection, opened at the first action."""

    def __init__(
        self,
        port: int,
        password: str,
        *,
        host: str = "127.0.0.1",
        user: str = APPLICATION,
        timeout_ms: int = TIMEOUT_MS,
    ) -> None:
        """`timeout_ms` is how long one action may take."""
        self._address = (host, port)
        self._user = user
        self._password = password
        self._timeout_ms = timeout_ms
        self._beside: list[AmiClient] = []
        self._numbers = itertools.count(1)
        self._turn = asyncio.Lock()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    def beside(self, *, timeout_ms: int) -> AmiClient:
        """Another connection to the same exchange, for what takes long: nothing here waits for it.

        It is closed with this one.
        """
        host, port = self._address
        other = AmiClient(port, self._password, host=host, user=self._user, timeout_ms=timeout_ms)
        self._beside.append(other)
        return other

    async def notify_talk(self, channel_name: str) -> None:
        """Ask a phone to answer (or to resume), as a click on its screen would; see `notify`."""
        await self.notify(channel_name, "talk")

    async def notify_hold(self, channel_name: str) -> None:
        """Ask a phone to hold its call; see `notify`."""
        await self.notify(channel_name, "hold")

    async def notify(self, channel_name: str, event: str) -> None:
        """Send NOTIFY within the call of this channel.

        Success means "sent": a phone that does not know the event refuses it unseen. Judge by what happens next.

        Args:
            channel_name: such as `PJSIP/d-1-0000000d`, not the channel's id.
            event: `talk` or `hold`.
        """
        await self.action("PJSIPNotify", Channel=channel_name, Variable=f"Event={event}")

    async def put(self, family: str, key: str, value: str) -> None:
        """Write one entry of astdb."""
        await self.action("DBPut", Family=family, Key=key, Val=value)

    async def remove(self, family: str, key: str) -> None:
        """Remove one entry of astdb; that it is not there is no failure."""
        with contextlib.suppress(AmiRefused):
            await self.action("DBDel", Family=family, Key=key)

    async def remove_tree(self, family: str, key: str) -> None:
        """Remove every entry of astdb below this key; that there is none is no failure."""
        with contextlib.suppress(AmiRefused):
            await self.action("DBDelTree", Family=family, Key=key)

    async def family(self, family: str) -> dict[str, str]:
        """All entries of a family of astdb; none is no failure."""
        lines = await self.action("DBGetTree", Family=family, until="DBGetTreeComplete")
        values = [value for key, value in lines if key == "Val"]
        # Each key comes with the family before it.
        keys = [value.removeprefix(f"/{family}/") for key, value in lines if key == "Key"]
        return dict(zip(keys, values, strict=True))

    async def config(self, filename: str) -> dict[str, dict[str, str]]:
        """A configuration file as the exchange reads it: section -> option -> value (the last of equal names)."""
        lines = await self.action("GetConfig", Filename=filename)
        names = {key.split("-")[1]: value for key, value in lines if key.startswith("Category-")}
        found: dict[str, dict[str, str]] = {name: {} for name in names.values()}
        for key, value in lines:
            if key.startswith("Line-") and "=" in value:
                option, _, text = value.partition("=")
                found[names[key.split("-")[1]]][option.strip()] = text.strip()
        return found

    async def action(self, name: str, *, until: str | None = None, **fields: str) -> list[tuple[str, str]]:
        """Do one action and return the lines of its answer.

        Args:
            until: the event that ends a list of events, whose lines are then part of the answer; None: no list.

        Raises:
            AmiFailed: refused, not reachable, or no answer in time.
        """
        for key, value in fields.items():
            if "\r" in value or "\n" in value:
                raise AmiFailed(f"{name}: the value of {key} holds a line break.")
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout_ms / 1000):
                    if self._writer is None:
                        await self._log_in()
                    answer = await self._exchange(name, fields, until)
            except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError) as problem:
                await self._drop()
                raise AmiFailed(f"{name}: the exchange's management socket did not answer.") from problem
        self._require_success(name, answer)
        return answer

    async def close(self) -> None:
        """Hang up."""
        for other in self._beside:
            await other.close()
        async with self._turn:
            await self._drop()

    async def _log_in(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(*self._address, limit=MESSAGE_BYTES_MAX)
        await self._reader.readline()  # "Asterisk Call Manager/…"
        login = {"Username": self._user, "Secret": self._password, "Events": "off"}
        answer = await self._exchange("Login", login)
        try:
            self._require_success("Login", answer)
        except AmiRefused as refused:
            await self._drop()
            # Whatever was to be done has not even been asked.
            raise AmiFailed(str(refused)) from refused

    async def _exchange(
        self, name: str, fields: dict[str, str], until: str | None = None
    ) -> list[tuple[str, str]]:
        assert self._reader is not None
        assert self._writer is not None
        number = f"cb{next(self._numbers)}"
        lines = [
            f"Action: {name}",
            f"ActionID: {number}",
            *(f"{key}: {value}" for key, value in fields.items()),
        ]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await self._writer.drain()
        answer: list[tuple[str, str]] = []
        blocks = 0
        while True:
            blocks += 1
            if blocks % BREATH_BLOCKS == 0:
                await asyncio.sleep(0)
            block = (await self._reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
            lines_of_it = [
                (key, value)
                for key, _, value in (line.partition(": ") for line in block.split("\r\n"))
                if key
            ]
            # An answer to an action that we gave up on may still be in the pipe.
            if ("ActionID", number) not in lines_of_it:
                continue
            answer += lines_of_it
            # A refusal has no list behind it.
            if until is None or ("Event", until) in lines_of_it or ("Response", "Error") in lines_of_it:
                return answer

    @staticmethod
    def _require_success(name: str, answer: list[tuple[str, str]]) -> None:
        fields = dict(answer)
        if fields.get("Response") != "Success":
            raise AmiRefused(f"{name}: {fields.get('Message', 'refused')}")

    async def _drop(self) -> None:
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()
