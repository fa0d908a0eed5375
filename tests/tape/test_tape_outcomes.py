"""A tape with outcomes becomes a static-pool table, loan by loan; what cannot be read is counted and refused."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stress.calibration.stages import hazard_by_age
from stress.cli import exit_code
from stress.errors import ConfigError, DataError
from stress.tape.outcomes import outcomes_of

LOANS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 12), st.sampled_from(["lost", "paid", "live"])), min_size=1, max_size=60
)


@settings(max_examples=30)
@given(loans=LOANS)
def test_what_is_at_risk_and_what_defaults_is_counted_loan_by_loan(loans, tmp_path_factory):
    file = tmp_path_factory.mktemp("tape") / "tape.csv"
    loans = [*loans, (1, 5, "lost"), (1, 4, "live")]
    file.write_text("issued,age,status\n" + "".join(f"2020-{m:02d},{a},{s}\n" for m, a, s in loans))
    outcomes = outcomes_of(file, {"lost"}, {"live"})
    for c, cohort in enumerate(outcomes.cohort):
        mine = [(a, s) for m, a, s in loans if f"2020-{m:02d}" == cohort]
        for k, age in enumerate(outcomes.age):
            assert outcomes.at_risk[c, k] == sum(a >= age for a, _ in mine)
            assert outcomes.defaulted[c, k] == sum(a == age and s == "lost" for a, s in mine)
    assert outcomes.at_risk[:, 0].sum() == len(loans)


def drawn(n: int = 60_000, seed: int = 2) -> pd.DataFrame:
    """Loans of two quarters by two stages; 2% a month prepay; the tape is closed after 20 months on book."""
    draw, hazard = np.random.default_rng(seed), hazard_by_age(np.array([0.0005, 0.01]), np.array([0.15]), 20)
    age, status = np.full(n, 20), np.full(n, "Current", dtype=object)
    left = np.ones(n, bool)
    for month in range(1, 21):
        lost = left & (draw.random(n) < hazard[month - 1])
        paid = left & ~lost & (draw.random(n) < 0.02)
        age[lost | paid], status[lost], status[paid] = month, "Charged Off", "Fully Paid"
        left &= ~(lost | paid)
    return pd.DataFrame({"issued": np.where(draw.random(n) < 0.5, "2015-02", "2015-05"), "age": age, "status": status})


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_stages_that_drew_a_tape_are_found_within_four_of_their_errors(kind, tmp_path, capsys):
    loans, file, table = drawn(), tmp_path / f"tape.{kind}", tmp_path / "table.csv"
    loans = loans.rename(columns={"issued": "issue_d"})
    loans.to_csv(file, index=False) if kind == "csv" else loans.to_parquet(file, index=False)
    options = ["--defaulted", "Charged Off", "--still", "Current", "--column", "issued=issue_d", "--cohort", "quarter"]
    made = ["--stages", "2", "--table", str(table), "--json"]
    assert exit_code(["calibrate", "tape", str(file), *options, *made]) == 0
    answer = json.loads(capsys.readouterr().out)
    (fit,) = answer["fits"]
    for name, true in (("hazard", [0.0005, 0.01]), ("moves_on", [0.15])):
        assert (np.abs(np.subtract(fit[name], true)) < 4.0 * np.array(fit[f"{name}_error"])).all()
    assert pd.read_csv(table)["defaulted"].sum() == (loans["status"] == "Charged Off").sum()
    assert "Charged Off" in answer["notes"][0]
    again = ["--default", "defaulted", "--at-risk", "at_risk", "--by-age", "--stages", "2", "--json"]
    assert exit_code(["calibrate", "vintage", str(table), *again]) == 0
    assert json.loads(capsys.readouterr().out)["fits"][0]["hazard"] == pytest.approx(fit["hazard"], rel=1e-9)


def test_what_cannot_be_read_is_refused_beyond_a_hundredth_and_told_below_it(tmp_path):
    file = tmp_path / "tape.csv"
    good = "".join(f"2020-01,{k % 12},lost\n" for k in range(300))
    file.write_text("issued,age,status\n" + good + "soon,3,paid\n2020-01,,paid\n")
    outcomes = outcomes_of(file, {"lost"})
    assert "2 rows left out, the first: row 302: issued 'soon'" in outcomes.note[-1]
    file.write_text("issued,age,status\n" + "2020-01,2.5,lost\n" * 3 + good)
    with pytest.raises(DataError, match=r"3 of 303 rows have no date, age or status .* row 2: issued '2020-01'"):
        outcomes_of(file, {"lost"}, allowed=0.001)
    for defaulted, says in (((), "there are lost"), (("Lost",), "--defaulted Lost: no loan has this status")):
        with pytest.raises(DataError, match=says):
            outcomes_of(file, defaulted)
    file.write_text("issued,age,status\n2020-01,-3,lost\n2020-01,4,lost\n")
    with pytest.raises(DataError, match=r"row 2: issued '2020-01', age -3(\.0)?, status 'lost'"):
        outcomes_of(file, {"lost"})
    file.write_text("issued,age,status\n")
    with pytest.raises(DataError, match="has no loans below its heading"):
        outcomes_of(file, {"lost"})
    file.write_text("issued,age,status\n" + good)
    with pytest.raises(ConfigError, match="--still lost: is named by --defaulted too"):
        outcomes_of(file, {"lost"}, {"lost"})
    file.write_text("issued,months,status\n2020-01,1,lost\n")
    with pytest.raises(DataError, match="no column 'age'"):
        outcomes_of(file, {"lost"})
