"""Run one case in this process and write its rows as JSON: `python -m benchmarks.one CASE COMMIT [--quick]`."""

from __future__ import annotations

import json
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads: the reference is a one-thread program
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")


def main(arguments: list[str]) -> None:
    """Rows on stdout."""
    from benchmarks.cases import FULL, QUICK
    from benchmarks.listing import CASES
    from stress.errors import StressError

    effort = QUICK if "--quick" in arguments else FULL
    try:
        rows = CASES[arguments[0]](effort._replace(against=arguments[1]))
    except StressError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
