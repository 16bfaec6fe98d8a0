"""What every test shares: proofs for `tools/rules`, and how Hypothesis behaves in this house."""

from __future__ import annotations

import os

from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

pytest_plugins = ["tools.rules_plugin", "tools.lanes_plugin"]

# No deadline per example: a shared machine's pauses are not our mistakes. In CI the same examples every time;
# at a desk new ones, and what failed is kept in .cache to be tried first the next time.
settings.register_profile(
    "desk", deadline=None, print_blob=True, database=DirectoryBasedExampleDatabase(".cache/hypothesis")
)
settings.register_profile("ci", deadline=None, print_blob=True, database=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
