"""Whether a screen can be read by everybody, and where pictures of it go for people to look at."""

from __future__ import annotations

import json

from playwright.async_api import Page

from tests.support.installation import ROOT

AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / ".cache" / "screenshots"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def accessible(page: Page, what: str) -> None:
    """axe-core finds nothing wrong.

    Raises:
        AssertionError: it does; says what and where.
    """
    # What fades in has no colour of its own yet.
    await page.evaluate("Promise.allSettled(document.getAnimations().filter(a => a.effect?.getTiming().iterations "
                        "!== Infinity).map(a => a.finished))")  # fmt: skip
    # The rule that is off reads initials and key hints, which are hidden from screen readers, as the button's name.
    # Not as a script element: the page's content policy forbids those, which is right.
    await page.evaluate(AXE.read_text())
    found = json.loads(
        await page.evaluate(
            "async rules => JSON.stringify((await axe.run({ runOnly: rules, rules: { 'label-content-name-mismatch': "
            "{ enabled: false } } })).violations.map(v => "
            "[v.id, v.help, v.nodes.map(n => [n.target.join(' '), n.html.slice(0, 300)])]))",
            RULES,
        )
    )
    assert not found, f"{what}: " + json.dumps(found, indent=1, ensure_ascii=False)[:4000]
