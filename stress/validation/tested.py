"""Promises that tests keep: a line of pytest, run in a clone, and what the tests themselves measured."""

from __future__ import annotations

import importlib.util
import shlex
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from stress.errors import DataError
from stress.shipped import CLONE
from stress.validation.check import Check, Finding, exact

MEASURED = "measured"
"""A test says a figure with `record_property("measured", "82 of 100 mutants killed")`."""


def tested(name: str, part: str, promise: str, source: str, arguments: str) -> Check:
    """A promise kept by `python -m pytest ARGUMENTS` from the root of a clone. Blanks part the arguments."""
    run = partial(run_tests, tuple(shlex.split(arguments)))
    return Check(name, part, promise, source, run, long=True, line=f"python -m pytest {arguments}")


def run_tests(arguments: tuple[str, ...]) -> Iterator[Finding | str]:
    """Run pytest; one finding for the tests that failed, and what they recorded."""
    if not (CLONE / "tests").is_dir() or importlib.util.find_spec("pytest") is None:
        raise DataError("needs the tests of a clone of the repository, and pytest: pip install -e '.[test]'")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "tests.xml"
        plain, written = ("-q", "-p", "no:cacheprovider"), (f"--junitxml={report}", "-o", "junit_family=xunit1")
        command = [sys.executable, "-m", "pytest", *plain, *written, *arguments]  # xunit1 has properties
        done = subprocess.run(command, cwd=CLONE, capture_output=True, text=True, check=False)
        if not report.is_file():
            last = (done.stdout + done.stderr).strip().splitlines()[-1:]
            raise DataError(f"pytest ended with {done.returncode}: {' '.join(last)[:200]}")
        yield from read_report(report)


def read_report(report: Path) -> Iterator[Finding | str]:
    """Counts and recorded figures of a junit file that pytest wrote."""
    suite = ElementTree.parse(report).getroot()
    suites = [suite] if suite.tag == "testsuite" else list(suite)
    count = {key: sum(int(s.get(key, 0)) for s in suites) for key in ("tests", "failures", "errors", "skipped")}
    wrong = count["failures"] + count["errors"]
    passed = count["tests"] - wrong - count["skipped"]
    yield exact("tests that failed", 0.0, float(wrong), 0.0)
    yield Finding("tests that passed, at least one", 1.0, float(min(passed, 1)), 0.0)
    said = [p.get("value", "") for p in suite.iter("property") if p.get("name") == MEASURED]
    others = f", {count['skipped']} skipped" if count["skipped"] else ""
    others += f", {wrong} failed" if wrong else ""
    tests = f"{passed:,} test{'s' if passed != 1 else ''} passed{others}"
    yield "; ".join([*dict.fromkeys(said), tests])
