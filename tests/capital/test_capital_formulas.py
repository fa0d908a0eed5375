"""Capital of securitisation notes against worked figures of the Basel formulas."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import SCENARIOS

from stress import capital
from stress.analysis.capital_needs import load_rules
from stress.errors import ConfigError

RULES = SCENARIOS / "rules"
WORKED = json.loads((Path(__file__).parent / "data" / "capital.json").read_text())


@pytest.mark.parametrize("row", WORKED["sec_sa"], ids=lambda row: f"W{row['W']}-{row['A']}-{row['D']}")
def test_sec_sa_gives_the_worked_risk_weights(row: dict[str, float]) -> None:
    k_a = capital.delinquent_charge(row["K_SA"], row["W"], row["unknown"])
    assert float(k_a) == pytest.approx(row["K_A"], abs=1e-6)
    at = row["A"], row["D"], k_a, row["p"]
    assert 100.0 * float(capital.sec_sa(*at, floor=0.0)) == pytest.approx(row["rw_pct_no_floor"], abs=1e-5)
    assert 100.0 * float(capital.sec_sa(*at)) == pytest.approx(row["rw_pct_floor15"], abs=1e-5)


@pytest.mark.parametrize("row", WORKED["sec_irba_retail"], ids=lambda row: f"K{row['K_IRB']}-{row['A']}-{row['D']}")
def test_sec_irba_gives_the_worked_risk_weights_of_retail_pools(row: dict[str, float]) -> None:
    p = capital.retail_p(row["K_IRB"], row["LGD"], row["M_T"], row["senior"])
    assert float(p) == pytest.approx(row["p"], abs=1e-4)
    weight = capital.sec_irba(row["A"], row["D"], row["K_IRB"], p)
    assert 100.0 * float(weight) == pytest.approx(row["rw_pct_floor15"], abs=1e-5)


def test_the_worked_examples_that_a_supervisor_published() -> None:
    """Central Bank of the UAE, guidance C 52/2017 on securitisation, III. Example Calculations, which applies the Basel
    formulas: K_SA 9%, 6% delinquent, 1% unknown (34, 35); a BB+ note of 5% to 30% and 2 years, not senior (40)."""
    assert float(capital.delinquent_charge(0.09, 0.06)) == pytest.approx(0.1146, abs=1e-12)
    k_a = capital.delinquent_charge(0.09, 0.06, 0.01)
    assert float(k_a) == pytest.approx(0.1235, abs=5e-5)
    below = (k_a - 0.05) / 0.20  # the tranche of 5% to 25% straddles K_A: 1,250% below it, the formula above (36-38)
    upper, a = 0.25 - k_a, -1.0 / k_a
    formula = (np.exp(a * upper) - 1.0) / (a * upper)
    assert float(capital.sec_sa(0.05, 0.25, k_a)) == pytest.approx(12.5 * (below + (1.0 - below) * formula), rel=1e-12)
    table = {row.name: (*row.senior, *row.other) for row in load_rules().erba.qualities}  # type: ignore[union-attr]
    assert table["BB+"][2:] == (4.7, 5.8)
    assert float(capital.sec_erba(table, "BB+", False, 2.0, 0.0)) == pytest.approx(4.975, abs=1e-12)
    assert round(100.0 * float(capital.sec_erba(table, "BB+", False, 2.0, 0.25))) == 373
    assert float(capital.sec_erba(table, "BB+", True, 3.0, 0.25)) == pytest.approx(1.5)  # thickness is of others alone
    assert float(capital.sec_erba(table, "AAA", True, 1.0, 0.25)) == pytest.approx(0.15)


@pytest.mark.parametrize("path", sorted(RULES.glob("*.toml")), ids=lambda path: path.stem)
def test_no_proposal_stands_among_the_rules_in_force(path: Path) -> None:
    rules = load_rules(path)
    assert rules.status == "in force" or "proposed" in rules.name.lower()
    for proposal in ("COM(2025) 825", "19 March 2026"):
        assert proposal not in rules.source
        assert proposal not in rules.note or "not in here" in rules.note


@given(
    k=st.floats(0.001, 0.6),
    p=st.floats(0.3, 1.5),
    cuts=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5, unique=True),
)
def test_slices_of_a_pool_need_as_much_capital_as_the_whole(k: float, p: float, cuts: list[float]) -> None:
    edges = np.array([0.0, *sorted(cuts), 1.0])
    weight = capital.risk_weight(edges[:-1], edges[1:], k, p)
    parts = float((weight * np.diff(edges)).sum())
    assert parts == pytest.approx(float(capital.risk_weight(0.0, 1.0, k, p)), rel=1e-9)


@given(k=st.floats(0.001, 0.6), low=st.floats(0.0, 0.9), more=st.floats(0.0, 0.1))
def test_a_higher_attachment_never_needs_more_capital(k: float, low: float, more: float) -> None:
    thickness = 0.05
    a, b = (min(x, 0.95) for x in (low, low + more))
    first, second = (float(capital.risk_weight(x, x + thickness, k, 1.0)) for x in (a, b))
    assert second <= first + 1e-12


def test_a_pool_without_capital_needs_none_and_a_thin_note_is_the_limit() -> None:
    assert float(capital.risk_weight(0.1, 0.2, 0.0, 1.0)) == 0.0
    thin, limit = (float(capital.risk_weight(0.1, 0.1 + w, 0.05, 1.0)) for w in (1e-9, 0.0))
    assert thin == pytest.approx(limit, rel=1e-6)


def test_an_attachment_beyond_the_pool_is_refused() -> None:
    with pytest.raises(ConfigError, match="attachment"):
        capital.risk_weight(0.3, 0.2, 0.05, 1.0)
    with pytest.raises(ConfigError, match="delinquent"):
        capital.delinquent_charge(0.06, 1.2)
