"""The browser of the tests sends its microphone's tone and tells which tone it hears."""

from pathlib import Path

import pytest

from tests.support.chromium import Chromium, hears, hears_silence, screenshot, sounds
from tests.support.rtp import NotHeard

pytestmark = pytest.mark.browser

TALK_TO_ITSELF = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: {
    echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  a.onicecandidate = (e) => b.addIceCandidate(e.candidate);
  b.onicecandidate = (e) => a.addIceCandidate(e.candidate);
  stream.getTracks().forEach((track) => a.addTrack(track, stream));
  await a.setLocalDescription(await a.createOffer());
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription(await b.createAnswer());
  await a.setRemoteDescription(b.localDescription);
  window.microphone = stream.getTracks()[0];
}"""


@pytest.fixture
def empty_page(tmp_path: Path) -> str:
    """A page with nothing on it; a file counts as a secure place, so it may use the microphone."""
    path = tmp_path / "empty.html"
    path.write_text("<!doctype html><title>empty</title><style>:root{color-scheme:light dark}</style>")
    return path.as_uri()


async def test_a_page_hears_the_tone_of_its_microphone(tmp_path: Path, empty_page: str) -> None:
    """Through WebRTC and back, and no longer once the microphone is muted."""
    async with Chromium(tmp_path, tone_hz=600) as browser:
        page = await browser.page(empty_page)
        assert await sounds(page) == []

        await page.evaluate(TALK_TO_ITSELF)

        await hears(page, 600)
        with pytest.raises(NotHeard, match=r"last heard: \d+ Hz at"):
            await hears(page, 800, within_ms=200)
        await page.evaluate("() => { window.microphone.enabled = false }")
        await hears_silence(page)
        assert browser.errors == []


async def test_theme_language_and_size_are_what_was_asked(tmp_path: Path, empty_page: str) -> None:
    """A screenshot has the asked size."""
    async with Chromium(tmp_path) as browser:
        page = await browser.page(empty_page, width=1366, height=768, theme="dark", locale="en-GB")

        told = await page.evaluate(
            "() => [navigator.language, matchMedia('(prefers-color-scheme: dark)').matches]"
        )
        picture = await screenshot(page, tmp_path / "shots" / "empty.png")

    assert told == ["en-GB", True]
    # Width and height stand in the PNG's header.
    assert picture.read_bytes()[16:24] == (1366).to_bytes(4, "big") + (768).to_bytes(4, "big")


async def test_an_error_of_a_page_is_kept(tmp_path: Path, empty_page: str) -> None:
    """A test may assert that there was none."""
    async with Chromium(tmp_path) as browser:
        page = await browser.page(empty_page)
        await page.evaluate("() => { setTimeout(() => { throw new Error('oops') }) }")
        await page.wait_for_timeout(100)

        assert any("oops" in error for error in browser.errors)
