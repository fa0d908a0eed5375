"""Another user of this machine: Python run under a user id that has no entry and no home. Needs root."""

import os
import subprocess
import sys

import pytest
from shipped import ROOT

ME, ANOTHER = 54_321, 54_322
"""Two user ids that no system gives to anybody."""

needs_root = pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 1)() != 0, reason="only root can become another user, and only on POSIX"
)


def run_as(user: int, imports: str, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code as that user; what it imports is imported before, for the sources may be closed to others.

    Coverage is not measured there: its files are not that user's.
    """
    become = f"import os\n{imports}\nos.setgroups([])\nos.setgid({user})\nos.setuid({user})\nos.umask(0o022)\n"
    ours = ("HOME", "XDG_CACHE_HOME", "STRESS_CACHE", "COVERAGE_")
    known = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-c", become + code],
        env=known | {"PYTHONPATH": str(ROOT)} | environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
