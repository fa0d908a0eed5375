"""What a command costs in a process of its own: processor time and memory of that process alone."""

import os
import re
import subprocess
import sys
from typing import NamedTuple

from shipped import ROOT

PROGRAM = """
import atexit, sys, time
def cost():
    status = open("/proc/self/status").read()
    print("cost", time.process_time(), status.split("VmHWM:")[1].split()[0], file=sys.stderr)
atexit.register(cost)
from stress.cli import main
main(sys.argv[1:])
"""


class Spent(NamedTuple):
    """A finished command."""

    code: int
    out: str
    err: str
    seconds: float
    """Processor time, the interpreter's start included."""
    megabytes: float
    """Largest resident memory."""


def spent(*arguments: str) -> Spent:
    """Run `stress` with arguments (Linux: the memory is read from /proc)."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    known = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=False)
    err, seconds, kilobytes = re.fullmatch(r"(.*)cost (\S+) (\d+)\n", done.stderr, re.DOTALL).groups()
    return Spent(done.returncode, done.stdout, err, float(seconds), float(kilobytes) / 1024.0)
