"""A run in a process of its own, so that tests can kill it: options as JSON, without the page."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
JOB = ROOT / "scenarios/jobs/baitiao-24m.toml"
SCENARIO = "baseline"


def start(out: Path, **options: Any) -> subprocess.Popen[str]:
    """Start a run into a folder, in a session of its own."""
    command = [sys.executable, __file__, json.dumps({"out": str(out), **options})]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, start_new_session=True, env=environment()
    )


def run(out: Path, **options: Any) -> tuple[int, str, str]:
    """Run to the end: exit code, stdout, stderr."""
    child = start(out, **options)
    stdout, stderr = child.communicate(timeout=1500)
    return child.returncode, stdout, stderr


def environment() -> dict[str, str]:
    """This process's, with the package of this tree and no cluster."""
    known = {k: v for k, v in os.environ.items() if k != "DASK_SCHEDULER_ADDRESS"}
    return known | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}


def main() -> int:
    """Plan and run through the command's own code."""
    import warnings

    from stress import report
    from stress.cli import output
    from stress.cli import run as command
    from stress.errors import StressError
    from stress.inputs.load import load_job
    from stress.runs.jobs.plans import plan

    warnings.simplefilter("ignore")
    report.write = lambda ds, path: Path(path).write_text("<html></html>")  # type: ignore[assignment]
    report.table = lambda ds: ""  # type: ignore[assignment]
    options = json.loads(sys.argv[1])
    options["out"] = Path(options["out"])
    settings = {"scenarios": [SCENARIO], "seed": 7, "every": 0.0, "most": 2048} | options
    try:
        code = command.execute(plan(load_job(JOB), **settings), output.Output(log_json=True))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"event": "ended", "peak_kb": peak}), file=sys.stderr)
        return code
    except StressError as error:
        print(f"stress: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
