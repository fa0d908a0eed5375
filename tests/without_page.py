"""The command line in a process of its own, without the page of a run, which takes seconds to draw and has its own
tests."""

from __future__ import annotations

import sys

PROGRAM = """
import pathlib, sys
import stress.report
from stress.cli import main
stress.report.write = lambda ds, path: pathlib.Path(path).write_text("<html></html>")
main(sys.argv[1:])
"""
COMMAND = [sys.executable, "-c", PROGRAM]
