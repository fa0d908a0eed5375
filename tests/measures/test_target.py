"""Targets for a relative error: how they are read, how far a sample has come, how many paths come next."""

import math

import numpy as np
import pytest
import xarray as xr
from synthetic import results_of

from stress import measures
from stress.errors import ConfigError
from stress.measures.target import next_paths, parse, reached, says

NOTES = ["A", "B", "Mezzanine", "Subordinated"]


@pytest.fixture(scope="module")
def ds() -> xr.Dataset:
    """Two scenarios; A is a certificate and never loses, the others lose the more the lower they stand."""
    random = np.random.default_rng(3).random((2, 640))
    share = np.array([0.0, 0.2, 0.4, 0.8])[:, None]
    losses = np.stack(
        [np.where(at < share * often, 0.5 * at, 0.0) for at, often in zip(random, (1.0, 0.5), strict=True)]
    )
    return results_of(losses).assign_coords(original=("tranche", [0.0, 1.0, 1.0, 1.0]))


def worst(answer: xr.Dataset) -> tuple[float, dict[str, str]]:
    """The largest relative error, and where it is, as xarray finds it."""
    relative = (answer["error"] / abs(answer["estimate"])).stack(at=answer["estimate"].dims)
    return float(relative.max()), relative["at"][relative.argmax("at")].item()


def test_of_every_note_counts_the_worst_of_those_that_the_measure_speaks_of(ds: xr.Dataset) -> None:
    for text, answer in (("EL=0.1", measures.expected_loss(ds)), ("VAR95=0.1", measures.value_at_risk(ds, 0.95))):
        relative, (scenario, note) = worst(answer.isel(tranche=slice(1, None)))
        assert reached(parse(text, NOTES), ds) == (pytest.approx(relative), f"{scenario} of {note}")
    assert math.isinf(reached(parse("EL:A=0.1", NOTES), ds)[0])
    relative, (scenario, note) = worst(measures.price(ds))
    assert reached(parse("PRICE=0.1", NOTES), ds) == (pytest.approx(relative), f"{scenario} of {note}")


def test_of_a_certificate_counts_what_it_is_paid(ds: xr.Dataset) -> None:
    """A, whose price and multiple then vary the most of all."""
    total = ds["batch_sum"].copy(deep=True)
    for name in ("price", "multiple"):
        total.loc[{"quantity": f"A:{name}"}] = np.arange(total.sizes["batch"])
    for text in ("PRICE=0.1", "MULTIPLE=0.1"):
        assert reached(parse(text, NOTES), ds.assign(batch_sum=total))[1].endswith(" of A")


def test_a_residual_note_has_no_life_to_wait_for(ds: xr.Dataset) -> None:
    job = '{"deal": {"notes": [{"name": "Subordinated", "residual": true}]}}'
    assert math.isfinite(reached(parse("WAL=0.1", NOTES), ds.assign_attrs(job=job))[0])
    with pytest.raises(ConfigError, match=r"no average life: such as MULTIPLE:B=0\.1"):
        parse("WAL:B=0.1", NOTES, ["B"])
    assert parse("WAL:B=0.1", NOTES, ["Subordinated"]).measure == "wal"
    assert parse("EL:B=0.1", NOTES, ["B"]).measure == "expected_loss"


def test_of_one_note_or_of_the_pool_only_the_scenario_is_told(ds: xr.Dataset) -> None:
    relative, (scenario, _) = worst(measures.expected_loss(ds).sel(tranche=["B"]))
    assert reached(parse("EL:B=0.1", NOTES), ds) == (pytest.approx(relative), scenario)
    pool = measures.mean(ds, "mean_default")
    share = pool["error"] / pool["estimate"]
    name = str(ds["scenario"].values[int(share.argmax("scenario"))])
    assert reached(parse("DEFAULT=0.1", NOTES), ds) == (pytest.approx(float(share.max())), name)


def test_a_negative_yield_has_a_relative_error_and_one_batch_has_none() -> None:
    """A yield of 0.05 less the loss: -0.2 on average where half of the paths lose a half."""
    losses = np.broadcast_to(np.where(np.arange(640) % 2 == 0, 0.5, 0.0) + np.linspace(0.0, 0.1, 640), (1, 4, 640))
    target = parse("IRR:B=0.1", NOTES)
    answer = measures.irr(results_of(losses)).isel(scenario=0, tranche=1)
    assert float(answer["estimate"]) == pytest.approx(-0.25)
    assert reached(target, results_of(losses))[0] == pytest.approx(float(answer["error"]) / 0.25)
    assert math.isinf(reached(target, results_of(losses[..., :32]))[0])


def test_a_target_is_a_share_below_the_whole() -> None:
    assert parse("VAR75:B=0.02", NOTES) == ("VAR75:B=0.02", "value_at_risk", 0.75, "B", 0.02)
    for wrong in ("EL=0", "EL=1", "EL=-0.1", "EL=nan"):
        with pytest.raises(ConfigError, match="between 0 and 1"):
            parse(wrong, NOTES)


@pytest.mark.parametrize(
    ("relative", "wanted"), [(0.021, 2_000), (0.04, 4_000), (0.05, 8_000), (0.2, 64_000), (math.inf, 64_000)]
)
def test_the_next_part_has_as_many_paths_as_the_square_of_the_error_asks_for(relative: float, wanted: int) -> None:
    """In powers of two, twice as many at least and 64 times at most."""
    target = parse("EL:B=0.02", NOTES)
    assert next_paths(target, relative, 1_000, 10**9) == wanted
    assert next_paths(target, relative, 1_000, 1_500) == 1_500


def test_a_sentence_says_whether_the_target_was_reached() -> None:
    target = parse("EL:B=0.02", NOTES)
    worst_one = "relative error 2.00% under base, its worst"
    assert says(target, 0.02, "base", 4096, 8192) == f"target EL:B=0.02 reached at 4,096 paths: {worst_one}"
    ended = "target EL:B=0.02 not reached: the budget of 8,192 paths ended first"
    assert says(target, 0.021, "base", 8192, 8192) == f"{ended}, relative error 2.10% under base, its worst"
    assert says(target, math.inf, "base", 8192, 8192) == f"{ended}, not seen under base"
