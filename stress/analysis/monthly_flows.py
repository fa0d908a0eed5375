"""Cash flows month by month: the deterministic case, one path, or means over paths with their errors.

Rates follow the conventions of the field, per month: SMM is prepayment over the opening balance less scheduled
principal, CDR = 1 - (1 - defaults / opening balance)^12, severity what of the month's defaults is never recovered, at
the month's rates of the segments that default in it.
Delinquency counts balances past due at the month's end over the pool with its stock of defaults not yet written off, as
triggers do. A rate is NaN in months in which there is nothing to divide by: of an overdue share, no receivable, of a
severity, no default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stress.analysis.monthly_tests import SURE, TESTS, tests_of, units_of_tests
from stress.analysis.trials import Progress, only
from stress.arrays import Array
from stress.assemble.problem import assemble
from stress.digest import source_digest
from stress.inputs.job import Job
from stress.inputs.load import job_hash
from stress.inputs.numbers import enough
from stress.kernels.layout import LANES
from stress.runs.since_state import paid_before, since_payment
from stress.runs.trace import NOTHING, Values, block_means, labels_of, overdue_stock, path_values, values_of
from stress.version import __version__

if TYPE_CHECKING:
    import xarray as xr

Flows = dict[str, tuple[tuple[str, ...], Array]]
PATHS = 8_192
"""Of a mean, where the caller gives none: 0.4 s a hundred months."""
GROUPS = 32
"""Groups of blocks left out in turn: they give the errors of means and of ratios of means alike."""
MONEY = {
    "interest": ("tranche", "interest paid, of a residual note all beyond principal"),
    "interest_due": ("tranche", "interest due"),
    "interest_unpaid": ("tranche", "interest owed and not paid"),
    "principal": ("tranche", "principal paid"),
    "balance": ("tranche", "balance after the payment"),
    "fee_due": ("fee", "fee due"),
    "fee_paid": ("fee", "fee paid"),
    "account_opening": ("account", "balance after the payment before"),
    "account_in": ("account", "collected in the month, and moved into it or paid in at the payment"),
    "account_out": ("account", "paid or moved out of it at the payment, and spent on receivables in the month"),
    "account_balance": ("account", "balance after the payment"),
    "pool_balance": ("", "receivables not in default"),
    "purchases": ("", "receivables bought, face"),
    "scheduled_principal": ("", "principal paid when due"),
    "prepaid": ("", "principal paid before it is due"),
    "cured_paid": ("", "principal paid late"),
    "defaults": ("", "balance that goes into default"),
    "recoveries": ("", "recovered from defaults"),
    "dilution": ("", "refunded"),
    "income": ("", "finance and late charges and interest on cash"),
}
"""Money of the month: which dimension it has beside the month, and what it is."""
WRITTEN = {"written_down": ("tranche", "what the note has been written down by so far")}
"""The same of a deal that writes notes down."""
PARTIES = {"received": ("party", "received from the party"), "paid_out": ("party", "paid to the party")}
"""The same of a deal whose steps have parties outside it."""
SOLD = {"sold": ("", "receivables sold by the clean-up, face")}
"""The same of a deal with a clean-up, but for a series of a trust: what is sold of that is no receivable."""
CASH = {
    "sale_proceeds": ("", "paid for what the clean-up sells"),
    "purchase_cost": ("", "paid for the receivables bought"),
    "dilution_lost": ("", "refunded and not made good"),
    "commingling_loss": ("", "collected and lost with the servicer"),
}
"""Where cash is not what the columns of the pool say: kept where it differs from the face, or is anything."""
NEXT_MONTH = {
    "account_month_end": ("account", "balance at the end of the month, before the payment"),
    "bought_in_month": ("", "paid for receivables in the month, from collections"),
    "bought_at_payment": ("", "paid for receivables at the payment"),
}
"""Where a month's payment is made in the next one: what the accounts hold until then, and when it is bought."""
SERIES = {
    "invested": ("", "invested amount"),
    "series_income": ("", "income allocated to the series"),
    "series_principal": ("", "principal of the series, with what others share"),
    "series_defaults": ("", "defaults allocated to the series"),
    "reinvested": ("", "bought of the seller's interest"),
}
"""The same of a series of a trust."""
OUT = ("scheduled_principal", "prepaid", "cured_paid", "defaults", "dilution", "pool_balance")
"""What receivables of a month's start and those bought in it become, where they are not sold."""
VECTORS = {
    "smm": "single monthly mortality: prepayment a month",
    "cpr": "prepayment a year, 1 - (1 - SMM)^12",
    "mdr": "default a month over the opening balance",
    "cdr": "default a year, 1 - (1 - MDR)^12",
    "severity": "share of the month's defaults that is not recovered",
    "dq30": "30 days past due or more, 90+ until written off",
    "dq60": "60 days past due or more",
    "dq90": "90 days past due or more until written off",
    "payment_rate": "principal collected in the month over the opening balance",
    "yield": "charges a year over the opening balance",
    "net_loss_rate": "defaults less recoveries a year over the opening balance",
}
"""Rates by month, in the order of a vector file."""


def cash_flows(job: Job, scenario: str | None = None, path: int | None = None) -> xr.Dataset:
    """The deterministic case (expected rates, rho 0) of a scenario, or its path of that number.

    Variables of `MONEY` in the deal's currency and of `VECTORS` as fractions, by month. Raises ConfigError for a
    scenario that the job has not, or a path that is none.

    >>> flows = cash_flows(job, "macro_severe")
    >>> bool((flows["principal"].sum("month") + flows["balance"][-1] > 0.0).all())
    True
    """
    job = only(job, scenario)
    if path is None:
        values = values_of(job, assemble(job, deterministic=True), 0)
        return _dataset(job, _flows(job, _plain(values)), {"kind": "deterministic"})
    return _dataset(job, _flows(job, _plain(path_values(job, path))), {"kind": "path", "path": path})


def mean_flows(
    job: Job, scenario: str | None = None, paths: int = PATHS, progress: Progress | None = None
) -> xr.Dataset:
    """Means over so many paths (rounded up to whole groups of blocks), each with its standard error as NAME_se.

    Money by month in the deal's currency, rates as fractions: ratios of means. All errors come from leaving out one of
    32 groups of paths in turn (Efron and Stein 1981). Raises ConfigError for fewer than 64 paths, and for a
    scenario that the job has not.

    >>> mean = mean_flows(job, "baseline", paths=1024)
    >>> mean["cdr_se"].dims
    ('month',)
    """
    enough(paths)
    job = only(job, scenario)
    per_group = -(-paths // (LANES * GROUPS))
    groups: list[dict[str, Array]] = [{} for _ in range(GROUPS)]
    problem = assemble(job)
    for block, values in enumerate(block_means(job, problem, per_group * GROUPS)):
        group = groups[block // per_group]
        for name, array in _plain(values).items():
            group[name] = group[name] + array / per_group if name in group else array / per_group
        if progress is not None and block % per_group == per_group - 1:
            progress(block + 1, per_group * GROUPS)
    total = {name: np.mean([group[name] for group in groups], axis=0) for name in groups[0]}
    total["trigger_limit"] = problem.contract.threshold.T  # as it is, without the rounding of a mean
    flows, spread = _flows(job, total), _spread(groups, total, lambda values: _flows(job, values))
    errors = {f"{name}_se": (dims, spread[name]) for name, (dims, _) in flows.items() if name not in SURE}
    return _dataset(job, flows | errors, {"kind": "mean", "paths": per_group * GROUPS * LANES})


def _spread(
    groups: list[dict[str, Array]], total: Mapping[str, Array], made: Callable[[Mapping[str, Array]], Flows]
) -> dict[str, Array]:
    """Jackknife standard errors of all that is made of means (Efron and Stein 1981)."""
    n = len(groups)
    left = [made({name: (n * total[name] - group[name]) / (n - 1) for name in total}) for group in groups]
    errors = {}
    for name in left[0]:
        parts = np.stack([flows[name][1] for flows in left])
        errors[name] = np.sqrt((n - 1) / n * ((parts - parts.mean(axis=0)) ** 2).sum(axis=0))
    return errors


def _plain(values: Values) -> dict[str, Array]:
    return {name: np.asarray(array, float) for name, (dims, array) in values.items() if "month" in dims}


def _flows(job: Job, values: Mapping[str, Array]) -> Flows:
    """Money, rates and what the deal's tests look at, from the rows of a trace."""
    rates: Flows = {name: (("month",), rate) for name, rate in _vectors(job, values).items()}
    return _money(job, values) | rates | tests_of(job.deal, values)


def _money(job: Job, values: Mapping[str, Array]) -> Flows:
    v = dict(values)
    v["interest"] = v["interest_paid"] + v["residual_yield"]
    v["principal"], v["balance"] = v["principal_paid"], v["note_balance"]
    v["income"] = v["fee_income"] + v["late_charge"] + v["cash_interest"]
    v |= {name: _of_the_month(job, name, v[name]) for name in PARTIES if name in v}
    if job.deal.clean_up is not None and job.deal.trust is None:
        gone = v["month_start_balance"] + v["purchases"] - sum(v[name] for name in OUT)
        v["sold"] = np.where(gone > NOTHING * job.pool.balance, gone, 0.0)
    if job.clock != "monthly":
        v["account_month_end"] = v["account_balance"]
    v["account_balance"] = v["account_after"]
    v["commingling_loss"] = v["commingled"] + v["commingled_income"]
    return {name: (("month", dim) if dim else ("month",), v[name]) for name, (dim, _) in _kinds(v).items()}


def _redundant(job: Job, flows: Flows) -> set[str]:
    """Columns that say no more than others: cash at par, losses that there are not, no purchase at a payment."""
    par = {"sale_proceeds": "sold", "purchase_cost": "purchases"}
    least = NOTHING * job.pool.balance

    def differs(name: str) -> bool:
        face = flows[par[name]][1] if par.get(name) in flows else 0.0
        return bool((np.abs(flows[name][1] - face) > least).any())

    columns = {name for name in CASH if not differs(name)}
    if "bought_at_payment" in flows and not flows["bought_at_payment"][1].any():
        columns |= {"bought_in_month", "bought_at_payment"}  # all is bought in the month
    return columns


def _of_the_month(job: Job, name: str, so_far: Array) -> Array:
    """Payments of each party by month from its sums so far, (month, party) each."""
    before = np.zeros(so_far.shape[1])
    if job.state is not None:
        sums = [job.state.parties.get(party) for party in job.deal.parties]
        before = np.array(
            [0.0 if total is None else total.received if name == "received" else total.paid for total in sums]
        )
        so_far = so_far.copy()
        so_far[: paid_before(job)] = before
    return np.diff(so_far, axis=0, prepend=before[None])


def _kinds(known: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    others = WRITTEN | PARTIES | SOLD | CASH | NEXT_MONTH | SERIES
    return MONEY | {name: kind for name, kind in others.items() if name in known}


def _vectors(job: Job, v: Mapping[str, Array]) -> dict[str, Array]:
    recovered = _ratio(v["recoverable"], v["defaults"], NOTHING * job.pool.balance)
    rates = pool_rates(job, v) | {"severity": 1.0 - recovered}
    return {name: rates[name] for name in VECTORS}


def pool_rates(job: Job, v: Mapping[str, Array]) -> dict[str, Array]:
    """Rates of the pool from its rows by month, (month, ...) each; NaN where nothing is left to divide by."""
    start = v["month_start_balance"]
    least = NOTHING * job.pool.balance
    smm = _ratio(v["prepaid"], start - v["scheduled_principal"], least)
    mdr = _ratio(v["defaults"], start, least)
    stock = v["overdue_stock"] if "overdue_stock" in v else overdue_stock(job, v["defaults"], v["pool_balance"])
    whole = v["pool_balance"] + stock
    collected = v["scheduled_principal"] + v["prepaid"] + v["cured_paid"]
    return {
        "smm": smm,
        "cpr": 1.0 - (1.0 - smm) ** 12,
        "mdr": mdr,
        "cdr": 1.0 - (1.0 - mdr) ** 12,
        "dq30": _share(v["m2"] + v["m3"] + v["m4_on"] + stock, whole, least),
        "dq60": _share(v["m3"] + v["m4_on"] + stock, whole, least),
        "dq90": _share(v["m4_on"] + stock, whole, least),
        "payment_rate": _ratio(collected, start, least),
        "yield": 12.0 * _ratio(v["fee_income"] + v["late_charge"], start, least),
        "net_loss_rate": 12.0 * _ratio(v["defaults"] - v["recoveries"], start, least),
    }


def _share(part: Array, whole: Array, least: float) -> Array:
    """A share of a whole, of which rounding may leave a part that is larger."""
    return np.minimum(_ratio(part, whole, least), 1.0)


def _ratio(above: Array, below: Array, least: float) -> Array:
    """NaN where there is nothing to divide by."""
    return np.divide(above, below, out=np.full_like(below, np.nan), where=below > least)


def _dataset(job: Job, flows: Flows, attrs: dict[str, Any]) -> xr.Dataset:
    import xarray as xr

    coords = {name: label for name, label in labels_of(job).items() if name in ("payment_date", "collection_end")}
    dims = {"month", "tranche", "fee", "account", "party"}.union(*(flow[0] for flow in flows.values()))
    labels = {name: label for name, label in labels_of(job).items() if name in dims}
    about = {
        "version": __version__,
        "source_digest": source_digest(),
        "job_hash": job_hash(job),
        "job": job.name,
        "scenario": job.scenarios[0].name,
        "seed": str(job.seed),
        "currency": job.deal.currency,
    }
    plain = _redundant(job, flows)
    flows = {name: flow for name, flow in flows.items() if name.removesuffix("_se") not in plain}
    ds = xr.Dataset(flows, coords=labels | coords, attrs=about | attrs)
    for name, (_, meaning) in _kinds(flows).items():
        ds[name].attrs.update(units=job.deal.currency, long_name=meaning)
    for name, meaning in VECTORS.items():
        ds[name].attrs.update(units="1", long_name=meaning)
    for name, units in units_of_tests(job.deal).items():
        if name in ds:
            ds[name].attrs.update(units=units, long_name=TESTS[name][1])
    return since_payment(job, ds)
