"""Yields at their cap and certificates are marked where they are shown."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hand_worked import PLAIN, A, B, deal, pool
from rich.console import Console
from shipped import JOB

import stress
from stress import measures, results
from stress.analysis import trials
from stress.analysis.break_even import breakeven
from stress.analysis.clock_effects import clocks
from stress.analysis.inputs_moved import INPUTS
from stress.analysis.reverse_stress import reverse
from stress.analysis.sensitivities import sensitivity
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.report import replayed, sheets, terminal, words


def of_residual(amount: float, default: float = 0.0) -> xr.Dataset:
    """A run of the tiny deal whose residual note has this size."""
    return stress.simulate(job_of(amount, default))


def job_of(amount: float, default: float = 0.0) -> Job:
    return Job(
        name="small",
        deal=deal(PLAIN, (A, B, {"name": "R", "amount": amount, "residual": True})),
        pool=pool(default),
        scenarios=(ScenarioCase(name="base"),),
        paths=64,
        seed=1,
        clock="monthly",
    )


def shown(ds: xr.Dataset) -> str:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(terminal.table(ds))
    return console.export_text()


@pytest.fixture(scope="module")
def capped() -> xr.Dataset:
    """One cent against 8 in the first month: 80,000% a month."""
    return of_residual(0.01)


def test_a_yield_at_the_cap_is_marked_where_it_binds(capped: xr.Dataset) -> None:
    assert float(capped["irr"].sel(tranche="R").max()) == pytest.approx(10.0)
    assert measures.capped_yield(capped).sel(scenario="base").values.tolist() == [0.0, 0.0, 1.0]
    text = shown(capped)
    assert "%†" in text
    assert "† yields above 1,000% count as 1,000%" in " ".join(text.split())
    assert "†" in sheets.earned(capped, "R").rows[0][1]
    assert "up to 100% of paths" in sheets.earned(capped, "R").note
    assert "†" not in "".join(sheets.earned(capped, "A").rows[0]) + sheets.earned(capped, "A").note


def test_a_yield_of_some_hundred_percent_is_shown_and_not_marked() -> None:
    """8, 6, 4.4 and 3.12 on 16: some 15% a month, a few hundred percent a year."""
    ds = of_residual(16.0)
    yields = float(ds["irr"].sel(tranche="R").max())
    assert 1.0 < yields < 10.0
    assert float(measures.capped_yield(ds).max()) == 0.0
    assert "†" not in shown(ds)
    median = measures.irr_distribution(ds, [0.5]).sel(tranche="R").squeeze()
    assert float(median["estimate"]) == pytest.approx(yields, rel=1e-9)
    assert float(median["low"]) <= yields <= float(median["high"]) <= 1.01 * yields


@pytest.mark.parametrize("default", [0.0, 0.2])
def test_a_certificate_shows_no_loss_and_no_yield(default: float) -> None:
    ds = of_residual(0.0, default)
    (row,) = [line for line in shown(ds).splitlines() if " R " in line and "–" in line]
    assert row.count("–") == 6
    assert "R: a certificate, it lent nothing and can lose nothing" in " ".join(shown(ds).split())
    assert "multiple and price: over the cut-off balance" in sheets.earned(ds, "R", residual=True).note
    assert not any(sentence.startswith("R") or " R " in sentence for sentence in words.summary(ds))
    for name in ("price", "multiple", "note_balance"):
        assert float(abs(ds[name]).max()) < 1e3  # nothing was divided by a size of 0


@pytest.fixture(scope="module")
def certificate() -> Job:
    """The worked deal whose last note lends nothing: 9.5% of overcollateralization."""
    job = stress.load(JOB).model_copy(update={"paths": 64})
    notes = tuple(n.model_copy(update={"share": 0.0}) if n.residual else n for n in job.deal.notes)
    return job.model_copy(update={"deal": job.deal.model_copy(update={"notes": notes})})


def test_no_question_gives_a_certificate_a_yield_a_life_or_a_loss(certificate: Job) -> None:
    notes = {row.tranche for row in clocks(certificate, days=1).rows}
    assert notes == {None, "A", "B", "mezzanine"}
    few = tuple(varied for varied in INPUTS if varied.name in ("default odds", "subordination"))
    tornado = sensitivity(certificate, inputs=few)
    assert (tornado.tranche, tornado.left_out) == ("mezzanine", ("subordination",))
    assert sensitivity(certificate, "PRICE", inputs=few).tranche == "subordinated"
    for measure in ("EL", "PD", "IRR", "WAL"):
        with pytest.raises(ConfigError, match="certificate of size 0 lent nothing"):
            sensitivity(certificate, measure, "subordinated", inputs=few)
    ds = trials.counted(certificate)
    change = measures.compare(ds, ds, "irr").sel(tranche="subordinated")
    assert all(bool(np.isnan(change[k]).all()) for k in change)


def test_a_replayed_certificate_is_never_repaid(certificate: Job) -> None:
    trace = stress.replay(certificate, path=5)
    (said,) = [line for line in replayed.story(trace) if line.startswith("subordinated")]
    assert said == f"subordinated, a certificate, receives {float(trace['residual_yield'].sum()):,.0f} CNY."
    assert not any("subordinated repaid" in row[1] for row in replayed.key_months(trace).rows)


def test_two_runs_are_compared_without_the_notes_that_lent_nothing(
    certificate: Job, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results.save(stress.simulate(certificate), tmp_path / "results.nc")
    assert exit_code(["compare", str(tmp_path), str(tmp_path), "--measure", "irr", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["difference"]
    assert {row["tranche"] for row in rows} == {"A", "B", "mezzanine"}


@pytest.mark.parametrize("question", [breakeven, reverse])
def test_nobody_can_ask_how_a_certificate_loses(question: Any) -> None:
    with pytest.raises(ConfigError, match="certificate of size 0 lent nothing"):
        question(job_of(0.0), "R")
