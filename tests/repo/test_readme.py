"""README.md as a user meets it: its commands exist, with their options and files, and `check` answers as it says."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from shipped import ROOT

from stress.cli import cli

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """Every `stress ...` of a block for the shell and between single backquotes, without what is no whole command."""
    lines = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
    said = re.findall(r"`(stress [^`]+)`", TEXT)
    parts = [part for line in (*lines, *said) for part in re.split(r"&&|;", line.split("  #")[0])]
    candidates = (re.sub(r"^(\S*/)?stress ", "stress ", part.strip()) for part in parts)
    return sorted(
        {
            text
            for text in candidates
            if text.startswith("stress ") and not re.search(r"\.\.\.|\b(DIR|NAME|TAPE)\b", text)
        }
    )


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_readme_exists_with_its_options_and_files(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        if not words:
            return
        word = words.pop(0)
        subcommand = command.get_command(context, word)
        assert subcommand is not None, f"no command {word}"
        command = subcommand
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("-")} <= known
    for word in words:
        if word.startswith("scenarios/"):
            assert (ROOT / word).exists(), word


def test_check_answers_what_the_readme_says(tmp_path: Path) -> None:
    shown = next(block for kind, block in BLOCKS if not kind and block.startswith("ok  job"))
    ask = [sys.executable, "-m", "stress"]
    around = os.environ | {"COLUMNS": "110", "PYTHONPATH": str(ROOT)}
    for given in (["new", "job", "my-deal"], ["check", "my-deal/job.toml"]):
        done = subprocess.run([*ask, *given], cwd=tmp_path, env=around, capture_output=True, text=True, check=True)
    assert [line.rstrip() for line in done.stdout.splitlines()] == shown.splitlines()
