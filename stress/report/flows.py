"""Cash flows as tables, a row a month until the deal is over: pool, notes, fees, accounts, parties, vectors, own
quantities and triggers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from stress.report.numbers import MISSING
from stress.report.sheets import Sheet

SCALES = ((1e9, "billions"), (1e6, "millions"), (1e3, "thousands"))
POOL = ("pool_balance", "purchases", "scheduled_principal", "prepaid", "defaults", "recoveries", "income")
HEADS = {
    "interest_due": "due",
    "interest_unpaid": "unpaid",
    "pool_balance": "balance", "purchases": "bought", "scheduled_principal": "scheduled", "cured_paid": "paid late",
    "sale_proceeds": "sale proceeds", "purchase_cost": "paid for", "dilution_lost": "refunds lost",
    "commingling_loss": "lost in commingling", "written_down": "written down",
    "account_opening": "opening", "account_in": "in", "account_out": "out", "account_month_end": "month end",
    "bought_in_month": "paid for in month", "bought_at_payment": "paid for at payment",
    "series_income": "income", "series_principal": "principal", "series_defaults": "defaults",
    "account_balance": "balance", "fee_due": "due", "fee_paid": "paid", "paid_out": "paid",
    "smm": "SMM", "cpr": "CPR", "mdr": "MDR", "cdr": "CDR", "dq30": "30+", "dq60": "60+", "dq90": "90+",
    "payment_rate": "payment rate", "net_loss_rate": "net loss",
}  # fmt: skip
NOTE = ("interest", "principal", "balance")
CASH = ("sold", "sale_proceeds", "purchase_cost", "bought_in_month", "bought_at_payment", "dilution_lost",
        "commingling_loss")  # fmt: skip
ACCOUNT = ("account_opening", "account_in", "account_out", "account_balance", "account_month_end")
SERIES = ("invested", "series_income", "series_principal", "series_defaults", "reinvested")
PARTY = ("received", "paid_out")
TESTED = {"Quantities": ("quantity", ("quantity_value",)),
          "Triggers": ("trigger", ("trigger_value", "trigger_limit", "tripped"))}  # fmt: skip
"""What the deal looks at, under the names of a replay."""
FILED = ("Fees", "Accounts", "Parties", *TESTED)
"""Parts that files alone have: a terminal is too narrow for them."""
PLAIN = ("Vectors", *TESTED)
"""Parts whose columns have names of their own in a file."""
OURS = ("Pool", "Series", *FILED)
"""Parts that are no note of the deal."""


class Part(NamedTuple):
    """One table of a cash-flow file: columns of numbers by month, each perhaps beside its error."""

    title: str
    columns: tuple[str, ...]
    values: tuple[np.ndarray, ...]
    errors: tuple[np.ndarray | None, ...]
    units: tuple[str, ...]
    """Of each column: money, share (a fraction), number, count, or condition (1 or 0, of a mean a share of paths)."""


def parts(ds: xr.Dataset, names: Sequence[str]) -> list[Part]:
    """Pool, the series of a trust, each note, fees, accounts, parties, vectors and what the deal looks at, all months.

    `names`: the vectors in their order.
    """
    tables = [_part(ds, "Pool", [(HEADS.get(name, name), name, {}) for name in _of_pool(ds)])]
    if "invested" in ds:
        tables.append(_part(ds, "Series", [(HEADS.get(name, name), name, {}) for name in SERIES]))
    for note in map(str, ds["tranche"].values):
        chosen = [(HEADS.get(name, name), name, {"tranche": note}) for name in _of_note(ds)]
        tables.append(_part(ds, note, chosen))
    fees = [
        (f"{fee} {HEADS[name]}", name, {"fee": fee}) for fee in _labels(ds, "fee") for name in ("fee_due", "fee_paid")
    ]
    accounts = [
        (f"{account} {HEADS[name]}", name, {"account": account})
        for account in _labels(ds, "account")
        for name in _of_account(ds)
    ]
    tables += [_part(ds, "Fees", fees)] if fees else []
    tables.append(_part(ds, "Accounts", accounts))
    outside = [(f"{party} {HEADS.get(name, name)}", name, {"party": party}) for party in _parties(ds) for name in PARTY]
    tables += [_part(ds, "Parties", outside)] if outside else []
    vectors = _part(ds, "Vectors", [(HEADS.get(name, name), name, {}) for name in names], ["share"] * len(names))
    return [*tables, vectors, *_tests(ds)]


def _tests(ds: xr.Dataset) -> list[Part]:
    """The deal's own quantities, and its triggers, where it has some."""
    tables = []
    for title, (dim, names) in TESTED.items():
        labels = _labels(ds, dim) if dim in ds.dims else []
        chosen = [(f"{name} {label}", name, {dim: label}) for label in labels for name in names]
        units = [ds[name].attrs["units"][k] for k in range(len(labels)) for name in names]
        tables += [_part(ds, title, chosen, units)] if chosen else []
    return tables


def _of_pool(ds: xr.Dataset) -> tuple[str, ...]:
    """Money of the pool; what is sold of it, where the deal has a clean-up, and cash where it is not the face."""
    return (*POOL, "cured_paid", "dilution", *(name for name in CASH if name in ds))


def _of_note(ds: xr.Dataset) -> tuple[str, ...]:
    """Money of a note; what it has been written down by, where the deal does that."""
    written = ("written_down",) if "written_down" in ds else ()
    return (*NOTE, "interest_unpaid", "interest_due", *written)


def _of_account(ds: xr.Dataset) -> tuple[str, ...]:
    """Cash of an account: opening + in - out = balance; and what it holds at the month's end, where payments wait."""
    return tuple(name for name in ACCOUNT if name in ds)


def over(ds: xr.Dataset) -> int:
    """Months until the deal is over: nothing is left of pool and notes, and nothing is paid."""
    money = np.abs(ds["pool_balance"].values)
    money = money + np.abs(ds["principal"].values).sum(axis=1) + np.abs(ds["interest"].values).sum(axis=1)
    busy = np.flatnonzero(money > 1e-6 * money.max())
    return int(busy[-1]) + 1 if busy.size else 1


def sheets(ds: xr.Dataset, vectors: Sequence[str]) -> list[tuple[str, Sheet]]:
    """For reading: pool and notes in one unit of money, vectors in percent, with their errors where they have any."""
    pool = float(ds["pool_balance"].max())
    scale, word = next(((s, w) for s, w in SCALES if pool >= 50.0 * s), (1.0, "units"))
    dates = [str(date)[:10] for date in ds["payment_date"].values]
    titled = []
    for part in parts(ds, vectors):
        if part.title in FILED:
            continue
        rates = part.title == "Vectors"
        by, unit = (0.01, "%") if rates else (scale, f"{ds.attrs['currency']} {word}")
        until = over(ds) if rates else _busy(part)
        shown = [
            k
            for k in range(len(part.columns))
            if rates or k < len(NOTE) or (part.columns[k] != HEADS["interest_due"] and np.any(part.values[k]))
        ]
        columns = [_cells(part.values[k][:until] / by, part.errors[k], by) for k in shown]
        head = ("Month", "Payment", *(part.columns[k] for k in shown))
        months = map(str, ds["month"].values[:until])
        titled.append((f"{part.title}, {unit}", Sheet(head, tuple(zip(months, dates[:until], *columns, strict=True)))))
    return titled


def _busy(part: Part) -> int:
    """Months until nothing of a part is left and nothing moves."""
    money = np.abs(np.stack(part.values)).sum(axis=0)
    busy = np.flatnonzero(money > 1e-7 * money.max(initial=0.0))
    return int(busy[-1]) + 1 if busy.size else 1


def document(ds: xr.Dataset, vectors: Sequence[str]) -> dict[str, Any]:
    """What `stress cashflows --json` prints; NAME_se beside each list where it is a mean."""
    about = {
        key: ds.attrs[key]
        for key in ("job", "scenario", "kind", "path", "paths", "seed", "currency")
        if key in ds.attrs
    }
    pool = _of_pool(ds)
    return about | {
        "months": ds["month"].values.tolist(),
        "collection_ends": [str(date)[:10] for date in ds["collection_end"].values],
        "payment_dates": [str(date)[:10] for date in ds["payment_date"].values],
        "notes": _nested(ds, "tranche", {name: name for name in _of_note(ds)}),
        "fees": _nested(ds, "fee", {"fee_due": "due", "fee_paid": "paid"}),
        "accounts": _nested(ds, "account", {name: HEADS[name].replace(" ", "_") for name in _of_account(ds)}),
        **({"parties": _nested(ds, "party", {"received": "received", "paid_out": "paid"})} if _parties(ds) else {}),
        "pool": _lists(ds, {"pool_balance": "balance"} | {name: name for name in pool[1:]}),
        **({"series": _lists(ds, {name: HEADS.get(name, name) for name in SERIES})} if "invested" in ds else {}),
        "vectors": _lists(ds, {name: name for name in vectors}),
        **{
            title.lower(): _nested(ds, dim, {name: name for name in names})
            for title, (dim, names) in TESTED.items()
            if dim in ds.dims
        },
    }


def columns(ds: xr.Dataset, vectors: Sequence[str]) -> dict[str, list[Any]]:
    """One wide table for a CSV file: money in the currency, vectors as fractions, `... se` beside a mean."""
    table: dict[str, list[Any]] = {
        "month": ds["month"].values.tolist(),
        "collection_end": [str(date)[:10] for date in ds["collection_end"].values],
        "payment_date": [str(date)[:10] for date in ds["payment_date"].values],
    }
    for part in parts(ds, vectors):
        front = "" if part.title in PLAIN else f"{part.title.lower() if part.title in OURS else part.title} "
        for name, value, error in zip(part.columns, part.values, part.errors, strict=True):
            table[f"{front}{name}"] = _known(value)
            if error is not None:
                table[f"{front}{name} se"] = _known(error)
    return table


def _known(values: np.ndarray) -> list[float | None]:
    """Empty in a file where there is no number."""
    return [x if math.isfinite(x) else None for x in values.tolist()]


def _part(ds: xr.Dataset, title: str, chosen: list[tuple[str, str, dict[str, str]]], units: Sequence[str] = ()) -> Part:
    """Columns of (heading, variable, label); money, where no units are given."""
    values = tuple(np.asarray(ds[name].sel(where).values, float) for _, name, where in chosen)
    errors = tuple(
        np.asarray(ds[f"{name}_se"].sel(where).values, float) if f"{name}_se" in ds else None
        for _, name, where in chosen
    )
    heads = tuple(head for head, _, _ in chosen)
    return Part(title, heads, values, errors, tuple(units) or ("money",) * len(heads))


def _cells(value: np.ndarray, error: np.ndarray | None, by: float) -> list[str]:
    """All of a column with as many decimals: five digits of its largest, or two of its largest error."""
    top = float(np.nan_to_num(np.abs(value)).max(initial=0.0))
    if error is None:
        digits = min(4, max(0, 4 - math.floor(math.log10(top)))) if top > 0.0 else 2
        return [_cell(x, min(digits, 3)) for x in value + 0.0]
    error = error[: value.size] / by
    most = float(np.nan_to_num(error).max(initial=0.0))
    digits = min(3, max(0, 1 - math.floor(math.log10(most)))) if most > 1e-9 * max(top, 1e-300) else 2
    pairs = zip(value + 0.0, error, strict=True)
    return [f"{_cell(x, digits)} ± {_cell(e, digits)}" if np.isfinite(x) else MISSING for x, e in pairs]


def _cell(x: float, digits: int) -> str:
    return f"{round(x, digits) + 0.0:,.{digits}f}" if np.isfinite(x) else MISSING


def _parties(ds: xr.Dataset) -> list[str]:
    return _labels(ds, "party") if "party" in ds.dims else []


def _labels(ds: xr.Dataset, dim: str) -> list[str]:
    return [str(label) for label in ds[dim].values]


def _nested(ds: xr.Dataset, dim: str, names: dict[str, str]) -> dict[str, Any]:
    return {label: _lists(ds.sel({dim: label}), names) for label in _labels(ds, dim)}


def _lists(ds: xr.Dataset, names: dict[str, str]) -> dict[str, Any]:
    lists = {key: ds[name].values.tolist() for name, key in names.items()}
    return lists | {f"{key}_se": ds[f"{name}_se"].values.tolist() for name, key in names.items() if f"{name}_se" in ds}
