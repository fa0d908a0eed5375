"""Pools of up to 64 segments on up to 24 factors: the obligor and sector cases of the literature fit."""

import math
from typing import Any

import hand_worked
import numpy as np
import pytest
from pydantic import ValidationError

import stress
from stress import measures
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool


def split(count: int, **more: Any) -> Pool:
    """A pool in equal parts that are alike."""
    share = [1.0 / count] * (count - 1)
    parts = [
        {"name": f"s{i}", "share": s, "entry_rate": 0.02, "recovery": 0.3}
        for i, s in enumerate([*share, 1.0 - sum(share)])
    ]
    return hand_worked.pool(segments=parts, **more)


def job(pool: Pool, paths: int = 64) -> Job:
    cases = (ScenarioCase(name="base"),)
    return Job(name="parts", deal=hand_worked.deal(), pool=pool, scenarios=cases, paths=paths, seed=5, clock="monthly")


def sectors(count: int, rho: float) -> dict[str, Any]:
    """Half of each part's loading is common, half its sector's own: one common factor and `count` sectors."""
    root = math.sqrt(0.5)
    rows = {f"s{i}": [root, *(root * (j == i) for j in range(count))] for i in range(count)}
    plain = [1.0, *[0.0] * count]
    loadings = {"default": plain, "segment": rows, "prepayment": plain, "recovery": plain}
    return {"rho": rho, "phi": 0.0, "loadings": loadings}


def test_sixty_four_parts_of_a_pool_are_the_pool() -> None:
    """All parts load on one factor, so that every path is that of the pool in one piece."""
    dependence = {"rho": 0.2, "phi": 0.6}
    whole, many = (stress.replay(job(split(n, dependence=dependence)), path=9) for n in (1, 64))
    for name in ("defaults", "scheduled_principal", "recoveries", "note_balance"):
        np.testing.assert_allclose(many[name], whole[name], rtol=1e-12, atol=1e-9)


def test_twenty_three_sectors_beside_a_common_factor_keep_the_mean_and_diversify() -> None:
    """Months are independent, so the mean default is that of expected rates; sectors take out half of the variance."""
    deterministic = stress.simulate(job(split(1), 32), threads=1)
    expected = float(measures.mean(deterministic, "mean_default")["estimate"].squeeze())
    errors = {}
    for name, dependence in (("common", {"rho": 0.2, "phi": 0.0}), ("sectors", sectors(23, 0.2))):
        ds = stress.simulate(job(split(23, dependence=dependence), 8_192), threads=1)
        mean = measures.mean(ds, "mean_default")
        error = float(mean["error"].squeeze())
        assert abs(float(mean["estimate"].squeeze()) - expected) < 4.0 * error
        errors[name] = error
    assert errors["sectors"] < 0.85 * errors["common"]


@pytest.mark.parametrize(("parts", "columns"), [(65, 1), (2, 25)])
def test_more_segments_or_factors_are_refused(parts: int, columns: int) -> None:
    row = [1.0, *[0.0] * (columns - 1)]
    loadings = {"default": row, "prepayment": row, "recovery": row}
    with pytest.raises(ValidationError, match=r"at most (64|24) items"):
        split(parts, dependence={"rho": 0.1, "phi": 0.0, "loadings": loadings})
