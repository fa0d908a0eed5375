"""`python -m benchmarks [--quick] [--case NAME [--against COMMIT]] [--json FILE]`: the engine against its references.

Each case runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.table import show

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the cases, print the table, write the JSON."""
    from benchmarks.cases import QUICK_CASES
    from benchmarks.listing import ASKED_FOR, CASES

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the four main cases, within 50 s warm on two cores")
    parser.add_argument("--case", action="append", choices=list(CASES), metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write machine and cases here")
    parser.add_argument("--against", default="HEAD", metavar="COMMIT", help="what the case `before` compares with")
    options = parser.parse_args()
    names = options.case or list(QUICK_CASES if options.quick else (name for name in CASES if name not in ASKED_FOR))
    rows: list[dict[str, Any]] = []
    failed = False
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        case_rows = run_case(name, options.quick, options.against)
        failed = failed or case_rows is None
        rows += case_rows or []
    report = {"machine": _machine(), "cases": rows}
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    show(report)
    return int(failed)


def run_case(name: str, quick: bool, against: str = "HEAD") -> list[dict[str, Any]] | None:
    """Rows of a case, from a process of its own; None where it fails."""
    command = [sys.executable, "-m", "benchmarks.one", name, against, *(["--quick"] if quick else [])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"{name}: failed with exit code {done.returncode}", file=sys.stderr)
        return None
    rows: list[dict[str, Any]] = json.loads(done.stdout.strip().splitlines()[-1])
    return rows


def _machine() -> dict[str, Any]:
    from benchmarks.machine import describe

    return describe()


if __name__ == "__main__":
    sys.exit(main())
