"""Short names of what pytest hands to a test."""

import pytest

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
