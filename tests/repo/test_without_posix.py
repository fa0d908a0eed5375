"""The package without what only POSIX systems have: on Windows nothing of it may stand on the way to a result."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from shipped import JOB, ROOT

from stress.cli import exit_code

WINDOWS = """
import os, signal, sys
# other people's packages choose their own way by the system's name: they are loaded as they are
import click, filelock, h5netcdf, jinja2, matplotlib.figure, numba, pandas, platformdirs, psutil, pydantic, rich, scipy
import tomli, xarray
import multiprocessing.pool, subprocess, tempfile, numba.np.npdatetime, numba.core.compiler, rich.console

for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"):
    sys.modules[name] = None
for name in ("getuid", "geteuid", "getgid", "sched_getaffinity", "O_NOFOLLOW", "fork", "statvfs", "sysconf", "chown",
             "killpg", "getloadavg", "nice", "pread", "pwrite", "mkfifo", "getpgid", "setsid", "uname"):
    if hasattr(os, name):
        delattr(os, name)
if hasattr(os, "process_cpu_count"):  # without the call above it is this, where Python is built without it
    os.process_cpu_count = os.cpu_count
for name in ("SIGKILL", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD", "SIGQUIT", "SIGTSTP", "pthread_sigmask"):
    if hasattr(signal, name):
        delattr(signal, name)
"""
RUN = """
import stress
from markupsafe import Markup
from stress.cli import main
from stress.report import figures
from stress.report.page import whole

drawn = whole.svg_of
for name in ("loss", "lives", "events", "heat_map", "defaults", "convergence"):  # fans alone are drawn
    setattr(figures, name, lambda *_: None)
whole.svg_of = lambda figure, name: Markup("<svg></svg>") if figure is None else drawn(figure, name)
job = stress.load("scenarios/jobs/baitiao-12m.toml")
assert stress.simulate(job, paths=64, scenarios=["baseline"], threads=1).sizes["scenario"] == 1
main(["run", "scenarios/jobs/baitiao-12m.toml", "--paths", "64", "--scenario", "baseline", "--threads", "1",
      "--out", sys.argv[1]])
"""


def test_a_run_needs_nothing_that_only_posix_has(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS + RUN, str(tmp_path / "out")],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert {"results.nc", "report.html", "manifest.json"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert "<path" in (tmp_path / "out/report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("no_figures")
@pytest.mark.skipif(not Path("/sys").is_dir(), reason="a folder that nobody can write to")
def test_from_a_folder_that_cannot_be_written_a_run_needs_only_its_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["run", str(JOB), "--paths", "64", "--scenario", "baseline"]
    monkeypatch.chdir("/sys")
    assert exit_code(command) == 2
    refused = capsys.readouterr().err
    assert re.fullmatch(r"stress: --out results/baitiao-24m: cannot be written: [\w -]+\n", refused)
    assert exit_code([*command, "--out", str(tmp_path / "out"), "--threads", "1"]) == 0
    assert capsys.readouterr().err == ""
    assert (tmp_path / "out/report.html").is_file()
