"""A command that is killed as it writes leaves what was there: every file is whole or not there."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from shipped import ROOT

from stress.cli import main

DIRECT = re.compile(
    r"(?<!page)\.(?:write_text|write_bytes|to_csv|to_netcdf)\((?!part\b)"
    r"|open\((?!part\b|os\.devnull)[^()]*, ?[\"'][wax]"
)
WRITES = {"stress/atomic.py", "stress/validation/laws.py", "stress/validation/__main__.py"}
"""Where a file may be written in place: the one place that writes, a folder of a moment, the README of a clone."""
KILLED = """
import os, signal, sys
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from stress.cli import main
main(sys.argv[1:])
"""
CARDS = "scenarios/jobs/card-master-trust.toml"
CASE = "scenarios/jobs/baitiao-24m.toml"
COMMANDS = {
    name: tuple(line.split())
    for name, line in {
        "state": f"state {CASE} --month 3 -o",
        "whatif": f"whatif {CASE} --over payment=0.8:1 --points 4 --paths 512 -q -o",
        "backtest": f"backtest {CARDS} scenarios/reports/us-cards.toml --from 2015-07 --draws 100 -q --report",
    }.items()
}


def test_no_module_writes_a_file_in_place() -> None:
    lines = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "stress").rglob("*.py"))
        if str(path.relative_to(ROOT)) not in WRITES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if DIRECT.search(line) and not line.strip().startswith(">>>")
    ]
    assert lines == []


@pytest.mark.parametrize("name", ["backtest", *(pytest.param(n, marks=pytest.mark.slow) for n in ("state", "whatif"))])
def test_a_command_killed_before_its_file_is_named_leaves_the_old_one(name: str, tmp_path: Path) -> None:
    file = tmp_path / ("state.toml" if name == "state" else "page.html")
    file.write_text("what was there")
    command = [sys.executable, "-c", KILLED, *COMMANDS[name], str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert file.read_text() == "what was there"
    assert all(other == file or other.name.endswith(".part") for other in tmp_path.iterdir())
    with pytest.raises(SystemExit) as ended:
        main([*COMMANDS[name], str(file)])
    assert not ended.value.code
    assert len(file.read_text()) > 1_000
