"""The promises: every check holds, a broken one is seen, and one list feeds command, record, README and chapter."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from handed import Capture, Patch

from stress.answers.validation_record import SHIPPED, read
from stress.cli import exit_code
from stress.errors import DataError, StressError
from stress.report.page import validation as chapter
from stress.shipped import CLONE
from stress.validation import (
    cards,
    coverage,
    coverage_books,
    coverage_break_even,
    coverage_capital,
    coverage_follow,
    coverage_gradients,
    coverage_sizes,
    coverage_triggers,
    deals_2020,
    many_factors,
    obligor_book,
    readme,
    record,
)
from stress.validation.catalogue import ALL, CHECKS, named
from stress.validation.check import Check, Finding, exact, measure, simulated
from stress.validation.tested import read_report, run_tests
from stress.validation.words import PARTS

FAST = [check for check in CHECKS if not check.long]
LONG = [check for check in CHECKS if check.long or check.name == "portfolio-of-25"]


@pytest.mark.parametrize("check", FAST, ids=lambda check: check.name)
def test_the_promise_is_kept(check: Check, monkeypatch: Patch) -> None:
    """The published portfolio on a quarter of its paths, with the wider errors that these have of their own."""
    monkeypatch.setattr(obligor_book, "PATHS", obligor_book.PATHS // 4)
    result = measure(check)
    assert [f for f in result.findings if not f.kept] == []
    assert result.verdict == "kept", result.measured


@pytest.mark.slow
@pytest.mark.parametrize("check", LONG, ids=lambda check: check.name)
def test_the_long_promise_is_kept(check: Check) -> None:
    result = measure(check)
    assert [f for f in result.findings if not f.kept] == []
    assert result.verdict == "kept", result.measured


QUICK: tuple[tuple[Callable[[int, float], Iterable[Finding | str]], int], ...] = (
    (coverage.plain, 20),
    (coverage.sobol, 10),
    (coverage_books.plain, 60),
    (coverage_books.importance, 60),
    (coverage_break_even.break_evens, 4),
    (coverage_gradients.gradients, 60),
    (lambda n, band: coverage_triggers.sobol(n, band, long=2**16), 10),
    (lambda n, band: coverage_capital.capitals(n, band, runs=1), 6),
    (coverage_sizes.sizes, 3),
    (lambda n, band: coverage_follow.followed(n, band, runs=1), 4),
)
"""Promises of coverage, with how often a quick test repeats each; the slow test of the same has hundreds of repeats."""


@pytest.mark.parametrize(("promise", "replications"), QUICK)
def test_intervals_hold_the_truth_about_as_often_as_they_say(
    promise: Callable[[int, float], Iterable[Finding | str]], replications: int, monkeypatch: Patch
) -> None:
    """Few runs: a share four standard errors off would still be seen."""
    monkeypatch.setattr(coverage_follow, "LONG", coverage_follow.LONG // 4)
    findings = [f for f in promise(replications, 4.0 * (0.95 * 0.05 / replications) ** 0.5) if isinstance(f, Finding)]
    assert findings
    assert [f for f in findings if not f.kept] == []


def test_the_portfolio_of_21_factors_is_the_published_one() -> None:
    book = many_factors.portfolio_book()
    assert book.factors is not None
    assert (len(book.deals), len(book.factors.names)) == (1_000, 21)
    assert book.amount == pytest.approx(50_500.0)
    for deal in (book.deals[0], book.deals[999]):
        (segment,), rho = deal.job.pool.segments, deal.job.pool.dependence.rho
        assert sorted(np.sqrt(rho) * np.array(deal.loads))[-4:] == pytest.approx([0.0, 0.4, 0.4, 0.8])
        assert 0.0 < segment.entry_rate <= 0.02


def of(*findings: Finding | str) -> Check:
    return Check("x", "benchmarking", "p", "s", lambda: findings)


def test_one_number_beyond_its_tolerance_breaks_a_promise() -> None:
    assert measure(of(exact("a", 1.0, 1.0, 0.0))).verdict == "kept"
    assert measure(of(simulated("a", 1.0, 1.39, 0.1))).verdict == "kept"
    broken = measure(of(exact("a", 1.0, 1.0, 0.0), simulated("b", 1.0, 1.41, 0.1)))
    assert broken.verdict == "broken"
    assert broken.measured == "2 numbers, worst 4.1 standard errors off; 1 broken"
    for wrong in (float("nan"), float("inf")):
        assert measure(of(exact("a", 1.0, wrong, 1.0))).verdict == "broken"
    assert measure(of()).verdict == "broken"
    assert measure(of("a text alone")).verdict == "broken"


def test_what_a_machine_lacks_is_not_run_and_a_broken_law_is_broken() -> None:
    def lacks() -> list[Finding]:
        raise DataError("needs scenarios/x")

    def breaks() -> list[Finding]:
        raise StressError("cash is off")

    assert measure(Check("x", "data", "p", "s", lacks))[::2] == ("not run", "needs scenarios/x")
    assert measure(Check("x", "data", "p", "s", breaks)).verdict == "broken"


def test_every_promise_has_a_section_a_source_and_a_command_of_its_own() -> None:
    assert len({c.name for c in ALL}) == len({c.command for c in ALL}) == len(ALL)
    assert {c.part for c in ALL} <= {p.name for p in PARTS}
    assert all(c.promise and c.source for c in ALL)
    assert named("large-pool") is CHECKS[0]
    for check in ALL:
        for word in check.command.split():
            assert not word.startswith("tests/") or (CLONE / word).exists(), check.command


def test_the_readme_says_what_the_list_and_the_record_say() -> None:
    """Else: python -m stress.validation README.md"""
    text = (CLONE / "README.md").read_text(encoding="utf-8")
    assert readme.rewritten(text, read(SHIPPED)) == text


def test_the_record_that_ships_breaks_no_promise_but_those_that_the_readme_tells_and_names_no_unknown_one() -> None:
    shipped = read(SHIPPED)["checks"]
    broken = [e["name"] for e in shipped if e["verdict"] == "broken"]
    readme_text = (CLONE / "README.md").read_text(encoding="utf-8")
    assert [name for name in broken if f"`{name}` is **not kept**" not in readme_text] == []
    for e in shipped:
        check = named(e["name"])
        assert check is not None
        assert check.command == e["command"]


def test_the_table_shows_what_is_broken_and_what_was_not_measured() -> None:
    first = named(readme.FIRST[0])
    assert isinstance(first, Check)
    entry = record.entry(first, measure(of(exact("a|b", 1.0, 2.0, 0.5))))
    rows = readme.table({"checks": [entry]}).splitlines()
    line = next(row for row in rows if f"`{first.command}`" in row)
    assert "**broken**" in line
    assert sum(readme.NOT_YET in row for row in rows) == len(readme.FIRST) - 1
    with pytest.raises(DataError, match="needs the lines"):
        readme.rewritten("no marks here", {"checks": []})


def test_the_list_shows_every_promise_with_its_command_and_measures_nothing(
    tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code(["validate", "--list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["promises"]
    assert [row["name"] for row in rows] == [check.name for check in ALL]
    assert all(row["command"] and row["promise"] for row in rows)
    assert list(tmp_path.iterdir()) == []
    assert exit_code(["validate", "--list", "turnover"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "a pool kept full for a year" in said
    turnover = next(row for row in rows if row["name"] == "turnover")
    assert f"the oldest, of {turnover['date']}: turnover." in said
    assert exit_code(["validate", "--list", "oracle"]) == 0
    assert "python -m pytest tests/oracle" in " ".join(capsys.readouterr().out.split())


def test_the_command_measures_writes_its_record_and_keeps_what_it_did_not_measure(
    tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code(["validate", "random123", "--json"]) == 0
    assert [c["name"] for c in json.loads(capsys.readouterr().out)["checks"]] == ["random123"]
    assert exit_code(["validate", "basel-formula"]) == 0
    shown = capsys.readouterr().out
    assert "PD 0.03%, LGD 45%" in shown
    assert "24 numbers" in shown
    kept = read(Path("results/validation.json"))
    assert [c["name"] for c in kept["checks"]] == ["basel-formula", "random123"]
    assert [p["name"] for p in kept["parts"]][:3] == ["purpose", "assumptions", "data"]


def test_a_broken_promise_is_exit_code_7_and_still_recorded(
    tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    monkeypatch.setattr("stress.validation.catalogue.ALL", (of(exact("a", 1.0, 2.0, 0.5))._replace(name="random123"),))
    out = tmp_path / "v.json"
    assert exit_code(["validate", "-o", str(out)]) == 7
    said = capsys.readouterr()
    assert "stress: broken: random123" in said.err
    assert "1 broken" in said.out
    assert json.loads(out.read_text())["checks"][0]["verdict"] == "broken"


def test_a_wrong_name_or_record_is_one_message(tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["validate", "larg-pool"]) == 2
    assert "did you mean large-pool" in capsys.readouterr().err
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"format": 9}')
    assert exit_code(["validate", "random123", "-o", str(wrong)]) == 3
    assert "wrong.json: is not a record" in capsys.readouterr().err


def test_a_file_of_tests_is_a_promise_and_may_say_what_it_measured(tmp_path: Path) -> None:
    report = tmp_path / "t.xml"
    said = '<properties><property name="measured" value="82 of 100 mutants killed"/></properties>'
    suite = '<testsuite tests="3" failures="1" errors="0" skipped="1">'
    report.write_text(f"<testsuites>{suite}<testcase>{said}</testcase></testsuite></testsuites>")
    findings = list(read_report(report))
    assert findings[-1] == "82 of 100 mutants killed; 1 test passed, 1 skipped, 1 failed"
    assert measure(of(*findings)).verdict == "broken"
    report.write_text('<testsuites><testsuite tests="2" failures="0" errors="0" skipped="2"/></testsuites>')
    assert measure(of(*read_report(report))).verdict == "broken"


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, Any]]:
    """The outcomes of the record that ships."""
    return {e["name"]: e for e in read(SHIPPED)["checks"] if "data" in e}


def test_the_chapter_has_every_section_of_model_risk_guidance_and_both_outcomes(
    outcomes: dict[str, dict[str, Any]],
) -> None:
    validation = chapter.chapter(read(SHIPPED))
    assert validation is not None
    titles = [section.title for section in validation.sections]
    assert titles == [part.title for part in PARTS]
    assert {"Purpose", "Assumptions", "Data", "Independent re-implementation", "Benchmarking"} < set(titles)
    assert {"Sensitivity", "Outcomes analysis", "Limits"} < set(titles)
    stories = [story for section in validation.sections for story in section.stories]
    assert [s.question.lower() for s in stories] == [e["promise"].lower() for e in outcomes.values()]
    assert all(story.exhibit is not None and "<svg" in story.exhibit.svg for story in stories)


def test_a_report_takes_the_record_beside_it_and_else_the_one_that_ships(tmp_path: Path) -> None:
    page = tmp_path / "results" / "job" / "report.html"
    page.parent.mkdir(parents=True)
    assert chapter.record_of(page) == read(SHIPPED)
    mine = record.document([record.entry(CHECKS[0], measure(of(exact("<b>", 1.0, 1.0, 0.0))))])
    (tmp_path / "results" / "validation.json").write_text(record.text(mine))
    assert chapter.record_of(page) == mine
    for damaged in ("not JSON", "[]", '{"format": 1, "version": "0", "parts": [], "checks": [{"name": 1}]}'):
        (page.parent / "validation.json").write_text(damaged)
        assert chapter.record_of(page) == mine
    assert chapter.chapter(None) is None


def test_the_back_test_is_out_of_sample_and_says_where_it_fails(outcomes: dict[str, dict[str, Any]]) -> None:
    shown = cards.outcome()
    first, second = shown.data["trials"]
    assert first["fitted"] == ["1991 Q1", "2007 Q4"]
    assert second["fitted"] == ["1991 Q1", "2019 Q4"]
    assert first["quarter"][0] == "2008 Q1"
    assert second["quarter"][-1] == "2025 Q4"
    assert first["happened"][9] == pytest.approx(0.1097)
    assert (first["mean"]["below"] > 0.99, second["peak"]["below"] < 0.01) == (True, True)
    assert sum("the satellite failed: it was" in line for line in shown.said) == 2
    for now, then in zip(shown.data["trials"], outcomes["card-charge-offs"]["data"]["trials"], strict=True):
        assert now["inside_90"] == then["inside_90"]
        assert [now[k]["median"] for k in ("mean", "peak")] == pytest.approx(
            [then[k]["median"] for k in ("mean", "peak")]
        )


def test_the_spliced_history_keeps_both_series_and_joins_them_at_their_common_level() -> None:
    every, longer = cards.history(splice=False), cards.history(splice=True)
    assert longer.column("rate")[: every.n] == every.column("rate")
    assert longer.label(longer.n - 1) == "2025 Q4"
    assert longer.column("rate")[every.n] == pytest.approx(0.0372 * 0.0291 / 0.0341, rel=0.05)


@pytest.mark.slow
def test_the_outcome_of_2020_is_inside_in_size_and_outside_in_shape(outcomes: dict[str, dict[str, Any]]) -> None:
    data = deals_2020.outcome().data
    by_rate = [r for r in data["rows"] if r["deal"] == "Dongdao-3 no. 1" and r["payment_rate"]]
    assert [r["reach"] for r in by_rate] == sorted(r["reach"] for r in by_rate)
    assert all(r["reach_low"] <= r["reach"] <= r["reach_high"] for r in data["rows"])
    assert data["late_model"][2] < data["late"]
    then = outcomes["deals-2020"]["data"]["rows"]
    assert [r["reach"] for r in data["rows"]] == pytest.approx([r["reach"] for r in then], abs=1e-6)


def test_an_outcome_is_told_in_sentences_below_the_table(tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["validate", "card-charge-offs", "-o", str(tmp_path / "v.json")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 shown" in said
    assert "card-charge-offs: 2008-2010: 33% of quarters inside the 90% band" in said
    assert "card-charge-offs: 2008-2010: the satellite failed: it was too low." in said


@pytest.mark.parametrize(("columns", "shown"), [("80", False), ("160", True)])
def test_a_narrow_terminal_keeps_the_numbers_legible(
    columns: str, shown: bool, tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert exit_code(["validate", "finite-pool", "-o", str(tmp_path / "v.json")]) == 0
    head, _, *rows = capsys.readouterr().out.strip().splitlines()
    assert ("std. error" in head) == shown
    assert any("P(more than 14)" in row and "0.00887848" in row for row in rows)


def test_an_interrupt_keeps_what_was_measured(tmp_path: Path, monkeypatch: Patch) -> None:
    def interrupt() -> list[Finding]:
        raise KeyboardInterrupt

    slow = of(exact("a", 1.0, 1.0, 0.0))._replace(name="basel-formula", run=interrupt)
    monkeypatch.setattr(
        "stress.validation.catalogue.ALL", (CHECKS[0]._replace(run=of(exact("a", 1.0, 1.0, 0.0)).run), slow)
    )
    assert exit_code(["validate", "-o", str(tmp_path / "v.json")]) == 130
    assert [c["name"] for c in read(tmp_path / "v.json")["checks"]] == [CHECKS[0].name]


def test_what_a_test_measured_comes_back_from_pytest_itself(tmp_path: Path) -> None:
    file = tmp_path / "test_figure.py"
    file.write_text("def test_it(record_property):\n    record_property('measured', '82 of 100 mutants killed')\n")
    *findings, said = run_tests((str(file),))
    assert said == "82 of 100 mutants killed; 1 test passed"
    assert measure(of(*findings)).verdict == "kept"
