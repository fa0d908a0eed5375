"""What the readers of a scenario's tables assumed is told wherever notes on inputs are."""

import datetime
import json
import re
from pathlib import Path

import pytest
from shipped import JOB, JOBS

from stress.cli import exit_code


def test_a_book_says_how_dates_of_its_scenarios_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once for two deals under one scenario, in a check and in a count."""
    (tmp_path / "table.csv").write_text("Date,x\n01/31/2020,1.0\n02/29/2020,1.1\n")
    (tmp_path / "s.toml").write_text(
        'kind = "scenario"\nversion = 1\nname = "s"\n'
        '[[shocks]]\ntarget = "entry_rate"\nhow = "multiply"\nfile = "table.csv"\n'
    )
    deals = ", ".join(f'{{ name = "{name}", job = "{JOBS / name}.toml" }}' for name in ("turnover", "baitiao-12m"))
    held = ", ".join(f'{{ deal = "{name}", note = "mezzanine", share = 1.0 }}' for name in ("turnover", "baitiao-12m"))
    book = tmp_path / "book.toml"
    book.write_text(
        'kind = "book"\nversion = 1\nname = "b"\ncurrency = "CNY"\npaths = 1024\n'
        f'scenarios = [{{ name = "bad", file = "s.toml" }}]\ndeals = [{deals}]\npositions = [{held}]\n'
    )
    said = "table.csv: dates are month/day/year"
    assert exit_code(["check", str(book)]) == 0
    assert " ".join(capsys.readouterr().out.split()).count(said) == 1
    assert exit_code(["book", str(book), "--log-json"]) == 0
    assert capsys.readouterr().err.count(said) == 1


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
    (document,) = json.loads(capsys.readouterr().out)
    assert [note["key"] for note in document["notes"] if note["says"] == said] == places
    assert exit_code(["run", str(job), "--paths", "64", "--out", str(tmp_path / "out"), "--log-json"]) == 0
    err = capsys.readouterr().err
    lines = [line["note"] for line in map(json.loads, err.splitlines()) if said in line.get("note", "")]
    scenarios = ["scenario a", "scenario b", "scenario c_bad"]
    assert lines == [f"{of}: {place}: {said}" for of, place in zip(scenarios, places, strict=True)]
    assert all(note.replace('"', "&#34;") in (tmp_path / "out" / "report.html").read_text() for note in lines)
