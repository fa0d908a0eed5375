"""The table of variables of a Dataset: name, dims, unit and meaning."""

from __future__ import annotations

from typing import NamedTuple


class Variable(NamedTuple):
    """One variable of the Dataset."""

    name: str
    dims: tuple[str, ...]
    unit: str
    meaning: str


K = ("scenario",)
KN = ("scenario", "tranche")
KL = ("scenario", "level")
KNL = ("scenario", "tranche", "level")
KM = ("scenario", "month")
KNM = ("scenario", "tranche", "month")
KNQ = ("scenario", "tranche", "quantile")

RAW = (
    Variable("loss_count", (*KN, "loss_bin"), "paths", "paths by principal loss fraction of the note"),
    Variable("loss_path", (*KN, "loss_bin"), "path", "smallest path id in each loss bin, -1 where empty"),
    Variable("default_count", (*K, "loss_bin"), "paths", "paths by pool cumulative default over the cut-off balance"),
    Variable("default_path", (*K, "loss_bin"), "path", "smallest path id in each default bin, -1 where empty"),
    Variable("net_loss_count", (*K, "loss_bin"), "paths", "paths by pool net loss over the cut-off balance"),
    Variable("net_loss_path", (*K, "loss_bin"), "path", "smallest path id in each net loss bin, -1 where empty"),
    Variable("batch_path", ("batch",), "paths", "paths in each batch"),
    Variable(
        "batch_sum", (*K, "quantity", "batch"), "1", "sum over the paths of a batch; note quantities as note:quantity"
    ),
    Variable("month_path", ("month_batch",), "paths", "paths in each month batch"),
    Variable("month_sum", (*K, "month", "month_quantity", "month_batch"), "1", "sum over paths by month"),
    Variable("fan_path", (), "paths", "paths counted in the fans"),
    Variable(
        "fan_count",
        (*K, "month", "month_quantity", "fan_bin"),
        "paths",
        "paths by month quantity, bins uniform in its root",
    ),
    Variable("wal_count", (*KN, "wal_bin"), "paths", "paths by weighted average life"),
    Variable("irr_count", (*KN, "irr_bin"), "paths", "paths by annual effective yield"),
    Variable("price_count", (*KN, "price_bin"), "paths", "paths by present value over par"),
    Variable(
        "trigger_count", (*K, "trigger", "event_month"), "paths", "paths by month of the first trip; the last is never"
    ),
    Variable("early_count", (*K, "event_month"), "paths", "paths by month of early amortization; the last is never"),
    Variable(
        "first_loss_count",
        (*KN, "event_month"),
        "paths",
        "paths by first month with too little for the note; last never",
    ),
    Variable("residual", (*K, "law"), "1", "worst relative error of each conservation law"),
    Variable("fault", (*K, "check"), "count", "sums that are no number or too large (1e12), paths run"),
)
"""What was counted. Everything else follows from these."""


def _weights(name: str, dims: tuple[str, ...], meaning: str) -> tuple[Variable, ...]:
    return (
        Variable(f"{name}_weight", dims, "paths", f"sum of weights of the {meaning}"),
        Variable(f"{name}_weight_square", dims, "paths", f"sum of squared weights of the {meaning}"),
    )


WEIGHTED = (
    *_weights("loss", (*KN, "loss_bin"), "paths by principal loss fraction of the note"),
    *_weights("default", (*K, "loss_bin"), "paths by pool cumulative default"),
    *_weights("net_loss", (*K, "loss_bin"), "paths by pool net loss"),
    *_weights("batch", ("batch",), "paths of each batch"),
    *_weights("trigger", (*K, "trigger", "event_month"), "paths by month of the first trip; the last is never"),
    *_weights("early", (*K, "event_month"), "paths by month of early amortization; the last is never"),
    *_weights("first_loss", (*KN, "event_month"), "paths by first month with too little for the note; last never"),
    Variable("loss_top_weight", KN, "paths", "largest weight of a path with a loss of the note"),
    Variable("batch_square_sum", (*K, "quantity", "batch"), "1", "batch_sum with squared weights"),
    Variable("month_weight", ("month_batch",), "paths", "sum of weights in each month batch"),
    Variable("wal_weight", (*KN, "wal_bin"), "paths", "sum of weights by weighted average life"),
    Variable("irr_weight", (*KN, "irr_bin"), "paths", "sum of weights by annual effective yield"),
)
"""What is counted besides where paths carry weights (importance sampling): `batch_sum`, `month_sum`, `fan_count`
and `price_count` are then sums of weights as well, all other counts remain counts of paths."""

REPLICATED = tuple(
    Variable(f"{name}_replicate", (*dims, "replicate", last), "paths", f"paths by Sobol replicate and {meaning}")
    for name, dims, last, meaning in (
        ("loss", KN, "coarse_bin", "loss fraction of the note"),
        ("default", K, "coarse_bin", "pool cumulative default"),
        ("net_loss", K, "coarse_bin", "pool net loss"),
        ("trigger", (*K, "trigger"), "event_month", "month of the first trip; the last is never"),
        ("early", K, "event_month", "month of early amortization; the last is never"),
        ("first_loss", KN, "event_month", "first month with too little for the note; last never"),
    )
)
"""What is counted besides where points are Sobol's; coarse bins hold one or more of the loss bins."""

TRUST = (
    Variable(
        "effective_losses", KN, "paths", "plain paths with a loss that would be worth as much as the weighted ones"
    ),
    Variable(
        "largest_share", KN, "1", "share of the probability of a loss that rests on the path of the largest weight"
    ),
)
"""How far a weighted estimate can be trusted."""


def _with_error(name: str, dims: tuple[str, ...], unit: str, meaning: str) -> tuple[Variable, ...]:
    """A variable, its standard error and both ends of its 95% interval."""
    return (
        Variable(name, dims, unit, meaning),
        Variable(f"{name}_se", dims, unit, f"standard error of: {meaning}"),
        Variable(f"{name}_low", dims, unit, f"lower end of the 95% interval of: {meaning}"),
        Variable(f"{name}_high", dims, unit, f"upper end of the 95% interval of: {meaning}"),
    )


def _pool_rate(name: str, meaning: str) -> tuple[Variable, ...]:
    """Quantiles of a pool rate with their intervals, and its mean with error."""
    return (
        Variable(name, KL, "1", f"{meaning}, not exceeded with probability level"),
        Variable(f"{name}_low", KL, "1", f"lower end of the 95% interval of: {meaning}"),
        Variable(f"{name}_high", KL, "1", f"upper end of the 95% interval of: {meaning}"),
        Variable(f"{name}_mean", K, "1", f"mean {meaning}"),
        Variable(f"{name}_se", K, "1", f"standard error of the mean {meaning}"),
    )


def _fan(name: str, dims: tuple[str, ...], unit: str, meaning: str) -> tuple[Variable, ...]:
    """Quantiles by month and the mean with its error."""
    return (
        Variable(
            name, (*dims, "quantile"), unit, f"{meaning}: quantiles by month, of fan_path paths, NaN beyond the bins"
        ),
        Variable(f"{name}_mean", dims, unit, f"{meaning}: mean by month"),
        Variable(f"{name}_mean_se", dims, unit, f"{meaning}: standard error of the mean by month"),
    )


DERIVED = (
    *_with_error("expected_loss", KN, "1", "expected principal loss over original balance"),
    *_with_error("loss_probability", KN, "1", "probability of any principal loss"),
    *_with_error("shortfall_probability", KN, "1", "probability of any interest unpaid when due"),
    *_with_error("lgd", KN, "1", "mean principal loss of the paths with a loss"),
    *_with_error("wal", KN, "years", "weighted average life of principal received"),
    *_with_error("irr", KN, "1/year", "mean annual effective yield at par"),
    *_with_error("price", KN, "1", "mean present value over par"),
    *_with_error("multiple", KN, "1", "mean of all cash received over original balance"),
    *_with_error("value_at_risk", KNL, "1", "loss fraction not exceeded with probability level"),
    *_with_error("expected_shortfall", KNL, "1", "mean loss fraction of the worst 1 - level of paths"),
    *_with_error("wal_quantile", KNQ, "years", "weighted average life of principal received, quantiles over paths"),
    *_with_error("irr_quantile", KNQ, "1/year", "annual effective yield at par, quantiles over paths"),
    *_with_error("price_quantile", KNQ, "1", "present value over par, quantiles over paths"),
    *_pool_rate("default_rate", "cumulative default over the cut-off balance"),
    *_pool_rate("net_loss_rate", "default net of recoveries over the cut-off balance"),
    *_fan("cumulative_default", KM, "1", "cumulative default over the cut-off balance"),
    *_fan("default_stock", KM, "1", "defaulted balance (91+ days past due) net of recoveries over the cut-off balance"),
    *_fan("excess_spread", KM, "1/year", "excess spread per annum, while the median pool is 5% of the cut-off balance"),
    *_fan("pool_balance", KM, "1", "pool over the cut-off balance"),
    *_fan("cash_balance", KM, "1", "cash over the cut-off balance"),
    *_fan("note_balance", KNM, "1", "note balance over original"),
    *_with_error("early_amortization_probability", KM, "1", "probability of early amortization by the month"),
    *_with_error("trigger_probability", ("scenario", "trigger", "month"), "1", "probability of a trip by the month"),
    *_with_error("first_loss_probability", KNM, "1", "probability of too little for the note from the month on"),
)
"""What is measured when a Dataset is built."""

N = ("tranche",)
COMMITTEE = (
    Variable(
        "attachment",
        N,
        "1",
        "what bears losses before the class at closing or after the state, of the pool with its cash",
    ),
    Variable("detachment", N, "1", "that and the class itself"),
    Variable(
        "risk_weight", N, "1", "risk weight by SEC-SA at closing or after the state, after floor and look-through"
    ),
    Variable("capital_charge", N, "1", "capital over exposure then: 8% of the risk weight"),
    Variable(
        "breakeven_net_loss",
        N,
        "1",
        "net loss of the pool from where the job starts, over the pool then, where the class begins to lose as default "
        "odds rise, deterministic",
    ),
    Variable("breakeven_net_loss_precision", N, "1", "width of the bracket of the break-even net loss"),
    Variable("breakeven_multiple", N, "1", "break-even net loss over that of the scenario, deterministic"),
    Variable("breakeven_multiple_precision", N, "1", "width of the bracket of the break-even multiple"),
    Variable("breakeven_open", N, "1", "1 where the class is still paid at the end of the search, else 0"),
    Variable("breakeven_crossings", N, "1", "how often the class begins to lose as odds rise; the lowest is given"),
    *_with_error("ecl_12m", N, "1", "12-month expected credit loss then over original balance, at the effective rate"),
    *_with_error(
        "ecl_lifetime", N, "1", "lifetime expected credit loss then over original balance, at the effective rate"
    ),
    Variable("yield_at_par", N, "1/year", "effective yield at par on deterministic cash flows"),
    Variable("discount_margin", N, "1/year", "margin over its index at par on deterministic cash flows"),
)
"""What `stress run` adds under the job's first scenario; the attribute `committee` says what it rests on."""
MEASURES = (*DERIVED, *COMMITTEE)
"""Every measure that a result may hold."""

TABLE = {v.name: v for v in (*RAW, *DERIVED)}
"""The variables of every result by name; a weighted one has those of WEIGHTED and TRUST besides, a Sobol
one those of REPLICATED."""

LAWS = ("pool balance", "cash", "notes less assets", "negative balance", "negative interest due")
CHECKS = ("not a number", "paths")
