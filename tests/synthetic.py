"""Tallies counted with plain numpy from known losses, so that the answer can be checked against the sample itself."""

import json
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from stress import results
from stress.kernels import tally as t

Array = NDArray[np.float64]
BLOCK = 32
N_MONTH = 24


def words(total: Array) -> NDArray[np.int64]:
    """Split sums into the two fixed-point words."""
    high = np.floor(total * 2.0**20)
    low = np.round((total - high * 2.0**-20) * 2.0**60)
    return np.stack([high, low], -1).astype(np.int64)


def tally_of(losses: Array, default: Array | None = None, seed: int = 1, n_month: int = N_MONTH) -> dict[str, Any]:
    """A tally of `losses` (scenario, note, path); pool default (scenario, path). The rest follows from them by
    simple rules."""
    n_scenario, n_note, n_path = losses.shape
    default = 0.03 + 0.5 * losses[:, -1] if default is None else default
    rng = np.random.default_rng(seed)
    batch = np.arange(n_path) // BLOCK % t.N_BATCH
    by_loss = np.concatenate([losses, default[:, None], 0.9 * default[:, None]], 1)
    count = np.zeros((n_scenario, n_note + 2, t.N_BIN + 2), np.int64)
    path = np.full(count.shape, t.NO_PATH)
    for at in np.ndindex(n_scenario, n_note + 2):
        where = loss_bin(by_loss[at])
        count[at] = np.bincount(where, minlength=t.N_BIN + 2)
        np.minimum.at(path[at], where, np.arange(n_path))
    life = (1.0 + 0.1 * np.arange(n_note))[None, :, None] + 0.05 * rng.standard_normal(n_path)
    lost = losses > 0
    note = [losses, lost, losses > 0.1, (1 - losses) * life, 1 - losses, 0.05 - losses, 1.01 - losses, 1.06 - losses]
    early = default > 0.10
    pool = [default, 0.9 * default, early, np.full(default.shape, 4.0), 2 * default, 0.1 * default]
    quantity = [np.asarray(q)[:, n] for n in range(n_note) for q in note] + pool
    sums = np.stack([[np.bincount(batch, weights, t.N_BATCH) for weights in q] for q in quantity], 1)
    return {
        "loss_count": count,
        "loss_path": path,
        "batch_path": np.bincount(batch, minlength=t.N_BATCH),
        "batch_sum": words(sums),
        **_months(losses, default, n_month),
        "wal_count": _spread(life.repeat(n_scenario, 0), 0.0, n_month / 12 + 1),
        "irr_count": _yields(0.05 - losses),
        "price_count": _prices(1.01 - losses),
        **_events(losses, default, n_month),
        "residual": np.full((n_scenario, 5), 3e-14),
        "fault": np.array([[0, 0, 0, n_path]] * n_scenario),
    }


def loss_bin(loss: Array) -> NDArray[np.int64]:
    """Exact atoms at 0 and 1, bins of 1/10,000 between."""
    inside = 1 + np.clip((loss * t.N_BIN).astype(np.int64), 0, t.N_BIN - 1)
    return np.where(loss <= 0, 0, np.where(loss >= 1, t.N_BIN + 1, inside))


def _months(losses: Array, default: Array, n_month: int) -> dict[str, Any]:
    """Month quantities that grow or run off smoothly with a path's pool default."""
    n_scenario, n_note, n_path = losses.shape
    batch = np.arange(n_path) // (16 * BLOCK) % t.N_MONTH_BATCH
    fan_paths = np.flatnonzero(np.arange(n_path) // BLOCK % 16 == 0)
    shape = (n_scenario, n_month, 5 + n_note)
    total = np.zeros((*shape, t.N_MONTH_BATCH))
    fan = np.zeros((*shape, t.N_FAN_BIN), np.int32)
    for k, m, q in np.ndindex(*shape):
        x = (m + 1) / n_month
        run_off = min(1.0, 2.0 - 2.0 * x)
        rows = [
            default[k] * x**1.3,
            0.3 * default[k] * x,
            0.04 - default[k] * x,
            run_off - 0.4 * default[k] * x,
            0.02 + 0.1 * default[k],
        ]
        balance = [
            np.maximum(losses[k, n], np.clip(1.0 - max(0.0, 3.0 * x - 1.5 - 0.3 * n), 0, 1)) for n in range(n_note)
        ]
        value = np.clip((rows + balance)[q], -2, 2)
        total[k, m, q] = np.bincount(batch, value, t.N_MONTH_BATCH)
        fan[k, m, q] = np.bincount(fan_bin(value[fan_paths], q), minlength=t.N_FAN_BIN)
    return {
        "month_path": np.bincount(batch, minlength=t.N_MONTH_BATCH),
        "month_sum": words(total),
        "fan_path": np.array([fan_paths.size]),
        "fan_count": fan,
    }


def fan_bin(value: Array, quantity: int) -> NDArray[np.int64]:
    """Bins uniform in the square root; excess spread (quantity 2) signed."""
    top = t.FAN_TOP[quantity] if quantity < 5 else 1.0
    root = np.sign(value) * np.sqrt(np.abs(value) / top)
    share = 0.5 + 0.5 * root if quantity == 2 else np.maximum(root, 0.0)
    return np.clip((share * t.N_FAN_BIN).astype(np.int64), 0, t.N_FAN_BIN - 1)


def _prices(price: Array) -> NDArray[np.int64]:
    bins = np.searchsorted(t.price_edges()[1:-1], price, side="right")
    return np.array([[np.bincount(note, minlength=t.N_PRICE_BIN) for note in case] for case in bins])


def _yields(rate: Array) -> NDArray[np.int64]:
    return _histogram(np.searchsorted(t.yield_edges(0.0)[1:-2], rate, side="right"), t.N_YIELD_BIN)


def _events(losses: Array, default: Array, n_month: int) -> dict[str, Any]:
    """Months of trips: the worse the pool, the sooner."""
    early = np.where(default > 0.10, np.clip(12 - 40 * (default - 0.10), 2, 12).astype(int), n_month)
    idle = np.where(default > 0.14, 5, n_month)
    first = np.where(losses > 0, np.clip(20 - 15 * losses, 4, n_month - 1).astype(int), n_month)
    rows = np.stack([early, idle], 1)
    return {
        "early_count": _histogram(early, n_month + 1),
        "trigger_count": _histogram(rows, n_month + 1),
        "first_loss_count": _histogram(first, n_month + 1),
    }


def _histogram(index: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    flat = [np.bincount(row, minlength=size) for row in index.reshape(-1, index.shape[-1])]
    return np.array(flat, np.int64).reshape(*index.shape[:-1], size)


def _spread(value: Array, low: float, high: float) -> NDArray[np.int64]:
    index = np.clip((value - low) / (high - low) * t.N_SPREAD_BIN, 0, t.N_SPREAD_BIN - 1).astype(np.int64)
    return _histogram(index, t.N_SPREAD_BIN)


def vasicek(n_path: int, mean: float, rho: float, seed: int = 1) -> Array:
    """Large-pool default rates of one period (Vasicek 2002)."""
    y = np.random.default_rng(seed).standard_normal(n_path)
    return np.asarray(stats.norm.cdf((stats.norm.ppf(mean) - np.sqrt(rho) * y) / np.sqrt(1 - rho)), np.float64)


TRANCHES = {"A": (0.193, 1.0), "B": (0.138, 0.193), "Mezzanine": (0.095, 0.138), "Subordinated": (0.0, 0.095)}
"""Attachment and detachment of the 24-month deal."""


def tranche_losses(default: Array) -> Array:
    """(..., path) pool loss -> (..., note, path) loss fractions by attachment and detachment."""
    return np.stack([np.clip((default - a) / (b - a), 0, 1) for a, b in TRANCHES.values()], -2)


def results_of(losses: Array, default: Array | None = None, notes: list[str] | None = None, **attrs: Any) -> xr.Dataset:
    """A Dataset of known losses (scenario, note, path)."""
    names = list(TRANCHES)[: losses.shape[1]] if notes is None else notes
    scenarios = attrs.pop("scenarios", [f"scenario {k + 1}" for k in range(losses.shape[0])])
    dates = np.datetime64("2020-09") + np.arange(1, N_MONTH + 1).astype("timedelta64[M]")
    known = {
        "version": "0.1.0",
        "source_digest": "ab12",
        "job_hash": "cd34",
        "job": "{}",
        "seed": "7",
        "estimator": "plain",
        "rng": "Philox4x32-10",
        "paths": losses.shape[2],
    }
    return results.build(
        tally_of(losses, default),
        scenarios,
        names,
        ["cumulative default", "idle cash"],
        dates.astype("datetime64[ns]"),
        known | attrs,
    )


def weighed_alike(ds: xr.Dataset) -> xr.Dataset:
    """The same paths as importance sampling counts them, each of weight 1."""
    raw = {"loss_top_weight": (ds["loss_count"][..., 1:].sum("loss_bin") > 0).astype(float)}
    counted = {name: ds[f"{name}_count"] for name in ("loss", "default", "net_loss", "trigger", "early", "first_loss")}
    for name, of in (counted | {"batch": ds["batch_path"]}).items():
        raw[f"{name}_weight"] = raw[f"{name}_weight_square"] = of.astype(float)
    raw |= {f"{name}_weight": ds[f"{name}_count"].astype(float) for name in ("wal", "irr")}
    raw |= {"batch_square_sum": ds["batch_sum"], "month_weight": ds["month_path"].astype(float)}
    return ds.assign(raw)


SEVERITY = {
    "baseline": 0.045,
    "macro_mild": 0.06,
    "macro_moderate": 0.08,
    "macro_severe": 0.115,
    "yield_squeeze_10": 0.046,
    "yield_squeeze_30": 0.05,
    "clampdown_2021_mild": 0.055,
    "clampdown_2021_severe": 0.09,
    "score_failure_moderate": 0.085,
    "score_failure_severe": 0.125,
    "turnover_60": 0.075,
    "servicer_event_severe": 0.06,
    "fed2025_severely_adverse": 0.11,
    "credit_contraction": 0.16,
}
"""Mean pool loss of fourteen made-up scenarios."""


def case(n_path: int = 20_000, n_scenario: int = 14, **attrs: Any) -> xr.Dataset:
    """Fourteen scenarios by four notes on common random numbers, with a job as JSON."""
    names = list(SEVERITY)[:n_scenario]
    default = np.stack([vasicek(n_path, SEVERITY[s], 0.04) for s in names])
    return results_of(tranche_losses(default), default, scenarios=names, job=json.dumps(job_of(names)), **attrs)


def job_of(names: list[str]) -> dict[str, Any]:
    """A job document in the shape of stress.inputs.job.Job, trimmed to what a report shows."""
    notes = [
        {"name": n, "share": round(b - a, 3), "coupon": c, "residual": n == "Subordinated"}
        for (n, (a, b)), c in zip(TRANCHES.items(), (0.054, 0.058, 0.075, 0.0), strict=True)
    ]
    segments = [
        {"name": n, "share": s, "entry_rate": e, "monthly_fee": f, "recovery": 0.1}
        for n, s, e, f in (
            ("L1", 0.015, 0.003, 0.005),
            ("L2", 0.585, 0.012, 0.0085),
            ("L3", 0.385, 0.03, 0.0105),
            ("L4", 0.015, 0.066, 0.012),
        )
    ]
    return {
        "name": "baitiao-24m",
        "source": "Xia, Liu, Wang, Liu (2024), CC BY 4.0",
        "clock": "monthly",
        "paths": 20000,
        "seed": 7,
        "estimator": "plain",
        "deal": {
            "name": "JD Baitiao 24-month four-class",
            "source": "Xia et al. (2024)",
            "currency": "CNY",
            "closing_date": "2020-08-31",
            "revolving_months": 12,
            "scheduled_months": 24,
            "legal_maturity_months": 36,
            "illustrative": ["Fees and trigger limits are ours."],
            "notes": notes,
            "triggers": [
                {
                    "name": "cumulative default",
                    "observable": "cumulative_default",
                    "breach": "above",
                    "thresholds": [{"from_month": 1, "limit": 0.03}, {"from_month": 4, "limit": 0.04}],
                    "effect": "acceleration",
                }
            ],
        },
        "pool": {
            "name": "Baitiao base pool",
            "cut_off_balance": 1e9,
            "source": "Xia et al. (2024)",
            "segments": segments,
            "illustrative": ["Score mix, fees and recovery are ours."],
        },
        "scenarios": [
            {
                "name": n,
                "description": f"Shocks of {n}.",
                "probability": None,
                "source": "Fed 2025 tables",
                "illustrative": [] if n.startswith("fed") else ["Size of the shock is ours."],
                "shocks": [{"target": "default_odds", "multiply": 2.0, "from_month": 1}],
            }
            for n in names
        ],
    }
