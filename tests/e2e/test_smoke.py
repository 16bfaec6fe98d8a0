"""`make smoke` as a test, so that it cannot rot."""

from pathlib import Path

import pytest

from tests.e2e.smoke import Failed, smoke

pytestmark = [pytest.mark.exchange, pytest.mark.browser]


@pytest.mark.timeout(240)
@pytest.mark.rule(
    "1.1-m", "1.2-b", "1.2-c", "2.1.1-b", "2.1.1-h", "2.1.1-m", "2.1.1-p", "2.3-b", "2.3-d", "3.4-d", "3.4-e",
    "5.1-a", "D25",
)  # fmt: skip
async def test_the_main_job_runs_with_a_browser_phone_and_with_a_desk_phone(tmp_path: Path) -> None:
    """A real caller waits with music, is answered by one click, hears and is heard, is held with music, resumed
    and ended; wrap-up follows, and the call stands in the history with its wait and talk times."""
    lines: list[str] = []
    try:
        await smoke(tmp_path, lines.append)
    except Failed as problem:
        pytest.fail("\n".join([f"smoke failed at: {problem}", *lines]), pytrace=False)
