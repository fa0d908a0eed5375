"""What a run counts, counted again in NumPy from the replays of its own paths (notes of some size only)."""

import numpy as np
import xarray as xr

from stress.assemble.monthly import mean_coupons
from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.kernels import alone, tally
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace, pack
from stress.measures import fans
from stress.runs.trace import trace_of

PATHS = 34
"""A block and a part of one."""


def differences(job: Job, paths: int = PATHS) -> list[str]:
    """Names of the counts that are not those of the replayed paths; a number of paths below 512."""
    job = job.model_copy(update={"paths": paths})
    space = Workspace(pack(assemble(job)))
    alone.run(space, 0, 1, paths, job.seed)
    counted = space.tally()
    wrong = []
    for k, case in enumerate(job.scenarios):
        narrowed = job.model_copy(update={"scenarios": (case,)})
        problem = assemble(narrowed)
        replays = [trace_of(narrowed, problem, path) for path in range(paths)]
        for name, wanted in expected(job, replays).items():
            got = getattr(counted, name)
            got = got[k] if name not in PER_RUN else got
            got = tally.decoded(got) if name.endswith("_sum") else got
            if (
                name in ("month_sum", "fan_count") and job.clock != "monthly"
            ):  # a replay shows cash at the month's end, not as paid
                got, wanted = np.delete(got, 4, axis=1), np.delete(wanted, 4, axis=1)
            if not np.allclose(got, wanted, rtol=1e-9, atol=1e-9):
                wrong.append(f"{name} under {case.name}")
    return wrong


PER_RUN = ("batch_path", "month_path", "fan_path")


def expected(job: Job, replays: list[xr.Dataset]) -> dict[str, np.ndarray]:
    """The integer arrays and sums of one scenario."""
    n_note, n_month, n_path = len(job.deal.notes), job.deal.legal_maturity_months, len(replays)
    path = np.arange(n_path)
    note = {name: stack(replays, name) for name in ("loss", "any_loss", "shortfall", "irr", "price", "multiple")}
    repaid = stack(replays, "principal_paid").sum(axis=1) / originals(job)
    note |= {"principal": repaid, "principal_time": stack(replays, "wal") * repaid}
    pool = {name: stack(replays, f"final_{name}") for name in tally.POOL_QUANTITIES}
    counts = losses(note["loss"], pool, n_note, path)
    by_quantity = [note[name][:, n] for n in range(n_note) for name in tally.NOTE_QUANTITIES]
    by_quantity += [pool[name] for name in tally.POOL_QUANTITIES]
    batch = path // LANES
    counts["batch_sum"] = np.array([np.bincount(batch, values, tally.N_BATCH) for values in by_quantity])
    counts["batch_path"] = np.bincount(batch, minlength=tally.N_BATCH)
    counts["month_path"] = np.eye(1, tally.N_MONTH_BATCH, dtype=int)[0] * n_path
    counts["month_sum"] = np.zeros((n_month, 5 + n_note, tally.N_MONTH_BATCH))
    counts["month_sum"][..., 0] = monthly(job, replays).sum(axis=0)
    first = stack(replays, "first_loss_month").astype(int)
    lost = (note["loss"] > 0.0) & (first > 0)
    month = np.where(lost, first - 1, n_month)
    counts["fan_path"] = np.array([min(n_path, LANES)])
    counts["fan_count"] = fan(monthly(job, replays[:LANES]))
    counts["first_loss_count"] = np.array([np.bincount(month[:, n], minlength=n_month + 1) for n in range(n_note)])
    trips = [first_months(replays, g, n_month) for g in range(len(job.deal.triggers))]
    counts["trigger_count"] = np.array(trips, int).reshape(len(trips), n_month + 1)
    counts["early_count"] = early(job, replays)
    lives = np.divide(note["principal_time"], repaid, out=np.zeros_like(repaid), where=repaid > 1e-9)
    bins = np.clip((lives / (n_month / 12 + 1) * tally.N_SPREAD_BIN).astype(int), 0, tally.N_SPREAD_BIN - 1)
    counts["wal_count"] = np.array(
        [np.bincount(bins[repaid[:, n] > 1e-9, n], minlength=tally.N_SPREAD_BIN) for n in range(n_note)]
    )
    about = mean_coupons(job.deal)
    counts["irr_count"] = np.array([yields(note["irr"][:, n], about[n]) for n in range(n_note)])
    edge = tally.price_edges()
    bins = np.searchsorted(edge[1:-1], note["price"], side="right")
    counts["price_count"] = np.array([np.bincount(bins[:, n], minlength=tally.N_PRICE_BIN) for n in range(n_note)])
    return counts


def stack(replays: list[xr.Dataset], name: str) -> np.ndarray:
    """A variable with the paths in front."""
    return np.stack([data[name].to_numpy() for data in replays])


def originals(job: Job) -> np.ndarray:
    return np.array([job.pool.balance * n.share if n.amount is None else n.amount for n in job.deal.notes])


def losses(loss: np.ndarray, pool: dict[str, np.ndarray], n_note: int, path: np.ndarray) -> dict[str, np.ndarray]:
    """Paths by loss and the smallest path of each bin: notes, then the pool's default and net loss."""
    count = np.zeros((n_note + 2, tally.N_BIN + 2), int)
    smallest = np.full(count.shape, tally.NO_PATH)
    for i, values in enumerate([*loss.T, pool["default"], pool["net_loss"]]):
        inner = np.minimum(tally.N_BIN, 1 + (values * tally.N_BIN).astype(int))
        where = np.where(values >= 1.0, tally.N_BIN + 1, np.where(values > 0.0, inner, 0))
        count[i] = np.bincount(where, minlength=tally.N_BIN + 2)
        np.minimum.at(smallest[i], where, path)
    return {"loss_count": count, "loss_path": smallest}


def monthly(job: Job, replays: list[xr.Dataset]) -> np.ndarray:
    """(path, month, quantity): MONTH_QUANTITIES over the cut-off balance, then note balances over the original."""
    cut_off = job.pool.balance
    cash = stack(replays, "account_balance").sum(axis=2) / cut_off
    parts = [stack(replays, name) for name in ("cumulative_default", "default_stock", "excess_spread")]
    parts += [stack(replays, "pool_balance") / cut_off, cash]
    return np.concatenate([np.stack(parts, axis=2), stack(replays, "note_balance") / originals(job)], axis=2)


def fan(values: np.ndarray) -> np.ndarray:
    """(month, quantity, bin) paths of the first block by the edges that the measures read the bins with."""
    n_month, n_quantity = values.shape[1:]
    count = np.zeros((n_month, n_quantity, tally.N_FAN_BIN), int)
    for i in range(n_quantity):
        name = tally.MONTH_QUANTITIES[i] if i < len(tally.MONTH_QUANTITIES) else "note_balance"
        bins = np.searchsorted(fans.edges(name), values[:, :, i], "right") - 1
        for month, where in enumerate(np.clip(bins, 0, tally.N_FAN_BIN - 1).T):
            count[month, i] = np.bincount(where, minlength=tally.N_FAN_BIN)
    return count


def yields(irr: np.ndarray, coupon: float) -> np.ndarray:
    """Paths by yield on bins about the coupon; the last has those at the highest that counts."""
    inside = np.searchsorted(tally.yield_edges(coupon)[1:-2], irr, side="right")
    bins = np.where(irr >= tally.HIGHEST_IRR, tally.N_YIELD_BIN - 1, inside)
    return np.bincount(bins, minlength=tally.N_YIELD_BIN)


def first_months(replays: list[xr.Dataset], trigger: int, n_month: int) -> np.ndarray:
    """Paths by the month in which a trigger first trips; the last place: never."""
    month = stack(replays, "trigger_month")[:, -1, trigger].astype(int)
    return np.bincount(np.where(month > 0, month - 1, n_month), minlength=n_month + 1)


def early(job: Job, replays: list[xr.Dataset]) -> np.ndarray:
    """Paths by month of early amortization: of the first trip that ends revolving, at a determination or a payment."""
    n_month, months = job.deal.legal_maturity_months, []
    ends = [trigger.effect != "none" for trigger in job.deal.triggers]
    for data in replays:
        trips = data["trigger_month"].to_numpy()[:, ends]
        happened = float(data["final_early_amortization"]) > 0.5
        months.append(int(trips[trips > 0].min()) - 1 if happened else n_month)
    return np.bincount(months, minlength=n_month + 1)
