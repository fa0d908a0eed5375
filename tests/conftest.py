"""What all tests share: tables are as wide on every terminal (tests of narrow ones set their own width)."""

from __future__ import annotations

import os

os.environ["COLUMNS"] = "140"
