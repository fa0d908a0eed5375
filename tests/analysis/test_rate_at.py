"""The rate at which a present value is the price: bonds whose yield is known, values that never meet it."""

import math
import subprocess
import sys

import numpy as np
import pytest

from stress.analysis.rate_at import rate_at

YEARS = np.arange(1, 31) / 12.0


def worth(cash, rate, years=YEARS):
    return float(cash @ (1.0 + rate) ** -years)


@pytest.mark.parametrize("rate", [-0.98, -0.5, 0.0, 0.0423, 3.0, 99.0])
def test_the_rate_that_made_the_price_is_found(rate):
    cash = np.linspace(0.0, 1.0, YEARS.size)
    assert rate_at(lambda x: worth(cash, x), worth(cash, rate), -0.99, 100.0) == pytest.approx(
        rate, abs=1e-12, rel=1e-11
    )


def test_it_is_found_where_a_value_cannot_be_told_from_nothing_or_is_beyond_all_numbers():

    def value(rate):
        return math.inf if rate < -0.5 else 0.0 if rate > 50.0 else (1.0 + rate) ** -9.0

    assert rate_at(value, 0.5, -0.99, 100.0) == pytest.approx(2.0 ** (1 / 9) - 1.0, abs=1e-13)


@pytest.mark.parametrize("price", [0.0095, 250.0])
def test_a_price_that_no_rate_meets_has_none(price):
    assert math.isnan(rate_at(lambda x: 1.0 / (1.0 + x), price, -0.99, 100.0))


def test_few_values_are_asked_for():
    asked = []

    def value(rate):
        asked.append(rate)
        return worth(np.full(YEARS.size, 1.02 / YEARS.size), rate)

    rate_at(value, 1.0, -0.99, 100.0)
    assert len(asked) < 20


def test_what_a_run_works_out_beside_its_counts_needs_no_root_finder_of_scipy():
    code = "import sys, stress.analysis.class_numbers; print([x for x in sys.modules if x == 'scipy.optimize'])"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True, text=True)
    assert done.stdout.strip() == "[]"
