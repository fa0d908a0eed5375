"""What the readers of a scenario's tables assumed is told wherever notes on inputs are."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
from shipped import JOB

from stress.cli import exit_code


def test_a_run_says_how_dates_of_macro_tables_and_shocks_are_read_as_a_check_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also of what a scenario combines, and of a level; once for a table that two scenarios read."""
    ends = [datetime.date(2015 + k // 12, k % 12 + 1, 1) - datetime.timedelta(1) for k in range(48)]
    (tmp_path / "macro.csv").write_text("\n".join(["Date,u", *(f"{day:%m/%d/%Y},5.0" for day in ends)]))
    (tmp_path / "model.toml").write_text(
        'kind = "satellite"\nversion = 1\nname = "m"\nlink = "log"\nper_year = 12\n'
        '[[terms]]\nvariable = "u"\ncoefficient = 0.1\n'
    )
    head = 'kind = "scenario"\nversion = 1\nname = "{}"\n'
    macro = '[macro]\ntables = [{ file = "macro.csv" }]\nstart = "2015-03"\nafter_end = "hold"\n'
    macro += '[[satellites]]\nfile = "model.toml"\ntarget = "payment"\n'
    shock = 'shocks = [{ target = "entry_rate", how = "multiply", file = "macro.csv" }]\n'
    for name, text in (("a", macro), ("b", 'combine = ["a.toml"]\n'), ("c", f'[[levels]]\nname = "bad"\n{shock}')):
        (tmp_path / f"{name}.toml").write_text(head.format(name) + text)
    text = JOB.read_text(encoding="utf-8").replace('"../', f'"{JOB.parents[1].as_posix()}/')
    job = tmp_path / "job.toml"
    job.write_text(re.sub(r"scenarios = \[[^\]]*\]", 'scenarios = ["a.toml", "b.toml", "c.toml"]', text))
    said = "macro.csv: dates are month/day/year"
    places = ["macro.tables[1].file", "a.toml: macro.tables[1].file", 'levels["bad"].shocks[1].file']
    assert exit_code(["check", str(job), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert [note["key"] for note in found["notes"] if note["says"] == said] == places
    assert exit_code(["run", str(job), "--paths", "64", "--out", str(tmp_path / "out"), "--log-json"]) == 0
    err = capsys.readouterr().err
    told = [line["note"] for line in map(json.loads, err.splitlines()) if said in line.get("note", "")]
    scenarios = ["scenario a", "scenario b", "scenario c_bad"]
    assert told == [f"{of}: {place}: {said}" for of, place in zip(scenarios, places, strict=True)]
    assert all(note.replace('"', "&#34;") in (tmp_path / "out" / "report.html").read_text() for note in told)
