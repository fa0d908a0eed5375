"""Measures of a result: a Dataset in; estimate, standard error and 95% interval out.

Every function returns a Dataset with the variables `estimate`, `error`, `low`, `high`, except quantiles by month and
over paths, which are a DataArray. They read the raw counts and sums only, so a result saved years ago can be
measured again at any level.
"""

from functools import partial

from stress.inputs.arguments import hold
from stress.inputs.kinds import numbers_of, real_of
from stress.measures.convergence import convergence
from stress.measures.exceedance import exceedance
from stress.measures.losses import (
    LEVELS,
    default_rate,
    expected_shortfall,
    net_loss_rate,
    note_tails,
    pool_tails,
    value_at_risk,
)
from stress.measures.means import (
    MEANS,
    expected_loss,
    irr,
    lgd,
    loss_probability,
    mean,
    multiple,
    price,
    shortfall_probability,
    wal,
)
from stress.measures.months import QUANTILES, SMALL_POOL, event_probability, fan, month_mean
from stress.measures.scenarios import compare, difference, mixture, probabilities
from stress.measures.sums import paths
from stress.measures.weighted import effective_paths, is_weighted, mass, trust, warnings
from stress.measures.yields import (
    capped_yield,
    discounted,
    felt_cap,
    irr_distribution,
    irr_quantile,
    price_distribution,
    price_quantile,
    wal_distribution,
    wal_quantile,
)

__all__ = [
    "LEVELS",
    "MEANS",
    "QUANTILES",
    "SMALL_POOL",
    "capped_yield",
    "compare",
    "convergence",
    "default_rate",
    "difference",
    "discounted",
    "effective_paths",
    "event_probability",
    "exceedance",
    "expected_loss",
    "expected_shortfall",
    "fan",
    "felt_cap",
    "irr",
    "irr_distribution",
    "irr_quantile",
    "is_weighted",
    "lgd",
    "loss_probability",
    "mass",
    "mean",
    "mixture",
    "month_mean",
    "multiple",
    "net_loss_rate",
    "note_tails",
    "paths",
    "pool_tails",
    "price",
    "price_distribution",
    "price_quantile",
    "probabilities",
    "shortfall_probability",
    "trust",
    "value_at_risk",
    "wal",
    "wal_distribution",
    "wal_quantile",
    "warnings",
]
hold(globals(), __all__, {"float": real_of, "Mapping[str, float]": partial(numbers_of, each=real_of)})
