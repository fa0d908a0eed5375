"""What a residual note is: what is left over. A multiple, a median yield, a value at a stated rate; no life."""

import re
from typing import Any

import numpy as np
import pytest
from hand_worked import PLAIN, REST, A, B, deal, pool

import stress
from stress.analysis.sensitivities import sensitivity
from stress.cli.measures_json import document
from stress.errors import ConfigError
from stress.explain.notes import coupon_words
from stress.inputs.job import Job, ScenarioCase
from stress.report import sheets, words


def _job(**rest: Any) -> Job:
    """B of 200 in place of 300: 8 + 2 a month more for R, whose 100 come back from interest that others do not need."""
    notes = (A, {**B, "amount": 200.0}, {**REST, **rest})
    cases = (ScenarioCase(name="base"),)
    return Job(name="small", deal=deal(PLAIN, notes), pool=pool(), scenarios=cases, paths=64, seed=1, clock="monthly")


@pytest.fixture(scope="module")
def ds() -> Any:
    return stress.simulate(_job())


def test_a_residual_note_has_a_multiple_and_a_median_yield_and_no_average_life(ds: Any) -> None:
    """Months 1 to 4 leave 20 - 6 - 4, 16 - 4 - 4, 12.8 - 2.4 - 4 and 10.24 - 1.12 - 4: 29.52 of 100."""
    assert ds["multiple"].sel(tranche="R").item() == pytest.approx(0.2952, abs=1e-9)
    assert np.isnan(ds["wal"].sel(tranche="R")).all()
    assert np.isnan(ds["wal_quantile"].sel(tranche="R")).all()
    assert np.isfinite(ds["wal"].sel(tranche="A")).all()


def test_json_has_its_median_yield_and_says_so(ds: Any) -> None:
    measured = document(ds)["measures"]
    assert measured["irr_is"] == {"A": "mean over paths", "B": "mean over paths", "R": "median over paths"}
    for end in ("", "_low", "_high", "_se"):
        median = ds[f"irr_quantile{end}"].sel(scenario="base", tranche="R", quantile=0.5).item()
        assert measured[f"irr{end}"]["base"]["R"] == median
        assert measured[f"irr{end}"]["base"]["A"] == ds[f"irr{end}"].sel(scenario="base", tranche="A").item()


def test_its_words_tell_the_rate_that_its_cash_is_valued_at() -> None:
    notes = (A, {**B, "amount": 200.0}, {**REST, "discount_rate": 0.24})
    assert "valued at 24%" in coupon_words(deal(PLAIN, notes), deal(PLAIN, notes).notes[-1])


def test_the_tables_and_sentences_of_a_residual_note_say_what_it_is(ds: Any) -> None:
    sheet = sheets.earned(ds, "R", residual=True)
    assert sheet.head == ("Scenario", "Money multiple", "Median yield (IRR)")
    assert sheet.rows[0][1].startswith("0.2952")
    valued = sheets.earned(stress.simulate(_job(discount_rate=0.24)), "R", residual=True)
    assert valued.head[-1] == "Value at its rate, share of its size"
    assert "what all its cash lacks to its size" in sheets.note(ds, "R").note
    assert not sheets.note(ds, "A").note
    (said,) = [line for line in words.summary(ds) if line.startswith("R takes what is left")]
    assert "0.30 times its size on average, at a median yield of" in said
    assert "average life" not in said
    printed = re.sub(r"\s+", " ", str(stress.report.table(ds)))
    assert "IRR, the median; loss, what is missing to its size; no average life" in printed


def test_a_rate_for_a_note_with_a_coupon_and_the_life_of_a_residual_note_are_refused() -> None:
    with pytest.raises(ValueError, match="discount_rate is of a residual note"):
        deal(PLAIN, ({**A, "discount_rate": 0.1}, B, REST))
    with pytest.raises(ConfigError, match="it has no average life"):
        sensitivity(_job(), "WAL", "R")
