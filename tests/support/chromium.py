"""Debian's Chromium with a microphone that plays a tone and an ear in every page, for tests of the console.

The ear is put into each page before its own scripts run: it keeps every RTCPeerConnection's incoming sound and
measures it, so the console needs nothing for its tests. ::

    async with Chromium(tmp_path, tone_hz=600) as browser:
        page = await browser.page(f"{url}/operator")
        await page.get_by_role("button", name="Answer").click()
        await hears(page, 800)
        await screenshot(page, tmp_path / "operator.png")
"""

import asyncio
import re
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

from tests.support import processes, tone
from tests.support.rtp import NotHeard

MICROPHONE_RATE = 48_000
MICROPHONE_MS = 5_000
"""Chromium repeats the file; whole seconds of whole hertz make that seamless."""
LISTEN_S = 0.05
TOLERANCE_HZ = 12.0
"""The ear's steps are 5.9 Hz (48000 / 8192)."""
SILENT_DB = -65.0
"""The loudest frequency of what counts as silence; the tones of the tests arrive near -30."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # A machine without a network has no other address for WebRTC.
    "--allow-loopback-in-peer-connection",
)

EAR = """
(() => {
  if (typeof RTCPeerConnection === 'undefined') return;
  const ears = [];
  const Native = RTCPeerConnection;
  function listen(track) {
    const stream = new MediaStream([track]);
    // Chromium decodes remote sound only for who plays it; a muted element is enough.
    const element = new Audio();
    element.srcObject = stream;
    element.muted = true;
    element.play().catch(() => {});
    const context = new AudioContext({ sampleRate: 48000 });
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(stream).connect(analyser);
    ears.push({ track, element, context, analyser });
  }
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener('track', (event) => {
        if (event.track.kind === 'audio') listen(event.track);
      });
    }
  };
  Object.defineProperty(window, '__testEar', { value: () => {
    const sounds = [];
    for (const ear of ears) {
      if (ear.track.readyState !== 'live') {
        if (ear.context.state !== 'closed') ear.context.close();
        continue;
      }
      const levels = new Float32Array(ear.analyser.frequencyBinCount);
      ear.analyser.getFloatFrequencyData(levels);
      let loudest = 0;
      for (let i = 1; i < levels.length; i++) if (levels[i] > levels[loudest]) loudest = i;
      const hz = loudest * 48000 / 8192;
      sounds.push({ hz, db: Number.isFinite(levels[loudest]) ? levels[loudest] : -200 });
    }
    return sounds;
  } });
})();
"""


class Chromium:
    """One browser with one microphone tone; each page has a session (cookies, storage) of its own.

    Args:
        folder: where the microphone's sound is written; made when absent.
        tone_hz: what its microphone hears; None is silence.
    """

    def __init__(self, folder: Path, *, tone_hz: int | None = 600) -> None:
        self.folder, self.tone_hz = folder, tone_hz
        self.messages: list[str] = []
        """What the pages' scripts logged and which errors they left uncaught."""
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        microphone = self.folder / "microphone.wav"
        if self.tone_hz is None:
            sound = array("h", bytes(2 * MICROPHONE_RATE))
        else:
            sound = tone.sine(self.tone_hz, MICROPHONE_MS, rate=MICROPHONE_RATE)
        tone.write_wav(microphone, sound, MICROPHONE_RATE)
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=processes.program("chromium", "chromium"),
            args=[*FLAGS, f"--use-file-for-fake-audio-capture={microphone}"],
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()

    async def session(
        self,
        *,
        width: int = 1280,
        height: int = 800,
        theme: Literal["light", "dark"] = "light",
        locale: str = "nl-NL",
    ) -> BrowserContext:
        """A browser user of its own; sizes in CSS pixels, one device pixel each."""
        assert self._browser is not None, "not started"
        session = await self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale=locale,
            timezone_id="Europe/Amsterdam",
            permissions=["microphone", "notifications"],
            # Cordboard makes its own certificate at set-up.
            ignore_https_errors=True,
        )
        await session.add_init_script(EAR)
        session.on("console", lambda message: self.messages.append(f"{message.type}: {message.text}"))
        session.on("weberror", lambda event: self.messages.append(f"uncaught: {event.error}"))
        return session

    async def page(
        self,
        url: str | None = None,
        *,
        width: int = 1280,
        height: int = 800,
        theme: Literal["light", "dark"] = "light",
        locale: str = "nl-NL",
    ) -> Page:
        """A page in a session of its own, at `url` if given; close it with `await page.context.close()`."""
        session = await self.session(width=width, height=height, theme=theme, locale=locale)
        page = await session.new_page()
        if url is not None:
            await page.goto(url)
        return page

    @property
    def errors(self) -> list[str]:
        """The errors among the messages."""
        return [message for message in self.messages if re.match("error|uncaught", message)]


async def sounds(page: Page) -> list[tuple[float, float]]:
    """What the page hears now, per incoming WebRTC sound: loudest frequency in Hz and its level in dB."""
    return [(sound["hz"], sound["db"]) for sound in await page.evaluate("() => window.__testEar()")]


async def hears(page: Page, hz: int, *, within_ms: int = 5000) -> None:
    """Wait until the loudest frequency of some incoming sound is `hz`.

    Raises:
        NotHeard: not within `within_ms` milliseconds; says what was heard last.
    """
    await _until(
        page, within_ms, f"{hz} Hz", lambda heard: any(_is(hz, sound) for sound in heard), in_a_row=2
    )


async def hears_silence(page: Page, *, for_ms: int = 500, within_ms: int = 5000) -> None:
    """Wait for `for_ms` milliseconds in which no incoming sound is louder than silence.

    Raises:
        NotHeard: not within `within_ms` milliseconds; says what was heard last.
    """
    looks = max(2, round(for_ms / 1000 / LISTEN_S))
    await _until(page, within_ms, "silence", lambda heard: all(db < SILENT_DB for _, db in heard), looks)


async def hears_music(page: Page, *, without: tuple[int, ...] = (), within_ms: int = 5000) -> None:
    """Wait for sound whose loudest frequency is none of the tones `without`.

    Raises:
        NotHeard: not within `within_ms` milliseconds; says what was heard last.
    """

    def musical(heard: list[tuple[float, float]]) -> bool:
        loud = [sound for sound in heard if sound[1] >= SILENT_DB]
        return bool(loud) and not any(_is(hz, sound) for hz in without for sound in loud)

    await _until(page, within_ms, "music", musical, in_a_row=4)


async def screenshot(page: Page, path: Path) -> Path:
    """What is in the window now, without running animations and blinking carets; PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=path, animations="disabled", caret="hide")
    return path


def _is(hz: int, sound: tuple[float, float]) -> bool:
    return abs(sound[0] - hz) <= TOLERANCE_HZ and sound[1] >= SILENT_DB


async def _until(
    page: Page,
    within_ms: int,
    what: str,
    so: Callable[[list[tuple[float, float]]], bool],
    in_a_row: int,
) -> None:
    """Look until it was so this many times in a row: one look may fall between two sounds."""
    deadline = time.monotonic() + within_ms / 1000
    times = 0
    while times < in_a_row:
        heard = await sounds(page)
        times = times + 1 if so(heard) else 0
        if time.monotonic() > deadline:
            last = ", ".join(f"{hz:.0f} Hz at {db:.0f} dB" for hz, db in heard)
            raise NotHeard(f"no {what} within {within_ms} ms; last heard: {last or 'no incoming sound'}")
        await asyncio.sleep(LISTEN_S)
